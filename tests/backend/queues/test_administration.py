# SPDX-License-Identifier: Apache-2.0
"""What supervisors may change of a queue, what is refused, and what is left in the audit log."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from headcall.backend.calls.assembly import make_control
from headcall.backend.queues.http import QueueRules
from headcall.backend.queues.model import Queue
from headcall.backend.sample import QUEUE_ID
from tests.backend.company import Company, run_in_company

URL = f"/api/v1/queues/{QUEUE_ID}"
MEI, LEI = "usr_demo_mei", "usr_demo_lei"


async def load(c: Company) -> None:
    await c.parts.control.queues.load()  # type: ignore[attr-defined]
    await c.parts.control.agents.load()  # type: ignore[attr-defined]


def test_every_rule_can_be_read_and_written_and_has_the_same_default() -> None:
    defaults = Queue(queue_id="", name="")
    rules = QueueRules(name="x").model_dump()
    assert set(rules) == set(defaults.__struct_fields__) - {"queue_id", "number"}
    for name, value in rules.items():
        if name != "name":
            ours = getattr(defaults, name)
            assert (list(ours) if isinstance(ours, tuple) else ours) == value, name


def test_a_supervisor_changes_a_queue_and_it_is_written_down(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        await load(c)
        anna, admin = await c.signed_in("anna"), await c.signed_in("admin")
        rules: dict[str, Any] = (await anna.get(URL)).json()
        assert [member["user_id"] for member in rules["members"]][:2] == [MEI, LEI]
        for fixed in ("id", "number"):
            rules.pop(fixed)
        rules |= {
            "strategy": "weighted",
            "vip": {"13800138000": 3},
            "announcements": [{"zh": "您好", "en": "Hello"}],
            "dispositions": [{"code": "sold", "zh": "成交", "en": "Sold"}],
            "members": [{"user_id": LEI, "weight": 3}, {"user_id": MEI}],
        }
        answer = await anna.put(URL, json=rules)
        assert answer.status_code == 200, answer.text
        again = (await anna.get(URL)).json()
        assert again == answer.json() and again["strategy"] == "weighted" and again["members"][0]["weight"] == 3
        (entry,) = (await admin.get("/api/v1/audit", params={"object_id": QUEUE_ID})).json()["entries"]
        assert entry["user"]["name"] == "Anna Schmidt" and entry["action"] == "queue.change"
        assert set(entry["after"]) == {"strategy", "vip", "announcements", "dispositions", "members"}
        assert entry["before"]["strategy"] == "longest-idle"

    run_in_company(tmp_path, scenario, make_control=make_control)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"overflow": "not a number"}, "overflow"),
        ({"ring_for_s": 0}, "ring_for_s"),
        ({"vip": {"nobody": 1}}, "vip.nobody"),
        ({"vip": {"138 0013 8000": 1, "13800138000": 2}}, "vip.13800138000"),
        ({"vip": {"13800138000": 1, "+86 138 0013 8000": 2}}, "vip.+86 138 0013 8000"),
        ({"vip": {"13800138000": 101}}, "vip.13800138000"),
        ({"needs": [{"skill": "en"}, {"skill": "en", "level": 2}]}, "needs.1.skill"),
        ({"needs": [{"skill": "en", "level": 101}]}, "needs.0.level"),
        ({"dispositions": [{"code": "a"}, {"code": "b"}, {"code": "a"}]}, "dispositions.2.code"),
        ({"callback_never": ["955", "++"]}, "callback_never.1"),
        ({"callback_never": ["955", "9" * 21]}, "callback_never.1"),
        ({"members": [{"user_id": "usr_nobody"}]}, "members"),
    ],
)
def test_a_refusal_names_the_field_and_a_number_is_known_however_it_is_written(
    tmp_path: Path, wrong: dict[str, Any], field: str
) -> None:
    async def scenario(c: Company) -> None:
        await load(c)
        anna = await c.signed_in("anna")
        body = json.dumps({"name": "x", **wrong})
        answer = await anna.put(URL, content=body, headers={"content-type": "application/json"})
        assert answer.status_code == 400 and answer.json()["error"]["fields"] == [field], answer.text
        good = await anna.put(URL, json={"name": "x", "vip": {"+86 138-0013 8000": 5}, "callback_never": ["955"]})
        assert good.status_code == 200 and good.json()["vip"] == {"13800138000": 5}

    run_in_company(tmp_path, scenario, make_control=make_control)


@pytest.mark.parametrize(
    "wrong",
    [
        {"strategy": "by magic"},
        {"name": ""},
        {"ring_for_s": 0},
        {"priority": 10**9},
        {"overflow": "not a number"},
        {"members": [{"user_id": "usr_nobody"}]},
        {"members": [{"user_id": MEI}, {"user_id": MEI}]},
        {"announcements": [{"zh": "x" * 501}]},
        {"no_such_rule": 1},
        {"number": "1"},
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(tmp_path: Path, wrong: dict[str, Any]) -> None:
    async def scenario(c: Company) -> None:
        await load(c)
        anna = await c.signed_in("anna")
        before = (await anna.get(URL)).json()
        answer = await anna.put(URL, json={"name": "x", **wrong})
        assert answer.status_code in (400, 422), answer.text
        assert (await anna.get(URL)).json() == before

    run_in_company(tmp_path, scenario, make_control=make_control)


def test_agents_read_the_rules_and_change_none(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        await load(c)
        mei, wei = await c.signed_in("mei"), await c.signed_in("wei")
        assert (await mei.get(URL)).status_code == 200
        assert (await mei.put(URL, json={"name": "mine"})).status_code == 403
        assert (await mei.get("/api/v1/audit")).status_code == 403
        assert (await wei.get(URL)).status_code == 403
        assert (await mei.get("/api/v1/queues/que_nowhere")).status_code == 404

    run_in_company(tmp_path, scenario, make_control=make_control)


def test_skills_are_kept(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        await load(c)
        anna = await c.signed_in("anna")
        answer = await anna.put(f"/api/v1/agents/{MEI}/skills", json={"skills": {"english": 3}})
        assert answer.json() == {"skills": {"english": 3}}
        assert (await anna.put("/api/v1/agents/usr_x/skills", json={"skills": {"a": 1}})).status_code == 404
        assert c.parts.control.queues.skills(MEI) == {"english": 3}  # type: ignore[attr-defined]
        await anna.put(f"/api/v1/agents/{LEI}/skills", json={"skills": {"english": 1, "billing": 2}})
        known = (await anna.get("/api/v1/skills")).json()["skills"]
        assert known == [
            {"skill": "billing", "people": 1, "level": 2},
            {"skill": "english", "people": 2, "level": 3},
        ]
        assert (await (await c.signed_in("mei")).get("/api/v1/skills")).status_code == 403

    run_in_company(tmp_path, scenario, make_control=make_control)


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "售后 ☎️😀", "=1+1"])
def test_a_queue_is_made_and_removed_and_both_are_written_down(tmp_path: Path, name: str) -> None:
    async def scenario(c: Company) -> None:
        await load(c)
        anna, admin = await c.signed_in("anna"), await c.signed_in("admin")
        made = await anna.post("/api/v1/queues", json={"name": name, "members": [{"user_id": LEI}, {"user_id": MEI}]})
        assert made.status_code == 201, made.text
        url = f"/api/v1/queues/{made.json()['id']}"
        whole = (await anna.get(url)).json()
        assert whole["name"] == name and [m["user_id"] for m in whole["members"]] == [LEI, MEI]
        assert (await anna.delete(url)).status_code == 204
        assert (await anna.get(url)).status_code == 404
        assert (await anna.delete(url)).status_code == 404
        found = (await admin.get("/api/v1/audit", params={"object_id": made.json()["id"]})).json()["entries"]
        assert {entry["action"] for entry in found} == {"queue.create", "queue.delete"}

    run_in_company(tmp_path, scenario, make_control=make_control)


def test_a_queue_to_which_a_number_leads_stays(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        await load(c)
        anna, mei = await c.signed_in("anna"), await c.signed_in("mei")
        refused = await anna.delete(URL)
        assert refused.status_code == 409 and refused.json()["error"]["cause"] == "in-use"
        assert (await anna.get(URL)).status_code == 200
        assert (await mei.delete(URL)).status_code == 403
        assert (await mei.post("/api/v1/queues", json={"name": "mine"})).status_code == 403
        assert (await anna.post("/api/v1/queues", json={"name": "x" * 4000})).status_code == 400
        nobody = {"name": "x", "members": [{"user_id": "usr_nobody"}]}
        assert (await anna.post("/api/v1/queues", json=nobody)).status_code == 400
        assert len((await anna.get("/api/v1/queues")).json()["queues"]) == 1

    run_in_company(tmp_path, scenario, make_control=make_control)


def test_two_who_change_one_queue_are_not_both_the_last(tmp_path: Path, database_url: str) -> None:
    async def scenario(c: Company) -> None:
        await load(c)
        anna, admin = await c.signed_in("anna"), await c.signed_in("admin")
        rules: dict[str, Any] = (await anna.get(URL)).json()
        for fixed in ("id", "number"):
            rules.pop(fixed)
        first, second = await asyncio.gather(
            anna.put(URL, json=rules | {"max_wait_s": 240}), admin.put(URL, json=rules | {"wrap_up_s": 99})
        )
        assert sorted((first.status_code, second.status_code)) == [200, 409]
        late = first if first.status_code == 409 else second
        assert late.json()["error"]["cause"] == "changed-meanwhile"
        now = (await anna.get(URL)).json()
        assert (now["max_wait_s"], now["wrap_up_s"]) in ((240, rules["wrap_up_s"]), (rules["max_wait_s"], 99))
        again = rules | {"max_wait_s": 300, "version": now["version"]}
        assert (await anna.put(URL, json=again)).status_code == 200
        unasked = {name: value for name, value in rules.items() if name != "version"}
        assert (await anna.put(URL, json=unasked)).status_code == 200

    run_in_company(tmp_path, scenario, make_control=make_control, database_url=database_url)

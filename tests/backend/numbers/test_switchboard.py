# SPDX-License-Identifier: Apache-2.0
"""Switchboard numbers in the inventory: who reaches them, what is kept of them, and what they may not lead to (N2)."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from headcall.backend.calls.assembly import make_control
from headcall.backend.errors import CallFailed
from headcall.backend.numbers.model import Destination, Network, Number, ToAttendant, ToQueue, ToUser
from headcall.backend.numbers.store import put
from headcall.backend.sample import DID, QUEUE_ID, QUEUE_NUMBER, SWITCHBOARD
from tests.backend.company import Company, run_in_company

NUMBERS, FILE = "/api/v1/numbers", "/api/v1/numbers.csv"
ATTENDANT = ToAttendant(SWITCHBOARD)
OTHER, LEI = "40081234562", "usr_demo_lei"
INSIDE, EVERYWHERE = ["phone", "browser"], ["pstn", "phone", "browser"]


async def resolved(c: Company, dialled: str, network: Network, origin: Network | None = None) -> Destination | str:
    try:
        return await c.parts.numbers.resolve(dialled, network, origin)
    except CallFailed as error:
        return error.cause


@pytest.mark.parametrize(
    ("dialled", "network", "origin", "expected"),
    [
        (SWITCHBOARD, "phone", None, ATTENDANT),
        ("4008-123456-1", "browser", None, ATTENDANT),
        (SWITCHBOARD, "pstn", None, "unknown-number"),
        ("+86 4008 123456 1", "pstn", None, "unknown-number"),
        # a rule of ours sends on who came from outside
        (SWITCHBOARD, "browser", "pstn", "unknown-number"),
        (SWITCHBOARD, "browser", "phone", ATTENDANT),
        # a number that leads there opens no door of it, but the call centre's is behind one (N1)
        (OTHER, "phone", None, ATTENDANT),
        (OTHER, "pstn", None, "unknown-number"),
        (OTHER, "browser", "pstn", "unknown-number"),
        (DID, "pstn", None, ToQueue(QUEUE_ID, QUEUE_NUMBER)),
        ("83012341001", "browser", "pstn", ToUser("usr_demo_mei", "83012341001")),
    ],
)
def test_who_reaches_it(
    tmp_path: Path, dialled: str, network: Network, origin: Network | None, expected: Destination | str
) -> None:
    async def scenario(c: Company) -> None:
        async with c.parts.store.begin() as session:
            await put(session, Number(OTHER, "", "did", "number", SWITCHBOARD, ("pstn", "phone", "browser")))
        assert await resolved(c, dialled, network, origin) == expected

    run_in_company(tmp_path, scenario)


@pytest.mark.parametrize(
    ("keyed", "expected"),
    [
        ("1001", "usr_demo_mei"),
        ("83012341001", "usr_demo_mei"),
        ("2001", "usr_demo_wei"),
        ("9999", None),
        ("", None),
        ("110", None),
        ("10086", None),
        ("+4969123456", None),
        ("*21", None),
        (DID, None),
        (QUEUE_NUMBER, None),
        (SWITCHBOARD, None),
        (OTHER, None),  # leads to a person, and is none
        ("1" * 4000, None),
    ],
)
def test_an_extension_is_a_persons_number(tmp_path: Path, keyed: str, expected: str | None) -> None:
    async def scenario(c: Company) -> None:
        async with c.parts.store.begin() as session:
            await put(session, Number(OTHER, "", "did", "number", "83012341001", ("phone",)))
        found = await c.parts.numbers.extension(keyed)
        assert (found.user_id if found else None) == expected

    run_in_company(tmp_path, scenario)


async def must(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_a_number_becomes_a_switchboard_and_an_ordinary_one_again(tmp_path: Path, database_url: str) -> None:
    async def scenario(c: Company) -> None:
        admin = await c.signed_in("admin")
        made = (await admin.post("/api/v1/queues", json={"name": "总机"})).json()
        path = f"{NUMBERS}/{OTHER}"
        wish = {"target_kind": "queue", "target": made["id"], "is_switchboard": True}
        number = await must(await admin.put(path, json=wish))
        assert (number["kind"], number["networks"], number["target_name"]) == ("switchboard", INSIDE, "总机")
        assert await resolved(c, OTHER, "phone") == ToAttendant(OTHER)
        assert (await admin.get(f"/api/v1/queues/{made['id']}")).json()["number"] == "", "0 has to be pressed"
        prompt = (await admin.post("/api/v1/prompts", json={"name": "问候", "kind": "announcement"})).json()
        wish |= {"networks": EVERYWHERE, "prompt_id": prompt["prompt_id"]}
        assert (await must(await admin.put(path, json=wish)))["networks"] == EVERYWHERE
        assert (await admin.delete(f"/api/v1/prompts/{prompt['prompt_id']}")).json()["error"]["cause"] == "in-use"
        del wish["is_switchboard"], wish["networks"]
        other = await must(await admin.put(path, json=wish | {"target": QUEUE_ID}))
        assert (other["kind"], other["networks"], other["prompt_id"]) == (
            "switchboard",
            EVERYWHERE,
            prompt["prompt_id"],
        )
        listed = (await admin.get(NUMBERS, params={"use": "switchboard"})).json()
        assert [n["number"] for n in listed["numbers"]] == [SWITCHBOARD, OTHER]
        listed = (await admin.get(NUMBERS, params={"use": "queue"})).json()
        assert [n["number"] for n in listed["numbers"]] == [QUEUE_NUMBER]
        plain = await must(await admin.put(path, json=wish | {"is_switchboard": False}))
        assert (plain["kind"], plain["prompt_id"]) == ("queue", "")
        assert (await admin.delete(f"/api/v1/prompts/{prompt['prompt_id']}")).status_code == 204
        told = (await admin.get("/api/v1/audit", params={"object_id": OTHER})).json()["entries"]
        assert [entry["after"].get("kind") for entry in told] == ["queue", None, None, "switchboard"]

    run_in_company(tmp_path, scenario, make_control=make_control, database_url=database_url)


@pytest.mark.parametrize(
    "wrong",
    [
        {"target_kind": "user", "target": LEI},
        {"target_kind": "free"},
        {"target_kind": "number", "target": SWITCHBOARD},
        {"target_kind": "number", "target": OTHER},
        {"target_kind": "number", "target": "1"},
        {"target_kind": "queue", "target": "que_none"},
        {"target_kind": "queue", "target": QUEUE_ID, "prompt_id": "prm_none"},
        {"target_kind": "queue", "target": QUEUE_ID, "networks": []},
        {"target_kind": "queue", "target": QUEUE_ID, "networks": ["moon"]},
        {"target_kind": "queue", "target": QUEUE_ID, "networks": ["pstn"] * 4},
    ],
)
def test_what_no_switchboard_can_be(tmp_path: Path, wrong: dict[str, Any]) -> None:
    async def scenario(c: Company) -> None:
        await c.parts.control.queues.load()  # type: ignore[attr-defined]
        admin = await c.signed_in("admin")
        answer = await admin.put(f"{NUMBERS}/{OTHER}", json=wrong | {"is_switchboard": True})
        assert answer.json()["error"]["cause"] == "bad-request", answer.text
        assert (await admin.get(NUMBERS, params={"q": OTHER})).json()["total"] == 0

    run_in_company(tmp_path, scenario, make_control=make_control)


def test_led_elsewhere_a_number_is_reached_from_where_it_was(tmp_path: Path) -> None:
    """The internal number of the call centre does not open to the public network because its queue is another."""

    async def scenario(c: Company) -> None:
        await c.parts.control.queues.load()  # type: ignore[attr-defined]
        admin = await c.signed_in("admin")
        made = (await admin.post("/api/v1/queues", json={"name": "夜班"})).json()
        path = f"{NUMBERS}/{QUEUE_NUMBER}"
        wish: dict[str, Any] = {"target_kind": "queue", "target": made["id"]}
        assert (await must(await admin.put(path, json=wish)))["networks"] == INSIDE
        assert await resolved(c, QUEUE_NUMBER, "pstn") == "unknown-number"
        wish = {"target_kind": "number", "target": DID, "networks": ["phone"]}
        assert (await must(await admin.put(path, json=wish)))["networks"] == ["phone"]
        assert await resolved(c, QUEUE_NUMBER, "browser") == "unknown-number"
        await must(await admin.put(path, json={"target_kind": "free"}))
        wish = {"target_kind": "queue", "target": made["id"]}
        assert (await must(await admin.put(path, json=wish)))["networks"] == EVERYWHERE, "as is usual for a new one"

    run_in_company(tmp_path, scenario, make_control=make_control)


def test_a_file_keeps_what_it_does_not_tell(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        await c.parts.control.queues.load()  # type: ignore[attr-defined]
        admin = await c.signed_in("admin")
        made = (await admin.post("/api/v1/queues", json={"name": "夜班"})).json()
        out = (await admin.get(FILE)).text
        assert f"{SWITCHBOARD},switchboard,{QUEUE_ID}" in out
        text = (
            f"号码,用途,目标\n{SWITCHBOARD},总机,83012341001\n{QUEUE_NUMBER},队列,夜班\n"
            f"{OTHER},switchboard,83012341002\n"
        )
        done = (await admin.post(FILE, params={"dry": "false"}, content=text.encode())).json()
        assert done["is_applied"] and (done["changed"], done["new"]) == (2, 1), done
        found = {n["number"]: n for n in (await admin.get(NUMBERS, params={"q": "400812345"})).json()["numbers"]}
        kept = {number: (n["kind"], n["target"], n["networks"]) for number, n in found.items() if number != DID}
        assert kept == {
            QUEUE_NUMBER: ("queue", made["id"], INSIDE),
            SWITCHBOARD: ("switchboard", "83012341001", INSIDE),
            OTHER: ("switchboard", "83012341002", INSIDE),
        }

    run_in_company(tmp_path, scenario, make_control=make_control)


@pytest.mark.parametrize(
    ("target", "reason"),
    [("", "no-target"), (OTHER, "unknown-target"), ("mei", "unknown-target"), ("40081234563", "unknown-target")],
)
def test_a_file_leads_no_switchboard_in_a_circle(tmp_path: Path, target: str, reason: str) -> None:
    async def scenario(c: Company) -> None:
        admin = await c.signed_in("admin")
        async with c.parts.store.begin() as session:
            await put(session, Number("40081234563", "", "switchboard", "queue", QUEUE_ID, ("phone",)))
        text = f"number,use,target\n{SWITCHBOARD},switchboard,{target}\n{OTHER},switchboard,{SWITCHBOARD}\n"
        faults = (await admin.post(FILE, content=text.encode())).json()["faults"]
        assert (faults[0]["line"], faults[0]["column"], faults[0]["reason"]) == (2, "target", reason)

    run_in_company(tmp_path, scenario)

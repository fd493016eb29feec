# SPDX-License-Identifier: Apache-2.0
"""Hours, holidays and the switch over REST."""

from pathlib import Path
from typing import Any

import pytest

from headcall.backend.calls.assembly import make_control
from headcall.backend.hours.holidays import day_of, read
from headcall.backend.hours.model import Holiday
from headcall.backend.sample import QUEUE_ID
from tests.backend.company import Company, run_in_company

HOURS, HOLIDAYS, FILE = "/api/v1/hours", "/api/v1/holidays", "/api/v1/holidays.csv"
WEEK = [[{"begins": 540, "ends": 1080}]] * 5 + [[], []]
RULES: dict[str, Any] = {"name": "办公时间 🌙 <script>", "week": WEEK}


def test_hours_are_kept_used_switched_and_stay_while_they_are_used(tmp_path: Path, database_url: str) -> None:
    async def scenario(c: Company) -> None:
        await c.parts.control.queues.load()  # type: ignore[attr-defined]
        anna, admin = await c.signed_in("anna"), await c.signed_in("admin")
        made = await anna.post(HOURS, json=RULES)
        assert made.status_code == 201, made.text
        hours = made.json()
        one = f"{HOURS}/{hours['hours_id']}"
        assert (hours["zone"], hours["keeps_holidays"], hours["switch"]) == ("Asia/Shanghai", True, None)
        rules: dict[str, Any] = (await anna.get(f"/api/v1/queues/{QUEUE_ID}")).json()
        for fixed in ("id", "number", "version"):
            rules.pop(fixed, None)
        wish = rules | {"hours_id": hours["hours_id"]}
        assert (await anna.put(f"/api/v1/queues/{QUEUE_ID}", json=wish)).status_code == 200
        assert (await anna.delete(one)).json()["error"]["cause"] == "in-use"
        switched = (await anna.put(f"{one}/switch", json={"to_open": False, "until": "2099-01-01T00:00:00Z"})).json()
        assert (switched["is_open"], switched["why"], switched["why_name"]) == (False, "switch", "Anna Schmidt")
        assert switched["switch"]["until"] == "2099-01-01T00:00:00.000Z"
        assert switched["opens_at"] == "2099-01-01T01:00:00.000Z", "a Thursday, at nine in Shanghai"
        past = {"to_open": True, "until": "2001-01-01T00:00:00Z"}
        assert (await anna.put(f"{one}/switch", json=past)).status_code == 400
        changed = (await anna.put(one, json=RULES | {"name": "neu", "version": hours["version"]})).json()
        assert changed["name"] == "neu" and changed["why"] == "switch"
        late = await anna.put(one, json=RULES | {"version": hours["version"]})
        assert late.json()["error"]["cause"] == "changed-meanwhile"
        assert (await anna.put(f"{one}/switch", json={"to_open": None})).json()["switch"] is None
        told = (await admin.get("/api/v1/audit", params={"object_id": hours["hours_id"]})).json()["entries"]
        assert [e["action"] for e in told] == ["hours.switch", "hours.change", "hours.switch", "hours.create"]
        await anna.put(f"/api/v1/queues/{QUEUE_ID}", json=rules)
        assert (await anna.delete(one)).status_code == 204
        assert (await anna.get(HOURS)).json() == {"hours": [], "company_zone": "Asia/Shanghai"}

    run_in_company(tmp_path, scenario, make_control=make_control, database_url=database_url)


@pytest.mark.parametrize(
    "wrong",
    [
        {"zone": "Moon/Sea"},
        {"zone": "../../etc/passwd"},
        {"zone": ""},
        {"week": WEEK[:6]},
        {"week": [[{"begins": 60, "ends": 60}]] * 7},
        {"week": [[{"begins": 1440, "ends": 1}]] * 7},
        {"week": [[{"begins": 1, "ends": 2}] * 11] * 7},
        {"name": "x" * 4000},
        {"closed": {"overflow": "nobody"}},
        {"closed": {"zh": "x" * 4000}},
        {"extra": 1},
    ],
)
def test_hours_that_make_no_sense_are_refused(tmp_path: Path, wrong: dict[str, Any]) -> None:
    async def scenario(c: Company) -> None:
        anna = await c.signed_in("anna")
        assert (await anna.post(HOURS, json=RULES | wrong)).status_code == 400
        assert (await anna.get(HOURS)).json() == {"hours": [], "company_zone": "Asia/Shanghai"}
        mei = await c.signed_in("mei")
        assert (await mei.get(HOURS)).status_code == 200
        assert (await mei.post(HOURS, json=RULES)).status_code == 403
        assert (await mei.put(f"{HOLIDAYS}/2026-10-01", json={"name": "x"})).status_code == 403

    run_in_company(tmp_path, scenario, make_control=make_control)


def test_a_list_of_holidays_is_taken_whole_or_not_at_all(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        anna = await c.signed_in("anna")
        good = "日期,名称,按星期几上班\n2026-10-01,国庆节\n2026/10/2,国庆节,\n2026年10月10日,调休,3\n".encode("gbk")
        assert (await anna.post(FILE, content=good)).json() == {"days": 3, "faults": [], "is_applied": False}
        assert (await anna.get(HOLIDAYS)).json() == {"holidays": []}
        assert (await anna.post(FILE, params={"dry": "false"}, content=good)).json()["is_applied"]
        days = (await anna.get(HOLIDAYS)).json()["holidays"]
        assert [(d["day"], d["works_like"]) for d in days] == [
            ("2026-10-01", None),
            ("2026-10-02", None),
            ("2026-10-10", 2),
        ]
        bad = b"2026-12-25,Xmas\n2026-02-30,none\n"
        answer = (await anna.post(FILE, params={"dry": "false"}, content=bad)).json()
        assert answer["faults"] == [{"line": 2, "reason": "not-a-day", "value": "2026-02-30"}]
        assert len((await anna.get(HOLIDAYS)).json()["holidays"]) == 3
        assert (await anna.delete(f"{HOLIDAYS}/2026-10-02")).status_code == 204
        assert (await anna.delete(f"{HOLIDAYS}/2026-10-02")).status_code == 404
        assert (await anna.put(f"{HOLIDAYS}/no-day", json={"name": "x"})).status_code == 400

    run_in_company(tmp_path, scenario)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"\xff\x00\x81", "encoding"),
        (b"", "empty"),
        (b"day,name\n", "empty"),
        (b"2026-13-01,x", "not-a-day"),
        (b"=1+1,x", "not-a-day"),
        (b"2026-10-01,", "no-name"),
        (b"2026-10-01," + b"x" * 4000, "no-name"),
        (b"2026-10-01,x,8", "not-a-weekday"),
        (b"2026-10-01,x\n2026-10-01,y", "twice"),
        (b"2026-10-01,x\n" * 2001, "too-many-lines"),
    ],
)
def test_what_is_wrong_with_a_list_is_named(text: bytes, reason: str) -> None:
    assert [fault.reason for fault in read(text)[1]] == [reason]


def test_days_as_people_write_them() -> None:
    assert [day_of(d) for d in ("2026-1-2", "2026/01/02", "2026.1.2", "2026年1月2日")] == ["2026-01-02"] * 4
    assert read("2026-10-01;国庆节".encode())[0] == (Holiday("2026-10-01", "国庆节"),)

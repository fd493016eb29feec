# SPDX-License-Identifier: Apache-2.0
"""The history of calls: pages, search, export, and whose calls are whose; over both databases."""

import csv
import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from headcall.backend.cdr.store import CallRecord, Cursor, write
from tests.backend.company import Company, run_in_company

MEI, LEI = "usr_demo_mei", "usr_demo_lei"


def call(n: int, **changes: Any) -> CallRecord:
    """The nth call; every three share one millisecond."""
    started = 1_790_000_000_000 + n // 3
    record = CallRecord(
        call_id=f"call_{n:026d}",
        direction="in",
        from_number=f"1380000{n:04d}",
        to_number="4008123456",
        started_at_ms=started,
        agent_user_id=MEI if n % 2 else LEI,
        agent_name="李梅" if n % 2 else "张磊",
        agent_number="1001" if n % 2 else "1002",
        queue_id="que_callcentre",
        queue_name="呼叫中心",
        answered_at_ms=started + 4500,
        ended_at_ms=started + 64_500,
        cause="normal",
        ended_by="caller",
    )
    return replace(record, **changes)


async def kept(c: Company, *records: CallRecord) -> None:
    async with c.parts.store.begin() as session:
        for record in records:
            await write(session, record)


def test_pages_follow_each_other_without_a_gap_or_a_double(tmp_path: Path, database_url: str) -> None:
    async def scenario(c: Company) -> None:
        await kept(c, *(call(n) for n in range(50)))
        admin = await c.signed_in("admin")
        found: list[str] = []
        cursor: str | None = ""
        while cursor is not None:
            query = {"scope": "all", "limit": "7"} | ({"before": cursor} if cursor else {})
            page = (await admin.get("/api/v1/calls", params=query)).json()
            found += [each["call_id"] for each in page["calls"]]
            cursor = page["next"]
        assert found == [call(n).call_id for n in reversed(range(50))]

    run_in_company(tmp_path, scenario, database_url=database_url)


def test_people_see_their_own_calls_and_supervisors_all(tmp_path: Path, database_url: str) -> None:
    async def scenario(c: Company) -> None:
        await kept(c, *(call(n) for n in range(10)), call(10, agent_user_id=None, from_user_id=MEI))
        mei, anna = await c.signed_in("mei"), await c.signed_in("anna")
        assert len((await mei.get("/api/v1/calls")).json()["calls"]) == 6
        refused = await mei.get("/api/v1/calls", params={"scope": "all"})
        assert refused.status_code == 403 and refused.json()["error"]["cause"] == "not-allowed"
        assert len((await anna.get("/api/v1/calls", params={"scope": "all"})).json()["calls"]) == 11
        assert (await anna.get("/api/v1/calls")).json()["calls"] == []
        assert (await mei.get(f"/api/v1/calls/{call(1).call_id}")).status_code == 200
        assert (await mei.get(f"/api/v1/calls/{call(2).call_id}")).status_code == 404
        assert (await anna.get(f"/api/v1/calls/{call(2).call_id}")).json()["recordings"] == []

    run_in_company(tmp_path, scenario, database_url=database_url)


def test_a_record_shows_times_and_durations(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        await kept(c, call(1), call(5, answered_at_ms=None, ended_at_ms=None, cause="", ended_by=None))
        mei = await c.signed_in("mei")
        shown = (await mei.get(f"/api/v1/calls/{call(1).call_id}")).json()
        assert (shown["wait_s"], shown["talk_s"]) == (4.5, 60.0)
        assert shown["started_at"] == "2026-09-21T14:13:20.000Z"
        assert shown["agent"] == {"user_id": MEI, "name": "李梅", "agent_number": "1001"}
        assert shown["queue"] == {"id": "que_callcentre", "name": "呼叫中心"}
        c.clock.advance(30)
        living = (await mei.get(f"/api/v1/calls/{call(5).call_id}")).json()
        assert living["ended_at"] is None and 29.9 < living["wait_s"] <= 30 and living["talk_s"] == 0

    run_in_company(tmp_path, scenario)


def test_writing_a_record_again_changes_it(tmp_path: Path, database_url: str) -> None:
    async def scenario(c: Company) -> None:
        await kept(c, call(1, ended_at_ms=None), call(1, cause="busy"))
        (shown,) = (await (await c.signed_in("mei")).get("/api/v1/calls")).json()["calls"]
        assert shown["cause"] == "busy" and shown["ended_at"] is not None

    run_in_company(tmp_path, scenario, database_url=database_url)


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("13800000007", 1),
        ("138 0000 0007", 1),
        ("+86 138-0000-0007", 1),
        ("0000 0007", 1),
        ("李梅", 5),
        ("呼叫", 10),
        ("%", 0),
        ("_", 0),
        ("\\", 0),
        ("'; DROP TABLE cdr; --", 0),
        ("<script>", 0),
        ("😀", 0),
        ("\0", 0),
    ],
)
def test_search_takes_every_character_as_itself(tmp_path: Path, database_url: str, q: str, found: int) -> None:
    async def scenario(c: Company) -> None:
        await kept(c, *(call(n) for n in range(10)))
        answer = await (await c.signed_in("admin")).get("/api/v1/calls", params={"scope": "all", "q": q})
        assert len(answer.json()["calls"]) == found

    run_in_company(tmp_path, scenario, database_url=database_url)


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "0"},
        {"limit": "201"},
        {"limit": "x"},
        {"limit": "9" * 50},
        {"before": "nonsense"},
        {"before": "1"},
        {"before": "²." + "x"},
        {"before": "9" * 40 + ".x"},
        {"before": "x" * 4000},
        {"scope": "everyone"},
        {"q": "x" * 4000},
    ],
)
def test_a_strange_query_is_a_bad_request(tmp_path: Path, query: dict[str, str]) -> None:
    async def scenario(c: Company) -> None:
        answer = await (await c.signed_in("admin")).get("/api/v1/calls", params=query)
        assert answer.status_code == 400 and answer.json()["error"]["cause"] == "bad-request"

    run_in_company(tmp_path, scenario)


def test_hostile_names_come_back_as_data(tmp_path: Path, database_url: str) -> None:
    async def scenario(c: Company) -> None:
        hostile = "<script>alert(1)</script>\"'😀" + "x" * 4000
        await kept(c, call(1, from_name=hostile, from_number="1" * 500))
        answer = await (await c.signed_in("mei")).get("/api/v1/calls")
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.json()["calls"][0]["from_name"] == hostile

    run_in_company(tmp_path, scenario, database_url=database_url)


def test_the_export_has_all_lines_and_no_formula(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        await kept(
            c, *(call(n) for n in range(1200)), call(2000, from_name="=HYPERLINK(1)", from_number="+8613800138000")
        )
        answer = await (await c.signed_in("anna")).get("/api/v1/calls.csv", params={"scope": "all"})
        assert "attachment" in answer.headers["content-disposition"]
        lines = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
        assert len(lines) == 1201
        assert lines[0]["from_name"] == "'=HYPERLINK(1)" and lines[0]["from_number"] == "'+8613800138000"
        assert lines[1]["queue"] == "呼叫中心"
        refused = await (await c.signed_in("mei")).get("/api/v1/calls.csv", params={"scope": "all"})
        assert refused.status_code == 403

    run_in_company(tmp_path, scenario)


def test_a_cursor_reads_what_it_writes() -> None:
    cursor = Cursor(1_790_000_000_000, "call_x")
    assert Cursor.parse(str(cursor)) == cursor

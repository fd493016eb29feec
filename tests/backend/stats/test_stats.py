# SPDX-License-Identifier: Apache-2.0
"""The fixed log through the database, REST and CSV; who may read what; what is refused."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from headcall.backend.agents.store import AgentPeriodRow
from headcall.backend.calls.store import append
from headcall.backend.cdr.store import CallRecord
from headcall.backend.cdr.store import write as write_record
from headcall.backend.outcomes import store as outcomes
from headcall.backend.queues.model import Disposition, Queue
from headcall.backend.queues.store import put as put_queue
from headcall.backend.stats.definitions import DEFINITIONS
from headcall.backend.stats.http import CodeFigures, Figures
from headcall.backend.stats.intervals import cuts, span_of
from headcall.backend.users.store import UserRow
from tests.backend.company import Company, run_in_company
from tests.backend.stats.fixed_log import CALLS, DISPOSITIONS, LEI, MARKS, MEI, ZONE, A, B, at

DAY = {"since": "2026-11-24", "until": "2026-11-25"}
PERSON_MEI = "usr_demo_mei"


async def kept(c: Company) -> None:
    """The fixed log, and what agents did that day."""
    c.clock.advance((at("11:10") - c.clock.wall_ms()) / 1000)
    async with c.parts.store.begin() as session:
        await put_queue(
            session, Queue(queue_id=A, name="=售前 <b>", dispositions=(Disposition("sold", "成交", "Sold"),))
        )
        for user_id, name in ((MEI, "梅"), (LEI, "雷")):
            session.add(
                UserRow(user_id=user_id, login=user_id, name=name, roles=["agent"], password_hash="", created_at_ms=0)
            )
        for call_id, entries in CALLS.items():
            await append(session, call_id, entries)
            await outcomes.change(session, call_id, disposition=DISPOSITIONS.get(call_id), mark=MARKS.get(call_id))
            number, begin, end = "400", entries[0].at_ms, entries[-1].at_ms
            await write_record(session, CallRecord(call_id, "in", "1", number, begin, ended_at_ms=end))
        periods: tuple[tuple[str, str, str, str | None], ...] = (
            ("wrap_up", "09:01:50", "09:02:20", "call_01"),
            ("wrap_up", "09:06:20", "09:06:30", "call_02"),
            ("ready", "09:30:00", "10:30:00", None),
            ("break", "10:30:00", "10:40:00", None),
        )
        for state, since, until, of_call in periods:
            session.add(
                AgentPeriodRow(
                    user_id=MEI, state=state, since_ms=at(since), until_ms=at(until), call_id=of_call, reason=None
                )
            )
    assert await c.parts.stats.catch_up() == 15  # as after the first start with statistics
    assert await c.parts.stats.catch_up() == 0


async def asked(c: Company, login: str, **query: Any) -> dict[str, dict[str, Any]]:
    answer = await (await c.signed_in(login)).get("/api/v1/stats", params=DAY | query)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return {row["key"]: row["figures"] for row in found["rows"]} | {"total": found["total"]}


def test_the_database_gives_the_figures_computed_by_hand(tmp_path: Path, database_url: str) -> None:
    async def check(c: Company) -> None:
        queues = await asked(c, "anna", by="queue")
        a = queues[A]
        assert (a["offered"], a["service_level"], a["asa_s"], a["wrap_up_s"]) == (11, 0.2727, 23.3, 5.7)
        assert (a["mark_mean"], a["dispositions"], queues["total"]["offered"]) == (4.0, {"sold": 2, "lost": 1}, 14)
        mei = (await asked(c, "anna", by="agent"))[MEI]
        assert (mei["handled"], mei["rung"], mei["missed"], mei["aht_s"]) == (7, 7, 1, 52.9)
        # 40 s of wrap-up, an hour ready, ten minutes of a break
        assert (mei["login_s"], mei["break_s"], mei["occupancy"]) == (4240.0, 600.0, 0.011)
        hours = await asked(c, "anna", by="interval", interval="hour")
        assert len(hours) == 13  # those from midnight until now, and the total
        assert hours["2026-11-24T09:00:00+08:00"]["offered"] == 12
        assert hours["2026-11-24T09:00:00+08:00"]["ready_s"] == 1800.0
        assert hours["2026-11-24T10:00:00+08:00"]["login_s"] == 2400.0
        only_b = await asked(c, "anna", by="number", queue_id=[B])
        assert (only_b["400"]["offered"], only_b["total"]["offered"]) == (1, 3)
        assert (await asked(c, "anna", by="queue", number="955"))["total"]["offered"] == 2

    async def scenario(c: Company) -> None:
        await kept(c)
        await check(c)
        assert await c.parts.keeper.look() == 2  # nine and ten o'clock
        await check(c)
        assert await c.parts.keeper.look() == 0

    run_in_company(tmp_path, scenario, database_url=database_url)


def test_agents_see_their_own_figures_and_employees_none(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        await kept(c)
        own = await asked(c, "mei", by="agent", user_id=MEI)
        assert own.keys() <= {PERSON_MEI, "total"} and own["total"]["handled"] == 0
        assert own["total"]["offered"] is None
        refused = await (await c.signed_in("wei")).get("/api/v1/stats")
        assert refused.status_code == 403

    run_in_company(tmp_path, scenario)


def test_the_sheet_has_heads_of_ones_language_and_no_formula(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        await kept(c)
        anna = await c.signed_in("anna")
        answer = await anna.get("/api/v1/stats.csv", params=DAY | {"by": "queue", "language": "en"})
        assert 'filename="stats-queue-2026-11-24-2026-11-24.csv"' in answer.headers["content-disposition"]
        lines = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
        named = {line["Queue"]: line for line in lines}
        codes = await anna.get("/api/v1/stats.csv", params=DAY | {"by": "queue", "language": "en", "section": "codes"})
        assert 'filename="codes-queue-2026-11-24-2026-11-24.csv"' in codes.headers["content-disposition"]
        assert codes.text.splitlines()[:5] == [
            "\ufeffQueue,Agent number,Code,Calls with code,Share of calls,Talk with code (s)",
            "'=售前 <b>,,Sold,2,0.3333,70.0",
            "'=售前 <b>,,lost,1,0.1667,200.0",
            "'=售前 <b>,,(none),3,0.5,31.7",
            "que_b,,(none),3,1.0,36.7",
        ]
        assert named["'=售前 <b>"]["Service level"] == "0.2727" and named["Total"]["Offered"] == "14"
        assert "Occupancy" not in lines[0]  # of no queue
        own = await anna.get("/api/v1/stats.csv", params=DAY | {"by": "agent"})
        assert own.text.startswith("\ufeffAgent,Agent number,Answered,") and ",no reason: 600.0," in own.text
        chinese = await anna.get("/api/v1/stats.csv", params=DAY | {"by": "agent", "language": "zh"})
        assert chinese.text.startswith("\ufeff坐席,工号,接起量,")

    run_in_company(tmp_path, scenario)


@pytest.mark.parametrize(
    "query",
    [
        {"since": "2026-11-25", "until": "2026-11-24"},
        {"since": "2026-11-24"},
        {"since": "2026-11-24T10:00:00", "until": "2026-11-25"},
        {"since": "yesterday", "until": "2026-11-25"},
        {"since": "0000-00-00", "until": "2026-11-25"},
        {"since": "9999-12-31", "until": "9999-12-31T23:59:59-23:59"},
        {"since": "2020-01-01", "until": "2026-01-01"},
        {"since": "2025-11-24", "until": "2026-11-24", "by": "interval", "interval": "hour"},
        {"range": "today", "since": "2026-11-24", "until": "2026-11-25"},
        {"range": "ever"},
        {"by": "caller"},
        {"interval": "second"},
        {"queue_id": ["x"] * 101},
        {"number": "4" * 65},
    ],
)
def test_a_strange_question_is_a_bad_request(tmp_path: Path, query: dict[str, Any]) -> None:
    async def scenario(c: Company) -> None:
        c.clock.advance((at("11:10") - c.clock.wall_ms()) / 1000)
        anna = await c.signed_in("anna")
        for path in ("/api/v1/stats", "/api/v1/stats.csv"):
            answer = await anna.get(path, params=query)
            assert answer.status_code == 400 and answer.json()["error"]["cause"] == "bad-request"

    run_in_company(tmp_path, scenario)


def test_no_report_goes_through_all_there_ever_was(tmp_path: Path) -> None:
    """Every query finds its rows by an index: a day costs what a day holds, however many years are kept."""

    async def scenario(c: Company) -> None:
        await kept(c)
        asked_of_sqlite: list[tuple[str, Any]] = []

        def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
            if "stat_" in statement or "agent_periods" in statement:
                asked_of_sqlite.append((statement, parameters))

        engine = c.parts.store.engine.sync_engine
        event.listen(engine, "before_cursor_execute", note)
        for hours_made in (2, 0):
            for by in ("queue", "agent", "number", "interval"):
                await asked(c, "anna", by=by)
                await asked(c, "anna", by=by, queue_id=[A], number="400", user_id=MEI)
            assert await c.parts.keeper.look() == hours_made
        event.remove(engine, "before_cursor_execute", note)
        assert len({statement for statement, _ in asked_of_sqlite}) >= 8
        async with c.parts.store.read() as session:
            connection = await session.connection()
            for statement, parameters in asked_of_sqlite:
                plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
                steps = [str(row[-1]) for row in plan.all()]
                assert not [step for step in steps if step.startswith("SCAN")], (statement, steps)

    run_in_company(tmp_path, scenario)


def test_ranges_follow_the_companys_calendar() -> None:
    midnight = at("24:00")  # Wednesday
    assert span_of("today", at("23:59"), ZONE).until_ms == midnight == span_of("today", midnight, ZONE).since_ms
    assert span_of("yesterday", midnight, ZONE).since_ms == at("00:00")
    week = span_of("week", midnight, ZONE)
    assert (midnight - week.since_ms, week.until_ms - week.since_ms) == (2 * 86_400_000, 7 * 86_400_000)
    assert len(cuts(span_of("last_month", midnight, ZONE), "day", ZONE)) == 31
    assert len(cuts(span_of("month", midnight, ZONE), "week", ZONE)) == 6  # November begins on a Sunday


def test_every_figure_has_a_definition_and_the_document_says_the_same() -> None:
    codes = {f"code_{name}" for name in CodeFigures.model_fields} - {"code_code"}
    assert set(Figures.model_fields) | codes == {each.id for each in DEFINITIONS}
    document = (Path(__file__).parents[3] / "docs" / "statistics.md").read_text(encoding="utf-8")
    for each in DEFINITIONS:
        assert f"| `{each.id}` | {each.en} | {each.zh} | {each.en_text} |" in document, each.id

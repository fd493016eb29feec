# SPDX-License-Identifier: Apache-2.0
"""A report from sums is the report from the facts, whatever happened, however it is cut, on whichever clock."""

import asyncio
from datetime import datetime, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Struct
from sqlalchemy import delete

from headcall.backend.agents.store import AgentPeriodRow
from headcall.backend.outcomes import store as outcomes
from headcall.backend.outcomes.store import OutcomeRow
from headcall.backend.stats import slots
from headcall.backend.stats.figures import Rules
from headcall.backend.stats.intervals import Span
from headcall.backend.stats.keeper import Keeper
from headcall.backend.stats.pieces import gaps_of, pieces_of, runs_of
from headcall.backend.stats.report import Question
from headcall.backend.stats.service import Stats
from headcall.backend.stats.slots import HOUR_MS, touch
from headcall.backend.stats.store import RefusalRow, RingRow, TalkRow, VisitRow
from headcall.backend.stats.sum_rows import AgentSumRow, BreakSumRow, CallSumRow, CodeSumRow, SlotRow
from headcall.backend.store.engine import Store
from headcall.backend.store.migrate import migrate
from headcall.kit.clock import ManualClock

WHENS: tuple[tuple[ZoneInfo, datetime], ...] = (
    (ZoneInfo("Asia/Shanghai"), datetime(2026, 11, 24)),
    (ZoneInfo("Europe/Berlin"), datetime(2026, 3, 29)),  # has 23 hours
    (ZoneInfo("Europe/Berlin"), datetime(2026, 10, 25)),  # has 25
    (ZoneInfo("Asia/Kolkata"), datetime(2026, 11, 24)),  # its hours begin at half past
    (ZoneInfo("Australia/Lord_Howe"), datetime(2026, 4, 5)),  # half an hour is given back
)
MINUTE_MS = 60_000
BEFORE_MS, LONG_MS = 3 * HOUR_MS, 8 * HOUR_MS
"""What happens begins so long before midnight, and goes on for so long."""

moments = st.integers(0, LONG_MS // MINUTE_MS).map(lambda minute: minute * MINUTE_MS) | st.integers(0, LONG_MS)
lengths = st.sampled_from([0, 4_999, 5_000, 20_000, 20_001]) | st.integers(0, 2 * HOUR_MS)
queues, people = st.sampled_from(["que_a", "que_b"]), st.sampled_from(["usr_m", "usr_l"])
numbers = st.sampled_from("12")
calls = st.integers(0, 5).map(lambda n: f"call_{n}")


class Happens(Struct):
    """Rows that will be in the tables."""

    visits: list[dict[str, Any]]
    talks: list[dict[str, Any]]
    rings: list[dict[str, Any]]
    refusals: list[dict[str, Any]]
    periods: list[dict[str, Any]]
    outcomes: dict[str, dict[str, Any]]


def listed(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.lists(st.fixed_dictionaries(fields), max_size=8)


happenings = st.builds(
    Happens,
    listed(
        queue_id=queues,
        number=numbers,
        at_ms=moments,
        wait_ms=lengths,
        outcome=st.sampled_from(["answered", "abandoned", "overflowed", "callback", "turned-away"]),
        user_id=st.none() | people,
    ),
    listed(
        call_id=calls,
        user_id=people,
        queue_id=st.none() | queues,
        number=numbers,
        direction=st.just("in"),
        at_ms=moments,
        talk_ms=lengths,
        hold_ms=lengths,
        transferred=st.booleans(),
        asked=st.booleans(),
        is_last=st.booleans(),
    ),
    listed(user_id=people, queue_id=queues, at_ms=moments, outcome=st.sampled_from(["won", "missed", "withdrawn"])),
    listed(
        queue_id=st.none() | queues,
        number=numbers,
        at_ms=moments,
        why=st.sampled_from(["full", "unstaffed", "closed", "unknown"]),
    ),
    listed(
        user_id=people,
        state=st.sampled_from(["ready", "ringing", "talking", "wrap_up", "break"]),
        reason=st.none() | st.sampled_from(["lunch", ""]),
        since_ms=moments,
        until_ms=lengths,
        call_id=st.none() | calls,
    ),
    st.dictionaries(
        calls,
        st.fixed_dictionaries(
            {"disposition": st.none() | st.sampled_from(["sold", "lost"]), "mark": st.none() | st.integers(1, 5)}
        ),
    ),
)
questions = st.fixed_dictionaries(
    {
        "by": st.sampled_from(["queue", "agent", "number", "interval", "interval"]),
        "interval": st.sampled_from(["quarter", "hour", "day", "week", "month"]),
        "queue_ids": st.sampled_from([(), ("que_a",), ("que_a", "que_b")]),
        "user_id": st.none() | people,
        "number": st.sampled_from(["", "", "1"]),
    }
)
cuts_of = st.tuples(moments, moments).map(sorted).filter(lambda pair: pair[0] < pair[1]) | st.just([0, LONG_MS])

ROWS = (VisitRow, TalkRow, RingRow, RefusalRow, AgentPeriodRow, OutcomeRow)
KEPT = (SlotRow, CallSumRow, AgentSumRow, CodeSumRow, BreakSumRow)


class House:
    """A database whose reports are read twice: from sums, and from nothing but facts."""

    def __init__(self, url: str) -> None:
        self.store, self.n = Store.open(url), 0

    async def fill(self, happens: Happens, begin_ms: int) -> None:
        async with self.store.begin() as session:
            for table in (*ROWS, *KEPT):
                await session.execute(delete(table))
            await self._add(session, happens, begin_ms)

    async def _add(self, session: Any, happens: Happens, begin_ms: int) -> None:
        def moved(fields: dict[str, Any]) -> dict[str, Any]:
            self.n += 1
            return {**fields, "at_ms": fields["at_ms"] + begin_ms}

        session.add_all(VisitRow(seq=1, **moved(each), call_id=f"call_v{self.n}") for each in happens.visits)
        session.add_all(TalkRow(**moved(each), leg_id=f"leg_{self.n}") for each in happens.talks)
        session.add_all(RingRow(seq=1, **moved(each), call_id=f"call_r{self.n}") for each in happens.rings)
        session.add_all(RefusalRow(**moved(each), call_id=f"call_d{self.n}") for each in happens.refusals)
        for each in happens.periods:
            since_ms = each["since_ms"] + begin_ms
            session.add(AgentPeriodRow(**{**each, "since_ms": since_ms, "until_ms": since_ms + each["until_ms"]}))
        await session.flush()
        for call_id, fields in happens.outcomes.items():
            await outcomes.change(session, call_id, **fields)

    async def late(self, happens: Happens, begin_ms: int) -> None:
        """More facts, told as their writers do."""
        async with self.store.begin() as session:
            await self._add(session, happens, begin_ms)
            for each in (*happens.visits, *happens.talks, *happens.rings, *happens.refusals):
                await touch(session, each["at_ms"] + begin_ms, each["at_ms"] + begin_ms)
            for each in happens.talks:  # whose earlier talks have lost their wrap-up to this one
                await slots.touch_call(session, each["call_id"])
            for each in happens.periods:
                since_ms = each["since_ms"] + begin_ms
                await touch(session, since_ms, since_ms + each["until_ms"])
                if each["call_id"]:
                    await slots.touch_call(session, each["call_id"])


class Pair:
    """The same house, asked both ways."""

    def __init__(self, house: House, zone: tzinfo, now_ms: int) -> None:
        clock = ManualClock(wall_ms=now_ms)
        self.by_sums, self.by_facts = (Stats(house.store, clock, zone, Rules()) for _ in range(2))
        self.by_facts.version = "of nothing"
        self.keeper = Keeper(self.by_sums, house.store, lambda kind: f"{kind}_mine", rest_s=0)

    async def expected(self, asked: list[Question]) -> list[dict[str, Any]]:
        return [await self.by_facts.report(question) for question in asked]

    async def found(self, asked: list[Question]) -> list[dict[str, Any]]:
        return [await self.by_sums.report(question) for question in asked]


def test_any_report_is_the_same_from_sums(database_url: str) -> None:
    with asyncio.Runner() as runner:
        house = House(database_url)
        runner.run(migrate(house.store))

        @settings(max_examples=10, suppress_health_check=list(HealthCheck))
        @given(
            st.sampled_from(WHENS),
            happenings,
            happenings,
            st.lists(st.tuples(questions, cuts_of), min_size=2, max_size=4),
            st.integers(0, 8),
        )
        def check(
            when: tuple[ZoneInfo, datetime], first: Happens, then: Happens, asked: list[tuple[Any, Any]], some: int
        ) -> None:
            zone, day = when
            begin_ms = round(day.replace(tzinfo=zone).timestamp() * 1000) - BEFORE_MS
            wanted = [
                Question(span=Span(begin_ms + since, begin_ms + until), **fields) for fields, (since, until) in asked
            ]

            async def play() -> None:
                pair = Pair(house, zone, begin_ms + LONG_MS + 3 * HOUR_MS)
                await house.fill(first, begin_ms)
                expected = await pair.expected(wanted)
                for most in (some, 100):
                    await pair.keeper.look(most)
                    assert await pair.found(wanted) == expected
                await house.late(then, begin_ms)
                expected = await pair.expected(wanted)
                for most in (0, 100):
                    await pair.keeper.look(most)
                    assert await pair.found(wanted) == expected
                assert await pair.keeper.look() == 0

            runner.run(play())

        check()
        runner.run(house.store.close())


def hours(*marks: int) -> list[int]:
    return [mark * HOUR_MS for mark in marks]


def test_sums_are_used_where_no_border_cuts_them() -> None:
    span = Span(HOUR_MS // 2, 7 * HOUR_MS)
    runs = list(runs_of(hours(0, 1, 2, 4, 6), span, []))
    assert runs == [Span(*hours(1, 3)), Span(*hours(4, 5)), Span(*hours(6, 7))]
    assert list(gaps_of(runs, span)) == [Span(HOUR_MS // 2, HOUR_MS), Span(*hours(3, 4)), Span(*hours(5, 6))]
    half_past_two = 5 * HOUR_MS // 2
    assert list(runs_of(hours(1, 2, 3), span, [0, half_past_two])) == [Span(*hours(1, 2)), Span(*hours(3, 4))]
    assert list(gaps_of([], span)) == [span]
    assert list(pieces_of(span, [0, half_past_two, 9 * HOUR_MS])) == [
        Span(HOUR_MS // 2, half_past_two),
        Span(half_past_two, 7 * HOUR_MS),
    ]


def test_a_fact_that_comes_while_sums_are_made_voids_them(database_url: str) -> None:
    async def scenario() -> None:
        store = Store.open(database_url)
        await migrate(store)
        hour = 500_000 * HOUR_MS
        async with store.begin() as session:
            await slots.claim(session, hour, "mine")
        async with store.begin() as session:
            await touch(session, hour + 1, hour + 1)
        async with store.begin() as session:
            assert not await slots.settle(session, hour, "mine", "made")
            await slots.claim(session, hour, "mine")
            await touch(session, hour - 2, hour - 1)  # another hour
            assert await slots.settle(session, hour, "mine", "made")
            assert list(await slots.made(session, hour, hour + 1, "made")) == [hour]
            assert not await slots.made(session, hour, hour + 1, "other limits")
        await store.close()

    asyncio.run(scenario())


def test_a_claim_waits_for_who_wrote_a_fact_before_it(postgresql_url: str, database_url: str) -> None:
    """Else it would read without that fact, and nobody would void it. In SQLite writers take turns anyway."""

    async def scenario() -> None:
        store = Store.open(database_url)
        await migrate(store)
        hour, order = 500_000 * HOUR_MS, []

        async def claims() -> None:
            async with store.begin() as session:
                await slots.claim(session, hour, "mine")
            order.append("claimed")

        async with store.begin() as session:
            await touch(session, hour, hour)
            task = asyncio.ensure_future(claims())
            await asyncio.wait({task}, timeout=0.2)
            order.append("written")
        await task
        assert order == ["written", "claimed"]
        await store.close()

    asyncio.run(scenario())


@pytest.mark.parametrize("rules", [Rules(answer_within_ms=10_000), Rules(short_abandon_ms=3_000)])
def test_other_limits_are_other_sums(rules: Rules) -> None:
    store: Any = None
    one, other = (Stats(store, ManualClock(), ZoneInfo("Asia/Shanghai"), each) for each in (Rules(), rules))
    assert one.version != other.version
    assert one.version == Stats(store, ManualClock(), ZoneInfo("Europe/Berlin"), Rules()).version

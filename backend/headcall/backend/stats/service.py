# SPDX-License-Identifier: Apache-2.0
"""Keeps the facts of each call that has ended, and answers what is asked of them."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from datetime import tzinfo
from typing import Any, Final

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from headcall.backend.agents.store import AgentRow
from headcall.backend.calls import store as calls
from headcall.backend.calls.model import Call
from headcall.backend.cdr.store import CdrRow
from headcall.backend.errors import ApiError
from headcall.backend.queues.store import QueueRow
from headcall.backend.stats import queries
from headcall.backend.stats import store as rows
from headcall.backend.stats.facts import facts_of
from headcall.backend.stats.figures import Rules
from headcall.backend.stats.intervals import Span, cuts, local
from headcall.backend.stats.report import Question, Report, Row
from headcall.backend.store.base import iso
from headcall.backend.store.engine import Store
from headcall.backend.store.facts import recall, remember
from headcall.backend.users.store import UserRow
from headcall.kit.clock import Clock

MOST_DAYS: Final = 400
MOST_ROWS: Final = 1000
"""Intervals in one report: ten days of quarters, or 41 of hours."""
DAY_MS: Final = 86_400_000
PIECE_MS: Final = 21_600_000
"""Read at once: a quarter of a day, so that nobody's call waits for somebody's yearly report."""
AT_ONCE: Final = 2
"""Reports made side by side; others wait."""


class Stats:
    def __init__(self, store: Store, clock: Clock, zone: tzinfo, rules: Rules) -> None:
        self._store, self._clock, self.zone, self.rules = store, clock, zone, rules
        self._turn = asyncio.Semaphore(AT_ONCE)

    @property
    def now_ms(self) -> int:
        return self._clock.wall_ms()

    # ------------------------------------------------------------ keeping

    async def finish(self, call: Call) -> None:
        """Finisher of all calls. Doing it twice does no harm."""
        async with self._store.begin() as session:
            await self._keep(session, call.call_id)

    async def _keep(self, session: AsyncSession, call_id: str) -> None:
        await rows.replace(session, call_id, facts_of(call_id, await calls.entries(session, call_id)))

    async def catch_up(self) -> int:
        """The facts of calls that ended before facts were kept: once, a few at a time. How many there were."""
        async with self._store.read() as session:
            if await recall(session, "stats.caught-up"):
                return 0
            has_facts = exists().where(rows.TalkRow.call_id == CdrRow.call_id)
            has_visits = exists().where(rows.VisitRow.call_id == CdrRow.call_id)
            ended = select(CdrRow.call_id).where(CdrRow.ended_at_ms.is_not(None), ~has_facts, ~has_visits)
            call_ids = (await session.scalars(ended)).all()
        for call_id in call_ids:
            async with self._store.begin() as session:
                await self._keep(session, call_id)
            await asyncio.sleep(0)
        async with self._store.begin() as session:
            await remember(session, "stats.caught-up", {"at_ms": self.now_ms})
        return len(call_ids)

    # ------------------------------------------------------------ answering

    async def report(self, question: Question) -> dict[str, Any]:
        """`Stats` of the browser API. Raises `bad-request` for what would be too much."""
        span = question.span
        if not 0 < span.until_ms - span.since_ms <= MOST_DAYS * DAY_MS:
            raise ApiError("bad-request", f"`until` must be after `since`, by at most {MOST_DAYS} days")
        starts = self._starts(question)
        report = Report(question, self.rules, starts)
        async with self._turn:
            async for piece in self._pieces(span):
                await self._read(report, piece)
            if question.scope.agents:
                await self._read_agents(report, starts)
            return await self._view(report)

    def _starts(self, question: Question) -> list[int]:
        """Intervals that have not begun yet are left out."""
        if question.by != "interval":
            return []
        until = min(question.span.until_ms, max(self.now_ms, question.span.since_ms + 1))
        starts = cuts(Span(question.span.since_ms, until), question.interval, self.zone)
        if len(starts) > MOST_ROWS:
            raise ApiError("bad-request", f"more than {MOST_ROWS} intervals: take longer ones, or fewer days")
        return starts

    async def _pieces(self, span: Span) -> AsyncIterator[Span]:
        for since in range(span.since_ms, min(span.until_ms, self.now_ms + DAY_MS), PIECE_MS):
            yield Span(since, min(since + PIECE_MS, span.until_ms))
            await asyncio.sleep(0)

    async def _read(self, report: Report, piece: Span) -> None:
        question = report.question
        async with self._store.read() as session:
            for visit in await queries.visits(session, piece, question):
                report.visit(visit)
            for talk in await queries.talks(session, piece, question):
                report.talk(talk)
            if question.scope.agents:
                for ring in await queries.rings(session, piece, question):
                    report.ring(ring)

    async def _read_agents(self, report: Report, starts: list[int]) -> None:
        span = report.question.span
        for piece in _between(starts or [span.since_ms], span):
            async with self._store.read() as session:
                spent = await queries.spells(session, piece, report.question.user_id, self.now_ms)
            for spell in spent:
                report.spell(spell, piece.since_ms)

    async def _view(self, report: Report) -> dict[str, Any]:
        question, found = report.question, report.rows()
        async with self._store.read() as session:
            names = await self._names(session, question, found)
        shown = [{**names(row), "figures": row.figures} for row in found]
        if question.by != "interval":
            shown.sort(key=lambda row: (row["name"], row["key"]))
        return {
            "by": question.by,
            "interval": question.interval if question.by == "interval" else None,
            "since": iso(question.span.since_ms),
            "until": iso(question.span.until_ms),
            "first_day": local(question.span.since_ms, self.zone).date().isoformat(),
            "last_day": local(question.span.until_ms - 1, self.zone).date().isoformat(),
            "zone": str(self.zone),
            "answer_within_s": self.rules.answer_within_ms / 1000,
            "short_abandon_s": self.rules.short_abandon_ms / 1000,
            "rows": shown,
            "total": report.total(),
        }

    async def _names(self, session: AsyncSession, question: Question, found: Iterable[Row]) -> Any:
        """How each row is called."""
        named: dict[str, tuple[str, str]] = {}
        if question.by == "queue":
            named = {key: (name, "") for key, name in await session.execute(select(QueueRow.queue_id, QueueRow.name))}
            for row in found:
                if row.key not in named:
                    named[str(row.key)] = (await queries.old_name(session, str(row.key)), "")
        elif question.by == "agent":
            people = select(UserRow.user_id, UserRow.name, AgentRow.agent_number)
            people = people.outerjoin(AgentRow, AgentRow.user_id == UserRow.user_id)
            named = {key: (name, number or "") for key, name, number in await session.execute(people)}

        def name(row: Row) -> dict[str, str]:
            if isinstance(row.key, int):
                begin = local(row.key, self.zone).isoformat()
                return {"key": begin, "name": begin, "agent_number": ""}
            shown, number = named.get(row.key, (row.key, ""))
            return {"key": row.key, "name": shown, "agent_number": number}

        return name


def _between(starts: list[int], span: Span) -> Iterator[Span]:
    """Each interval as far as it lies in the span."""
    for start, end in zip(starts, [*starts[1:], span.until_ms], strict=True):
        yield Span(max(start, span.since_ms), min(end, span.until_ms))

# SPDX-License-Identifier: Apache-2.0
"""Keeps the facts of each call that has ended, and answers what is asked of them."""

import asyncio
from collections.abc import Iterable
from datetime import tzinfo
from typing import Any, Final

from msgspec.structs import replace
from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncSession

from headcall.backend.agents.store import AgentRow
from headcall.backend.calls import store as calls
from headcall.backend.calls.model import Call
from headcall.backend.cdr.store import CdrRow
from headcall.backend.chats import store as written
from headcall.backend.chats.model import Chat
from headcall.backend.errors import ApiError
from headcall.backend.queues import store as queue_rows
from headcall.backend.queues.model import Disposition
from headcall.backend.queues.store import QueueRow
from headcall.backend.stats import chat_rows, queries, sums
from headcall.backend.stats import store as rows
from headcall.backend.stats.chat_facts import chat_facts_of, time_of
from headcall.backend.stats.facts import facts_of
from headcall.backend.stats.figures import Rules, version_of
from headcall.backend.stats.intervals import Span, cuts, local, shift_of
from headcall.backend.stats.pieces import gaps_of, pieces_of, runs_of
from headcall.backend.stats.report import Question, Report, Row
from headcall.backend.stats.slots import HOUR_MS, made, touch
from headcall.backend.stats.sums import BREATH
from headcall.backend.store.base import iso
from headcall.backend.store.engine import Store
from headcall.backend.store.facts import recall, remember
from headcall.backend.users.store import UserRow
from headcall.kit.clock import Clock

MOST_DAYS: Final = 400
MOST_ROWS: Final = 1000
"""Intervals in one report: ten days of quarters, or 41 of hours."""
DAY_MS: Final = 86_400_000
PIECE_MS: Final = 14 * DAY_MS
"""Whose sums are read at once: a tenth of a second for the database, and no time for anybody else."""
CAUGHT_UP: Final = "stats.caught-up-2"
"""Said once the facts of older calls are there. Another name, and those that have none are looked at again."""
AT_ONCE: Final = 2
"""Reports made side by side; others wait."""


class Stats:
    def __init__(self, store: Store, clock: Clock, zone: tzinfo, rules: Rules) -> None:
        self._store, self._clock, self.zone, self.rules = store, clock, zone, rules
        self.version = version_of(rules, shift_of(zone))
        """Of the sums that are of use to us."""
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
        entries = await calls.entries(session, call_id)
        facts = facts_of(call_id, entries)
        await rows.replace(session, call_id, facts)
        if entries:
            await touch(session, entries[0].at_ms, entries[-1].at_ms)

    async def finish_chat(self, session: AsyncSession, chat: Chat) -> None:
        """A chat is over: its facts, in the transaction that ends it."""
        facts = chat_facts_of(chat, await written.messages(session, chat.chat_id))
        await chat_rows.replace(session, facts)

    async def catch_up_chats(self) -> int:
        """The facts of chats that ended before they were kept. How many there were."""
        missing = ~exists().where(chat_rows.ChatVisitRow.chat_id == written.ChatRow.chat_id)
        async with self._store.read() as session:
            ended = select(written.ChatRow.chat_id).where(written.ChatRow.state == "ended", missing)
            chat_ids = (await session.scalars(ended)).all()
        for chat_id in chat_ids:
            async with self._store.begin() as session:
                if found := await written.one(session, chat_id):
                    await self.finish_chat(session, found[0])
            await asyncio.sleep(0)
        return len(chat_ids)

    async def catch_up(self) -> int:
        """The facts of calls that ended before facts were kept: once, a few at a time. How many there were."""
        async with self._store.read() as session:
            if await recall(session, CAUGHT_UP):
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
            await remember(session, CAUGHT_UP, {"at_ms": self.now_ms})
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
            await self._read(report)
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

    async def _read(self, report: Report) -> None:
        """Sums where they are made, and facts for the little that is left: this hour, and what has just changed."""
        question = report.question
        end = min(question.span.until_ms, self.now_ms + DAY_MS)
        for since in range(question.span.since_ms, end, PIECE_MS):
            piece = Span(since, min(since + PIECE_MS, end))
            async with self._store.read() as session:
                hours = await made(session, piece.since_ms, piece.until_ms, self.version)
                runs = list(runs_of(hours, piece, report.starts))
                for run in runs:
                    async for key, part in sums.read(session, run, question):
                        report.merge(key, part)
            for gap in gaps_of(runs, piece):
                await self._read_facts(report, gap)
        if question.scope.agents:
            await self._read_going_on(report)
        if question.scope.chats:
            await self._read_chats(report)

    async def _read_facts(self, report: Report, gap: Span) -> None:
        question = report.question
        for since in range(gap.since_ms, gap.until_ms, HOUR_MS):
            await asyncio.sleep(0)
            piece = Span(since, min(since + HOUR_MS, gap.until_ms))
            async with self._store.read() as session:
                await queries.count_calls(session, piece, question, report)
                if question.scope.agents:
                    for ring in await queries.rings(session, piece, question):
                        report.ring(ring)
        for piece in pieces_of(gap, report.starts) if question.scope.agents else ():
            async with self._store.read() as session:
                for spell in await queries.spells(session, piece, question.user_id):
                    report.spell(spell, piece.since_ms)

    async def _read_chats(self, report: Report) -> None:
        question = report.question
        end = min(question.span.until_ms, self.now_ms + DAY_MS)
        for since in range(question.span.since_ms, end, DAY_MS):
            day = Span(since, min(since + DAY_MS, end))
            async with self._store.read() as session:
                visits = await chat_rows.visits(session, day, question.queue_ids, question.user_id)
                talks = await chat_rows.talks(session, day, question.queue_ids, question.user_id)
            for visit in visits:
                report.chat(visit)
            for talk in talks:
                if talk.at_ms >= day.since_ms:
                    report.chat_talk(talk)
            for piece in pieces_of(day, report.starts) if question.scope.agents and talks else ():
                for spent in time_of(talks, piece.since_ms, piece.until_ms):
                    report.chat_time(spent, piece.since_ms)
            await asyncio.sleep(0)

    async def _read_going_on(self, report: Report) -> None:
        """What agents do now belongs to all the intervals since they began it."""
        span = report.question.span
        until_ms = min(span.until_ms, self.now_ms)
        async with self._store.read() as session:
            found = await queries.going_on(session, until_ms, report.question.user_id)
        for since_ms, spell in found:
            for piece in pieces_of(Span(max(since_ms, span.since_ms), until_ms), report.starts):
                report.spell(replace(spell, ms=piece.until_ms - piece.since_ms), piece.since_ms)
            await asyncio.sleep(0)

    async def _view(self, report: Report) -> dict[str, Any]:
        question, found = report.question, []
        for row in report.rows():
            found.append(row)
            if len(found) % BREATH == 0:
                await asyncio.sleep(0)
        async with self._store.read() as session:
            names = await self._names(session, question, found)
            codes = {each.code: {"zh": each.zh, "en": each.en} for each in await _codes(session)}
        shown = [{**names(row), "figures": row.figures, "codes": row.codes} for row in found]
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
            "all_codes": report.all_codes(),
            "code_words": codes,
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


async def _codes(session: AsyncSession) -> list[Disposition]:
    """What the codes are called now."""
    return [code for queue in await queue_rows.every(session) for code in queue.dispositions]

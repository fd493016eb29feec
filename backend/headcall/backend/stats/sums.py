# SPDX-License-Identifier: Apache-2.0
"""Sums by hour. The database adds them up; what it gives is what `stats.figures` would count from the facts."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable
from typing import Any, Final

from msgspec import Struct, field, to_builtins
from sqlalchemy import ColumnElement, delete, func, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from headcall.backend.stats.figures import LARGEST, AgentSums, CallSums, Rules, Sums
from headcall.backend.stats.intervals import Span
from headcall.backend.stats.model import Handled, Refusal, Ring, Spell, Visit
from headcall.backend.stats.report import Question
from headcall.backend.stats.slots import HOUR_MS
from headcall.backend.stats.sum_rows import AgentSumRow, BreakSumRow, CallSumRow, CodeSumRow

BREATH: Final = 200
"""Rows that are taken in before others have their turn."""


TABLES: Final = (CallSumRow, AgentSumRow, CodeSumRow, BreakSumRow)
OF_RINGS: Final = ("rung", "missed")
OF_TIME: Final = tuple(name for name in AgentSums.__struct_fields__ if name not in OF_RINGS)

CallKey = tuple[str, str, str]
AgentKey = tuple[str, str]


class Hour(Struct):
    """The sums of an hour, as they are kept."""

    rules: Rules
    calls: defaultdict[CallKey, Sums] = field(default_factory=lambda: defaultdict(Sums))
    agents: defaultdict[AgentKey, Sums] = field(default_factory=lambda: defaultdict(Sums))

    def visit(self, visit: Visit) -> None:
        self.calls[visit.queue_id, visit.user_id or "", visit.number].visit(visit, self.rules)

    def refusal(self, refusal: Refusal) -> None:
        self.calls[refusal.queue_id or "", "", refusal.number].refusal(refusal)

    def talk(self, handled: Handled) -> None:
        talk = handled.talk
        self.calls[talk.queue_id or "", talk.user_id, talk.number].talk(handled)

    def ring(self, ring: Ring) -> None:
        self.agents[ring.user_id, ring.queue_id].ring(ring)

    def spell(self, spell: Spell) -> None:
        self.agents[spell.user_id, ""].spell(spell)

    def rows(self, slot_ms: int) -> Iterable[tuple[Any, list[dict[str, Any]]]]:
        """What is to be written, table by table."""
        calls, codes, agents, breaks = [], [], [], []
        for (queue_id, user_id, number), sums in self.calls.items():
            key = {"slot_ms": slot_ms, "queue_id": queue_id, "user_id": user_id, "number": number}
            calls.append(key | to_builtins(sums.calls))
            for code, n in sums.codes.items():
                codes.append(key | {"code": code, "n": n, "talk_ms": sums.code_talk_ms[code]})
        for (user_id, queue_id), sums in self.agents.items():
            agents.append({"slot_ms": slot_ms, "user_id": user_id, "queue_id": queue_id} | to_builtins(sums.agents))
            for reason, ms in sums.breaks_ms.items():
                breaks.append({"slot_ms": slot_ms, "user_id": user_id, "reason": reason, "ms": ms})
        return (CallSumRow, calls), (AgentSumRow, agents), (CodeSumRow, codes), (BreakSumRow, breaks)


async def write(session: AsyncSession, slot_ms: int, hour: Hour) -> None:
    """The sums of an hour, instead of whatever was there; also of hours that another zone's clock had cut there."""
    for table in TABLES:
        old = delete(table).where(table.slot_ms > slot_ms - HOUR_MS, table.slot_ms < slot_ms + HOUR_MS)
        await session.execute(old, execution_options={"synchronize_session": False})
    for table, rows in hour.rows(slot_ms):
        if rows:
            await session.execute(insert(table), rows)


Part = tuple[Any, Sums]
"""The key of a row of the report, and sums that belong to it."""


async def read(session: AsyncSession, run: Span, question: Question) -> AsyncIterator[Part]:
    """The sums of hours that follow each other, put together by what is asked: for intervals still hour by hour."""
    for reading in (_calls, _codes, *((_rings, _time, _breaks) if question.scope.agents else ())):
        n = 0
        async for part in reading(session, run, question):
            yield part
            n += 1
            if n % BREATH == 0:
                await asyncio.sleep(0)


def _summed(table: Any, name: str) -> ColumnElement[int]:
    column = getattr(table, name)
    return (func.max if name in LARGEST else func.sum)(column)


def _filtered(table: Any, run: Span, question: Question, *, by: tuple[str, ...]) -> list[ColumnElement[bool]]:
    wanted = [table.slot_ms >= run.since_ms, table.slot_ms < run.until_ms]
    if question.queue_ids and "queue" in by:
        wanted.append(table.queue_id.in_(question.queue_ids))
    if question.user_id is not None and "user" in by:
        wanted.append(table.user_id == question.user_id)
    if question.number and "number" in by:
        wanted.append(table.number == question.number)
    return wanted


def _key(table: Any, question: Question) -> tuple[Any, list[ColumnElement[bool]]]:
    """What the rows are grouped by, and which have no row there (`Report` says the same of facts)."""
    match question.by:
        case "queue":
            return table.queue_id, [table.queue_id != ""]
        case "agent":
            return table.user_id, [table.user_id != ""]
        case "number":  # whoever talked without a queue is nobody's caller; who was refused has neither
            return table.number, [or_(table.queue_id != "", table.user_id == "")]
        case "interval":
            return table.slot_ms, []


async def _rows(
    session: AsyncSession,
    run: Span,
    question: Question,
    columns: Any,
    *,
    by: tuple[str, ...],
    also: tuple[Any, ...] = (),
) -> Any:
    """The key, what it is grouped by `also`, and the sums. `by`: which of the filters have a meaning there."""
    table, *sums = columns
    key, has_row = _key(table, question)
    wanted = select(key, *also, *sums).where(*_filtered(table, run, question, by=by), *has_row)
    return await session.execute(wanted.group_by(key, *also))


async def _calls(session: AsyncSession, run: Span, question: Question) -> AsyncIterator[Part]:
    names = CallSums.__struct_fields__
    columns = (CallSumRow, *(_summed(CallSumRow, name) for name in names))
    for key, *values in await _rows(session, run, question, columns, by=("queue", "user", "number")):
        yield key, Sums(calls=CallSums(*map(int, values)))


async def _codes(session: AsyncSession, run: Span, question: Question) -> AsyncIterator[Part]:
    row = CodeSumRow
    columns = (row, func.sum(row.n), func.sum(row.talk_ms))
    found = await _rows(session, run, question, columns, by=("queue", "user", "number"), also=(row.code,))
    for key, code, n, talk_ms in found:
        sums = Sums()
        sums.codes[code], sums.code_talk_ms[code] = int(n), int(talk_ms)
        yield key, sums


async def _rings(session: AsyncSession, run: Span, question: Question) -> AsyncIterator[Part]:
    async for part in _of_agents(session, run, question, OF_RINGS, ("queue", "user")):
        yield part


async def _time(session: AsyncSession, run: Span, question: Question) -> AsyncIterator[Part]:
    async for part in _of_agents(session, run, question, OF_TIME, ("user",)):
        yield part


async def _of_agents(
    session: AsyncSession, run: Span, question: Question, names: tuple[str, ...], by: tuple[str, ...]
) -> AsyncIterator[Part]:
    columns = (AgentSumRow, *(_summed(AgentSumRow, name) for name in names))
    for key, *values in await _rows(session, run, question, columns, by=by):
        yield key, Sums(agents=AgentSums(**dict(zip(names, map(int, values), strict=True))))


async def _breaks(session: AsyncSession, run: Span, question: Question) -> AsyncIterator[Part]:
    row = BreakSumRow
    found = await _rows(session, run, question, (row, func.sum(row.ms)), by=("user",), also=(row.reason,))
    for key, reason, ms in found:
        sums = Sums()
        sums.breaks_ms[reason] = int(ms)
        yield key, sums

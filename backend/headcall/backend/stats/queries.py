# SPDX-License-Identifier: Apache-2.0
"""Reads facts of a span of time. Each query is bounded by the span and goes by an index."""

from collections import Counter
from typing import Any, Protocol, cast

from sqlalchemy import and_, case, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from headcall.backend.agents.model import State
from headcall.backend.agents.store import LONGEST_PERIOD_MS, AgentPeriodRow, AgentRow
from headcall.backend.cdr.store import CdrRow
from headcall.backend.outcomes.store import OutcomeRow
from headcall.backend.stats.intervals import Span
from headcall.backend.stats.model import Handled, Refusal, Ring, Spell, Talk, Visit
from headcall.backend.stats.report import Question
from headcall.backend.stats.store import RefusalRow, RingRow, TalkRow, VisitRow

Facts = type[VisitRow] | type[TalkRow] | type[RingRow] | type[RefusalRow]


class CountsCalls(Protocol):
    """A report, or the sums of an hour."""

    def visit(self, visit: Visit) -> None: ...

    def refusal(self, refusal: Refusal) -> None: ...

    def talk(self, handled: Handled) -> None: ...


async def count_calls(session: AsyncSession, span: Span, question: Question, counts: CountsCalls) -> None:
    """Tells of every call of the span."""
    for visit in await visits(session, span, question):
        counts.visit(visit)
    for refusal in await refusals(session, span, question):
        counts.refusal(refusal)
    for talk in await talks(session, span, question):
        counts.talk(talk)


def _within(wanted: Any, table: Facts, span: Span, question: Question) -> Any:
    wanted = wanted.where(table.at_ms >= span.since_ms, table.at_ms < span.until_ms)
    if question.queue_ids:
        wanted = wanted.where(table.queue_id.in_(question.queue_ids))
    if question.user_id is not None and table is not RefusalRow:
        wanted = wanted.where(table.user_id == question.user_id)  # type: ignore[union-attr]
    if question.number and table is not RingRow:
        wanted = wanted.where(table.number == question.number)  # type: ignore[union-attr]
    return wanted


async def visits(session: AsyncSession, span: Span, question: Question) -> list[Visit]:
    columns = [getattr(VisitRow, name) for name in Visit.__struct_fields__]
    rows = await session.execute(_within(select(*columns), VisitRow, span, question))
    return [Visit(*row) for row in rows]


async def refusals(session: AsyncSession, span: Span, question: Question) -> list[Refusal]:
    if question.user_id is not None:
        return []  # whom nobody talked with is nobody's
    columns = [getattr(RefusalRow, name) for name in Refusal.__struct_fields__]
    rows = await session.execute(_within(select(*columns), RefusalRow, span, question))
    return [Refusal(*row) for row in rows]


async def talks(session: AsyncSession, span: Span, question: Question) -> list[Handled]:
    columns = [getattr(TalkRow, name) for name in Talk.__struct_fields__]
    wanted = select(*columns, OutcomeRow.disposition, OutcomeRow.mark, _talks_again()).outerjoin(
        OutcomeRow, OutcomeRow.call_id == TalkRow.call_id
    )
    rows = (await session.execute(_within(wanted, TalkRow, span, question))).all()
    wraps = await _wrap_ups(session, span, question)
    found = []
    for *fields, disposition, mark, talks_again in rows:
        talk = Talk(*fields)
        wrap_up_ms = 0 if talks_again else wraps[talk.call_id, talk.user_id]
        found.append(Handled(talk, wrap_up_ms, disposition, mark))
    return found


def _talks_again() -> Any:
    """Who talks twice in a call has one sum of wrap-up for both: it counts with the later one, in whichever span."""
    later = aliased(TalkRow)
    is_later = or_(later.at_ms > TalkRow.at_ms, and_(later.at_ms == TalkRow.at_ms, later.leg_id > TalkRow.leg_id))
    return exists().where(later.call_id == TalkRow.call_id, later.user_id == TalkRow.user_id, is_later)


async def _wrap_ups(session: AsyncSession, span: Span, question: Question) -> Counter[tuple[str, str]]:
    """Plain on purpose: an outer join by the call alone leaves SQLite no other way than from the span's talks to their
    periods; joined otherwise, or grouped, it goes through all periods there ever were."""
    spent = AgentPeriodRow.until_ms - AgentPeriodRow.since_ms
    columns = (TalkRow.call_id, TalkRow.user_id, AgentPeriodRow.user_id, AgentPeriodRow.state, spent)
    wanted = select(AgentPeriodRow.period_id, *columns).outerjoin_from(
        TalkRow, AgentPeriodRow, AgentPeriodRow.call_id == TalkRow.call_id
    )
    found: Counter[tuple[str, str]] = Counter()
    seen: set[int] = set()
    for period_id, call_id, user_id, who, state, ms in await session.execute(_within(wanted, TalkRow, span, question)):
        if who == user_id and state == "wrap_up" and period_id not in seen:  # talked twice in the call: seen twice
            seen.add(period_id)
            found[call_id, user_id] += ms
    return found


async def rings(session: AsyncSession, span: Span, question: Question) -> list[Ring]:
    columns = [getattr(RingRow, name) for name in Ring.__struct_fields__]
    rows = await session.execute(_within(select(*columns), RingRow, span, question))
    return [Ring(*row) for row in rows]


async def spells(session: AsyncSession, span: Span, user_id: str | None) -> list[Spell]:
    """The time of agents within the span, in states that are over, summed up by the database."""
    row = AgentPeriodRow
    begin = case((row.since_ms < span.since_ms, span.since_ms), else_=row.since_ms)
    end = case((row.until_ms > span.until_ms, span.until_ms), else_=row.until_ms)
    wanted = select(row.user_id, row.state, row.reason, func.sum(end - begin)).where(
        row.since_ms >= span.since_ms - LONGEST_PERIOD_MS, row.since_ms < span.until_ms, row.until_ms > span.since_ms
    )
    if user_id is not None:
        wanted = wanted.where(row.user_id == user_id)
    rows = await session.execute(wanted.group_by(row.user_id, row.state, row.reason))
    return [Spell(user, cast(State, state), reason, int(ms)) for user, state, reason, ms in rows]


async def going_on(session: AsyncSession, until_ms: int, user_id: str | None) -> list[tuple[int, Spell]]:
    """What agents are doing now: since when, and for how long until the moment given."""
    row = AgentRow
    wanted = select(row.since_ms, row.user_id, row.state, row.reason)
    wanted = wanted.where(row.state != "offline", row.since_ms < until_ms)
    if user_id is not None:
        wanted = wanted.where(row.user_id == user_id)
    rows = await session.execute(wanted)
    return [(since, Spell(user, cast(State, state), reason, until_ms - since)) for since, user, state, reason in rows]


async def old_name(session: AsyncSession, queue_id: str) -> str:
    """The name of a queue that is no more, from a record of its time."""
    wanted = select(CdrRow.queue_name).join(VisitRow, VisitRow.call_id == CdrRow.call_id)
    wanted = wanted.where(VisitRow.queue_id == queue_id, CdrRow.queue_id == queue_id).limit(1)
    return (await session.scalars(wanted)).first() or queue_id

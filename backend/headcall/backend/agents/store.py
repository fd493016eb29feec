# SPDX-License-Identifier: Apache-2.0
"""Rows of agents. Each change of state is a compare-and-set: of two queues, or two backends, one gets the agent."""

from typing import cast

from sqlalchemy import CursorResult, ForeignKey, Index, Integer, String, false, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from headcall.backend.agents.model import Agent, State
from headcall.backend.stats.slots import talks_of, touch
from headcall.backend.store.base import Base, Id
from headcall.backend.users.store import UserRow


class AgentRow(Base):
    __tablename__ = "agents"

    user_id: Mapped[str] = mapped_column(Id, ForeignKey("users.user_id", ondelete="CASCADE"), primary_key=True)
    agent_number: Mapped[str] = mapped_column(String(16), unique=True)
    level: Mapped[int] = mapped_column(default=1)
    seat: Mapped[int] = mapped_column(default=0)
    ringback: Mapped[str] = mapped_column(Id, default="", server_default="")
    state: Mapped[str] = mapped_column(String(16), default="offline")
    reason: Mapped[str | None] = mapped_column(default=None)
    since_ms: Mapped[int] = mapped_column(default=0)
    wrap_up_until_ms: Mapped[int | None] = mapped_column(default=None)
    missed: Mapped[int] = mapped_column(default=0)
    idle_since_ms: Mapped[int] = mapped_column(default=0)
    call_id: Mapped[str | None] = mapped_column(Id, default=None)
    state_before: Mapped[str] = mapped_column(String(16), default="ready")
    reason_before: Mapped[str | None] = mapped_column(default=None)
    wish_after: Mapped[str | None] = mapped_column(String(16), default=None)
    by_phone: Mapped[bool] = mapped_column(default=False, server_default=false())


class AgentPeriodRow(Base):
    """A stretch of time in one state, written when it is over. The present one is the agent's own row."""

    __tablename__ = "agent_periods"
    __table_args__ = (Index(None, "since_ms"), Index(None, "user_id", "since_ms"), Index(None, "call_id"))

    period_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    user_id: Mapped[str] = mapped_column(Id)
    state: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str | None]
    since_ms: Mapped[int]
    until_ms: Mapped[int]
    call_id: Mapped[str | None] = mapped_column(Id)
    """The call that rang, was talked, or is wrapped up."""


LONGEST_PERIOD_MS = 14_400_000
"""Longer ones are written in pieces, so that whoever looks for a moment need not look further back."""


LIVE = (
    "state",
    "reason",
    "since_ms",
    "wrap_up_until_ms",
    "missed",
    "idle_since_ms",
    "call_id",
    "state_before",
    "reason_before",
    "wish_after",
    "by_phone",
)
"""Columns that the work itself changes; the others are administration."""


async def put(
    session: AsyncSession, user_id: str, agent_number: str, *, level: int = 1, seat: int = 0, ringback: str = ""
) -> None:
    """Makes a user an agent, or changes their number and place."""
    row = await session.get(AgentRow, user_id)
    if row is None:
        user = await session.get_one(UserRow, user_id)
        since_ms = user.created_at_ms  # offline ever since
        row = AgentRow(user_id=user_id, agent_number=agent_number, since_ms=since_ms)
        session.add(row)
    row.agent_number, row.level, row.seat, row.ringback = agent_number, level, seat, ringback
    await session.flush()


async def every(session: AsyncSession, user_id: str = "") -> list[Agent]:
    """The agents, or one of them. Who is no more active is none."""
    wanted = select(AgentRow, UserRow.name).join(UserRow, UserRow.user_id == AgentRow.user_id)
    wanted = wanted.where(UserRow.is_active)
    found = await session.execute(wanted.where(AgentRow.user_id == user_id) if user_id else wanted)
    return [_agent(row, name) for row, name in found.all()]


def _agent(row: AgentRow, name: str) -> Agent:
    live = {column: getattr(row, column) for column in LIVE}
    place = {column: getattr(row, column) for column in ("agent_number", "level", "seat", "ringback")}
    return Agent(user_id=row.user_id, name=name, **place, **live)


async def save(session: AsyncSession, agent: Agent, *, only_from: State) -> bool:
    """Writes what an agent does now, if the row still says `only_from`. False: another was faster."""
    change = (
        update(AgentRow)
        .where(AgentRow.user_id == agent.user_id, AgentRow.state == only_from)
        .values({column: getattr(agent, column) for column in LIVE})
    )
    return cast("CursorResult[object]", await session.execute(change)).rowcount == 1


async def note_period(session: AsyncSession, was: Agent, is_now: Agent) -> None:
    """Keeps the time that is over with this change, in its transaction. Being offline is no work, and is not kept."""
    if was.state == "offline" or is_now.since_ms <= was.since_ms:
        return
    call_id = was.call_id or (await _talked_before(session, was) if was.state == "wrap_up" else None)
    for begin in range(was.since_ms, is_now.since_ms, LONGEST_PERIOD_MS):
        end = min(begin + LONGEST_PERIOD_MS, is_now.since_ms)
        period = AgentPeriodRow(user_id=was.user_id, state=was.state, reason=was.reason, call_id=call_id)
        period.since_ms, period.until_ms = begin, end
        session.add(period)
    await session.flush()
    talked = [was.since_ms]
    if was.state == "wrap_up" and call_id:  # counts for the talk, whose hour may be another
        talked += await talks_of(session, call_id)
    await touch(session, min(talked), is_now.since_ms)


async def _talked_before(session: AsyncSession, agent: Agent) -> str | None:
    """The call that the agent wraps up: an agent's own row forgets it with the end of the talk."""
    last = select(AgentPeriodRow.call_id).where(
        AgentPeriodRow.user_id == agent.user_id,
        AgentPeriodRow.state == "talking",
        AgentPeriodRow.since_ms >= agent.since_ms - LONGEST_PERIOD_MS,
        AgentPeriodRow.until_ms == agent.since_ms,
    )
    return (await session.scalars(last.limit(1))).first()

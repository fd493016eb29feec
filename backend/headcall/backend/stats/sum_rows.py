# SPDX-License-Identifier: Apache-2.0
"""Rows of sums: what `stats.figures` counts, hour by hour."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from headcall.backend.store.base import Base, Id

CLUSTERED = {"sqlite_with_rowid": False}
"""In SQLite too, rows lie in the order of their hours."""


class SlotRow(Base):
    """An hour on the clock of the company's zone."""

    __tablename__ = "stat_slots"

    slot_ms: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    version: Mapped[str] = mapped_column(String(40))
    """What its sums were made by (`figures.version_of`), or the claim of whoever makes them."""


class CallSumRow(Base):
    """Who belongs to no queue, was answered by nobody, has '' there."""

    __tablename__ = "stat_call_sums"
    __table_args__ = CLUSTERED

    slot_ms: Mapped[int] = mapped_column(primary_key=True)
    queue_id: Mapped[str] = mapped_column(Id, primary_key=True)
    user_id: Mapped[str] = mapped_column(Id, primary_key=True)
    number: Mapped[str] = mapped_column(String(64), primary_key=True)
    answered: Mapped[int]
    in_time: Mapped[int]
    abandoned: Mapped[int]
    short_abandoned: Mapped[int]
    late: Mapped[int]
    overflowed: Mapped[int]
    callbacks: Mapped[int]
    turned_away: Mapped[int]
    answer_wait_ms: Mapped[int]
    longest_wait_ms: Mapped[int]
    refused_full: Mapped[int]
    refused_unstaffed: Mapped[int]
    refused_closed: Mapped[int]
    refused_unknown: Mapped[int]
    handled: Mapped[int]
    talk_ms: Mapped[int]
    hold_ms: Mapped[int]
    wrap_up_ms: Mapped[int]
    transfers: Mapped[int]
    other_calls: Mapped[int]
    other_ms: Mapped[int]
    asked: Mapped[int]
    mark_1: Mapped[int]
    mark_2: Mapped[int]
    mark_3: Mapped[int]
    mark_4: Mapped[int]
    mark_5: Mapped[int]


class AgentSumRow(Base):
    """Rings by the queue that rang; the time of agents, which belongs to none, at ''."""

    __tablename__ = "stat_agent_sums"
    __table_args__ = CLUSTERED

    slot_ms: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(Id, primary_key=True)
    queue_id: Mapped[str] = mapped_column(Id, primary_key=True)
    rung: Mapped[int]
    missed: Mapped[int]
    ready_ms: Mapped[int]
    ringing_ms: Mapped[int]
    talking_ms: Mapped[int]
    wrap_up_ms: Mapped[int]
    break_ms: Mapped[int]


class CodeSumRow(Base):
    """Calls by their wrap-up code ('': none)."""

    __tablename__ = "stat_code_sums"
    __table_args__ = CLUSTERED

    slot_ms: Mapped[int] = mapped_column(primary_key=True)
    queue_id: Mapped[str] = mapped_column(Id, primary_key=True)
    user_id: Mapped[str] = mapped_column(Id, primary_key=True)
    number: Mapped[str] = mapped_column(String(64), primary_key=True)
    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    n: Mapped[int]
    talk_ms: Mapped[int]


class BreakSumRow(Base):
    """The time on breaks by their reason ('': none)."""

    __tablename__ = "stat_break_sums"
    __table_args__ = CLUSTERED

    slot_ms: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(Id, primary_key=True)
    reason: Mapped[str] = mapped_column(primary_key=True)
    ms: Mapped[int]

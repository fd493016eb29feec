# SPDX-License-Identifier: Apache-2.0
"""Rows of the call log, and of what is looked up by it. All of one plan is written in one transaction."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import String, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from headcall.backend.callbacks import store as callbacks
from headcall.backend.calls.log import CallStarted, Entry, LegAdded, from_row, to_row
from headcall.backend.queues import offers
from headcall.backend.store.base import Base, Id


class CallLogRow(Base):
    """An event. (call_id, seq) is unique: of two writers that took the same state for the last, one fails."""

    __tablename__ = "call_log"

    call_id: Mapped[str] = mapped_column(Id, primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    at_ms: Mapped[int]
    type: Mapped[str] = mapped_column(String(40))
    data: Mapped[dict[str, Any]]


class OpenCallRow(Base):
    """A call that has not been brought to its end, record and all."""

    __tablename__ = "open_calls"

    call_id: Mapped[str] = mapped_column(Id, primary_key=True)
    started_at_ms: Mapped[int]


class CallLegRow(Base):
    """Which call a leg belongs to, for good: an event told twice must not begin a second call."""

    __tablename__ = "call_legs"

    leg_id: Mapped[str] = mapped_column(Id, primary_key=True)
    call_id: Mapped[str] = mapped_column(Id, index=True)


async def append(session: AsyncSession, call_id: str, entries: Sequence[Entry]) -> None:
    """Adds to a log. Raises `offers.OfferTaken` when a round in it was won by somebody else."""
    for entry in entries:
        type_, data = to_row(entry.event)
        session.add(CallLogRow(call_id=call_id, seq=entry.seq, at_ms=entry.at_ms, type=type_, data=data))
        match entry.event:
            case CallStarted(leg=leg):
                session.add(OpenCallRow(call_id=call_id, started_at_ms=entry.at_ms))
                session.add(CallLegRow(leg_id=leg.leg_id, call_id=call_id))
            case LegAdded(leg=leg):
                session.add(CallLegRow(leg_id=leg.leg_id, call_id=call_id))
            case _:
                pass
        await offers.project(session, call_id, entry)
        await callbacks.project(session, call_id, entry)
    await session.flush()


async def entries(session: AsyncSession, call_id: str) -> list[Entry]:
    """The whole log of a call."""
    wanted = select(CallLogRow).where(CallLogRow.call_id == call_id).order_by(CallLogRow.seq)
    rows = (await session.scalars(wanted)).all()
    return [Entry(row.seq, row.at_ms, from_row(row.type, row.data)) for row in rows]


async def rows_of(session: AsyncSession, call_id: str) -> Sequence[CallLogRow]:
    """The log as it is stored, for the call's page."""
    wanted = select(CallLogRow).where(CallLogRow.call_id == call_id).order_by(CallLogRow.seq)
    return (await session.scalars(wanted)).all()


async def open_calls(session: AsyncSession) -> Sequence[str]:
    """Ids of the calls to go on with, oldest first."""
    return (await session.scalars(select(OpenCallRow.call_id).order_by(OpenCallRow.call_id))).all()


async def close(session: AsyncSession, call_id: str) -> None:
    """Nothing is left to be done for this call."""
    await session.execute(delete(OpenCallRow).where(OpenCallRow.call_id == call_id))


async def call_of_leg(session: AsyncSession, leg_id: str) -> str | None:
    row = await session.get(CallLegRow, leg_id)
    return row.call_id if row else None

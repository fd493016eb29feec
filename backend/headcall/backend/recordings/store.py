# SPDX-License-Identifier: Apache-2.0
"""Rows of recordings."""

from collections.abc import Sequence

from sqlalchemy import String, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from headcall.backend.cdr.store import CdrRow
from headcall.backend.store.base import DEFAULT_TENANT, Base, Id


class RecordingRow(Base):
    __tablename__ = "recordings"

    recording_id: Mapped[str] = mapped_column(Id, primary_key=True)
    tenant_id: Mapped[str] = mapped_column(Id, default=DEFAULT_TENANT)
    call_id: Mapped[str] = mapped_column(Id, index=True)
    user_id: Mapped[str | None] = mapped_column(Id)
    """The agent who is heard in it."""
    state: Mapped[str] = mapped_column(String(16))
    """`recording` or `done`."""
    started_at_ms: Mapped[int]
    duration_ms: Mapped[int]
    octets: Mapped[int]


async def of_call(session: AsyncSession, call_id: str) -> Sequence[RecordingRow]:
    """The recordings of one call, in their order."""
    wanted = select(RecordingRow).where(RecordingRow.call_id == call_id).order_by(RecordingRow.started_at_ms)
    return (await session.scalars(wanted)).all()


async def left_open(session: AsyncSession, *, ended_before_ms: int) -> Sequence[RecordingRow]:
    """Recordings of calls that are long over, of whose end nobody has told."""
    wanted = (
        select(RecordingRow)
        .join(CdrRow, CdrRow.call_id == RecordingRow.call_id)
        .where(RecordingRow.state == "recording", CdrRow.ended_at_ms < ended_before_ms)
        .limit(100)
    )
    return (await session.scalars(wanted)).all()

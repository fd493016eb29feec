# SPDX-License-Identifier: Apache-2.0
"""Rows of report schedules, and of each sending: a slot is one row, so one backend sends it, once."""

from collections.abc import Sequence
from typing import Any, cast

from msgspec import Struct, convert, to_builtins
from sqlalchemy import CursorResult, ForeignKey, String, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from headcall.backend.stats.schedules import Schedule
from headcall.backend.store.base import DEFAULT_TENANT, Base, Id

WANTED = ("by", "interval", "queue_ids")
"""Fields that stand together in one column; the others have one each."""


class ScheduleRow(Base):
    __tablename__ = "report_schedules"

    schedule_id: Mapped[str] = mapped_column(Id, primary_key=True)
    tenant_id: Mapped[str] = mapped_column(Id, default=DEFAULT_TENANT)
    name: Mapped[str]
    wanted: Mapped[dict[str, Any]]
    """By what, of which queues."""
    every: Mapped[str] = mapped_column(String(16))
    """`daily`, `weekly` or `monthly`."""
    day: Mapped[int]
    """Of the week (1 is Monday) or of the month."""
    minute: Mapped[int]
    """Of the day, in the company's time zone."""
    recipients: Mapped[list[str]]
    language: Mapped[str] = mapped_column(String(8))
    enabled: Mapped[bool]
    changed_by: Mapped[str] = mapped_column(Id)
    changed_at_ms: Mapped[int]
    """No slot before this moment is made up for."""

    def schedule(self) -> Schedule:
        names = [name for name in Schedule.__struct_fields__ if name not in WANTED]
        return convert({**self.wanted, **{name: getattr(self, name) for name in names}}, Schedule)


class SendingRow(Base):
    __tablename__ = "report_sendings"

    schedule_id: Mapped[str] = mapped_column(
        Id, ForeignKey("report_schedules.schedule_id", ondelete="CASCADE"), primary_key=True
    )
    slot_ms: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(String(16))
    """`sending`, `sent` or `failed`."""
    attempts: Mapped[int]
    at_ms: Mapped[int]
    """Of the latest change."""
    detail: Mapped[str]
    """Why it failed."""


class Sending(Struct, frozen=True):
    """What became of a slot."""

    slot_ms: int
    state: str
    attempts: int
    at_ms: int
    detail: str = ""


async def put(session: AsyncSession, schedule: Schedule) -> None:
    """Adds a schedule, or changes it."""
    fields = to_builtins(schedule)
    fields["wanted"] = {name: fields.pop(name) for name in WANTED}
    row = await session.get(ScheduleRow, schedule.schedule_id)
    if row is None:
        session.add(ScheduleRow(**fields))
    else:
        for name, value in fields.items():
            setattr(row, name, value)
    await session.flush()


async def every(session: AsyncSession) -> list[Schedule]:
    rows = await session.scalars(select(ScheduleRow).order_by(ScheduleRow.name, ScheduleRow.schedule_id))
    return [row.schedule() for row in rows]


async def read(session: AsyncSession, schedule_id: str) -> Schedule | None:
    row = await session.get(ScheduleRow, schedule_id)
    return row.schedule() if row else None


async def remove(session: AsyncSession, schedule_id: str) -> None:
    row = await session.get(ScheduleRow, schedule_id)
    if row is not None:
        await session.delete(row)


async def latest(session: AsyncSession, schedule_ids: Sequence[str]) -> dict[str, Sending]:
    """Of each schedule the sending of its newest slot."""
    found: dict[str, Sending] = {}
    for schedule_id in schedule_ids:
        newest = select(SendingRow).where(SendingRow.schedule_id == schedule_id)
        row = (await session.scalars(newest.order_by(SendingRow.slot_ms.desc()).limit(1))).first()
        if row is not None:
            found[schedule_id] = Sending(row.slot_ms, row.state, row.attempts, row.at_ms, row.detail)
    return found


async def claim(session: AsyncSession, schedule_id: str, slot_ms: int, now_ms: int) -> None:
    """Takes a slot that nobody has taken. Of two who do it at once, one gets `IntegrityError`."""
    session.add(
        SendingRow(schedule_id=schedule_id, slot_ms=slot_ms, state="sending", attempts=1, at_ms=now_ms, detail="")
    )
    await session.flush()


async def claim_again(session: AsyncSession, schedule_id: str, last: Sending, now_ms: int) -> bool:
    """Takes a slot that failed. True for one of all who try."""
    change = (
        update(SendingRow)
        .where(
            SendingRow.schedule_id == schedule_id,
            SendingRow.slot_ms == last.slot_ms,
            SendingRow.state == "failed",
            SendingRow.attempts == last.attempts,
        )
        .values(state="sending", attempts=last.attempts + 1, at_ms=now_ms)
    )
    return cast("CursorResult[object]", await session.execute(change)).rowcount == 1


async def settle(session: AsyncSession, schedule_id: str, slot_ms: int, *, state: str, at_ms: int, detail: str) -> None:
    """Says what became of a slot that was taken."""
    mine = (SendingRow.schedule_id == schedule_id, SendingRow.slot_ms == slot_ms)
    await session.execute(update(SendingRow).where(*mine).values(state=state, at_ms=at_ms, detail=detail))

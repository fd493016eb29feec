# SPDX-License-Identifier: Apache-2.0
"""Rows of messages to agents, and of who has read them."""

from collections.abc import Collection, Sequence

from msgspec import Struct
from sqlalchemy import ForeignKey, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from headcall.backend.store.base import DEFAULT_TENANT, Base, Id


class Notice(Struct, frozen=True):
    """A message, as one of those sees it whom it concerns."""

    notice_id: str
    at_ms: int
    user_id: str
    """Who wrote it."""
    user_name: str
    audience: str
    """`all`, a queue's id, or `people`."""
    text: str
    seen_at_ms: int | None = None
    """When whoever looks has acknowledged it."""
    seen: int = 0
    of: int = 0
    """How many have acknowledged it, of how many."""


class NoticeRow(Base):
    __tablename__ = "notices"

    notice_id: Mapped[str] = mapped_column(Id, primary_key=True)
    tenant_id: Mapped[str] = mapped_column(Id, default=DEFAULT_TENANT)
    at_ms: Mapped[int] = mapped_column(index=True)
    user_id: Mapped[str] = mapped_column(Id)
    user_name: Mapped[str]
    audience: Mapped[str] = mapped_column(Id)
    text: Mapped[str]


class NoticeReceiptRow(Base):
    __tablename__ = "notice_receipts"

    notice_id: Mapped[str] = mapped_column(Id, ForeignKey("notices.notice_id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[str] = mapped_column(Id, primary_key=True, index=True)
    seen_at_ms: Mapped[int | None]


async def add(session: AsyncSession, notice: Notice, to: Collection[str]) -> None:
    """A message, and nobody has read it yet."""
    names = ("notice_id", "at_ms", "user_id", "user_name", "audience", "text")
    session.add(NoticeRow(**{name: getattr(notice, name) for name in names}))
    await session.flush()
    session.add_all(NoticeReceiptRow(notice_id=notice.notice_id, user_id=user) for user in sorted(to))
    await session.flush()


async def acknowledge(session: AsyncSession, notice_id: str, user_id: str, now_ms: int) -> Notice | None:
    """The message as its writer sees it now; None if it never was for this one."""
    receipt = await session.get(NoticeReceiptRow, (notice_id, user_id))
    row = await session.get(NoticeRow, notice_id)
    if receipt is None or row is None:
        return None
    if receipt.seen_at_ms is None:
        receipt.seen_at_ms = now_ms
        await session.flush()
    return (await _counted(session, [row]))[0]


async def received(session: AsyncSession, user_id: str, since_ms: int) -> list[Notice]:
    """What came for a person, the oldest first."""
    wanted = (
        select(NoticeRow, NoticeReceiptRow.seen_at_ms)
        .join(NoticeReceiptRow, NoticeReceiptRow.notice_id == NoticeRow.notice_id)
        .where(NoticeReceiptRow.user_id == user_id, NoticeRow.at_ms >= since_ms)
        .order_by(NoticeRow.at_ms, NoticeRow.notice_id)
    )
    return [_notice(row, seen_at_ms=seen_at_ms) for row, seen_at_ms in (await session.execute(wanted)).all()]


async def sent(session: AsyncSession, user_id: str, since_ms: int) -> list[Notice]:
    """What a person wrote, the oldest first, and how many have read it."""
    wanted = (
        select(NoticeRow)
        .where(NoticeRow.user_id == user_id, NoticeRow.at_ms >= since_ms)
        .order_by(NoticeRow.at_ms, NoticeRow.notice_id)
    )
    return await _counted(session, (await session.scalars(wanted)).all())


async def _counted(session: AsyncSession, rows: Sequence[NoticeRow]) -> list[Notice]:
    receipt = NoticeReceiptRow
    counts = (
        select(receipt.notice_id, func.count(), func.count(receipt.seen_at_ms))
        .where(receipt.notice_id.in_([row.notice_id for row in rows]))
        .group_by(receipt.notice_id)
    )
    known = {notice_id: (of, seen) for notice_id, of, seen in (await session.execute(counts)).all()}
    return [
        _notice(row, of=known.get(row.notice_id, (0, 0))[0], seen=known.get(row.notice_id, (0, 0))[1]) for row in rows
    ]


def _notice(row: NoticeRow, *, seen_at_ms: int | None = None, seen: int = 0, of: int = 0) -> Notice:
    return Notice(
        notice_id=row.notice_id,
        at_ms=row.at_ms,
        user_id=row.user_id,
        user_name=row.user_name,
        audience=row.audience,
        text=row.text,
        seen_at_ms=seen_at_ms,
        seen=seen,
        of=of,
    )

# SPDX-License-Identifier: Apache-2.0
"""Rows of push subscriptions: one for each browser that may be rung while its page sleeps."""

from collections.abc import Sequence

from sqlalchemy import ForeignKey, String, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from headcall.backend.store.base import Base, Id

MOST_OF_ONE = 10
"""Browsers of one person. The one whose page was opened longest ago is forgotten first."""


class PushRow(Base):
    __tablename__ = "push_subscriptions"

    mark: Mapped[str] = mapped_column(String(64), primary_key=True)
    """Of the endpoint, by which it is found again."""
    user_id: Mapped[str] = mapped_column(Id, ForeignKey("users.user_id", ondelete="CASCADE"), index=True)
    session_id: Mapped[str] = mapped_column(Id, ForeignKey("sessions.session_id", ondelete="CASCADE"), index=True)
    """Who signs out is not rung there any more."""
    sealed: Mapped[str]
    """Endpoint and keys: whoever has them can ring this browser."""
    seen_at_ms: Mapped[int]


async def of_user(session: AsyncSession, user_id: str) -> Sequence[PushRow]:
    wanted = select(PushRow).where(PushRow.user_id == user_id).order_by(PushRow.seen_at_ms.desc(), PushRow.mark)
    return (await session.scalars(wanted)).all()


async def users(session: AsyncSession) -> set[str]:
    """Everybody who has one."""
    return set((await session.scalars(select(PushRow.user_id).distinct())).all())


async def put(session: AsyncSession, row: PushRow) -> None:
    """Keeps a subscription, whoever had it before, and forgets what is too many."""
    await session.execute(delete(PushRow).where(PushRow.mark == row.mark))
    session.add(row)
    await session.flush()
    for old in (await of_user(session, row.user_id))[MOST_OF_ONE:]:
        await session.delete(old)


async def remove(session: AsyncSession, mark: str, user_id: str) -> None:
    await session.execute(delete(PushRow).where(PushRow.mark == mark, PushRow.user_id == user_id))

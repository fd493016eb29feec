# SPDX-License-Identifier: Apache-2.0
"""Rows of queues and of who serves them."""

from collections.abc import Sequence
from typing import cast

from sqlalchemy import ForeignKey, String, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from headcall.backend.queues import offers  # noqa: F401 - its table belongs to this feature
from headcall.backend.queues.model import Queue, StrategyName
from headcall.backend.store.base import DEFAULT_TENANT, Base, Id


class QueueRow(Base):
    __tablename__ = "queues"

    queue_id: Mapped[str] = mapped_column(Id, primary_key=True)
    tenant_id: Mapped[str] = mapped_column(Id, default=DEFAULT_TENANT)
    name: Mapped[str]
    number: Mapped[str] = mapped_column(String(32), default="")
    strategy: Mapped[str] = mapped_column(String(32), default="longest-idle")
    ring_for_s: Mapped[int] = mapped_column(default=15)
    max_wait_s: Mapped[int] = mapped_column(default=1800)
    announce_every_s: Mapped[int] = mapped_column(default=30)
    wrap_up_s: Mapped[int] = mapped_column(default=10)
    miss_limit: Mapped[int] = mapped_column(default=3)
    records: Mapped[bool] = mapped_column(default=True)

    def queue(self) -> Queue:
        return Queue(
            queue_id=self.queue_id,
            name=self.name,
            number=self.number,
            strategy=cast(StrategyName, self.strategy),
            ring_for_s=self.ring_for_s,
            max_wait_s=self.max_wait_s,
            announce_every_s=self.announce_every_s,
            wrap_up_s=self.wrap_up_s,
            miss_limit=self.miss_limit,
            records=self.records,
        )


class QueueMemberRow(Base):
    __tablename__ = "queue_members"

    queue_id: Mapped[str] = mapped_column(Id, ForeignKey("queues.queue_id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[str] = mapped_column(Id, ForeignKey("users.user_id", ondelete="CASCADE"), primary_key=True)


async def put(session: AsyncSession, queue: Queue) -> None:
    """Adds a queue, or changes it."""
    row = await session.get(QueueRow, queue.queue_id)
    if row is None:
        row = QueueRow(queue_id=queue.queue_id)
        session.add(row)
    for name in queue.__struct_fields__:
        setattr(row, name, getattr(queue, name))
    await session.flush()


async def put_members(session: AsyncSession, queue_id: str, user_ids: Sequence[str]) -> None:
    """Who serves a queue from now on. The agents themselves are `agents.store.put`."""
    await session.execute(delete(QueueMemberRow).where(QueueMemberRow.queue_id == queue_id))
    session.add_all(QueueMemberRow(queue_id=queue_id, user_id=user_id) for user_id in user_ids)
    await session.flush()


async def every(session: AsyncSession) -> list[Queue]:
    return [row.queue() for row in (await session.scalars(select(QueueRow).order_by(QueueRow.name))).all()]


async def members(session: AsyncSession) -> list[tuple[str, str]]:
    """(queue id, user id) of all queues."""
    rows = (await session.scalars(select(QueueMemberRow))).all()
    return [(row.queue_id, row.user_id) for row in rows]

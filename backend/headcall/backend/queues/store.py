# SPDX-License-Identifier: Apache-2.0
"""Rows of queues, of who serves them, and of what those can."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct, convert, to_builtins
from sqlalchemy import ForeignKey, String, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from headcall.backend.queues import offers  # noqa: F401 - its table belongs to this feature
from headcall.backend.queues.model import Queue
from headcall.backend.store.base import DEFAULT_TENANT, Base, Id

COLUMNS = (
    "queue_id",
    "name",
    "number",
    "strategy",
    "ring_for_s",
    "max_wait_s",
    "announce_every_s",
    "wrap_up_s",
    "miss_limit",
    "records",
)
"""Rules that have a column; the others are in `rules`, as far as they are not the default."""


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
    rules: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")

    def queue(self) -> Queue:
        return convert({**self.rules, **{name: getattr(self, name) for name in COLUMNS}}, Queue)


class QueueMemberRow(Base):
    __tablename__ = "queue_members"

    queue_id: Mapped[str] = mapped_column(Id, ForeignKey("queues.queue_id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[str] = mapped_column(Id, ForeignKey("users.user_id", ondelete="CASCADE"), primary_key=True)
    position: Mapped[int] = mapped_column(default=0, server_default="0")
    weight: Mapped[int] = mapped_column(default=1, server_default="1")


class AgentSkillRow(Base):
    __tablename__ = "agent_skills"

    user_id: Mapped[str] = mapped_column(Id, ForeignKey("users.user_id", ondelete="CASCADE"), primary_key=True)
    skill: Mapped[str] = mapped_column(String(40), primary_key=True)
    level: Mapped[int]


class Member(Struct, frozen=True):
    """Somebody who serves a queue."""

    user_id: str
    position: int = 0
    weight: int = 1


async def put(session: AsyncSession, queue: Queue) -> None:
    """Adds a queue, or changes it."""
    row = await session.get(QueueRow, queue.queue_id)
    if row is None:
        row = QueueRow(queue_id=queue.queue_id)
        session.add(row)
    default = to_builtins(Queue(queue_id="", name=""))
    fields = to_builtins(queue)
    for name in COLUMNS:
        setattr(row, name, fields.pop(name))
    row.rules = {name: value for name, value in fields.items() if value != default[name]}
    await session.flush()


async def put_members(session: AsyncSession, queue_id: str, members: Sequence[str | Member]) -> None:
    """Who serves a queue from now on, in this order. The agents themselves are `agents.store.put`."""
    await session.execute(delete(QueueMemberRow).where(QueueMemberRow.queue_id == queue_id))
    for position, who in enumerate(members):
        member = Member(who, position) if isinstance(who, str) else who
        session.add(QueueMemberRow(queue_id=queue_id, user_id=member.user_id, position=position, weight=member.weight))
    await session.flush()


async def put_skills(session: AsyncSession, user_id: str, skills: dict[str, int]) -> None:
    """What an agent can, from now on."""
    await session.execute(delete(AgentSkillRow).where(AgentSkillRow.user_id == user_id))
    session.add_all(AgentSkillRow(user_id=user_id, skill=skill, level=level) for skill, level in skills.items())
    await session.flush()


async def every(session: AsyncSession) -> list[Queue]:
    return [row.queue() for row in (await session.scalars(select(QueueRow).order_by(QueueRow.name))).all()]


async def members(session: AsyncSession) -> dict[str, dict[str, Member]]:
    """Queue id → user id → member, of all queues."""
    found: dict[str, dict[str, Member]] = {}
    wanted = select(QueueMemberRow).order_by(QueueMemberRow.position, QueueMemberRow.user_id)
    for row in (await session.scalars(wanted)).all():
        found.setdefault(row.queue_id, {})[row.user_id] = Member(row.user_id, row.position, row.weight)
    return found


async def skills(session: AsyncSession) -> dict[str, dict[str, int]]:
    """User id → skill → level."""
    found: dict[str, dict[str, int]] = {}
    for row in (await session.scalars(select(AgentSkillRow))).all():
        found.setdefault(row.user_id, {})[row.skill] = row.level
    return found

# SPDX-License-Identifier: Apache-2.0
"""Rows of facts."""

from sqlalchemy import Index, String, delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from headcall.backend.stats import chat_rows, schedule_rows, sum_rows  # noqa: F401 - their tables belong to this feature
from headcall.backend.stats.model import Facts
from headcall.backend.store.base import Base, Id


class VisitRow(Base):
    __tablename__ = "stat_visits"
    __table_args__ = (Index(None, "at_ms"), Index(None, "queue_id", "at_ms"))

    call_id: Mapped[str] = mapped_column(Id, primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    queue_id: Mapped[str] = mapped_column(Id)
    number: Mapped[str] = mapped_column(String(64))
    at_ms: Mapped[int]
    wait_ms: Mapped[int]
    outcome: Mapped[str] = mapped_column(String(16))
    user_id: Mapped[str | None] = mapped_column(Id)


class TalkRow(Base):
    __tablename__ = "stat_talks"
    __table_args__ = (Index(None, "at_ms"), Index(None, "user_id", "at_ms"))

    call_id: Mapped[str] = mapped_column(Id, primary_key=True)
    leg_id: Mapped[str] = mapped_column(Id, primary_key=True)
    user_id: Mapped[str] = mapped_column(Id)
    queue_id: Mapped[str | None] = mapped_column(Id)
    number: Mapped[str] = mapped_column(String(64))
    direction: Mapped[str] = mapped_column(String(16))
    at_ms: Mapped[int]
    talk_ms: Mapped[int]
    hold_ms: Mapped[int]
    transferred: Mapped[bool]
    asked: Mapped[bool]
    is_last: Mapped[bool]


class RingRow(Base):
    __tablename__ = "stat_rings"
    __table_args__ = (Index(None, "at_ms"), Index(None, "user_id", "at_ms"))

    call_id: Mapped[str] = mapped_column(Id, primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(Id, primary_key=True)
    queue_id: Mapped[str] = mapped_column(Id)
    at_ms: Mapped[int]
    outcome: Mapped[str] = mapped_column(String(16))


class RefusalRow(Base):
    __tablename__ = "stat_refusals"
    __table_args__ = (Index(None, "at_ms"),)

    call_id: Mapped[str] = mapped_column(Id, primary_key=True)
    queue_id: Mapped[str | None] = mapped_column(Id)
    number: Mapped[str] = mapped_column(String(64))
    at_ms: Mapped[int]
    why: Mapped[str] = mapped_column(String(16))


async def replace(session: AsyncSession, call_id: str, facts: Facts) -> None:
    """The facts of a call, instead of those that were there: writing them twice does no harm."""
    for table in (VisitRow, TalkRow, RingRow, RefusalRow):
        await session.execute(delete(table).where(table.call_id == call_id))
    session.add_all(VisitRow(**_fields(visit)) for visit in facts.visits)
    session.add_all(TalkRow(**_fields(talk)) for talk in facts.talks)
    if facts.refusal:
        session.add(RefusalRow(**_fields(facts.refusal)))
    session.add_all(RingRow(**_fields(ring)) for ring in facts.rings)
    await session.flush()


def _fields(fact: object) -> dict[str, object]:
    return {name: getattr(fact, name) for name in getattr(fact, "__struct_fields__", ())}

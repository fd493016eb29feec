# SPDX-License-Identifier: Apache-2.0
"""Rows of chats' facts. They are few beside calls: reports read them as they are."""

from sqlalchemy import Index, String, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from headcall.backend.stats.chat_facts import ChatFacts, ChatTalk, ChatVisit
from headcall.backend.stats.intervals import Span
from headcall.backend.store.base import Base, Id

LONGEST_MS = 172_800_000
"""No agent has a chat for longer: whose page is closed for a minute has it no more."""


class ChatVisitRow(Base):
    __tablename__ = "stat_chats"
    __table_args__ = (Index(None, "at_ms"),)

    chat_id: Mapped[str] = mapped_column(Id, primary_key=True)
    queue_id: Mapped[str] = mapped_column(Id)
    at_ms: Mapped[int]
    wait_ms: Mapped[int]
    outcome: Mapped[str] = mapped_column(String(16))
    user_id: Mapped[str | None] = mapped_column(Id)
    reply_ms: Mapped[int | None]


class ChatTalkRow(Base):
    __tablename__ = "stat_chat_talks"
    __table_args__ = (Index(None, "at_ms"),)

    chat_id: Mapped[str] = mapped_column(Id, primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(Id)
    queue_id: Mapped[str] = mapped_column(Id)
    at_ms: Mapped[int]
    until_ms: Mapped[int]


async def replace(session: AsyncSession, facts: ChatFacts) -> None:
    """The facts of a chat, instead of those that were there."""
    for table in (ChatVisitRow, ChatTalkRow):
        await session.execute(delete(table).where(table.chat_id == facts.visit.chat_id))
    session.add(ChatVisitRow(**{name: getattr(facts.visit, name) for name in ChatVisit.__struct_fields__}))
    for talk in facts.talks:
        session.add(ChatTalkRow(**{name: getattr(talk, name) for name in ChatTalk.__struct_fields__}))
    await session.flush()


async def visits(session: AsyncSession, span: Span, queue_ids: tuple[str, ...], user_id: str | None) -> list[ChatVisit]:
    """Of visitors who came within the span."""
    row = ChatVisitRow
    wanted = select(*(getattr(row, name) for name in ChatVisit.__struct_fields__))
    wanted = wanted.where(row.at_ms >= span.since_ms, row.at_ms < span.until_ms)
    if queue_ids:
        wanted = wanted.where(row.queue_id.in_(queue_ids))
    if user_id is not None:
        wanted = wanted.where(row.user_id == user_id)
    return [ChatVisit(*found) for found in await session.execute(wanted)]


async def talks(session: AsyncSession, span: Span, queue_ids: tuple[str, ...], user_id: str | None) -> list[ChatTalk]:
    """That went on within the span, whenever they began."""
    row = ChatTalkRow
    wanted = select(*(getattr(row, name) for name in ChatTalk.__struct_fields__))
    begun = (row.at_ms >= span.since_ms - LONGEST_MS, row.at_ms < span.until_ms)
    wanted = wanted.where(*begun, row.until_ms >= span.since_ms)
    if queue_ids:
        wanted = wanted.where(row.queue_id.in_(queue_ids))
    if user_id is not None:
        wanted = wanted.where(row.user_id == user_id)
    return [ChatTalk(*found) for found in await session.execute(wanted)]

# SPDX-License-Identifier: Apache-2.0
"""Rows of chats, of what was written in them, of their files, and of the replies that are kept ready."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct, convert, to_builtins
from sqlalchemy import ForeignKey, Index, String, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from headcall.backend.chats.model import Chat, Message
from headcall.backend.store.base import DEFAULT_TENANT, Base, Id

COLUMNS = ("chat_id", "queue_id", "state", "entered_at_ms", "agent_id", "ended_at_ms")
"""Fields with a column, because they are searched for; the others are in `more`."""


class ChatRow(Base):
    __tablename__ = "chats"
    __table_args__ = (Index(None, "state", "entered_at_ms"), Index(None, "agent_id", "entered_at_ms"))

    chat_id: Mapped[str] = mapped_column(Id, primary_key=True)
    tenant_id: Mapped[str] = mapped_column(Id, default=DEFAULT_TENANT)
    queue_id: Mapped[str] = mapped_column(Id)
    state: Mapped[str] = mapped_column(String(16))
    entered_at_ms: Mapped[int]
    agent_id: Mapped[str | None] = mapped_column(Id)
    ended_at_ms: Mapped[int | None]
    token_hash: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the visitor's token, in hexadecimal."""
    searched: Mapped[str]
    """The visitor's name and contact, in lower case."""
    more: Mapped[dict[str, Any]]

    def chat(self) -> Chat:
        return convert({**self.more, **{name: getattr(self, name) for name in COLUMNS}}, Chat)


class ChatMessageRow(Base):
    __tablename__ = "chat_messages"

    chat_id: Mapped[str] = mapped_column(Id, ForeignKey("chats.chat_id", ondelete="CASCADE"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    at_ms: Mapped[int]
    by: Mapped[str] = mapped_column(String(16))
    user_id: Mapped[str | None] = mapped_column(Id)
    file_id: Mapped[str | None] = mapped_column(Id)
    text: Mapped[str]

    def message(self) -> Message:
        return convert({name: getattr(self, name) for name in Message.__struct_fields__}, Message)


class ChatFileRow(Base):
    """A file that was sent. Its octets lie in the data folder."""

    __tablename__ = "chat_files"

    file_id: Mapped[str] = mapped_column(Id, primary_key=True)
    chat_id: Mapped[str] = mapped_column(Id, ForeignKey("chats.chat_id", ondelete="CASCADE"), index=True)
    name: Mapped[str]
    type: Mapped[str] = mapped_column(String(100))
    octets: Mapped[int]


class CannedReplyRow(Base):
    __tablename__ = "canned_replies"

    reply_id: Mapped[str] = mapped_column(Id, primary_key=True)
    tenant_id: Mapped[str] = mapped_column(Id, default=DEFAULT_TENANT)
    shortcut: Mapped[str] = mapped_column(String(32), unique=True)
    language: Mapped[str] = mapped_column(String(8))
    text: Mapped[str]


class File(Struct, frozen=True):
    file_id: str
    chat_id: str
    name: str
    type: str
    octets: int


class CannedReply(Struct, frozen=True):
    """An answer that is kept ready: `/shortcut` in the page. `{visitor}` and `{agent}` become names."""

    reply_id: str
    shortcut: str
    language: str
    text: str


async def add(session: AsyncSession, chat: Chat, token_hash: str) -> None:
    searched = f"{chat.visitor.name} {chat.visitor.contact}".lower()
    session.add(ChatRow(**_columns(chat), token_hash=token_hash, searched=searched, more=_more(chat)))
    await session.flush()


async def save(session: AsyncSession, chat: Chat) -> None:
    row = await session.get_one(ChatRow, chat.chat_id)
    for name, value in _columns(chat).items():
        setattr(row, name, value)
    row.more = _more(chat)
    await session.flush()


async def append(session: AsyncSession, chat_id: str, messages: Sequence[Message]) -> None:
    session.add_all(ChatMessageRow(chat_id=chat_id, **to_builtins(message)) for message in messages)
    await session.flush()


async def live(session: AsyncSession) -> list[tuple[Chat, str]]:
    """The chats that have not ended, and the hashes of their visitors' tokens."""
    wanted = select(ChatRow).where(ChatRow.state != "ended").order_by(ChatRow.entered_at_ms)
    return [(row.chat(), row.token_hash) for row in (await session.scalars(wanted)).all()]


async def one(session: AsyncSession, chat_id: str) -> tuple[Chat, str] | None:
    row = await session.get(ChatRow, chat_id)
    return (row.chat(), row.token_hash) if row else None


async def messages(session: AsyncSession, chat_id: str, after: int = 0, limit: int = 2100) -> list[Message]:
    """What was written after `after`, the oldest first; the latest `limit` of it."""
    wanted = select(ChatMessageRow).where(ChatMessageRow.chat_id == chat_id, ChatMessageRow.seq > after)
    found = (await session.scalars(wanted.order_by(ChatMessageRow.seq.desc()).limit(limit))).all()
    return [row.message() for row in reversed(found)]


async def ended(
    session: AsyncSession, *, agent_id: str | None, search: str, before_ms: int | None, limit: int
) -> list[Chat]:
    """Chats that are over, the newest first: of one agent, or (None) of all."""
    wanted = select(ChatRow).where(ChatRow.state == "ended")
    if agent_id is not None:
        wanted = wanted.where(ChatRow.agent_id == agent_id)
    if search:
        wanted = wanted.where(ChatRow.searched.contains(search.lower(), autoescape=True))
    if before_ms is not None:
        wanted = wanted.where(ChatRow.entered_at_ms < before_ms)
    rows = (await session.scalars(wanted.order_by(ChatRow.entered_at_ms.desc()).limit(limit))).all()
    return [row.chat() for row in rows]


async def add_file(session: AsyncSession, file: File) -> None:
    session.add(ChatFileRow(**to_builtins(file)))
    await session.flush()


async def files_of(session: AsyncSession, chat_id: str) -> dict[str, File]:
    rows = (await session.scalars(select(ChatFileRow).where(ChatFileRow.chat_id == chat_id))).all()
    return {row.file_id: _file(row) for row in rows}


async def file(session: AsyncSession, file_id: str) -> File | None:
    row = await session.get(ChatFileRow, file_id)
    return _file(row) if row else None


def _file(row: ChatFileRow) -> File:
    return convert({name: getattr(row, name) for name in File.__struct_fields__}, File)


async def replies(session: AsyncSession) -> list[CannedReply]:
    rows = (await session.scalars(select(CannedReplyRow).order_by(CannedReplyRow.shortcut))).all()
    return [convert({name: getattr(row, name) for name in CannedReply.__struct_fields__}, CannedReply) for row in rows]


async def put_reply(session: AsyncSession, reply: CannedReply) -> None:
    """Adds a reply, or changes it."""
    await session.merge(CannedReplyRow(**to_builtins(reply), tenant_id=DEFAULT_TENANT))
    await session.flush()


async def drop_reply(session: AsyncSession, reply_id: str) -> None:
    await session.execute(delete(CannedReplyRow).where(CannedReplyRow.reply_id == reply_id))


def _columns(chat: Chat) -> dict[str, Any]:
    return {name: getattr(chat, name) for name in COLUMNS}


def _more(chat: Chat) -> dict[str, Any]:
    fields: dict[str, Any] = to_builtins(chat)
    return {name: value for name, value in fields.items() if name not in COLUMNS}

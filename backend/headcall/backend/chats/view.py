# SPDX-License-Identifier: Apache-2.0
"""Chats as pages see them (docs/browser-api.md, "Chats")."""

from collections.abc import Callable, Iterable
from typing import Any

from headcall.backend.chats.model import Chat, Message
from headcall.backend.store.base import iso, iso_or_none

NameOf = Callable[[str], str]


def message_view(message: Message, name_of: NameOf) -> dict[str, Any]:
    """`ChatMessage` of the browser API. Of a file, the text is the name."""
    return {
        "seq": message.seq,
        "at": iso(message.at_ms),
        "by": message.by,
        "text": message.text,
        "user": {"user_id": message.user_id, "name": name_of(message.user_id)} if message.user_id else None,
        "file_id": message.file_id,
    }


def chat_view(chat: Chat, queue_name: str, name_of: NameOf, *, visitor_is_here: bool) -> dict[str, Any]:
    """`ChatView` of the browser API, without what was written."""
    return {
        "chat_id": chat.chat_id,
        "state": chat.state,
        "queue": {"id": chat.queue_id, "name": queue_name},
        "visitor": {
            "name": chat.visitor.name,
            "contact": chat.visitor.contact,
            "page": chat.visitor.page,
            "language": chat.visitor.language,
            "is_here": visitor_is_here,
        },
        "agent": {"user_id": chat.agent_id, "name": name_of(chat.agent_id)} if chat.agent_id else None,
        "offered_to": chat.offered_to,
        "offer_expires_at": iso_or_none(chat.offer_expires_at_ms),
        "entered_at": iso(chat.entered_at_ms),
        "opened_at": iso_or_none(chat.opened_at_ms),
        "ended_at": iso_or_none(chat.ended_at_ms),
        "ended_by": chat.ended_by,
        "cause": chat.cause,
        "disposition": chat.disposition,
        "last_seq": chat.last_seq,
        "read_seq": chat.read_seq,
    }


def visitor_view(chat: Chat, place: int | None, agent_name: str | None) -> dict[str, Any]:
    """What the visitor sees: no ids of people, no notes, no reasons."""
    return {
        "chat_id": chat.chat_id,
        "state": "waiting" if chat.state == "offered" and chat.agent_id is None else _plain(chat),
        "before": place,
        "agent": agent_name,
    }


def _plain(chat: Chat) -> str:
    return "open" if chat.state == "offered" else chat.state


def for_visitor(messages: Iterable[Message], name_of: NameOf) -> list[dict[str, Any]]:
    views = (message_view(message, name_of) for message in messages if message.by != "note")
    return [{**view, "user": {"name": view["user"]["name"]} if view["user"] else None} for view in views]

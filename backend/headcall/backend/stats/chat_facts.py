# SPDX-License-Identifier: Apache-2.0
"""From what was written in a chat to its facts. Pure."""

from collections.abc import Iterable, Sequence
from typing import Literal

from msgspec import Struct

from headcall.backend.chats.model import Chat, Message

ChatOutcome = Literal["answered", "abandoned", "turned-away"]


class ChatVisit(Struct, frozen=True):
    """A visitor wrote to us: once, however often the chat was passed on."""

    chat_id: str
    queue_id: str
    """The last one."""
    at_ms: int
    wait_ms: int
    """Until an agent took it, or until its end."""
    outcome: ChatOutcome
    user_id: str | None = None
    """The first who took it."""
    reply_ms: int | None = None
    """From the visitor's first word to an agent's."""


class ChatTalk(Struct, frozen=True):
    """An agent had a chat, from taking it until it was taken by another, given back, or over."""

    chat_id: str
    seq: int
    user_id: str
    queue_id: str
    at_ms: int
    until_ms: int


class ChatTime(Struct, frozen=True):
    """What an agent did within an interval: summed up already."""

    user_id: str
    chat_ms: int
    """Two chats at once count twice."""
    busy_ms: int
    """Time with at least one."""
    most: int


class ChatFacts(Struct, frozen=True):
    visit: ChatVisit
    talks: tuple[ChatTalk, ...] = ()


def chat_facts_of(chat: Chat, messages: Sequence[Message]) -> ChatFacts:
    """What is counted of a chat that is over."""
    end_ms = chat.ended_at_ms if chat.ended_at_ms is not None else chat.entered_at_ms
    talks = tuple(_talks(chat, messages, end_ms))
    first = talks[0] if talks else None
    replies = (message.at_ms for message in messages if message.by == "agent")
    reply_ms = next(replies, None)
    visit = ChatVisit(
        chat_id=chat.chat_id,
        queue_id=chat.queue_id,
        at_ms=chat.entered_at_ms,
        wait_ms=max(0, (first.at_ms if first else end_ms) - chat.entered_at_ms),
        outcome="answered" if first else "abandoned" if _left(chat) else "turned-away",
        user_id=first.user_id if first else None,
        reply_ms=None if reply_ms is None else max(0, reply_ms - chat.entered_at_ms),
    )
    return ChatFacts(visit, talks)


def _left(chat: Chat) -> bool:
    return chat.ended_by == "visitor" or chat.cause == "visitor-left"


def _talks(chat: Chat, messages: Iterable[Message], end_ms: int) -> Iterable[ChatTalk]:
    begun: Message | None = None
    for message in messages:
        if message.by != "system" or message.text not in ("joined", "left", "passed-to-queue"):
            continue
        if begun is not None:
            yield _talk(chat, begun, message.at_ms)
        begun = message if message.text == "joined" and message.user_id else None
    if begun is not None:
        yield _talk(chat, begun, end_ms)


def _talk(chat: Chat, begun: Message, until_ms: int) -> ChatTalk:
    until_ms = max(begun.at_ms, until_ms)
    return ChatTalk(chat.chat_id, begun.seq, begun.user_id or "", chat.queue_id, begun.at_ms, until_ms)


def time_of(talks: Iterable[ChatTalk], since_ms: int, until_ms: int) -> list[ChatTime]:
    """How many chats agents had at once between two moments."""
    steps: dict[str, list[tuple[int, int]]] = {}
    for talk in talks:
        begin, end = max(talk.at_ms, since_ms), min(talk.until_ms, until_ms)
        if begin < end:
            steps.setdefault(talk.user_id, []).extend(((begin, 1), (end, -1)))
    return [_swept(user_id, sorted(found)) for user_id, found in steps.items()]


def _swept(user_id: str, steps: list[tuple[int, int]]) -> ChatTime:
    """An end stands before a beginning of the same moment: the next chat is not at once with it."""
    chat_ms = busy_ms = most = now = before = 0
    for at_ms, step in steps:
        chat_ms += now * (at_ms - before)
        busy_ms += (now > 0) * (at_ms - before)
        now, before = now + step, at_ms
        most = max(most, now)
    return ChatTime(user_id, chat_ms, busy_ms, most)

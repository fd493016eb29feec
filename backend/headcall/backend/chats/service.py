# SPDX-License-Identifier: Apache-2.0
"""The chats at work: what visitors and agents do to them. Each change is one transaction, durable before it is told."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Sequence
from typing import Literal

from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncSession

from headcall.backend.chats import store as rows
from headcall.backend.chats.files import MOST_IN_A_CHAT, Shelf, kind_of, plain_name
from headcall.backend.chats.given import Given
from headcall.backend.chats.model import (
    LONGEST_TEXT,
    MOST_MESSAGES,
    Author,
    Chat,
    Message,
    Visitor,
    accepted,
    ended,
    given_back,
    lapsed,
    offered,
    place,
)
from headcall.backend.chats.pace import Pace
from headcall.backend.chats.rooms import Room, Rooms, hash_of
from headcall.backend.errors import ApiError
from headcall.backend.users.model import Actor

MOST_ROOMS = 5_000
"""Chats held at once, those that ended a moment ago among them."""

MOST_WAITING = 200
"""In a queue without a limit of its own: nobody reads two hundred chats an hour."""

RING_S = 30
"""How long a chat is offered to one agent: a word is read later than a ring is heard."""

TYPING_S = 6.0


class Words:
    """What is to be written into a chat, before it has a number."""

    def __init__(self, by: Author, text: str, user_id: str | None = None, file_id: str | None = None) -> None:
        self.by, self.text, self.user_id, self.file_id = by, text, user_id, file_id


Change = tuple[Chat, Sequence[Words]]
Observer = Callable[[Chat, Chat, Sequence[Message]], None]
Finisher = Callable[[AsyncSession, Chat], Awaitable[None]]


class Chats:
    """All chats."""

    def __init__(self, given: Given) -> None:
        self._store, self._clock, self._ids = given.store, given.clock, given.ids
        self.agents, self.queues, self.has_page = given.agents, given.queues, given.live.is_connected
        self.hours = given.hours
        self.rooms = Rooms()
        self.shelf = Shelf(given.folder)
        self._observers: list[Observer] = []
        self._finishers: list[Finisher] = []
        self._openings = Pace(given.clock, most=6, within_s=600)
        self._sayings = Pace(given.clock, most=20, within_s=20)

    def on_change(self, observer: Observer) -> None:
        """Told of each change: before, after, what was written. Quick, and never raises."""
        self._observers.append(observer)

    def on_finish(self, finisher: Finisher) -> None:
        """Asked when a chat is over, in the transaction that ends it."""
        self._finishers.append(finisher)

    async def load(self) -> None:
        """Takes up the chats as they were left."""
        async with self._store.read() as session:
            for chat, token_hash in await rows.live(session):
                self.rooms.add(Room(chat, token_hash, self._clock.now()))

    # ------------------------------------------------------------ visitors

    async def open(self, queue_id: str, visitor: Visitor, text: str, *, address: str) -> tuple[Room, str]:
        """A visitor writes the first word. Gives the chat and the token that opens it, and raises `ApiError`."""
        queue = self.queues.get(queue_id)
        if queue is None or not queue.chats_at_once:
            raise ApiError("not-found", "no queue of this id takes chats")
        self._check_text(text)
        if self.hours.is_closed(queue.hours_id):
            raise ApiError("closed", "nobody is there outside of the opening hours")
        waiting = sum(chat.state == "waiting" and chat.queue_id == queue_id for chat in self.rooms.chats())
        if waiting >= (queue.size_limit or MOST_WAITING) or len(self.rooms) >= MOST_ROOMS:
            raise ApiError("queue-full", "too many wait already")
        if not self._openings.allows(address):
            raise ApiError("too-many-attempts", "too many chats from this address; wait ten minutes")
        token, now_ms = secrets.token_urlsafe(32), self._clock.wall_ms()
        chat = Chat(self._ids("chat"), queue_id, visitor, now_ms, last_seq=1)
        first = Message(1, now_ms, "visitor", text)
        room = Room(chat, hash_of(token), self._clock.now())
        async with self._store.begin() as session:
            await rows.add(session, chat, room.token_hash)
            await rows.append(session, chat.chat_id, (first,))
        self.rooms.add(room)
        self._tell(chat, chat, (first,))
        return room, token

    def room_of_visitor(self, chat_id: str, token: str) -> Room:
        """Raises `ApiError` when there is no such chat, or the token is not its."""
        room = self.rooms.get(chat_id)
        if room is None or not room.opens_for(token):
            raise ApiError("not-found", "no such chat, or it ended a while ago")
        room.visitor_seen = self._clock.now()
        return room

    def place_of(self, chat: Chat) -> int | None:
        """How many are before a waiting chat in its queue."""
        if chat.state not in ("waiting", "offered") or chat.agent_id:
            return None
        line = [c for c in self.rooms.chats() if c.queue_id == chat.queue_id and c.state == "waiting"]
        return sum(place(other) < place(chat) for other in line)

    async def visitor_says(self, room: Room, text: str) -> Message:
        if not self._sayings.allows(room.chat.chat_id):
            raise ApiError("too-many-attempts", "too many messages; wait a few seconds")
        self._check_text(text)
        return (await self.change(room, lambda chat: (_still(chat), [Words("visitor", text)])))[0]

    async def visitor_ends(self, room: Room) -> None:
        now_ms = self._clock.wall_ms()
        await self.change(room, lambda chat: (ended(chat, "visitor", "normal", now_ms), [Words("system", "ended")]))

    # ------------------------------------------------------------ agents

    def room(self, chat_id: object) -> Room:
        """A chat that goes on. Raises `ApiError`."""
        room = self.rooms.get(chat_id) if isinstance(chat_id, str) else None
        if room is None or not room.chat.is_live:
            raise ApiError("call-gone", "the chat is over")
        return room

    def own(self, who: Actor, chat_id: object) -> Room:
        """A chat of one's own. Raises `ApiError`."""
        room = self.room(chat_id)
        if room.chat.agent_id != who.user_id:
            raise ApiError("not-allowed", "it is another agent's chat")
        return room

    async def accept(self, who: Actor, chat_id: object) -> Chat:
        room, now_ms = self.room(chat_id), self._clock.wall_ms()
        joined = [Words("system", "joined", who.user_id)]
        await self.change(room, lambda chat: (accepted(chat, who.user_id, now_ms), joined))
        return room.chat

    async def refuse(self, who: Actor, chat_id: object) -> None:
        room, now_ms = self.room(chat_id), self._clock.wall_ms()

        def refused(chat: Chat) -> Change:
            if chat.offered_to != who.user_id:
                raise ApiError("conflict", "it is not offered to you")
            return lapsed(chat, now_ms), []

        await self.change(room, refused)

    async def agent_says(self, who: Actor, chat_id: object, text: str, by: Literal["agent", "note"]) -> Message:
        room = self.own(who, chat_id)
        self._check_text(text)
        room.agent_types_until = 0.0
        said = Words(by, text, who.user_id)
        return (await self.change(room, lambda chat: (replace(_still(chat), read_seq=chat.last_seq + 1), [said])))[0]

    def agent_types(self, who: Actor, chat_id: object) -> None:
        """The visitor sees that an answer is being written, for a few seconds."""
        room = self.own(who, chat_id)
        room.agent_types_until = self._clock.now() + TYPING_S
        room.wake()

    async def has_read(self, who: Actor, chat_id: object, seq: int) -> None:
        room = self.own(who, chat_id)
        upto = min(seq, room.chat.last_seq)
        if upto > room.chat.read_seq:
            await self.change(room, lambda chat: (replace(chat, read_seq=upto), []))

    async def pass_on(self, who: Actor, chat_id: object, *, user_id: str = "", queue_id: str = "") -> None:
        """To a colleague, who is asked first, or to the front of a queue."""
        room, now_ms = self.own(who, chat_id), self._clock.wall_ms()
        if queue_id:
            queue = self.queues.get(queue_id)
            if queue is None or not queue.chats_at_once:
                raise ApiError("bad-request", "no queue of this id takes chats")
            words = [Words("system", "passed-to-queue", who.user_id)]
            await self.change(room, lambda chat: (given_back(chat, queue_id), words))
            return
        agent = self.agents.get(user_id)
        if agent is None or user_id == who.user_id:
            raise ApiError("bad-request", "`user_id` is another agent")
        if agent.state == "offline" or not self.has_page(user_id):
            raise ApiError("offline", "this agent has no page open")
        words = [Words("system", "passed-on", who.user_id)]
        await self.change(room, lambda chat: (offered(chat, user_id, now_ms + RING_S * 1000), words))

    async def end(self, who: Actor, chat_id: object, disposition: str = "") -> None:
        room, now_ms = self.own(who, chat_id), self._clock.wall_ms()
        queue = self.queues.get(room.chat.queue_id)
        codes = {each.code for each in queue.dispositions} if queue else set()
        if disposition and disposition not in codes:
            raise ApiError("bad-request", f"`disposition` is one of: {', '.join(sorted(codes)) or '(none)'}")
        over = [Words("system", "ended", who.user_id)]
        await self.change(
            room, lambda chat: (replace(ended(chat, "agent", "normal", now_ms), disposition=disposition), over)
        )

    # ------------------------------------------------------------ files

    async def attach(self, room: Room, by: Author, name: str, octets: bytes, user_id: str | None = None) -> Message:
        """Sends a file. Raises `ApiError` when it is not what it says, or too much."""
        name = plain_name(name)
        file = rows.File(self._ids("file"), room.chat.chat_id, name, kind_of(name, octets), len(octets))
        _still(room.chat)
        async with self._store.read() as session:
            if len(await rows.files_of(session, room.chat.chat_id)) >= MOST_IN_A_CHAT:
                raise ApiError("conflict", f"a chat has at most {MOST_IN_A_CHAT} files")
        await asyncio.to_thread(self.shelf.write, file.file_id, octets)
        async with self._store.begin() as session:
            await rows.add_file(session, file)
        sent = Words(by, name, user_id, file.file_id)
        return (await self.change(room, lambda chat: (_still(chat), [sent])))[0]

    async def file(self, chat_id: str, file_id: str) -> tuple[rows.File, bytes]:
        async with self._store.read() as session:
            file = await rows.file(session, file_id[:40])
        if file is None or file.chat_id != chat_id:
            raise ApiError("not-found", "no such file in this chat")
        return file, await asyncio.to_thread(self.shelf.read, file.file_id)

    # ------------------------------------------------------------ reading

    async def messages(self, chat_id: str, after: int = 0, *, with_notes: bool = True) -> list[Message]:
        """What was written after number `after`."""
        async with self._store.read() as session:
            found = await rows.messages(session, chat_id, after)
        return [message for message in found if with_notes or message.by != "note"]

    async def files(self, chat_id: str) -> dict[str, rows.File]:
        async with self._store.read() as session:
            return await rows.files_of(session, chat_id)

    def of_agent(self, user_id: str) -> list[Chat]:
        """What an agent has, and what rings at them."""
        mine = [chat for chat in self.rooms.chats() if user_id in (chat.agent_id, chat.offered_to)]
        return sorted(mine, key=lambda chat: (chat.entered_at_ms, chat.chat_id))

    async def one(self, who: Actor, chat_id: str) -> Chat:
        """Any chat, also one that is over. Raises `ApiError`."""
        async with self._store.read() as session:
            found = await rows.one(session, chat_id[:40])
        if found is None:
            raise ApiError("not-found", "no such chat")
        chat = found[0]
        if who.user_id not in (chat.agent_id, chat.offered_to) and not who.may("call.history.all"):
            raise ApiError("not-allowed", "it is another agent's chat")
        return chat

    async def history(self, who: Actor, *, everybody: bool, search: str, before_ms: int | None) -> list[Chat]:
        """Fifty chats that are over, the newest first."""
        if everybody and not who.may("call.history.all"):
            raise ApiError("not-allowed", "needs the right call.history.all")
        async with self._store.read() as session:
            return await rows.ended(
                session,
                agent_id=None if everybody else who.user_id,
                search=search[:100],
                before_ms=before_ms,
                limit=50,
            )

    # ------------------------------------------------------------ changing

    async def change(self, room: Room, make: Callable[[Chat], Change]) -> list[Message]:
        """One step of one chat. What `make` raises leaves everything as it was."""
        async with room.turn:
            before = room.chat
            after, words = make(before)
            if after == before and not words:
                return []
            if words and before.last_seq + len(words) > MOST_MESSAGES and after.is_live:
                raise ApiError("conflict", f"a chat has at most {MOST_MESSAGES} messages")
            now_ms = self._clock.wall_ms()
            messages = [
                Message(before.last_seq + place, now_ms, word.by, word.text, word.user_id, word.file_id)
                for place, word in enumerate(words, start=1)
            ]
            after = replace(after, last_seq=before.last_seq + len(messages))
            async with self._store.begin() as session:
                await rows.save(session, after)
                await rows.append(session, after.chat_id, messages)
                for finish in () if after.is_live else self._finishers:
                    await finish(session, after)
            room.chat = after
            if not after.is_live:
                room.ended_at = self._clock.now()
            room.wake()
        self._tell(before, after, messages)
        return messages

    def _tell(self, before: Chat, after: Chat, messages: Sequence[Message]) -> None:
        for observer in self._observers:
            observer(before, after, messages)

    def _check_text(self, text: str) -> None:
        if not text.strip():
            raise ApiError("bad-request", "`text` is empty")
        if len(text) > LONGEST_TEXT:
            raise ApiError("bad-request", f"`text` has at most {LONGEST_TEXT} characters")


def _still(chat: Chat) -> Chat:
    """The same chat, if it goes on."""
    if not chat.is_live:
        raise ApiError("call-gone", "the chat is over")
    return chat

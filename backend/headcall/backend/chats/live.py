# SPDX-License-Identifier: Apache-2.0
"""Chats on the live line: what an agent's page is told, and what it may do."""

from collections.abc import Sequence
from typing import Any, Literal

from headcall.backend.chats.model import Chat, Message
from headcall.backend.chats.rooms import Room
from headcall.backend.chats.service import Chats
from headcall.backend.chats.view import chat_view, message_view
from headcall.backend.edge.live import Live
from headcall.backend.errors import ApiError
from headcall.backend.users.model import Actor
from headcall.kit.clock import Clock

HERE_S = 40.0
"""A visitor's page asks every 25 s; later than this it is away."""

Data = dict[str, Any]


class ChatSocket:
    def __init__(self, chats: Chats, live: Live, clock: Clock) -> None:
        self._chats, self._live, self._clock = chats, live, clock

    def register(self) -> None:
        """Joins the live line."""
        self._chats.on_change(self._changed)
        self._live.on_snapshot("chats", self._snapshot)
        for name, do in (
            ("accept", self._accept),
            ("refuse", self._refuse),
            ("say", self._say),
            ("typing", self._typing),
            ("read", self._read),
            ("transfer", self._transfer),
            ("end", self._end),
        ):
            self._live.on_do(f"chat.{name}", do)

    def view(self, chat: Chat) -> Data:
        queue = self._chats.queues.get(chat.queue_id)
        room = self._chats.rooms.get(chat.chat_id)
        name = queue.name if queue else ""
        return chat_view(chat, name, self.name_of, visitor_is_here=room is not None and self._is_here(room))

    def name_of(self, user_id: str) -> str:
        agent = self._chats.agents.get(user_id)
        return agent.name if agent else ""

    def visitor_types(self, room: Room) -> None:
        """The agent sees that the visitor is writing."""
        if room.chat.agent_id:
            self._live.publish_user(room.chat.agent_id, "chat_typing", {"chat_id": room.chat.chat_id})

    def _is_here(self, room: Room) -> bool:
        return room.ended_at is None and self._clock.now() - room.visitor_seen < HERE_S

    # ------------------------------------------------------------ to the pages

    async def _snapshot(self, who: Actor) -> list[Data]:
        return [self.view(chat) for chat in self._chats.of_agent(who.user_id)]

    def _changed(self, before: Chat, after: Chat, messages: Sequence[Message]) -> None:
        concerned = _concerned(after)
        for user_id in _concerned(before) - concerned:
            self._live.publish_user(user_id, "chat_gone", {"chat_id": after.chat_id, "cause": _cause(before, after)})
        for user_id in concerned:
            self._live.publish_user(user_id, "chat", self.view(after))
            for message in messages:
                said = message_view(message, self.name_of)
                self._live.publish_user(user_id, "chat_message", {"chat_id": after.chat_id, "message": said})

    # ------------------------------------------------------------ from the pages

    async def _accept(self, who: Actor, data: Data) -> Data:
        return {"chat": self.view(await self._chats.accept(_agent(who), data.get("chat_id")))}

    async def _refuse(self, who: Actor, data: Data) -> Data:
        await self._chats.refuse(_agent(who), data.get("chat_id"))
        return {}

    async def _say(self, who: Actor, data: Data) -> Data:
        by: Literal["agent", "note"] = "note" if data.get("note") is True else "agent"
        said = await self._chats.agent_says(_agent(who), data.get("chat_id"), _text(data, "text"), by)
        return {"seq": said.seq}

    async def _typing(self, who: Actor, data: Data) -> Data:
        self._chats.agent_types(_agent(who), data.get("chat_id"))
        return {}

    async def _read(self, who: Actor, data: Data) -> Data:
        seq = data.get("seq")
        if not isinstance(seq, int) or seq < 0:
            raise ApiError("bad-request", "`seq` is the number of a message")
        await self._chats.has_read(_agent(who), data.get("chat_id"), seq)
        return {}

    async def _transfer(self, who: Actor, data: Data) -> Data:
        user_id, queue_id = _text(data, "user_id"), _text(data, "queue_id")
        if bool(user_id) == bool(queue_id):
            raise ApiError("bad-request", "either `user_id` or `queue_id`")
        await self._chats.pass_on(_agent(who), data.get("chat_id"), user_id=user_id, queue_id=queue_id)
        return {}

    async def _end(self, who: Actor, data: Data) -> Data:
        await self._chats.end(_agent(who), data.get("chat_id"), _text(data, "disposition"))
        return {}


def _agent(who: Actor) -> Actor:
    if not who.may("agent.work"):
        raise ApiError("not-allowed", "needs the right agent.work")
    return who


def _text(data: Data, name: str) -> str:
    value = data.get(name, "")
    if not isinstance(value, str):
        raise ApiError("bad-request", f"`{name}` is a text")
    return value


def _concerned(chat: Chat) -> set[str]:
    return {user for user in (chat.agent_id, chat.offered_to) if user} if chat.is_live else set()


def _cause(before: Chat, after: Chat) -> str:
    """Why a chat leaves somebody's page."""
    if not after.is_live:
        return after.cause
    return "call-taken" if after.state == "open" else "no-answer" if before.offered_to else "normal"

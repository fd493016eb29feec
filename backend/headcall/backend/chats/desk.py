# SPDX-License-Identifier: Apache-2.0
"""What time does to chats: offers lapse, who has gone is not waited for, and the line is served."""

import logging
from collections import Counter

from headcall.backend.agents.errors import NotPermittedNow
from headcall.backend.calls.worker import Worker
from headcall.backend.chats.choosing import pairs
from headcall.backend.chats.model import Chat, ended, given_back, lapsed, offered
from headcall.backend.chats.rooms import Room
from headcall.backend.chats.service import RING_S, Chats, Words
from headcall.backend.errors import ApiError
from headcall.kit.clock import Clock

log = logging.getLogger(__name__)

AGENT_GRACE_S = 60.0
"""How long an agent's chats are kept while no page of theirs is open: a reload, a restart of ours, a train's tunnel."""

VISITOR_WAITING_S = 60.0
"""A visitor whose page has not asked for so long has left the line. Pages ask every 25 s."""

VISITOR_AWAY_S = 300.0
"""... and so long once they talked with an agent: people look things up."""

KEPT_S = 600.0
"""How long a visitor can still read a chat that is over."""


class ChatDesk:
    def __init__(self, chats: Chats, clock: Clock) -> None:
        self._chats, self._clock = chats, clock
        self._missed: Counter[str] = Counter()
        self.worker: Worker[str] = Worker("serving chats", self._pass)
        chats.on_change(self._changed)

    def tick(self) -> None:
        """Time has passed; costs nothing while nobody writes."""
        if len(self._chats.rooms) and self.worker.is_idle:
            self.worker.put("pass")

    def _changed(self, before: Chat, after: Chat, _messages: object) -> None:
        if after.state == "open" and before.state == "offered" and after.agent_id:
            self._missed.pop(after.agent_id, None)

    async def _pass(self, _: str) -> None:
        await self.serve()

    async def serve(self) -> None:
        """One look at everything."""
        for room in self._chats.rooms.all():
            try:
                await self._look_at(room)
            except ApiError as refusal:  # somebody was faster than the clock
                log.debug("chat %s: %s", room.chat.chat_id, refusal)
        await self._offer()

    async def _look_at(self, room: Room) -> None:
        now, now_ms, chat = self._clock.now(), self._clock.wall_ms(), room.chat
        if room.ended_at is not None:
            if now - room.ended_at > KEPT_S:
                self._chats.rooms.drop(chat.chat_id)
            return
        if chat.offer_expires_at_ms is not None and chat.offer_expires_at_ms <= now_ms:
            await self._lapse(room, chat.offered_to or "")
        elif self._visitor_is_gone(room, now):
            await self._chats.change(room, lambda c: (ended(c, "system", "visitor-left", now_ms), [_over()]))
        elif chat.state == "waiting" and self._waited_too_long(chat, now_ms):
            await self._chats.change(room, lambda c: (ended(c, "system", "no-agent", now_ms), [_over()]))
        elif chat.state == "open" and self._agent_is_gone(room, now):
            left = Words("system", "left", chat.agent_id)
            await self._chats.change(room, lambda c: (given_back(c), [left]))

    async def _lapse(self, room: Room, user_id: str) -> None:
        now_ms = self._clock.wall_ms()

        def over(chat: Chat) -> tuple[Chat, list[Words]]:
            is_due = chat.offer_expires_at_ms is not None and chat.offer_expires_at_ms <= now_ms
            return (lapsed(chat, now_ms) if is_due else chat), []

        await self._chats.change(room, over)
        queue = self._chats.queues.get(room.chat.queue_id)
        self._missed[user_id] += 1
        if queue and queue.miss_limit and self._missed[user_id] >= queue.miss_limit:
            del self._missed[user_id]
            try:
                await self._chats.agents.wish(user_id, "break", "missed")
            except (ApiError, NotPermittedNow):
                log.info("an agent who lets chats pass could not be put on a break")

    def _visitor_is_gone(self, room: Room, now: float) -> bool:
        limit = VISITOR_WAITING_S if room.chat.opened_at_ms is None else VISITOR_AWAY_S
        return now - room.visitor_seen > limit

    def _waited_too_long(self, chat: Chat, now_ms: int) -> bool:
        queue = self._chats.queues.get(chat.queue_id)
        return queue is None or now_ms - chat.entered_at_ms > queue.max_wait_s * 1000

    def _agent_is_gone(self, room: Room, now: float) -> bool:
        agent = self._chats.agents.get(room.chat.agent_id or "")
        if agent is not None and agent.state != "offline" and self._chats.has_page(agent.user_id):
            room.agent_bare_since = None
            return False
        if room.agent_bare_since is None:
            room.agent_bare_since = now
        return now - room.agent_bare_since > AGENT_GRACE_S

    async def _offer(self) -> None:
        chats, now_ms = self._chats, self._clock.wall_ms()
        found = pairs(
            chats.rooms.chats(),
            chats.agents.all(),
            queues=chats.queues,
            has_page=chats.has_page,
            now_ms=now_ms,
        )
        for chat, user_id in list(found):
            room = chats.rooms.get(chat.chat_id)
            if room is None:
                continue
            try:
                await self._ring(room, user_id, now_ms + RING_S * 1000)
            except ApiError as refusal:
                log.info("chat %s was not offered: %s", chat.chat_id, refusal)

    async def _ring(self, room: Room, user_id: str, expires_at_ms: int) -> None:
        await self._chats.change(room, lambda chat: (offered(chat, user_id, expires_at_ms), []))


def _over() -> Words:
    return Words("system", "ended")

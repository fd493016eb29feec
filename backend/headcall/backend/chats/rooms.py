# SPDX-License-Identifier: Apache-2.0
"""The chats that are going on, each with who waits for its next word. What is here and not in the rows may be lost."""

import asyncio
import contextlib
import hashlib
import hmac
from collections.abc import Iterable

from headcall.backend.chats.model import Chat


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


class Room:
    """One chat while it lives, and for a while after its end."""

    def __init__(self, chat: Chat, token_hash: str, now: float) -> None:
        self.chat, self.token_hash = chat, token_hash
        self.turn = asyncio.Lock()
        """Held for one small transaction: a chat is changed by one at a time."""
        self.visitor_seen = now
        self.agent_bare_since: float | None = None
        """Since when its agent has no page open."""
        self.agent_types_until = 0.0
        self.ended_at: float | None = None
        self._changed = asyncio.Event()

    def opens_for(self, token: str) -> bool:
        return hmac.compare_digest(self.token_hash, hash_of(token))

    def wake(self) -> None:
        """Whoever waits for news looks again."""
        self._changed.set()
        self._changed = asyncio.Event()

    async def news(self, wait_s: float) -> None:
        """Returns when something has changed, or after `wait_s`."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wait_s):
                await self._changed.wait()


class Rooms:
    def __init__(self) -> None:
        self._rooms: dict[str, Room] = {}

    def add(self, room: Room) -> None:
        self._rooms[room.chat.chat_id] = room

    def get(self, chat_id: str) -> Room | None:
        return self._rooms.get(chat_id)

    def drop(self, chat_id: str) -> None:
        self._rooms.pop(chat_id, None)

    def all(self) -> list[Room]:
        return list(self._rooms.values())

    def chats(self) -> Iterable[Chat]:
        """Those that go on."""
        return [room.chat for room in self._rooms.values() if room.chat.is_live]

    def __len__(self) -> int:
        return len(self._rooms)

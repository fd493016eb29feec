# SPDX-License-Identifier: Apache-2.0
"""The way to call control: events in order, each until acknowledged; the end of a leg survives even our own restart."""

import asyncio
from collections import deque
from collections.abc import Callable

from msgspec import Struct

from headcall.kit.bus.outbox import BOUNDS, Bounds, Outbox
from headcall.kit.bus.port import Bus
from headcall.sip_bridge.store import Drawer
from headcall.wire import topics
from headcall.wire.codec import encode
from headcall.wire.legs import LegEnded


class EventShelf:
    """Keeps on disk what call control could not find out later by asking which legs there are: that one has ended,
    and why. Also tells when a message has left the queue."""

    def __init__(self, drawer: Drawer) -> None:
        self._drawer = drawer
        self._keys: deque[str] = deque()
        self._waiting: dict[str, Callable[[], None]] = {}
        self._number = 0
        self.keeps_next = False
        """Set before each `Outbox.put`: whether that message goes on the disk."""
        self.when_gone: Callable[[], None] | None = None

    def load(self) -> list[bytes]:
        found = self._drawer.items()
        self._keys.extend(key for key, _ in found)
        self._number = max((int(key.lstrip("-")) for key, _ in found), default=0)
        return [message for _, message in found]

    def add(self, message: bytes) -> None:
        self._number += 1
        key = f"{self._number:016d}"
        if self.keeps_next:
            self._drawer.put(key, message, vital=True)
        if self.when_gone is not None:
            self._waiting[key] = self.when_gone
        self._keys.append(key)

    def remove(self, position: int) -> None:
        key = self._keys[position]
        del self._keys[position]
        self._drawer.remove(key)
        if gone := self._waiting.pop(key, None):
            gone()


class Events:
    """Brings events to call control."""

    def __init__(self, bus: Bus, drawer: Drawer, *, bounds: Bounds = BOUNDS) -> None:
        self._shelf = EventShelf(drawer)
        self._outbox = Outbox(bus, topics.EVENTS, bounds=bounds, shelf=self._shelf)

    def __len__(self) -> int:
        return len(self._outbox)

    def put(self, event: Struct, *, when_gone: Callable[[], None] | None = None) -> None:
        """Durable with the next barrier if it is an end. `when_gone` is called once it was acknowledged, or given
        up."""
        self._shelf.keeps_next = isinstance(event, LegEnded)
        self._shelf.when_gone = when_gone
        self._outbox.put(encode(event))

    async def taken(self, event: Struct, patience_s: float) -> bool:
        """Brings an event; whether it was acknowledged in time."""
        gone = asyncio.Event()
        self.put(event, when_gone=gone.set)
        try:
            async with asyncio.timeout(patience_s):
                await gone.wait()
        except TimeoutError:
            return False
        return True

    async def run(self) -> None:
        await self._outbox.run()

    async def drained(self, timeout_s: float) -> bool:
        return await self._outbox.drained(timeout_s)

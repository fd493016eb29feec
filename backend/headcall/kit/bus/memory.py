# SPDX-License-Identifier: Apache-2.0
"""The bus within one process, for tests: `hub = MemoryHub()`, then one `MemoryBus(hub)` for each role."""

import asyncio
import itertools
from collections import defaultdict

from headcall.kit.bus.port import Handler, NoResponder
from headcall.kit.bus.serving import Desk, QueueInbox, Replies, ServedTopic, Status, check_size, closed, matches

__all__ = [
    "MemoryBus",
    "MemoryHub",
]


class MemoryHub:
    """What joins the ends."""

    def __init__(self) -> None:
        self.numbers = itertools.count(1)
        self.inboxes: list[tuple[str, QueueInbox]] = []
        self.servers: defaultdict[str, list[Desk]] = defaultdict(list)

    def pick(self, topic: str, sender: str, busy: dict[str, tuple[Desk, int]]) -> Desk | None:
        """The server of the next request: the one that still works for this sender, else the next in turn."""
        desks = self.servers[topic]
        if topic in busy and busy[topic][0] in desks:
            return busy[topic][0]
        if not desks:
            return None
        desks.append(desks.pop(0))
        return desks[-1]


class MemoryBus:
    """One end. See `headcall.kit.bus.port.Bus`."""

    def __init__(self, hub: MemoryHub | None = None) -> None:
        self._hub = hub or MemoryHub()
        self._name = f"end-{next(self._hub.numbers)}"
        self._desk = Desk(self._name)
        self._replies = Replies()
        self._busy: dict[str, tuple[Desk, int]] = {}
        self._inboxes: list[QueueInbox] = []
        self._closed = False

    async def publish(self, topic: str, message: bytes) -> None:
        """Gives the message to whoever has subscribed."""
        self._check()
        check_size(topic, message)
        for pattern, inbox in self._hub.inboxes:
            if matches(pattern, topic):
                inbox.put(topic, message)

    async def subscribe(self, topic: str) -> QueueInbox:
        """Messages of `topic`, or of every topic that begins as it does before `.*`."""
        self._check()
        inbox = QueueInbox(self._forget)
        self._hub.inboxes.append((topic, inbox))
        self._inboxes.append(inbox)
        return inbox

    async def request(self, topic: str, message: bytes, *, timeout: float = 5.0) -> bytes:
        """Asks whoever serves `topic`."""
        self._check()
        check_size(topic, message)
        desk = self._hub.pick(topic, self._name, self._busy)
        if desk is None:
            raise NoResponder(f"nobody serves {topic}")
        number, future = self._replies.expect(topic)

        async def answer(status: Status, data: bytes) -> None:
            self._replies.settle(number, status, data)

        self._busy[topic] = (desk, self._busy.get(topic, (desk, 0))[1] + 1)
        try:
            await desk.submit(topic, self._name, message, answer)
            return await self._replies.wait(number, future, timeout)
        finally:
            _, count = self._busy.pop(topic)
            if count > 1:
                self._busy[topic] = (desk, count - 1)

    async def serve(self, topic: str, handler: Handler) -> ServedTopic:
        """Answers the requests of `topic`."""
        self._check()
        self._desk.open(topic, handler)
        self._hub.servers[topic].append(self._desk)

        async def shut() -> None:
            self._leave(topic)

        return ServedTopic(shut)

    async def close(self) -> None:
        """Ends everything of this end."""
        if self._closed:
            return
        self._closed = True
        for topic in self._desk.topics:
            self._leave(topic)
        for inbox in list(self._inboxes):
            await inbox.close()
        self._replies.fail_all(closed)
        await self._desk.close()
        await asyncio.sleep(0)

    def _leave(self, topic: str) -> None:
        self._desk.shut(topic)
        if self._desk in self._hub.servers[topic]:
            self._hub.servers[topic].remove(self._desk)

    async def _forget(self, inbox: QueueInbox) -> None:
        self._inboxes.remove(inbox)
        self._hub.inboxes = [(pattern, other) for pattern, other in self._hub.inboxes if other is not inbox]

    def _check(self) -> None:
        if self._closed:
            raise closed()

# SPDX-License-Identifier: Apache-2.0
"""What all buses share: inboxes, topics served, and the order in which requests are handled."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from enum import IntEnum

from headcall.kit.bus.port import BusClosed, BusError, Handler, HandlerFailed, NoResponder, RequestTimedOut
from headcall.kit.tasks import Tasks

__all__ = [
    "INBOX_MESSAGES",
    "MAX_MESSAGE",
    "WAITING_REQUESTS",
    "Answer",
    "Desk",
    "QueueInbox",
    "Replies",
    "ServedTopic",
    "Status",
    "check_size",
    "closed",
    "matches",
    "reply_or_raise",
]

log = logging.getLogger(__name__)

MAX_MESSAGE = 1 << 20
"""Octets of one message; a larger one is refused where it is sent."""
INBOX_MESSAGES = 10_000
"""Messages that wait in one inbox before the oldest are dropped."""
WAITING_REQUESTS = 10_000
"""Requests of one sender that wait for one topic; more are answered `NoResponder`."""


class Status(IntEnum):
    """How a request went, as it travels."""

    OK = 0
    NO_RESPONDER = 1
    TIMED_OUT = 2
    FAILED = 3


def reply_or_raise(topic: str, status: int, data: bytes) -> bytes:
    """The reply, or the error that the status means."""
    match status:
        case Status.OK:
            return data
        case Status.NO_RESPONDER:
            raise NoResponder(f"nobody serves {topic}")
        case Status.TIMED_OUT:
            raise RequestTimedOut(f"{topic} went away during the request")
        case _:
            raise HandlerFailed(f"{topic}: {data.decode(errors='replace')}")


def check_size(topic: str, message: bytes) -> None:
    """Refuses what is too large to travel."""
    if len(message) > MAX_MESSAGE:
        raise ValueError(f"message of {len(message)} octets for {topic} is over {MAX_MESSAGE}")


def matches(pattern: str, topic: str) -> bool:
    """Whether a subscription takes a topic: it is the same, or the pattern ends in `.*` and the topic begins so."""
    return topic.startswith(pattern[:-1]) if pattern.endswith(".*") else topic == pattern


class QueueInbox:
    """Messages that wait for their reader."""

    def __init__(self, on_close: Callable[["QueueInbox"], Awaitable[None]], limit: int = INBOX_MESSAGES) -> None:
        self._on_close = on_close
        self._limit = limit
        self._messages: deque[tuple[str, bytes]] = deque()
        self._arrived = asyncio.Event()
        self._ended = False
        self._dropped = 0

    @property
    def dropped(self) -> int:
        """Messages lost because nobody read them in time."""
        return self._dropped

    def put(self, topic: str, message: bytes) -> None:
        """Adds a message; the oldest goes if there is no room."""
        if self._ended:
            return
        if len(self._messages) >= self._limit:
            self._messages.popleft()
            self._dropped += 1
        self._messages.append((topic, message))
        self._arrived.set()

    def end(self) -> None:
        """No more will come."""
        self._ended = True
        self._arrived.set()

    async def close(self) -> None:
        """Ends the subscription."""
        if not self._ended:
            self.end()
            await self._on_close(self)

    def __aiter__(self) -> AsyncIterator[tuple[str, bytes]]:
        return self

    async def __anext__(self) -> tuple[str, bytes]:
        while not self._messages:
            if self._ended:
                raise StopAsyncIteration
            self._arrived.clear()
            await self._arrived.wait()
        return self._messages.popleft()


Answer = Callable[[Status, bytes], Awaitable[None]]


class Desk:
    """The topics that this end serves. Requests of one sender on one topic are handled one after the other."""

    def __init__(self, name: str) -> None:
        self._tasks = Tasks(f"bus {name}")
        self._handlers: dict[str, Handler] = {}
        self._waiting: dict[tuple[str, str], deque[tuple[bytes, Answer]]] = {}

    @property
    def topics(self) -> list[str]:
        """What is served now."""
        return list(self._handlers)

    def open(self, topic: str, handler: Handler) -> None:
        """Serves a topic. One handler per topic and bus."""
        if topic in self._handlers:
            raise ValueError(f"{topic} is served already")
        self._handlers[topic] = handler

    def shut(self, topic: str) -> None:
        """Takes no more requests; those that wait are still answered."""
        self._handlers.pop(topic, None)

    async def submit(self, topic: str, sender: str, message: bytes, answer: Answer) -> None:
        """Takes a request; `answer` is called with how it went."""
        key = (topic, sender)
        queue = self._waiting.get(key)
        if topic not in self._handlers or (queue is not None and len(queue) >= WAITING_REQUESTS):
            await answer(Status.NO_RESPONDER, b"")
            return
        if queue is not None:
            queue.append((message, answer))
            return
        self._waiting[key] = deque([(message, answer)])
        self._tasks.start(self._work(key), f"{topic} for {sender}")

    async def _work(self, key: tuple[str, str]) -> None:
        queue = self._waiting[key]
        try:
            while queue:
                message, answer = queue[0]
                await answer(*await self._handle(key[0], message))
                queue.popleft()
        finally:
            del self._waiting[key]

    async def _handle(self, topic: str, message: bytes) -> tuple[Status, bytes]:
        handler = self._handlers.get(topic)
        if handler is None:
            return Status.NO_RESPONDER, b""
        try:
            return Status.OK, await handler(message)
        except Exception as error:  # a handler's bug must not end the others; the sender is told
            log.exception("handler of %s failed", topic)
            return Status.FAILED, type(error).__name__.encode()

    async def close(self) -> None:
        """Ends the handlers that run."""
        self._handlers.clear()
        await self._tasks.close()


class ServedTopic:
    """A topic that is served until closed."""

    def __init__(self, shut: Callable[[], Awaitable[None]]) -> None:
        self._shut = shut

    async def close(self) -> None:
        """Stops serving."""
        await self._shut()


class Replies:
    """Requests that are on their way, by number."""

    def __init__(self) -> None:
        self._last = 0
        self._open: dict[int, tuple[str, asyncio.Future[bytes]]] = {}

    def expect(self, topic: str) -> tuple[int, "asyncio.Future[bytes]"]:
        """A new number, and what its reply will be."""
        self._last += 1
        future = asyncio.get_running_loop().create_future()
        self._open[self._last] = (topic, future)
        return self._last, future

    def settle(self, number: int, status: int, data: bytes) -> None:
        """A reply has come. One that nobody waits for any more is ignored."""
        topic, future = self._open.pop(number, ("", None))
        if future is None or future.done():
            return
        try:
            future.set_result(reply_or_raise(topic, status, data))
        except BusError as error:
            future.set_exception(error)

    async def wait(self, number: int, future: "asyncio.Future[bytes]", timeout: float) -> bytes:
        """Waits for the reply, at most `timeout` seconds."""
        try:
            async with asyncio.timeout(timeout):
                return await future
        except TimeoutError:
            raise RequestTimedOut(f"no reply within {timeout:g} s") from None
        finally:
            self.forget(number)

    def forget(self, number: int) -> None:
        """Nobody waits for this reply any more."""
        self._open.pop(number, None)

    def fail_all(self, error: Callable[[], BusError]) -> None:
        """The way to the others is gone."""
        open_, self._open = self._open, {}
        for _, future in open_.values():
            if not future.done():
                future.set_exception(error())
                future.exception()  # whoever asked may be gone already; that is no fault


def closed() -> BusClosed:
    """The error of a bus that was closed on this side."""
    return BusClosed("the bus is closed")

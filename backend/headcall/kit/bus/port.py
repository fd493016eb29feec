# SPDX-License-Identifier: Apache-2.0
"""
The port that every bus implements, and its errors.

BusError
├── NoResponder     nobody serves the topic now (the role is down): try again later
├── RequestTimedOut the responder took too long: the command may or may not have been carried out
├── HandlerFailed   the responder's handler raised: a bug over there, it is in its log
└── BusClosed       this end has been closed
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Protocol

__all__ = [
    "Bus",
    "BusClosed",
    "BusError",
    "Handler",
    "HandlerFailed",
    "Inbox",
    "NoResponder",
    "RequestTimedOut",
    "Served",
]

Handler = Callable[[bytes], Awaitable[bytes]]


class BusError(Exception):
    """Something between the roles failed."""


class NoResponder(BusError):
    """Nobody serves the topic at the moment."""


class RequestTimedOut(BusError):
    """No reply within the time given."""


class HandlerFailed(BusError):
    """The handler on the other side raised."""


class BusClosed(BusError):
    """The bus was closed on this side."""


class Served(Protocol):
    """A topic being served; closing it ends that."""

    async def close(self) -> None: ...


class Inbox(Protocol):
    """Messages of the topics subscribed to; ends when the bus is closed. Bounded: the oldest go, counted."""

    @property
    def dropped(self) -> int: ...

    def __aiter__(self) -> AsyncIterator[tuple[str, bytes]]: ...

    async def close(self) -> None: ...


class Bus(Protocol):
    """Publish and subscribe, request and reply.

    Messages of one publisher on one topic arrive in order. After the hub was away, subscriptions and served topics
    come back by themselves; what was published meanwhile is lost, requests fail with `NoResponder`.
    """

    async def publish(self, topic: str, message: bytes) -> None: ...

    async def subscribe(self, topic: str) -> Inbox:
        """Messages of `topic`; a final `.*` takes every topic that begins so."""

    async def request(self, topic: str, message: bytes, *, timeout: float = 5.0) -> bytes:
        """The reply of whoever serves `topic`. Raises `NoResponder`, `RequestTimedOut` (seconds), `HandlerFailed`."""

    async def serve(self, topic: str, handler: Handler) -> Served:
        """Answers the requests of `topic`. Where several serve one topic, each request goes to one of them.

        Requests of one sender are handled one after the other, in order; those of different senders side by side.
        """

    async def close(self) -> None: ...

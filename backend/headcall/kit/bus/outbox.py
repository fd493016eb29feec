# SPDX-License-Identifier: Apache-2.0
"""What must not be lost: messages sent one after the other, each until it is acknowledged.

At least once, in order. The receiver's reply is the acknowledgement, so it replies once the message is safe with it,
and is prepared to see a message twice. Nobody serving the topic, a timeout or a failed handler all mean: again, with
growing gaps, as long as it takes. A message that the receiver's handler fails on again and again would hold up all
that follow; after `Bounds.attempts` failures in a row it is dropped and told to `on_dropped`.
"""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from headcall.kit.bus.port import Bus, BusClosed, BusError, HandlerFailed
from headcall.kit.clock import SystemClock
from headcall.kit.log import Sparse

__all__ = [
    "BOUNDS",
    "FIRST_GAP_S",
    "LONGEST_GAP_S",
    "Bounds",
    "Dropped",
    "NoShelf",
    "Outbox",
    "Shelf",
]

log = logging.getLogger(__name__)

FIRST_GAP_S = 0.05
LONGEST_GAP_S = 1.0
"""A backend that comes back is told within about this time what happened meanwhile."""

Dropped = Callable[[bytes], None]


class Shelf(Protocol):
    """Keeps unsent messages over a restart. `add` returns once the message is durable."""

    def load(self) -> list[bytes]: ...

    def add(self, message: bytes) -> None: ...

    def remove(self, position: int) -> None:
        """Forgets the message that stands at `position`, counted from the oldest (0 or 1)."""


class NoShelf:
    """Keeps nothing: for events that the receiver can ask for again after a restart."""

    def load(self) -> list[bytes]:
        """Nothing."""
        return []

    def add(self, message: bytes) -> None:
        """Not kept."""

    def remove(self, position: int) -> None:
        """Nothing was kept."""


@dataclass(frozen=True)
class Bounds:
    """How much patience there is."""

    messages: int = 100_000
    timeout_s: float = 5.0
    attempts: int = 10
    """Failures of the receiver's handler on one message, in a row, before the message is given up."""


BOUNDS = Bounds()


class Outbox:
    """Brings messages to one topic. `put` never waits; `run` sends and belongs in a task of the role.

    Bounded: when `Bounds.messages` wait, the oldest is dropped and told to `on_dropped`. That takes a backend that is
    away for minutes under full load, after which it asks the nodes what they hold anyway.
    """

    def __init__(
        self,
        bus: Bus,
        topic: str,
        *,
        bounds: Bounds = BOUNDS,
        shelf: Shelf | None = None,
        on_dropped: Dropped | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._bus = bus
        self._topic = topic
        self._bounds = bounds
        self._shelf: Shelf = shelf or NoShelf()
        self._on_dropped = on_dropped
        self._sleep = sleep
        self._sparse = Sparse(log, SystemClock(), every_s=10.0)
        self._messages: deque[bytes] = deque(self._shelf.load())
        self._changed = asyncio.Event()
        self._in_flight = False
        self.dropped = 0
        """Messages given up."""
        self.sent = 0
        """Messages acknowledged."""

    def __len__(self) -> int:
        return len(self._messages)

    def put(self, message: bytes) -> None:
        """Takes a message to be sent. It is durable on return if there is a shelf."""
        self._shelf.add(message)
        self._messages.append(message)
        while len(self._messages) > self._bounds.messages:
            self._drop("too many wait", position=1 if self._in_flight else 0)
        self._changed.set()

    def _drop(self, why: str, *, position: int = 0) -> None:
        message = self._messages[position]
        del self._messages[position]
        self._shelf.remove(position)
        self.dropped += 1
        self._sparse.warning("dropped", "outbox of %s drops a message: %s", self._topic, why)
        if self._on_dropped:
            self._on_dropped(message)

    async def run(self) -> None:
        """Sends until cancelled or the bus is closed."""
        with contextlib.suppress(BusClosed):
            while True:
                while self._messages:
                    await self._send_first()
                self._changed.clear()
                await self._changed.wait()

    async def drained(self, timeout_s: float) -> bool:
        """Waits until all is acknowledged; False if that takes longer than `timeout_s`."""
        try:
            async with asyncio.timeout(timeout_s):
                while self._messages:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            return False
        return True

    async def _send_first(self) -> None:
        gap, failures = FIRST_GAP_S, 0
        self._in_flight = True
        try:
            while failures < self._bounds.attempts:
                try:
                    await self._bus.request(self._topic, self._messages[0], timeout=self._bounds.timeout_s)
                    break
                except HandlerFailed:
                    failures += 1
                except BusClosed:
                    raise
                except BusError as error:
                    self._sparse.info("away", "outbox of %s waits: %s", self._topic, error)
                await self._sleep(gap)
                gap = min(gap * 2, LONGEST_GAP_S)
        finally:
            self._in_flight = False
        if failures >= self._bounds.attempts:
            self._drop("its receiver fails on it")
        else:
            self._messages.popleft()
            self._shelf.remove(0)
            self.sent += 1
        self._changed.set()

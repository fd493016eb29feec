# SPDX-License-Identifier: Apache-2.0
"""The clock port: whoever needs the time is given one of these, so that a test owns it."""

import asyncio
import time
from typing import Protocol

__all__ = [
    "Clock",
    "ManualClock",
    "SystemClock",
]


class Clock(Protocol):
    """Two times: one that never jumps, for durations, and the calendar's, for records."""

    @property
    def speed(self) -> float:
        """How many times as fast as the machine's this clock runs at most: 1, but in a rehearsal.

        A limit upon what comes by the machine's time (a heartbeat) is multiplied by it.
        """

    def now(self) -> float:
        """Seconds that only grow; only differences mean anything."""

    def wall_ms(self) -> int:
        """Milliseconds since 1970, UTC."""

    async def sleep(self, seconds: float) -> None:
        """Until so much of `now` has passed."""


class SystemClock:
    """The machine's clock. On Linux `now` equals `loop.time()`, also of other processes."""

    speed = 1.0

    def now(self) -> float:
        return time.monotonic()

    def wall_ms(self) -> int:
        return time.time_ns() // 1_000_000

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class ManualClock:
    """A clock that only the test can move."""

    def __init__(self, *, now: float = 0.0, wall_ms: int = 1_790_000_000_000, speed: float = 1.0) -> None:
        self.speed = speed
        self._now = now
        self._wall_ms = float(wall_ms)
        self._sleepers: list[tuple[float, asyncio.Future[None]]] = []

    def now(self) -> float:
        return self._now

    def wall_ms(self) -> int:
        return int(self._wall_ms)

    def advance(self, seconds: float) -> None:
        """Lets time pass. It cannot go back."""
        if seconds < 0:
            raise ValueError(f"time does not go back by {seconds} s")
        self._now += seconds
        self._wall_ms += seconds * 1000
        for due, future in self._sleepers:
            if due <= self._now and not future.done():
                future.set_result(None)
        self._sleepers = [each for each in self._sleepers if not each[1].done()]

    async def sleep(self, seconds: float) -> None:
        future = asyncio.get_running_loop().create_future()
        self._sleepers.append((self._now + seconds, future))
        await future

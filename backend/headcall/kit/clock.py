# SPDX-License-Identifier: Apache-2.0
"""The clock port: whoever needs the time is given one of these, so that a test owns it."""

import time
from typing import Protocol

__all__ = [
    "Clock",
    "ManualClock",
    "ScaledClock",
    "SystemClock",
]


class Clock(Protocol):
    """Two times: one that never jumps, for durations, and the calendar's, for records."""

    @property
    def speed(self) -> float:
        """How many times as fast as the machine's the calendar runs: 1, but in a rehearsal.

        A limit that means the machine's own work (a heartbeat, a pass) is multiplied by it: work takes real time.
        """

    def now(self) -> float:
        """Seconds that only grow; only differences mean anything."""

    def wall_ms(self) -> int:
        """Milliseconds since 1970, UTC."""


class SystemClock:
    """The machine's clock. On Linux `now` equals `loop.time()`, also of other processes."""

    speed = 1.0

    def now(self) -> float:
        return time.monotonic()

    def wall_ms(self) -> int:
        return time.time_ns() // 1_000_000


class ScaledClock:
    """Time that runs `speed` times as fast since a moment of the calendar: for rehearsals only (docs/rehearsal.md).

    Every process that is given the same moment reads the same calendar. With `real_timers` only the calendar is fast:
    a protocol's timers, which count by `now`, must fit the peer's.
    """

    def __init__(self, speed: float, began_ms: int, *, real_timers: bool = False, machine: Clock | None = None) -> None:
        self.speed, self._began_ms, self._machine = speed, began_ms, machine or SystemClock()
        self._pace = 1.0 if real_timers else speed

    def now(self) -> float:
        return self._machine.now() * self._pace

    def wall_ms(self) -> int:
        return self._began_ms + round((self._machine.wall_ms() - self._began_ms) * self.speed)


class ManualClock:
    """A clock that only the test can move."""

    def __init__(self, *, now: float = 0.0, wall_ms: int = 1_790_000_000_000, speed: float = 1.0) -> None:
        self.speed = speed
        self._now = now
        self._wall_ms = float(wall_ms)

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

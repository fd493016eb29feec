# SPDX-License-Identifier: Apache-2.0
"""The clock port: whoever needs the time is given one of these, so that a test owns it."""

import logging
import time
from collections.abc import Callable
from typing import Protocol

__all__ = [
    "Clock",
    "ManualClock",
    "SystemClock",
]


log = logging.getLogger(__name__)

_SLEW = 16
"""The calendar makes up for a jump of the machine's by this part of the time that passes: one minute in sixteen."""
_JUMP_NS = 1_000_000_000
"""What is told of; less is how a machine keeps time."""


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
        """Milliseconds since 1970, UTC. Within a process they never go back, and never leap."""

    def not_before(self, wall_ms: int) -> None:
        """What was written down before us is over: the calendar begins no earlier than this."""


class SystemClock:
    """The machine's clock. On Linux `now` equals `loop.time()`, also of other processes.

    The calendar begins as the machine's and goes on by the time that passes. Where somebody sets the machine's, ours
    follows by a sixteenth of that time: who waits keeps their place, nobody's limit passes in a moment, and a talk is
    as long as it was. A new process has the machine's at once.
    """

    speed = 1.0

    def __init__(
        self, *, passed_ns: Callable[[], int] = time.monotonic_ns, calendar_ns: Callable[[], int] = time.time_ns
    ) -> None:
        self._passed_ns, self._calendar_ns = passed_ns, calendar_ns
        self._mark = (passed_ns(), calendar_ns())  # one object: threads ask too
        self._is_off = False

    def now(self) -> float:
        return time.monotonic()

    def wall_ms(self) -> int:
        passed, ours = self._mark
        now = self._passed_ns()
        elapsed = now - passed
        off = self._calendar_ns() - (ours + elapsed)
        most = elapsed // _SLEW
        ours += elapsed + max(-most, min(most, off))
        self._mark = (now, ours)
        if (abs(off) > _JUMP_NS) != self._is_off:
            self._tell(off)
        return ours // 1_000_000

    def not_before(self, wall_ms: int) -> None:
        passed, ours = self._mark
        self._mark = (passed, max(ours, wall_ms * 1_000_000))

    def _tell(self, off_ns: int) -> None:
        self._is_off = abs(off_ns) > _JUMP_NS
        if self._is_off:
            hours = abs(off_ns) * _SLEW / 3_600e9
            log.warning(
                "the machine's calendar jumped by %+.1f s; ours follows slowly, for %.1f h (a restart follows at once)",
                off_ns / 1e9,
                hours,
            )
        else:
            log.info("our calendar is the machine's again")


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

    def set_calendar(self, seconds: float) -> None:
        """Somebody sets the machine's calendar by this much, forward or back, and no time passes."""
        self._wall_ms += seconds * 1000

    def not_before(self, wall_ms: int) -> None:
        self._wall_ms = max(self._wall_ms, float(wall_ms))

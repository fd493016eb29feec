# SPDX-License-Identifier: Apache-2.0
"""How much of the day's virtual time was the machine's own work, at each moment, as measured beside the day.

All day somebody asks the backend for one small write and waits for it (`History.probes`). An offer is some such writes,
one after the other: the agent's state, the reservation, the round. So a finding is judged by the slowest probe around
it: on a free machine the slack is a few ten milliseconds. And one page asks without a pause for nothing: for how long
the backend answered nobody at all (`History.stalls`) excuses what happened in that moment, and nothing else.
"""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import Final

BASE_MS: Final = 50.0
"""Real: two turns of an event loop and the grain of the probes."""
WRITES: Final = 4.0
"""So many probes long may the machine's part of one offer, or of one page's news, be (docs/rehearsal.md)."""
TICK_MS: Final = 200.0
"""Real: how exactly the backend keeps what follows from time alone (a lapse is over)."""
AROUND_MS: Final = 1_000.0
"""Real: probes that ended so long before a finding, or began so long after, belong to it."""


@dataclass(frozen=True)
class Slack:
    speed: float
    probes: tuple[tuple[int, float], ...] = ()
    """(virtual moment, real milliseconds), in order."""
    stalls: tuple[tuple[int, float], ...] = ()
    """Likewise."""
    base_ms: float = BASE_MS

    def virtual_ms(self, real_ms: float) -> int:
        return round(real_ms * self.speed)

    @property
    def tick_ms(self) -> int:
        """Virtual."""
        return self.virtual_ms(TICK_MS if self.base_ms else 0)

    def _during(self, measured: tuple[tuple[int, float], ...], from_ms: int, to_ms: int) -> list[float]:
        """Real: those that ran at any moment between two virtual ones."""
        slowest = self.virtual_ms(max((took for _, took in measured), default=0.0))
        first = bisect_left(measured, (from_ms - slowest, 0.0))
        last = bisect_right(measured, (to_ms, float("inf")))
        return [took for at, took in measured[first:last] if at + self.virtual_ms(took) >= from_ms]

    def of(self, from_ms: int, to_ms: int) -> int:
        """Virtual: how much of this stretch may have been the machine's own work."""
        around = self.virtual_ms(AROUND_MS)
        probe = max(self._during(self.probes, from_ms - around, to_ms + around), default=0.0)
        stalls = sum(self._during(self.stalls, from_ms, to_ms))
        return self.virtual_ms(self.base_ms + WRITES * probe + stalls)


EXACT: Final = Slack(speed=1, base_ms=0)
"""For hand-written days."""

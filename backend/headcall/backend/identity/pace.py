# SPDX-License-Identifier: Apache-2.0
"""How fast each may ask: a bucket that fills steadily and is emptied by asking."""

from collections import OrderedDict

from headcall.kit.clock import Clock

PER_SECOND = 20.0
BURST = 60.0
REMEMBERED = 10_000
"""Names kept; whoever asked longest ago is forgotten first, and has a full bucket again."""


class Pace:
    def __init__(self, clock: Clock, *, per_second: float = PER_SECOND, burst: float = BURST) -> None:
        self._clock, self._per_second, self._burst = clock, per_second, burst
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allows(self, name: str) -> bool:
        """Whether one more may be done now; it counts as done."""
        now = self._clock.now()
        left, since = self._buckets.get(name, (self._burst, now))
        left = min(self._burst, left + (now - since) * self._per_second)
        self._buckets[name] = (left - 1 if left >= 1 else left, now)
        self._buckets.move_to_end(name)
        while len(self._buckets) > REMEMBERED:
            self._buckets.popitem(last=False)
        return left >= 1

# SPDX-License-Identifier: Apache-2.0
"""How often a stranger may do something: a sliding window for each of a bounded number of strangers."""

from collections import OrderedDict

from headcall.kit.clock import Clock

REMEMBERED = 10_000
"""Strangers remembered; the one not seen for longest is forgotten first."""


class Pace:
    def __init__(self, clock: Clock, *, most: int, within_s: float) -> None:
        self._clock, self._most, self._within_s = clock, most, within_s
        self._times: OrderedDict[str, list[float]] = OrderedDict()

    def allows(self, who: str) -> bool:
        """Counts one time more, if that is not too often."""
        now = self._clock.now()
        times = [at for at in self._times.get(who, ()) if now - at < self._within_s]
        is_fine = len(times) < self._most
        self._times[who] = [*times, now] if is_fine else times
        self._times.move_to_end(who)
        while len(self._times) > REMEMBERED:
            self._times.popitem(last=False)
        return is_fine

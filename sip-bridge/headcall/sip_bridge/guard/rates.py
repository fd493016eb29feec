# SPDX-License-Identifier: Apache-2.0
"""Token buckets: how often somebody may do something."""

from collections import OrderedDict
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """So many a second over time, and so many at once."""

    per_second: float
    burst: float


class Buckets:
    """One bucket for each key. Beyond `most` keys, the one that was used longest ago is forgotten, which gives it a
    full bucket: an attacker with that many addresses is the network's affair."""

    def __init__(self, rate: Rate, *, most: int = 4096) -> None:
        self._rate = rate
        self._most = most
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._buckets)

    def take(self, key: str, now: float, rate: Rate | None = None) -> bool:
        """Whether there was one left. `rate` for this key instead of everybody's."""
        rate = rate or self._rate
        left, at = self._buckets.pop(key, (rate.burst, now))
        left = min(rate.burst, left + (now - at) * rate.per_second)
        is_allowed = left >= 1.0
        self._buckets[key] = (left - 1.0 if is_allowed else left, now)
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        return is_allowed

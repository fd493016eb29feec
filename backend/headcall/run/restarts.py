# SPDX-License-Identifier: Apache-2.0
"""When a child that ended is started again: at once the first time, then with growing gaps."""

from collections import deque
from typing import Final

GAPS_S: Final = (0.0, 0.2, 0.5, 1.0, 2.0, 5.0)
WINDOW_S: Final = 60.0
"""A child that ran this long without ending begins with the first gap again."""
LIMIT: Final = 10
"""Starts within the window; beyond it the child is left alone for `REST_S`, for it only makes noise."""
REST_S: Final = 30.0
WORKED_S: Final = 1.0
"""The longest gap after one that had become ready: it does work, and people who talk cannot hang up meanwhile."""


class Restarts:
    """The memory of one child's endings."""

    def __init__(self) -> None:
        self._ended: deque[float] = deque()

    @property
    def recent(self) -> int:
        """How often it ended within the window."""
        return len(self._ended)

    def gap(self, now: float, *, has_worked: bool = False) -> float:
        """It ended at `now` (seconds of a monotonic clock): how long to wait before it is started again.

        `has_worked`: it had been ready before it ended.
        """
        while self._ended and now - self._ended[0] > WINDOW_S:
            self._ended.popleft()
        self._ended.append(now)
        gap = REST_S if len(self._ended) > LIMIT else GAPS_S[min(len(self._ended), len(GAPS_S)) - 1]
        return min(gap, WORKED_S) if has_worked else gap

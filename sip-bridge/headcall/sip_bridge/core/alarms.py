# SPDX-License-Identifier: Apache-2.0
"""Deadlines by name."""

import heapq
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)


class Alarms(Generic[K]):
    """One deadline for each key. Setting it again moves it."""

    def __init__(self) -> None:
        self._due: dict[K, tuple[float, int]] = {}
        self._heap: list[tuple[float, int, K]] = []
        self._made = 0

    def set(self, key: K, at: float) -> None:
        self._made += 1
        self._due[key] = (at, self._made)
        heapq.heappush(self._heap, (at, self._made, key))

    def clear(self, key: K) -> None:
        self._due.pop(key, None)

    def next_deadline(self) -> float | None:
        while self._heap:
            at, made, key = self._heap[0]
            if self._due.get(key) == (at, made):
                return at
            heapq.heappop(self._heap)  # cleared or moved since
        return None

    def pop_due(self, now: float) -> K | None:
        """The next key whose time has come; it is cleared."""
        at = self.next_deadline()
        if at is None or at > now:
            return None
        key = heapq.heappop(self._heap)[2]
        del self._due[key]
        return key

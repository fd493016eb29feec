# SPDX-License-Identifier: Apache-2.0
"""What each user was told lately, so that a page that was away can catch up.

Event ids begin at the start time in milliseconds. A page that comes with an id of before a restart of the backend is
therefore never taken for one that is up to date: it gets a snapshot.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

RING = 1000
"""Events remembered per user: minutes of a busy call centre, and about a megabyte at worst."""

MOST_RINGS = 5000
"""Users remembered. The one whose last visit is longest ago is forgotten first, and gets a snapshot next time."""


@dataclass(frozen=True, slots=True)
class Event:
    id: int
    type: str
    data: dict[str, Any]

    def payload(self) -> dict[str, Any]:
        return {"id": self.id, "type": self.type, "data": self.data}


class Rings:
    """One ring per user who has been connected. Ids are shared by all rings and only grow."""

    def __init__(self, first_id: int, size: int = RING) -> None:
        self.last_id = first_id
        self._size = size
        self._rings: dict[str, deque[Event]] = {}
        self._since: dict[str, int] = {}

    def open(self, user_id: str) -> None:
        """Begins to remember what `user_id` is told, if not begun already."""
        if user_id in self._rings:
            self._rings[user_id] = self._rings.pop(user_id)  # now the youngest
            return
        if len(self._rings) >= MOST_RINGS:
            self.forget(next(iter(self._rings)))
        self._rings[user_id] = deque(maxlen=self._size)
        self._since[user_id] = self.last_id

    def forget(self, user_id: str) -> None:
        self._rings.pop(user_id, None)
        self._since.pop(user_id, None)

    def users(self) -> Iterable[str]:
        return tuple(self._rings)

    def add(self, user_ids: Iterable[str], type: str, data: dict[str, Any]) -> Event:
        """One event for all of `user_ids`."""
        self.last_id += 1
        event = Event(self.last_id, type, data)
        for user_id in user_ids:
            ring = self._rings.get(user_id)
            if ring is None:
                continue
            if len(ring) == self._size:
                self._since[user_id] = ring[0].id
            ring.append(event)
        return event

    def after(self, user_id: str, event_id: int) -> list[Event] | None:
        """What came after `event_id`, or None when some of it is no longer known (or never was)."""
        ring = self._rings.get(user_id)
        if ring is None or not self._since[user_id] <= event_id <= self.last_id:
            return None
        return [event for event in ring if event.id > event_id]

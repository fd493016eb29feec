# SPDX-License-Identifier: Apache-2.0
"""What keeps a person's page from taking calls: its own word, renewed whenever it changes (docs/decisions/0008)."""

from collections.abc import Callable
from typing import Any, Final

from headcall.backend.edge.live import Live
from headcall.backend.errors import ApiError
from headcall.backend.users.model import Actor

FAULTS: Final = ("microphone", "silent", "path", "frozen")
"""No microphone may be used; it delivers nothing; no media gets through; the browser has put the page to sleep."""


class Fitness:
    """The faults of each person's telephone in the browser. A tab that closed has none: then there is no telephone."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self._told: dict[str, tuple[str, tuple[str, ...]]] = {}
        """User id → the tab that spoke last, and what it said; nothing for those who are well."""
        self._listeners: list[Callable[[], None]] = []

    def register(self) -> None:
        """Joins the live line."""
        self._live.on_do("softphone.fit", self.tell)
        self._live.on_snapshot("fit", self.view)

    def on_change(self, listener: Callable[[], None]) -> None:
        self._listeners.append(listener)

    def faults(self, user_id: str) -> tuple[str, ...]:
        """Why nothing is to be offered to this person's page; empty when all is well."""
        told = self._told.get(user_id)
        if told is None:
            return ()
        instance, faults = told
        return faults if instance in self._live.instances(user_id) else ()

    async def view(self, who: Actor) -> dict[str, Any]:
        return {"faults": list(self.faults(who.user_id))}

    async def tell(self, who: Actor, data: dict[str, Any]) -> dict[str, Any]:
        """The tab that is the telephone says how it is."""
        instance, faults = data.get("instance"), data.get("faults")
        if not isinstance(instance, str) or not 0 < len(instance) <= 64:
            raise ApiError("bad-request", "`instance` is the id of a tab, at most 64 characters")
        if not isinstance(faults, list) or not all(isinstance(each, str) and each in FAULTS for each in faults):
            raise ApiError("bad-request", f"`faults` is a list of {', '.join(FAULTS)}")
        before = self.faults(who.user_id)
        after = tuple(sorted(set(faults)))
        if after:
            self._told[who.user_id] = (instance, after)
        else:
            self._told.pop(who.user_id, None)
        if after != before:
            self._live.publish_user(who.user_id, "fit", {"faults": list(after)})
            for listener in self._listeners:
                listener()
        return {}

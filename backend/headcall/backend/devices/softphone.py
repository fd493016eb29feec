# SPDX-License-Identifier: Apache-2.0
"""Which of a person's tabs is the telephone: the one that rings and holds the media."""

import asyncio
from collections.abc import Callable
from typing import Any, Final

from headcall.backend.edge.live import Live
from headcall.backend.errors import ApiError
from headcall.backend.users.model import Actor

RELOAD_S: Final = 6.0
"""A tab that was loaded again is back by then; one that is not has left the telephone to the others."""

Later = Callable[[float, Callable[[], None]], object]


def later(seconds: float, then: Callable[[], None]) -> object:
    return asyncio.get_running_loop().call_later(seconds, then)


class Softphones:
    """The owning tab of each person. A tab that closed owns nothing any more."""

    def __init__(self, live: Live, later: Later = later) -> None:
        self._live, self._later = live, later
        self._owners: dict[str, str] = {}

    def register(self) -> None:
        """Joins the live line."""
        self._live.on_do("softphone.take", self.take)
        self._live.on_snapshot("softphone", self.view)
        self._live.on_leaving(self._left)

    def owner(self, user_id: str) -> str | None:
        """The instance of the tab that is the telephone now."""
        instance = self._owners.get(user_id)
        if instance is not None and instance not in self._live.instances(user_id):
            return None
        return instance

    async def view(self, who: Actor) -> dict[str, Any]:
        return {"owner_instance": self.owner(who.user_id)}

    async def take(self, who: Actor, data: dict[str, Any]) -> dict[str, Any]:
        """A tab becomes the telephone; the others hear of it."""
        instance = data.get("instance")
        if not isinstance(instance, str) or not 0 < len(instance) <= 64:
            raise ApiError("bad-request", "`instance` is the id of a tab, at most 64 characters")
        self._owners[who.user_id] = instance
        self._live.publish_user(who.user_id, "softphone", {"owner_instance": instance})
        return {"owner_instance": instance}

    def _left(self, user_id: str, instance: str) -> None:
        if self._owners.get(user_id) == instance:
            self._later(RELOAD_S, lambda: self._vacate(user_id, instance))

    def _vacate(self, user_id: str, instance: str) -> None:
        """Tells the other tabs, on other machines too, that nobody rings; the first to hear it takes over."""
        if self._owners.get(user_id) != instance or instance in self._live.instances(user_id):
            return
        del self._owners[user_id]
        self._live.publish_user(user_id, "softphone", {"owner_instance": None})

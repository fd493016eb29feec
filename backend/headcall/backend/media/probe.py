# SPDX-License-Identifier: Apache-2.0
"""Whether sound would get through: a page connects to a media node for a moment, in no call."""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Final

from headcall.backend.edge.live import Live
from headcall.backend.errors import ApiError
from headcall.backend.media.errors import NodeFailed
from headcall.backend.media.link import Sleep
from headcall.backend.media.service import MediaNodes
from headcall.backend.users.model import Actor
from headcall.kit.tasks import Tasks
from headcall.wire.media import CloseLeg, ConnectPeer

log = logging.getLogger(__name__)

PROBE: Final = "probe"
"""What the ids of such legs begin with. They belong to no call, so a node that still has one may forget it."""

LASTS_S: Final = 8.0
LONGEST_SDP: Final = 256 * 1024


class Probe:
    """One at a time for each person."""

    def __init__(
        self, media: MediaNodes, new_id: Callable[[str], str], tasks: Tasks, sleep: Sleep = asyncio.sleep
    ) -> None:
        self._media, self._new_id, self._tasks, self._sleep = media, new_id, tasks, sleep
        self._under_way: set[str] = set()

    def register(self, live: Live) -> None:
        live.on_do("path.test", self.test)

    async def test(self, who: Actor, data: dict[str, Any]) -> dict[str, Any]:
        """Takes an offer; the page sees by itself whether it connects. The leg is gone after some seconds."""
        sdp = data.get("sdp")
        if not isinstance(sdp, str) or not 0 < len(sdp) <= LONGEST_SDP:
            raise ApiError("bad-request", f"`sdp` is a text of 1 to {LONGEST_SDP} characters")
        if who.user_id in self._under_way:
            raise ApiError("too-many-attempts", "a test is under way")
        self._under_way.add(who.user_id)
        node, leg_id = self._media.choose(), self._new_id(PROBE)
        # It closes what may have been opened, however the asking ends.
        self._tasks.start(self._close_later(who.user_id, node, leg_id), f"closing {leg_id}")
        return {"sdp": await self._media.connect_peer(node, ConnectPeer(leg_id, sdp))}

    async def _close_later(self, user_id: str, node: str, leg_id: str) -> None:
        try:
            await self._sleep(LASTS_S)
            await self._media.perform(node, CloseLeg(leg_id))
        except NodeFailed as error:
            log.info("a test leg could not be closed: %s", error)
        finally:
            self._under_way.discard(user_id)

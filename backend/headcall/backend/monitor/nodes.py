# SPDX-License-Identifier: Apache-2.0
"""Which nodes live, and what the bridges say of their trunks and telephones."""

import asyncio
import logging
from dataclasses import dataclass
from typing import Any

from headcall.backend.store.base import iso
from headcall.kit.bus.port import Bus, BusError
from headcall.kit.clock import Clock
from headcall.wire import topics
from headcall.wire.codec import UnknownWord, decode, encode
from headcall.wire.legs import BridgeDescribed, DescribeBridge, LegReply
from headcall.wire.nodes import NodeAlive

log = logging.getLogger(__name__)

SILENT_S = 7.0
"""Three heartbeats missed, and a bit."""

FORGOTTEN_S = 3600.0
MOST_NODES = 1000


@dataclass(frozen=True, slots=True)
class Seen:
    """A node's last heartbeat."""

    alive: NodeAlive
    at: float


class Nodes:
    """Listens to the heartbeats."""

    def __init__(self, bus: Bus, clock: Clock) -> None:
        self._bus, self._clock = bus, clock
        self._silent_s = SILENT_S * clock.speed
        self._seen: dict[str, Seen] = {}

    async def listen(self) -> None:
        """Takes heartbeats until cancelled."""
        inbox = await self._bus.subscribe(topics.NODES)
        async for _topic, message in inbox:
            self.hear(message)

    def hear(self, message: bytes) -> None:
        """One heartbeat."""
        try:
            alive = decode(message, NodeAlive)
        except UnknownWord:
            return
        if alive.node in self._seen or len(self._seen) < MOST_NODES:
            self._seen[alive.node] = Seen(alive, self._clock.now())

    def is_up(self, node: str) -> bool:
        """Whether a node was heard lately."""
        seen = self._seen.get(node)
        return seen is not None and self._clock.now() - seen.at < self._silent_s

    def names(self, kind: str) -> list[str]:
        """The living nodes of a kind."""
        return sorted(name for name, seen in self._seen.items() if seen.alive.kind == kind and self.is_up(name))

    def view(self) -> list[dict[str, Any]]:
        """All nodes heard of within the hour."""
        now = self._clock.now()
        return [
            {
                "node": name,
                "kind": seen.alive.kind,
                "up": self.is_up(name),
                "started_at": iso(seen.alive.epoch),
                "legs": seen.alive.legs,
                "draining": seen.alive.draining,
                "silent_s": round(now - seen.at, 1),
            }
            for name, seen in sorted(self._seen.items())
            if now - seen.at < FORGOTTEN_S
        ]

    async def bridges(self) -> list[BridgeDescribed]:
        """What the living bridges hold."""
        answers = await asyncio.gather(*(self._describe(name) for name in self.names("sip")))
        return [answer for answer in answers if answer is not None]

    async def _describe(self, bridge: str) -> BridgeDescribed | None:
        try:
            data = await self._bus.request(topics.sip(bridge), encode(DescribeBridge()), timeout=2.0)
            reply: object = decode(data, LegReply)  # type: ignore[arg-type]
        except (BusError, UnknownWord) as error:
            log.warning("%s does not describe itself: %s", bridge, error)
            return None
        return reply if isinstance(reply, BridgeDescribed) else None

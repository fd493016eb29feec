# SPDX-License-Identifier: Apache-2.0
"""What call control asks of media nodes, and which node a new call gets."""

import asyncio

from headcall.backend.media.errors import NodeAway
from headcall.backend.media.link import Link, Sleep
from headcall.kit.bus.port import Bus
from headcall.kit.clock import Clock
from headcall.wire import topics
from headcall.wire.media import ConnectPeer, DescribeMedia, MediaCommand, MediaDescribed, MediaReply, PeerConnected
from headcall.wire.nodes import NodeAlive

SILENT_AFTER_S = 7.0
"""A node that has not been heard of for three heartbeats gets no new calls."""


class MediaNodes:
    """The media nodes that are alive, and a typed way to speak with them."""

    def __init__(self, bus: Bus, clock: Clock, *, default_node: str = "sfu-1", sleep: Sleep = asyncio.sleep) -> None:
        self._link = Link(bus, MediaReply, sleep=sleep)
        self._clock = clock
        self._default = default_node
        self._alive: dict[str, tuple[float, NodeAlive]] = {}

    def heard(self, alive: NodeAlive) -> bool:
        """Takes a heartbeat. True when the process is not the one of before: it may have forgotten legs of ours.

        Also when there was none before, for we too may have just begun, and the node may have died in that moment.
        """
        was = self._alive.get(alive.node)
        self._alive[alive.node] = (self._clock.now(), alive)
        return was is None or was[1].epoch != alive.epoch

    def choose(self) -> str:
        """The node of a new call: alive, not draining, with the fewest legs."""
        limit = self._clock.now() - SILENT_AFTER_S * self._clock.speed
        fit = [alive for at, alive in self._alive.values() if at >= limit and not alive.draining]
        return min(fit, key=lambda alive: (alive.legs, alive.node)).node if fit else self._default

    async def perform(self, node: str, command: MediaCommand) -> None:
        """Gives a command whose reply tells nothing. Raises `NodeFailed`."""
        await self._link.ask(topics.media(node), command)

    async def connect_peer(self, node: str, command: ConnectPeer) -> str:
        """The SDP answer to a browser's offer. Raises `NodeFailed`."""
        reply = await self._link.ask(topics.media(node), command)
        if not isinstance(reply, PeerConnected):
            raise NodeAway(node, f"answers {type(reply).__name__}")
        return reply.answer

    async def describe(self, node: str) -> MediaDescribed:
        """What a node holds. Raises `NodeFailed`."""
        reply = await self._link.ask(topics.media(node), DescribeMedia())
        if not isinstance(reply, MediaDescribed):
            raise NodeAway(node, f"answers {type(reply).__name__}")
        return reply

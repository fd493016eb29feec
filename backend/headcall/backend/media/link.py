# SPDX-License-Identifier: Apache-2.0
"""Commands to a node over the bus, typed, with patience for a node that is just being started again."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

import msgspec

from headcall.backend.media.errors import NodeAway, NodeRefused
from headcall.kit.bus.port import Bus, BusError, NoResponder, RequestTimedOut
from headcall.wire.codec import UnknownWord, decode, encode
from headcall.wire.nodes import Refused

PATIENCE_S: Final = 3.0
"""A role that died is back within two or three seconds. All commands of ours may be given twice."""

FIRST_GAP_S: Final = 0.05
LONGEST_GAP_S: Final = 0.5

Sleep = Callable[[float], Awaitable[None]]


class Link:
    """Asks whoever serves a topic, again and again for a while if need be."""

    def __init__(self, bus: Bus, replies: Any, *, sleep: Sleep = asyncio.sleep, timeout_s: float = 3.0) -> None:
        self._bus, self._replies, self._sleep, self._timeout_s = bus, replies, sleep, timeout_s

    async def ask(self, topic: str, command: msgspec.Struct, *, patience_s: float = PATIENCE_S) -> msgspec.Struct:
        """The reply. Raises `NodeRefused` when the node will not, `NodeAway` when there is none after `patience_s`."""
        message, gap, waited = encode(command), FIRST_GAP_S, 0.0
        while True:
            try:
                return self._read(topic, await self._bus.request(topic, message, timeout=self._timeout_s))
            except (NoResponder, RequestTimedOut) as error:
                if waited >= patience_s:
                    raise NodeAway(topic, type(error).__name__) from error
            except BusError as error:
                raise NodeAway(topic, type(error).__name__) from error
            await self._sleep(gap)
            waited += gap
            gap = min(gap * 2, LONGEST_GAP_S)

    def _read(self, topic: str, data: bytes) -> msgspec.Struct:
        try:
            reply: msgspec.Struct = decode(data, self._replies)
        except UnknownWord as error:
            raise NodeAway(topic, f"speaks another version: {error}") from error
        if isinstance(reply, Refused):
            raise NodeRefused(topic, reply.cause, reply.text)
        return reply

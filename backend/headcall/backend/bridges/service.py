# SPDX-License-Identifier: Apache-2.0
"""What call control asks of bridges, and which telephones are registered where."""

import asyncio

from headcall.backend.media.errors import NodeAway
from headcall.backend.media.link import Link, Sleep
from headcall.kit.bus.port import Bus
from headcall.wire import topics
from headcall.wire.legs import BridgeDescribed, DescribeBridge, LegCommand, LegReply, RegistrationChanged

DEFAULT_BRIDGE = "sip-1"


class Bridges:
    """A typed way to speak with the bridges that have shown themselves."""

    def __init__(self, bus: Bus, *, default_bridge: str = DEFAULT_BRIDGE, sleep: Sleep = asyncio.sleep) -> None:
        self._link = Link(bus, LegReply, sleep=sleep)
        self.names: set[str] = {default_bridge}
        self._default = default_bridge
        self._registered: dict[str, tuple[str, int]] = {}

    def heard(self, bridge: str) -> None:
        """A bridge of this name exists."""
        self.names.add(bridge)

    async def perform(self, bridge: str, command: LegCommand) -> None:
        """Gives a command whose reply tells nothing. Raises `NodeFailed`."""
        await self._link.ask(topics.sip(bridge), command)

    async def describe(self, bridge: str) -> BridgeDescribed:
        """What a bridge holds; its registrations are remembered. Raises `NodeFailed`."""
        reply = await self._link.ask(topics.sip(bridge), DescribeBridge())
        if not isinstance(reply, BridgeDescribed):
            raise NodeAway(bridge, f"answers {type(reply).__name__}")
        self._registered = {user: at for user, at in self._registered.items() if at[0] != bridge}
        for registration in reply.registrations:
            count = self._registered.get(registration.sip_user, (bridge, 0))[1]
            self._registered[registration.sip_user] = (bridge, count + 1)
        return reply

    # ------------------------------------------------------------ registered telephones

    def registration_changed(self, event: RegistrationChanged, bridge: str | None = None) -> None:
        if event.contacts > 0:
            self._registered[event.sip_user] = (bridge or self._default, event.contacts)
        else:
            self._registered.pop(event.sip_user, None)

    def where_registered(self, sip_user: str) -> str | None:
        """The bridge that knows a contact of this account, or None."""
        found = self._registered.get(sip_user)
        return found[0] if found else None

    def for_trunk(self, trunk: str) -> str:
        """The bridge that leads to a trunk. Every bridge has all trunks in this version."""
        return self._default

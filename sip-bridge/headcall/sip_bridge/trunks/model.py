# SPDX-License-Identifier: Apache-2.0
"""One trunk: its configuration, where it is, and who comes from it."""

import ipaddress
from dataclasses import dataclass, field

from headcall.sip_bridge.flow import Flow
from headcall.sip_bridge.trunks.health import Probing, Registering
from headcall.sip_bridge.uri import Uri
from headcall.wire.legs import Trunk

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def read_networks(texts: tuple[str, ...]) -> tuple[Network, ...]:
    """Networks in CIDR form. Raises ValueError with what is wrong."""
    return tuple(ipaddress.ip_network(text.strip(), strict=False) for text in texts)


@dataclass
class Circuit:
    """A trunk in use."""

    config: Trunk
    networks: tuple[Network, ...]
    call_id: str
    """Of its registrations; stays the same (RFC 3261 10.2)."""
    addresses: tuple[str, ...] = ()
    """What `config.host` means just now."""
    look_up_at: float = float("-inf")
    """When to ask for them again."""
    probing: Probing = field(default_factory=Probing)
    registering: Registering | None = None

    @property
    def name(self) -> str:
        return self.config.name

    @property
    def is_up(self) -> bool | None:
        return self.registering.is_up if self.registering else self.probing.is_up

    @property
    def text(self) -> str:
        return self.registering.text if self.registering else self.probing.text

    @property
    def flow(self) -> Flow | None:
        """The way there; None while its address is not known."""
        if not self.addresses:
            return None
        return Flow(self.config.transport, (self.addresses[0], self.config.port), "trunk")

    def uri(self, user: str | None) -> Uri:
        """`sip:user@carrier`."""
        params = {} if self.config.transport == "udp" else {"transport": self.config.transport}
        return Uri.sip(user, self.config.host, None if self.config.port == 5060 else self.config.port, **params)

    def matches(self, source: tuple[str, int]) -> tuple[int, int] | None:
        """How well a source fits, the larger the better; None if it does not. Two trunks may lead to one machine, so
        the port they are reached at counts first, then the smaller network."""
        is_port = int(source[1] == self.config.port)
        if not self.config.accept_from:
            return (is_port, 128) if source[0] in self.addresses else None
        try:
            address = ipaddress.ip_address(source[0])
        except ValueError:
            return None
        found = [network.prefixlen for network in self.networks if address in network]
        return (is_port, max(found)) if found else None

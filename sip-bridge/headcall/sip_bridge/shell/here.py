# SPDX-License-Identifier: Apache-2.0
"""What the core cannot know by itself: chance, names, our addresses, secrets (`core.surroundings.Surroundings`)."""

import ipaddress
import secrets
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence

from headcall.sip_bridge.digest import Credentials
from headcall.sip_bridge.flow import Address, Flow

PEERS_REMEMBERED = 4096

FindCredentials = Callable[[str, str], Credentials | None]


class Here:
    """The machine that we run on, as its peers see it."""

    def __init__(
        self,
        ports: Mapping[tuple[str, str], int],
        way_out: Callable[[Address], str],
        *,
        addresses: Sequence[str] = (),
        name_call: Callable[[], str],
        credentials: FindCredentials,
    ) -> None:
        """`way_out` asks the kernel; `addresses` are what a person has configured (Site.addresses)."""
        self._ports = ports
        self._way_out = way_out
        self._addresses = tuple(addresses)
        self.name_call = name_call
        self.credentials = credentials
        self._known: OrderedDict[str, str] = OrderedDict()

    def token(self) -> str:
        return secrets.token_hex(8)

    def address_of(self, flow: Flow) -> Address:
        host = self._known.get(flow.remote[0])
        if host is None:
            host = self._known[flow.remote[0]] = self._address_for(flow.remote)
            if len(self._known) > PEERS_REMEMBERED:
                self._known.popitem(last=False)
        transport = "udp" if flow.transport == "udp" else "tcp"
        return host, self._ports.get((flow.local, transport), 5060)

    def _address_for(self, remote: Address) -> str:
        """The kernel's way out, unless we are known under other addresses (behind a NAT, say): then the first of
        those. A peer on this machine or in the same network is told the kernel's."""
        kernel = self._way_out(remote)
        if not self._addresses or kernel in self._addresses or _is_near(kernel, remote[0]):
            return kernel
        return self._addresses[0]


def _is_near(own: str, remote: str) -> bool:
    try:
        here, there = ipaddress.ip_address(own), ipaddress.ip_address(remote)
    except ValueError:
        return False
    return here.is_loopback or (here.is_private and there.is_private)

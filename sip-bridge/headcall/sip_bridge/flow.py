# SPDX-License-Identifier: Apache-2.0
"""A way to a peer."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

Transport: TypeAlias = Literal["udp", "tcp", "tls", "ws", "wss"]
Address: TypeAlias = tuple[str, int]
"""IP address (IPv6 without brackets) and port."""


@dataclass(frozen=True, slots=True)
class Flow:
    """A way to a peer: which socket of ours, which transport, which address of theirs.

    `connection` is the shell's number of a TCP connection. 0 means any connection to `remote`, a new one if there is
    none; a number whose connection is closed (by a restart, say) means the same.
    """

    transport: Transport
    remote: Address
    local: str
    """Name of our listening socket, `trunk` or `phone`: requests to this peer leave from there."""
    connection: int = 0

    @property
    def is_reliable(self) -> bool:
        """Whether the transport repeats and orders by itself, so that we need not (RFC 3261 17)."""
        return self.transport != "udp"


@dataclass(frozen=True, slots=True)
class Send:
    """Octets for a peer. If they cannot be sent, say so with `UserAgent.send_failed(flow, now)`."""

    data: bytes
    flow: Flow

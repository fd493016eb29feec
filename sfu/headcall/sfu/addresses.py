# SPDX-License-Identifier: Apache-2.0
"""Where others reach this machine, when nobody has said so."""

import fcntl
import socket
import struct
from collections.abc import Sequence

SIOCGIFADDR = 0x8915  # netdevice(7)
LOOPBACK = "127.0.0.1"

# Each is a candidate a browser checks. Bridges of containers come after the real ones and may fall off the end.
MOST = 4


def own_addresses() -> list[str]:
    """IPv4 addresses of the interfaces, as the system numbers them, without the loopback."""
    found: list[str] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        for _, name in socket.if_nameindex():
            try:
                reply = fcntl.ioctl(sock, SIOCGIFADDR, struct.pack("16s24x", name.encode()[:15]))
            except OSError:  # an interface without an IPv4 address
                continue
            address = socket.inet_ntoa(reply[20:24])
            if not address.startswith("127.") and address not in found:
                found.append(address)
    return found


def reachable_at(configured: Sequence[str], own: Sequence[str]) -> tuple[str, ...]:
    """What to tell browsers: what was configured, or else our own addresses, and this machine itself at last.

    Firefox ignores a candidate of 127.0.0.1, so the others are not only for other machines.
    """
    if configured:
        return tuple(configured[:MOST])
    return (*own[: MOST - 1], LOOPBACK)


def plain_address(plain_host: str, configured: Sequence[str], own: Sequence[str]) -> str:
    """The one address for RTP with phones and trunks."""
    return plain_host or next(iter((*configured, *own)), LOOPBACK)

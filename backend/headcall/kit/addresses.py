# SPDX-License-Identifier: Apache-2.0
"""The addresses of this machine."""

import fcntl
import socket
import struct

__all__ = ["SIOCGIFADDR", "own_addresses"]

SIOCGIFADDR = 0x8915  # netdevice(7)


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

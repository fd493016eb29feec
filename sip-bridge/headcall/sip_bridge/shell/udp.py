# SPDX-License-Identifier: Apache-2.0
"""A UDP socket in the event loop."""

import asyncio
import socket
from collections import Counter
from collections.abc import Callable

from headcall.sip_bridge.flow import Address, Flow

MAX_DATAGRAM = 65_535
TURN = 32
"""Datagrams read before others get their turn."""


class UdpSocket:
    """asyncio's own datagram transport hides which peer a failed send was for, and reads one datagram a turn."""

    def __init__(
        self, name: str, sock: socket.socket, receive: Callable[[bytes, Flow], None], counters: Counter[str]
    ) -> None:
        self._name = name
        self._sock = sock
        self._receive = receive
        self._counters = counters
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(sock.fileno(), self._readable)

    def _readable(self) -> None:
        for _ in range(TURN):
            try:
                data, remote = self._sock.recvfrom(MAX_DATAGRAM)
            except BlockingIOError:
                return
            except OSError:  # an ICMP error of an earlier send
                self._counters["icmp"] += 1
                continue
            self._receive(data, Flow("udp", (remote[0], remote[1]), self._name))

    def send(self, data: bytes, remote: Address) -> bool:
        """False if the system says that it cannot be sent. A full buffer counts as a loss on the way."""
        try:
            self._sock.sendto(data, remote)
        except BlockingIOError:
            self._counters["udp_full"] += 1
        except (OSError, ValueError, OverflowError):
            return False
        return True

    def pause(self) -> None:
        """Reads no more: what comes stays in the kernel for the next process. Sending is still possible."""
        self._loop.remove_reader(self._sock.fileno())

    def close(self) -> None:
        self._loop.remove_reader(self._sock.fileno())
        self._sock.close()

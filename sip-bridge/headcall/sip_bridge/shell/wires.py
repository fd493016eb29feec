# SPDX-License-Identifier: Apache-2.0
"""Our sockets, by name and transport: what comes in goes up with its flow, what goes down finds its socket."""

import asyncio
import logging
import socket
from collections import Counter
from collections.abc import Callable, Mapping

from headcall.kit.clock import Clock
from headcall.sip_bridge.flow import Address, Flow
from headcall.sip_bridge.shell.streams import Streams
from headcall.sip_bridge.shell.udp import UdpSocket

log = logging.getLogger(__name__)

Receive = Callable[[bytes, Flow], None]
Fail = Callable[[Flow], None]


class Wires:
    """Everything we listen on. `receive` and `fail` are never called from within `send`."""

    def __init__(self, receive: Receive, fail: Fail, clock: Clock, ports: dict[tuple[str, str], int]) -> None:
        """`ports` is filled: our port, by name of the socket and transport."""
        self._receive = receive
        self._fail = fail
        self._udp: dict[str, UdpSocket] = {}
        self.counters: Counter[str] = Counter()
        self.streams = Streams(receive, fail, clock, self.counters)
        self.ports = ports

    async def open(self, fds: Mapping[str, int]) -> None:
        """Takes the sockets named `sip-<name>-udp` and `sip-<name>-tcp`."""
        for label, fd in fds.items():
            prefix, _, rest = label.partition("-")
            name, _, transport = rest.rpartition("-")
            if prefix == "sip" and transport in ("udp", "tcp"):
                await self._take(name, transport, socket.socket(fileno=fd))

    async def _take(self, name: str, transport: str, sock: socket.socket) -> None:
        sock.setblocking(False)
        self.ports[name, transport] = sock.getsockname()[1]
        if transport == "udp":
            self._udp[name] = UdpSocket(name, sock, self._receive, self.counters)
        else:
            await self.streams.listen(name, sock)

    def send(self, data: bytes, flow: Flow) -> None:
        """Octets on their way, or a `fail` in the next turn of the loop."""
        if flow.transport == "tcp":
            self.streams.send(data, flow)
        elif (
            flow.transport != "udp" or flow.local not in self._udp or not self._udp[flow.local].send(data, flow.remote)
        ):
            self.counters["send_failed"] += 1
            asyncio.get_running_loop().call_soon(self._fail, flow)

    def pause(self) -> None:
        """We are about to end: whatever comes now is for the next process."""
        for sock in self._udp.values():
            sock.pause()
        self.streams.pause()

    async def close(self) -> None:
        for sock in self._udp.values():
            sock.close()
        await self.streams.close()


def way_out(remote: Address) -> str:
    """The address of ours from which the kernel would send to `remote`; no packet is sent."""
    family = socket.AF_INET6 if ":" in remote[0] else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((remote[0], remote[1] or 9))
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])

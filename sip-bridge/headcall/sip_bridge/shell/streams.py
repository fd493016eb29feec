# SPDX-License-Identifier: Apache-2.0
"""TCP: connections that come in, connections that we open, and the bounds on both (RFC 3261 section 18, RFC 5923)."""

import asyncio
import itertools
import socket
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

from headcall.kit.clock import Clock
from headcall.sip_bridge.errors import PeerError
from headcall.sip_bridge.flow import Address, Flow
from headcall.sip_bridge.framing import PONG, Framer, Ping

Receive = Callable[[bytes, Flow], None]
Fail = Callable[[Flow], None]
Target = tuple[str, Address]
"""Name of our socket, and the peer."""


@dataclass(frozen=True, slots=True)
class Bounds:
    connections: int = 4000
    per_source: int = 200
    """An office full of telephones behind one address."""
    idle_s: float = 900.0
    """Without a message or a keep-alive."""
    unfinished_s: float = 10.0
    """For the first whole message, and for each that has begun."""
    connect_s: float = 5.0
    unsent: int = 256 * 1024
    """Octets that a peer may leave unread."""


class Connection(asyncio.Protocol):
    """One connection, either way."""

    def __init__(self, streams: "Streams", name: str, number: int) -> None:
        self._streams = streams
        self.name = name
        self.number = number
        self.remote: Address = ("", 0)
        self._transport: asyncio.Transport | None = None
        self._framer = Framer()
        self.heard_at = streams.now()
        """When the last whole message came."""
        self.began_at: float | None = self.heard_at
        """When a message began that has not ended yet; a new connection owes one."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        peer = transport.get_extra_info("peername") or ("", 0)
        self.remote = (peer[0], peer[1])
        if not self._streams.admit(self):
            self.close()

    def data_received(self, data: bytes) -> None:
        try:
            frames = self._framer.feed(data)
        except PeerError:
            self._streams.counters["stream_broken"] += 1
            self.close()
            return
        self.began_at = self.began_at if not frames and self.began_at is not None else self._streams.now()
        for frame in frames:
            self.heard_at, self.began_at = self._streams.now(), None
            if isinstance(frame, Ping):
                self.write(PONG)
            else:
                self._streams.received(frame, self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._streams.lost(self)

    def write(self, data: bytes) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        self._transport.write(data)
        if self._transport.get_write_buffer_size() > self._streams.bounds.unsent:
            self._streams.counters["stream_unread"] += 1
            self._transport.abort()

    def close(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def is_overdue(self, now: float) -> bool:
        bounds = self._streams.bounds
        if self.began_at is not None and now - self.began_at > bounds.unfinished_s:
            return True
        return now - self.heard_at > bounds.idle_s


class Streams:
    """All connections, by number and by peer."""

    def __init__(
        self, receive: Receive, fail: Fail, clock: Clock, counters: Counter[str], bounds: Bounds | None = None
    ) -> None:
        self._receive = receive
        self._fail = fail
        self.now = clock.now
        self.counters = counters
        self.bounds = bounds or Bounds()
        self._numbers = itertools.count(1)
        self._open: dict[int, Connection] = {}
        self._by_peer: dict[Target, Connection] = {}
        self._per_source: Counter[str] = Counter()
        self._opening: dict[Target, list[tuple[bytes, Flow]]] = {}
        self._servers: list[asyncio.Server] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._open)

    async def listen(self, name: str, sock: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Connection(self, name, next(self._numbers)), sock=sock)
        self._servers.append(server)

    # ------------------------------------------------------------ what connections tell

    def admit(self, connection: Connection) -> bool:
        source = connection.remote[0]
        if len(self._open) >= self.bounds.connections or self._per_source[source] >= self.bounds.per_source:
            self.counters["stream_refused"] += 1
            return False
        self._per_source[source] += 1
        self._open[connection.number] = connection
        self._by_peer[connection.name, connection.remote] = connection
        return True

    def received(self, message: bytes, connection: Connection) -> None:
        self._receive(message, Flow("tcp", connection.remote, connection.name, connection.number))

    def lost(self, connection: Connection) -> None:
        if self._open.pop(connection.number, None) is None:
            return
        source = connection.remote[0]
        self._per_source[source] -= 1
        if not self._per_source[source]:
            del self._per_source[source]
        if self._by_peer.get((connection.name, connection.remote)) is connection:
            del self._by_peer[connection.name, connection.remote]

    # ------------------------------------------------------------ sending

    def send(self, data: bytes, flow: Flow) -> None:
        """Over the flow's own connection, else another one to the same peer, else a new one."""
        target = (flow.local, flow.remote)
        connection = self._open.get(flow.connection) or self._by_peer.get(target)
        if connection is not None:
            connection.write(data)
        elif target in self._opening:
            self._opening[target].append((data, flow))
        else:
            self._opening[target] = [(data, flow)]
            task = asyncio.get_running_loop().create_task(self._connect(target))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _connect(self, target: Target) -> None:
        name, remote = target
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self.bounds.connect_s):
                _, connection = await loop.create_connection(
                    lambda: Connection(self, name, next(self._numbers)), *remote
                )
        except (OSError, TimeoutError, OverflowError):
            self.counters["connect_failed"] += 1
            for _, flow in self._opening.pop(target):
                self._fail(flow)
            return
        connection.began_at = None
        for data, _ in self._opening.pop(target):
            connection.write(data)

    # ------------------------------------------------------------ tidying

    def sweep(self) -> None:
        """Closes what is idle or unfinished for too long. To be called every few seconds."""
        now = self.now()
        for connection in [each for each in self._open.values() if each.is_overdue(now)]:
            self.counters["stream_overdue"] += 1
            connection.close()

    def pause(self) -> None:
        """Accepts no more connections; they wait in the kernel for the next process."""
        for server in self._servers:
            server.close()

    async def close(self) -> None:
        self.pause()
        for task in list(self._tasks):
            task.cancel()
        for connection in list(self._open.values()):
            connection.close()
        await asyncio.sleep(0)

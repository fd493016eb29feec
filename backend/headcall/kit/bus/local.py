# SPDX-License-Identifier: Apache-2.0
"""The bus of embedded mode: a hub on a Unix socket, and the client that each role holds.

The hub only forwards. It is bounded on every side: a client that does not read loses published messages first, and
requests to it are answered `NoResponder`; it can never make the hub grow.
"""

import asyncio
import contextlib
import itertools
import logging
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from headcall.kit.bus.frames import BrokenFrame, Word, pack, read_frame
from headcall.kit.bus.port import Handler, NoResponder, RequestTimedOut
from headcall.kit.bus.serving import Desk, QueueInbox, Replies, ServedTopic, Status, check_size, closed, matches

__all__ = [
    "BACKLOG_OCTETS",
    "CONFIRM_S",
    "OPEN_REQUESTS",
    "RECONNECT_GAPS_S",
    "Client",
    "Hub",
    "LocalBus",
    "Open",
]

log = logging.getLogger(__name__)

BACKLOG_OCTETS = 16 << 20
"""What may wait for one client in the hub."""
OPEN_REQUESTS = 20_000
"""Requests that may be open from one client."""
CONFIRM_S = 2.0
RECONNECT_GAPS_S = (0.01, 0.05, 0.1, 0.2, 0.5)


@dataclass(eq=False)
class Client:
    """One connected role, as the hub sees it."""

    name: str
    writer: asyncio.StreamWriter
    subscriptions: set[str] = field(default_factory=set)
    dropped: int = 0
    open: int = 0
    """Requests of this client that are not answered yet."""

    @property
    def is_full(self) -> bool:
        """Whether it does not keep up."""
        return self.writer.transport.get_write_buffer_size() > BACKLOG_OCTETS


@dataclass(frozen=True)
class Open:
    """A request on its way."""

    sender: Client
    number: int
    topic: str
    server: Client


class Hub:
    """Forwards frames between the clients of one Unix socket."""

    def __init__(self) -> None:
        self._names = itertools.count(1)
        self._numbers = itertools.count(1)
        self._clients: set[Client] = set()
        self._servers: defaultdict[str, list[Client]] = defaultdict(list)
        self._open: dict[int, Open] = {}
        self._working: dict[tuple[Client, str], tuple[Client, int]] = {}
        """Which server has unanswered requests of a sender on a topic, and how many: the next goes there too."""
        self._server: asyncio.Server | None = None
        self._closed = False

    async def start(self, path: Path) -> None:
        """Listens at `path`, for this user only. A socket left there by a dead hub is replaced."""
        path.unlink(missing_ok=True)
        self._server = await asyncio.start_unix_server(self._serve, path=path)
        path.chmod(0o600)

    async def close(self) -> None:
        """Ends all connections."""
        if self._server:
            self._server.close()
        self._closed = True
        for client in list(self._clients):
            client.writer.close()
        while self._clients:
            await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._closed:  # it connected before we closed, and is only accepted now
            writer.close()
            return
        client = Client(f"end-{next(self._names)}", writer)
        self._clients.add(client)
        try:
            while True:
                self._take(client, await read_frame(reader))
        except asyncio.IncompleteReadError:
            pass
        except (BrokenFrame, ValueError, TypeError) as error:
            log.warning("bus: %s closed: %s", client.name, error)
        except OSError:
            pass
        finally:
            self._gone(client)
            writer.close()

    def _take(self, client: Client, frame: list[Any]) -> None:
        match frame:
            case [Word.PUBLISH, str(topic), bytes(message)]:
                self._publish(topic, message)
            case [Word.REQUEST, int(number), str(topic), bytes(message)]:
                self._request(client, number, topic, message)
            case [Word.REPLY, int(number), int(status), bytes(message)]:
                self._reply(client, number, status, message)
            case [Word.SUBSCRIBE, int(number), str(topic)]:
                client.subscriptions.add(topic)
                client.writer.write(pack(Word.REPLY, number, Status.OK, b""))
            case [Word.UNSUBSCRIBE, str(topic)]:
                client.subscriptions.discard(topic)
            case [Word.SERVE, int(number), str(topic)]:
                self._servers[topic].append(client)
                client.writer.write(pack(Word.REPLY, number, Status.OK, b""))
            case [Word.UNSERVE, str(topic)]:
                self._leave(topic, client)
            case _:
                raise BrokenFrame(f"unknown frame {frame[0]!r}")

    def _publish(self, topic: str, message: bytes) -> None:
        frame = pack(Word.MESSAGE, topic, message)
        for client in self._clients:
            if any(matches(pattern, topic) for pattern in client.subscriptions):
                if client.is_full:
                    client.dropped += 1
                else:
                    client.writer.write(frame)

    def _request(self, sender: Client, number: int, topic: str, message: bytes) -> None:
        server = self._pick(sender, topic)
        if server is None or server.is_full or sender.open >= OPEN_REQUESTS:
            sender.writer.write(pack(Word.REPLY, number, Status.NO_RESPONDER, b""))
            return
        hub_number = next(self._numbers)
        self._open[hub_number] = Open(sender, number, topic, server)
        sender.open += 1
        key = (sender, topic)
        self._working[key] = (server, self._working.get(key, (server, 0))[1] + 1)
        server.writer.write(pack(Word.REQUEST, hub_number, sender.name, topic, message))

    def _pick(self, sender: Client, topic: str) -> Client | None:
        servers = self._servers.get(topic)
        if not servers:
            return None
        working = self._working.get((sender, topic))
        if working and working[0] in servers:
            return working[0]
        servers.append(servers.pop(0))
        return servers[-1]

    def _reply(self, server: Client, hub_number: int, status: int, message: bytes) -> None:
        open_ = self._open.get(hub_number)
        if open_ is not None and open_.server is server:
            self._settle(hub_number, status, message)

    def _settle(self, hub_number: int, status: int, message: bytes) -> None:
        open_ = self._open.pop(hub_number)
        open_.sender.open -= 1
        server, count = self._working.pop((open_.sender, open_.topic))
        if count > 1:
            self._working[open_.sender, open_.topic] = (server, count - 1)
        if open_.sender in self._clients:
            open_.sender.writer.write(pack(Word.REPLY, open_.number, status, message))

    def _leave(self, topic: str, client: Client) -> None:
        servers = self._servers.get(topic, [])
        if client in servers:
            servers.remove(client)
        if not servers:
            self._servers.pop(topic, None)

    def _gone(self, client: Client) -> None:
        self._clients.discard(client)
        for topic in [topic for topic, servers in self._servers.items() if client in servers]:
            self._leave(topic, client)
        for number in [number for number, open_ in self._open.items() if open_.server is client]:
            self._settle(number, Status.TIMED_OUT, b"")


class LocalBus:
    """One role's end. See `headcall.kit.bus.port.Bus`. Connects by itself, and again when the hub was away."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._desk = Desk(path.name)
        self._replies = Replies()
        self._inboxes: list[tuple[str, QueueInbox]] = []
        self._writer: asyncio.StreamWriter | None = None
        self._connected = asyncio.Event()
        self._closed = False
        self._life: asyncio.Task[None] | None = None

    async def connect(self, timeout: float = 5.0) -> "LocalBus":
        """Waits for the hub. Raises `NoResponder` if it is not there in time."""
        self._start()
        try:
            async with asyncio.timeout(timeout):
                await self._connected.wait()
        except TimeoutError:
            raise NoResponder(f"no hub at {self._path}") from None
        return self

    async def publish(self, topic: str, message: bytes) -> None:
        """Gives the message to whoever has subscribed; it is lost while the hub is away."""
        check_size(topic, message)
        await self._send(pack(Word.PUBLISH, topic, message))

    async def subscribe(self, topic: str) -> QueueInbox:
        """Messages of `topic`, or of every topic that begins as it does before `.*`."""
        self._start()
        inbox = QueueInbox(self._forget)
        self._inboxes.append((topic, inbox))
        await self._confirmed(Word.SUBSCRIBE, topic)
        return inbox

    async def request(self, topic: str, message: bytes, *, timeout: float = 5.0) -> bytes:
        """Asks whoever serves `topic`."""
        check_size(topic, message)
        self._start()
        if self._writer is None:
            raise NoResponder(f"no hub at {self._path}")
        number, future = self._replies.expect(topic)
        self._writer.write(pack(Word.REQUEST, number, topic, message))
        return await self._replies.wait(number, future, timeout)

    async def serve(self, topic: str, handler: Handler) -> ServedTopic:
        """Answers the requests of `topic`."""
        self._start()
        self._desk.open(topic, handler)
        await self._confirmed(Word.SERVE, topic)

        async def shut() -> None:
            self._desk.shut(topic)
            if not self._closed:
                await self._send(pack(Word.UNSERVE, topic))

        return ServedTopic(shut)

    async def close(self) -> None:
        """Ends everything of this end."""
        if self._closed:
            return
        self._closed = True
        for _, inbox in self._inboxes:
            inbox.end()
        self._replies.fail_all(closed)
        await self._desk.close()
        if self._life:
            self._life.cancel()
            await asyncio.gather(self._life, return_exceptions=True)

    def _start(self) -> None:
        if self._closed:
            raise closed()
        if self._life is None:
            self._life = asyncio.get_running_loop().create_task(self._live(), name="bus")

    async def _send(self, frame: bytes) -> None:
        self._start()
        if self._writer is not None:
            self._writer.write(frame)
            with contextlib.suppress(OSError):
                await self._writer.drain()

    async def _confirmed(self, word: Word, topic: str) -> None:
        """Returns once the hub knows; at once while it is away, since it is told when it comes back."""
        if self._writer is None:
            return
        number, future = self._replies.expect(topic)
        self._writer.write(pack(word, number, topic))
        with contextlib.suppress(RequestTimedOut):
            await self._replies.wait(number, future, CONFIRM_S)

    async def _forget(self, inbox: QueueInbox) -> None:
        topic = next(topic for topic, other in self._inboxes if other is inbox)
        self._inboxes = [(name, other) for name, other in self._inboxes if other is not inbox]
        if not self._closed and all(name != topic for name, _ in self._inboxes):
            await self._send(pack(Word.UNSUBSCRIBE, topic))

    async def _live(self) -> None:
        failures = 0
        while True:
            try:
                reader, writer = await asyncio.open_unix_connection(self._path)
            except OSError:
                await asyncio.sleep(RECONNECT_GAPS_S[min(failures, len(RECONNECT_GAPS_S) - 1)])
                failures += 1
                continue
            failures = 0
            try:
                await self._converse(reader, writer)
            finally:
                self._writer = None
                self._connected.clear()
                self._replies.fail_all(lambda: RequestTimedOut("the hub went away during the request"))
                writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for topic in {topic for topic, _ in self._inboxes}:
            writer.write(pack(Word.SUBSCRIBE, 0, topic))
        for topic in self._desk.topics:
            writer.write(pack(Word.SERVE, 0, topic))
        self._writer = writer
        self._connected.set()
        with contextlib.suppress(asyncio.IncompleteReadError, OSError):
            while True:
                await self._take(writer, await read_frame(reader))

    async def _take(self, writer: asyncio.StreamWriter, frame: list[Any]) -> None:
        match frame:
            case [Word.MESSAGE, topic, message]:
                for pattern, inbox in self._inboxes:
                    if matches(pattern, topic):
                        inbox.put(topic, message)
            case [Word.REPLY, number, status, message]:
                self._replies.settle(number, status, message)
            case [Word.REQUEST, number, sender, topic, message]:

                async def answer(status: Status, data: bytes) -> None:
                    writer.write(pack(Word.REPLY, number, status, data))

                await self._desk.submit(topic, sender, message, answer)

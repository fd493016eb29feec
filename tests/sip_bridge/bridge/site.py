# SPDX-License-Identifier: Apache-2.0
"""A bridge on loopback sockets, with a call control and a media node that the test holds in its hands."""

import asyncio
import contextlib
import itertools
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, cast

from headcall.kit.bus.memory import MemoryBus, MemoryHub
from headcall.kit.clock import SystemClock
from headcall.kit.ids import IdMaker
from headcall.sip_bridge.bridge import Bridge, Given
from headcall.sip_bridge.digest import Credentials, ha1
from headcall.sip_bridge.role import look_up
from headcall.sip_bridge.sdp import common
from headcall.sip_bridge.shell.wires import Wires, way_out
from headcall.sip_bridge.simulator.rtp import RtpThread
from headcall.sip_bridge.simulator.telephone import Telephone
from headcall.sip_bridge.store import Store
from headcall.wire import legs as words
from headcall.wire import media, topics
from headcall.wire.codec import decode, encode
from headcall.wire.nodes import Done, Refused

T = TypeVar("T")

DOMAIN = "headcall.test"
OURS = (
    media.Codec("PCMA", 8, 8000),
    media.Codec("PCMU", 0, 8000),
    media.Codec("telephone-event", 101, 8000, 1, "0-15"),
)


class Echo(asyncio.DatagramProtocol):
    """A leg's RTP that says what it hears: enough to measure a stream through."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.transport.sendto(data, addr)


@dataclass
class EchoNode:
    """A media node whose legs echo."""

    bus: MemoryBus
    name: str = "sfu-1"
    legs: dict[str, Echo] = field(default_factory=dict)
    commands: list[media.MediaCommand] = field(default_factory=list)
    refuses: str = ""
    """A cause for which nothing is opened."""
    delay_s: float = 0.0

    async def start(self) -> None:
        await self.bus.serve(topics.media(self.name), self._answer)

    async def _answer(self, message: bytes) -> bytes:
        command: media.MediaCommand = decode(message, media.MediaCommand)  # type: ignore[arg-type]
        self.commands.append(command)
        if self.delay_s:
            await asyncio.sleep(self.delay_s)
        return encode(await self._reply(command))

    async def _reply(self, command: media.MediaCommand) -> media.MediaReply:
        match command:
            case media.OpenPlain() | media.SetPlainRemote():
                if self.refuses:
                    return Refused(self.refuses, "told to refuse")
                codecs = common(command.codecs, OURS) if command.codecs else OURS
                if not codecs:
                    return Refused("media-refused", "nothing in common")
                leg = await self._leg(command.leg_id)
                host, port = leg.transport.get_extra_info("sockname")
                return media.PlainOpened(command.leg_id, media.Address(host, port), codecs)
            case media.CloseLeg(leg_id):
                if leg_id in self.legs:
                    self.legs.pop(leg_id).transport.close()
                return Done()
            case _:
                return Done()

    async def _leg(self, leg_id: str) -> Echo:
        if leg_id not in self.legs:
            loop = asyncio.get_running_loop()
            _, self.legs[leg_id] = await loop.create_datagram_endpoint(Echo, local_addr=("127.0.0.1", 0))
        return self.legs[leg_id]

    def close(self) -> None:
        for leg in self.legs.values():
            leg.transport.close()


@dataclass
class Control:
    """Call control: remembers what it is brought, and says what the test says."""

    bus: MemoryBus
    passwords: dict[str, str] = field(default_factory=dict)
    events: list[Any] = field(default_factory=list)
    happened: asyncio.Event = field(default_factory=asyncio.Event)
    asked: list[str] = field(default_factory=list)
    algorithms: dict[str, str] = field(default_factory=dict)
    answers: bool = False
    """Answers every leg that is offered, at once."""
    _served: list[Any] = field(default_factory=list)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def start(self) -> None:
        self._served = [
            await self.bus.serve(topics.EVENTS, self._event),
            await self.bus.serve(topics.CREDENTIALS, self._credential),
        ]

    async def leave(self) -> None:
        """The backend dies."""
        for served in self._served:
            await served.close()

    async def _event(self, message: bytes) -> bytes:
        event: Any = decode(message, words.LegEvent | media.MediaEvent)  # type: ignore[arg-type]
        self.events.append(event)
        self.happened.set()
        if self.answers and isinstance(event, words.LegOffered):
            task = asyncio.get_running_loop().create_task(self._answer(event.leg_id))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return encode(Done())

    async def _answer(self, leg_id: str) -> None:
        await self.say(words.RingLeg(leg_id))
        await self.say(words.AnswerLeg(leg_id))

    async def _credential(self, message: bytes) -> bytes:
        asked = decode(message, words.AskCredential)
        self.asked.append(asked.sip_user)
        password = self.passwords.get(asked.sip_user)
        if password is None:
            return encode(Refused("unknown-number", "no such account"))
        md5 = ha1(asked.sip_user, asked.realm, password)
        sha256 = ha1(asked.sip_user, asked.realm, password, "SHA-256")
        algorithm: Any = self.algorithms.get(asked.sip_user, "MD5")
        return encode(words.Credential(asked.sip_user, md5, sha256, algorithm))

    async def hears(self, kind: type[T], *, within: float = 5.0, where: Callable[[T], bool] = lambda event: True) -> T:
        """The next event of this kind; it is taken out of the list."""
        async with asyncio.timeout(within):
            while True:
                for event in self.events:
                    if isinstance(event, kind) and where(event):
                        self.events.remove(event)
                        return event
                self.happened.clear()
                await self.happened.wait()

    async def say(self, command: words.LegCommand) -> words.LegReply:
        data = await self.bus.request(topics.sip("sip-1"), encode(command))
        reply: words.LegReply = decode(data, words.LegReply)  # type: ignore[arg-type]
        return reply

    async def does(self, command: words.LegCommand) -> None:
        reply = await self.say(command)
        assert isinstance(reply, Done), reply


def udp() -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind(("127.0.0.1", 0))
    return sock


def tcp(port: int) -> socket.socket:
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind(("127.0.0.1", port))
    except OSError:
        sock.close()
        raise
    sock.listen()
    return sock


class Site:
    """Everything together. The sockets outlive the bridge, as they do under the supervisor."""

    def __init__(self, folder: Path, *, patience_s: float = 10.0) -> None:
        self.hub = MemoryHub()
        self.folder = folder
        self.patience_s = patience_s
        self.clock = SystemClock()
        self.control = Control(MemoryBus(self.hub))
        self.media = EchoNode(MemoryBus(self.hub))
        self.rtp = RtpThread()
        self.socks: dict[str, socket.socket] = {}
        for name in ("trunk", "phone"):
            for _ in range(20):
                sock = udp()
                with contextlib.suppress(OSError):
                    self.socks[f"sip-{name}-tcp"] = tcp(sock.getsockname()[1])
                    self.socks[f"sip-{name}-udp"] = sock
                    break
                sock.close()
        self.trunk_port: int = self.socks["sip-trunk-udp"].getsockname()[1]
        self.phone_port: int = self.socks["sip-phone-udp"].getsockname()[1]
        self.telephones: list[Telephone] = []
        self._bridges = itertools.count(1)
        self.trunks: tuple[words.Trunk, ...] = (words.Trunk("carrier", "127.0.0.1", accept_from=("127.0.0.0/8",)),)

    async def start(self) -> None:
        await self.control.start()
        await self.media.start()
        await self.start_bridge()
        await self.control.hears(words.BridgeUp)
        await self.configure()

    async def configure(self, version: int = 1) -> None:
        await self.control.does(words.ConfigureBridge(version, DOMAIN, "sfu-1", self.trunks))

    async def start_bridge(self) -> None:
        """A new process takes over the sockets and the file."""
        self.bus = MemoryBus(self.hub)
        loop = asyncio.get_running_loop()
        self.store = Store(self.folder / "sip-1.sqlite", on_first_note=lambda: loop.call_soon(self.store.barrier))
        ports: dict[tuple[str, str], int] = {}
        given = Given(
            node="sip-1",
            epoch=next(self._bridges),
            bus=self.bus,
            store=self.store,
            clock=self.clock,
            new_id=IdMaker(self.clock),
            look_up=look_up,
            way_out=way_out,
            patience_s=self.patience_s,
        )
        self.bridge = Bridge(given, ports)
        self.wires = Wires(self.bridge.received, self.bridge.line.failed, self.clock, ports)
        self.bridge.start(self.wires)
        self._served = await self.bus.serve(topics.sip("sip-1"), self.bridge.command)
        self.bridge.report()
        await self.wires.open({name: sock.dup().detach() for name, sock in self.socks.items()})
        self.bridge.tick()

    async def kill_bridge(self) -> None:
        """As `kill -9` would: nothing is read, said or written any more."""
        await self.wires.close()
        self.store.note = lambda drawer, key, value, *, vital=False: None  # type: ignore[method-assign]
        self.store._db.close()
        self.bridge.line.join(None, lambda event: None)  # type: ignore[arg-type]
        self.bridge.line.close()
        await self.bridge._tasks.close()
        await self.bridge.board._tasks.close()
        await self.bridge.trunks.close()
        await self.bus.close()

    async def telephone(self, user: str = "", password: str | None = None, name: str = "") -> Telephone:
        account = None
        if user:
            password = password if password is not None else f"pw-{user}"
            self.control.passwords.setdefault(user, f"pw-{user}")
            account = Credentials(user, password)
        phone = Telephone(udp(), self.rtp, self.clock, account=account, name=name)
        await phone.start()
        self.telephones.append(phone)
        return phone

    async def stop(self) -> None:
        for phone in self.telephones:
            await phone.stop()
        await asyncio.sleep(0.05)
        await self.bridge.close(patience_s=0.2)
        await self.wires.close()
        for bus in (self.bus, self.control.bus, self.media.bus):
            await bus.close()
        self.media.close()
        await asyncio.sleep(0)  # transports close in the loop's next turn
        self.rtp.close()
        self.store.close()
        for sock in self.socks.values():
            sock.close()


@contextlib.asynccontextmanager
async def site(folder: Path, **how: Any) -> AsyncIterator[Site]:
    here = Site(folder, **how)
    await here.start()
    try:
        yield here
    finally:
        await here.stop()


async def eventually(holds: Callable[[], bool], what: str, within: float = 5.0) -> None:
    """Waits until something becomes true."""
    loop = asyncio.get_running_loop()
    until = loop.time() + within
    while not holds():
        assert loop.time() < until, f"not within {within} s: {what}"
        await asyncio.sleep(0.02)


def run(story: Callable[[], Awaitable[None]], within: float = 30.0) -> None:
    async def limited() -> None:
        async with asyncio.timeout(within):
            await story()

    asyncio.run(limited())

# SPDX-License-Identifier: Apache-2.0
"""The role on a bus: it says it is there, obeys, reports, and ends in good order."""

import asyncio
import socket
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from headcall.kit.addresses import own_addresses
from headcall.kit.bus.memory import MemoryBus, MemoryHub
from headcall.kit.role import CannotStart, RoleContext
from headcall.kit.settings import Settings, Value
from headcall.sfu import role
from headcall.sfu.addresses import LOOPBACK, plain_address, reachable_at
from headcall.wire import topics
from headcall.wire.codec import decode, encode
from headcall.wire.media import (
    ConnectPeer,
    DescribeMedia,
    Hear,
    LegQuality,
    MediaCommand,
    MediaDescribed,
    MediaEvent,
    MediaReply,
    MediaUp,
    OpenPlain,
    PeerConnected,
    RecordingEnded,
    Silence,
    StartRecording,
)
from headcall.wire.nodes import Done, NodeAlive
from headcall.wire.settings import Media
from tests.sfu.fake_engine import FakeEngine
from tests.sfu.node import offer


class Process:
    """The role as the supervisor would start it, with a fake engine, and the backend's end of the bus."""

    def __init__(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.engine = FakeEngine()
        monkeypatch.setattr(role, "start_engine", lambda fds, media, host: self.engine)
        self.hub = MemoryHub()
        self.backend = MemoryBus(self.hub)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        settings = Settings({"site": {"addresses": Value("192.0.2.9", "here")}})
        fds = {"media": self.socket.fileno()}
        self.ctx = RoleContext("sfu-1", MemoryBus(self.hub), settings, tmp_path, fds)
        self.events: list[MediaEvent] = []

    async def run(self, work: Callable[["Process"], Coroutine[Any, Any, None]]) -> None:
        async def take(data: bytes) -> bytes:
            self.events.append(decode(data, MediaEvent))  # type: ignore[arg-type]
            return encode(Done())

        await self.backend.serve(topics.EVENTS, take)
        running = asyncio.create_task(role.run(self.ctx))
        await self.ctx.is_ready.wait()
        try:
            await work(self)
        finally:
            self.ctx.stop.set()
            await running
            await self.ctx.tasks.close()
            await self.ctx.bus.close()
            await self.backend.close()
            self.socket.close()

    async def ask(self, command: MediaCommand) -> MediaReply:
        data = await self.backend.request(topics.media("sfu-1"), encode(command))
        return decode(data, MediaReply)  # type: ignore[arg-type]


@pytest.fixture
def process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Process:
    return Process(tmp_path, monkeypatch)


def scenario(process: Process, work: Callable[[Process], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(process.run(work), 10))


def test_the_node_says_that_it_lives(process: Process) -> None:
    async def work(process: Process) -> None:
        inbox = await process.backend.subscribe(topics.NODES)
        process.ctx.stop.set()
        async for _, data in inbox:
            alive: NodeAlive = decode(data, NodeAlive)
            assert (alive.node, alive.kind, alive.epoch) == ("sfu-1", "sfu", process.ctx.epoch)
            if alive.draining:
                return

    scenario(process, work)


def test_commands_are_served_and_answers_name_our_address_and_port(process: Process) -> None:
    async def work(process: Process) -> None:
        reply = await process.ask(ConnectPeer("leg_a", offer()))
        assert isinstance(reply, PeerConnected)
        assert f" 192.0.2.9 {process.port} typ host" in reply.answer
        assert isinstance(await process.ask(DescribeMedia()), MediaDescribed)

    scenario(process, work)


def test_events_are_brought_to_the_backend(process: Process) -> None:
    async def work(process: Process) -> None:
        process.engine.say("up", "leg_a")
        while not process.events:
            await asyncio.sleep(0)
        assert process.events == [MediaUp("leg_a")]

    scenario(process, work)


def test_quality_is_reported(process: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(role, "QUALITY_EVERY", 0.0)

    async def work(process: Process) -> None:
        inbox = await process.backend.subscribe(topics.QUALITY)
        await process.ask(OpenPlain("leg_a"))
        async for _, data in inbox:
            report: LegQuality = decode(data, LegQuality)
            assert report.leg_id == "leg_a"
            return

    scenario(process, work)


def test_at_the_end_recordings_end_before_the_engine(process: Process, tmp_path: Path) -> None:
    path = str(tmp_path / "r.ogg")
    engine = process.engine
    stop = engine.stop_recording

    def stop_and_say_so(recording: str) -> None:
        stop(recording)
        engine.say("recorded", recording, "leg_a", 1000, 8000)

    engine.stop_recording = stop_and_say_so  # type: ignore[method-assign]

    async def work(process: Process) -> None:
        await process.ask(OpenPlain("leg_a"))
        assert await process.ask(Hear("leg_a", Silence())) == Done()
        await process.ask(StartRecording("rec_1", "leg_a", path))

    scenario(process, work)
    names = [call[0] for call in engine.told]
    assert names.index("stop_recording") < names.index("close")
    assert process.events == [RecordingEnded("rec_1", "leg_a", path, 1000, 8000)]


def test_the_engines_counters_are_figures(process: Process) -> None:
    async def work(process: Process) -> None:
        await process.ask(OpenPlain("leg_a"))
        text = process.ctx.metrics.render().decode()
        assert 'headcall_engine_total{what="dropped_stranger"} 2.0' in text
        assert 'headcall_media_legs{kind="plain",up="true"} 1.0' in text

    scenario(process, work)


def test_a_node_without_its_socket_says_what_is_missing() -> None:
    with pytest.raises(CannotStart, match=r"media|engine"):
        role.start_engine({}, Media(), LOOPBACK)


def test_browsers_are_told_our_addresses_and_this_machine_at_last() -> None:
    assert reachable_at((), ["192.0.2.2", "192.0.2.3"]) == ("192.0.2.2", "192.0.2.3", LOOPBACK)
    assert reachable_at((), []) == (LOOPBACK,)
    assert reachable_at((), [f"192.0.2.{n}" for n in range(9)]) == ("192.0.2.0", "192.0.2.1", "192.0.2.2", LOOPBACK)
    assert reachable_at(("198.51.100.1",), ["192.0.2.2"]) == ("198.51.100.1",)


def test_telephones_are_told_one_address() -> None:
    assert plain_address("203.0.113.5", ("198.51.100.1",), ["192.0.2.2"]) == "203.0.113.5"
    assert plain_address("", ("198.51.100.1",), ["192.0.2.2"]) == "198.51.100.1"
    assert plain_address("", (), ["192.0.2.2"]) == "192.0.2.2"
    assert plain_address("", (), []) == LOOPBACK


def test_the_machines_addresses_are_found() -> None:
    assert all(address.count(".") == 3 and not address.startswith("127.") for address in own_addresses())

# SPDX-License-Identifier: Apache-2.0
"""The hub against clients that do not keep to the rules: bounded, and nobody else notices."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from headcall.kit.bus import local
from headcall.kit.bus.frames import MAX_FRAME, Word, pack
from headcall.kit.bus.local import Hub, LocalBus
from headcall.kit.bus.port import NoResponder, RequestTimedOut

NONSENSE = [
    b"\xff\xff\xff\xff",
    (MAX_FRAME + 1).to_bytes(4, "big"),
    (3).to_bytes(4, "big") + b"abc",
    (1).to_bytes(4, "big") + b"\x90",
    (0).to_bytes(4, "big"),
    pack(Word.MESSAGE, "x", b""),
    pack(Word.PUBLISH, 3, b""),
    pack(Word.REQUEST, "x", "y", b""),
    pack(Word.SERVE, 1),
    (2).to_bytes(4, "big") + b"\x91\x63",
]


def play(scenario: Callable[[Path], Awaitable[None]]) -> None:
    async def run() -> None:
        with tempfile.TemporaryDirectory(prefix="hc-hub-") as folder:
            hub = Hub()
            await hub.start(Path(folder) / "bus.sock")
            async with asyncio.timeout(20):
                await scenario(Path(folder) / "bus.sock")
            await hub.close()

    asyncio.run(run())


async def echo(message: bytes) -> bytes:
    return message


@pytest.mark.parametrize("data", NONSENSE, ids=lambda data: data[:12].hex())
def test_nonsense_ends_that_connection_only(data: bytes) -> None:
    async def scenario(path: Path) -> None:
        good = await LocalBus(path).connect()
        await good.serve("x", echo)
        reader, writer = await asyncio.open_unix_connection(path)
        writer.write(data)
        assert await reader.read() == b""
        writer.close()
        assert await good.request("x", b"still here") == b"still here"
        await good.close()

    play(scenario)


def test_a_reply_that_was_not_asked_for_is_ignored() -> None:
    async def scenario(path: Path) -> None:
        good = await LocalBus(path).connect()
        await good.serve("x", echo)
        _, writer = await asyncio.open_unix_connection(path)
        for number in range(20):
            writer.write(pack(Word.REPLY, number, 0, b"forged"))
        assert await good.request("x", b"true") == b"true"
        writer.close()
        await good.close()

    play(scenario)


def test_a_server_that_dies_during_a_request_is_told_at_once() -> None:
    async def scenario(path: Path) -> None:
        good = await LocalBus(path).connect()
        _, writer = await asyncio.open_unix_connection(path)
        writer.write(pack(Word.SERVE, 1, "x"))
        asking = asyncio.create_task(ask_when_served(good))
        await asyncio.sleep(0)
        reader_is_asked = asyncio.Event()
        asyncio.get_running_loop().call_later(0.05, reader_is_asked.set)
        await reader_is_asked.wait()
        writer.close()
        with pytest.raises(RequestTimedOut, match="went away"):
            await asking
        await good.close()

    play(scenario)


async def ask_when_served(bus: LocalBus) -> bytes:
    while True:
        try:
            return await bus.request("x", b"", timeout=10)
        except NoResponder:
            await asyncio.sleep(0)


def test_a_client_that_does_not_read_loses_news_and_gets_no_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "BACKLOG_OCTETS", 100_000)

    async def scenario(path: Path) -> None:
        good = await LocalBus(path).connect()
        _, writer = await asyncio.open_unix_connection(path)
        writer.write(pack(Word.SUBSCRIBE, 1, "news") + pack(Word.SERVE, 2, "x"))
        with pytest.raises(RequestTimedOut):
            while True:
                try:
                    await good.request("x", b"", timeout=0.05)
                except NoResponder:
                    await asyncio.sleep(0)
        for _ in range(200):
            await good.publish("news", bytes(100_000))
        with pytest.raises(NoResponder):
            await good.request("x", b"", timeout=5)
        writer.close()
        await good.close()

    play(scenario)


def test_too_many_open_requests_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "OPEN_REQUESTS", 3)

    async def scenario(path: Path) -> None:
        server, client = await LocalBus(path).connect(), await LocalBus(path).connect()
        go = asyncio.Event()

        async def wait(message: bytes) -> bytes:
            await go.wait()
            return message

        await server.serve("x", wait)
        asked = [asyncio.create_task(client.request("x", bytes([n]))) for n in range(5)]
        done, _ = await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
        while len(done) < 2:
            done, _ = await asyncio.wait(asked, timeout=0.01)
        assert all(isinstance(task.exception(), NoResponder) for task in done) and len(done) == 2
        go.set()
        assert [await task for task in asked[:3]] == [b"\0", b"\1", b"\2"]
        await server.close()
        await client.close()

    play(scenario)

# SPDX-License-Identifier: Apache-2.0
"""The hub, or the Redis server, goes away and comes back: subscriptions and served topics come back by themselves."""

import asyncio
import contextlib
import shutil
import signal
import subprocess
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from headcall.kit.bus.local import Hub, LocalBus
from headcall.kit.bus.port import Bus, BusError
from headcall.kit.bus.redis import RedisBus


class LocalHouse:
    """A hub that can be ended and started again."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "bus.sock"
        self._hub = Hub()

    async def start(self) -> None:
        self._hub = Hub()
        await self._hub.start(self._path)

    async def end(self) -> None:
        await self._hub.close()

    async def join(self) -> Bus:
        return await LocalBus(self._path).connect()


class RedisHouse:
    """A Redis server that can be ended and started again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._socket = folder / "redis.sock"
        self._server: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        words = ("--port", "0", "--unixsocket", str(self._socket), "--save", "", "--dir", str(self._folder))
        self._server = subprocess.Popen(["redis-server", *words], stdout=subprocess.DEVNULL)
        while not self._socket.exists():
            await asyncio.sleep(0.01)

    async def end(self) -> None:
        if self._server:
            self._server.send_signal(signal.SIGTERM)
            self._server.wait(10)
            self._socket.unlink(missing_ok=True)
            self._server = None

    async def join(self) -> Bus:
        return await RedisBus(f"unix://{self._socket}").connect()


House = LocalHouse | RedisHouse
Scenario = Callable[[House], Awaitable[None]]


@pytest.fixture(params=["local", "redis"])
def play(request: pytest.FixtureRequest) -> Callable[[Scenario], None]:
    if request.param == "redis" and not shutil.which("redis-server"):
        pytest.skip("redis-server is not installed")
    kind = LocalHouse if request.param == "local" else RedisHouse

    async def run(scenario: Scenario) -> None:
        with tempfile.TemporaryDirectory(prefix="hc-away-") as folder:
            house = kind(Path(folder))
            await house.start()
            try:
                async with asyncio.timeout(30):
                    await scenario(house)
            finally:
                await house.end()

    return lambda scenario: asyncio.run(run(scenario))


@asynccontextmanager
async def two_ends(house: House) -> AsyncIterator[tuple[Bus, Bus]]:
    one, other = await house.join(), await house.join()
    try:
        yield one, other
    finally:
        await one.close()
        await other.close()


async def echo(message: bytes) -> bytes:
    return message


async def until_answered(bus: Bus, topic: str) -> bytes:
    while True:
        with contextlib.suppress(BusError):
            return await bus.request(topic, b"again", timeout=0.5)
        await asyncio.sleep(0.01)


def test_while_it_is_away_requests_fail_and_publishing_is_lost_in_silence(play: Callable[[Scenario], None]) -> None:
    async def scenario(house: House) -> None:
        async with two_ends(house) as (one, other):
            await one.serve("x", echo)
            assert await other.request("x", b"1") == b"1"
            await house.end()
            with pytest.raises(BusError):
                await other.request("x", b"2", timeout=0.5)
            await other.publish("y", b"lost")
            with pytest.raises(BusError):
                await other.request("x", b"3", timeout=0.5)

    play(scenario)


def test_when_it_is_back_everything_works_again(play: Callable[[Scenario], None]) -> None:
    async def scenario(house: House) -> None:
        async with two_ends(house) as (one, other):
            await one.serve("x", echo)
            inbox = await one.subscribe("news.*")
            await house.end()
            await house.start()
            assert await until_answered(other, "x") == b"again"
            speaking = asyncio.create_task(_speak(other))
            try:
                assert await anext(aiter(inbox)) == ("news.today", b"hello")
            finally:
                speaking.cancel()
                await asyncio.gather(speaking, return_exceptions=True)

    play(scenario)


async def _speak(bus: Bus) -> None:
    while True:
        await bus.publish("news.today", b"hello")
        await asyncio.sleep(0.01)


def test_a_topic_served_while_it_is_away_is_served_when_it_is_back(play: Callable[[Scenario], None]) -> None:
    async def scenario(house: House) -> None:
        async with two_ends(house) as (one, other):
            await house.end()
            await one.serve("late", echo)
            await house.start()
            assert await until_answered(other, "late") == b"again"

    play(scenario)

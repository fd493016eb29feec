# SPDX-License-Identifier: Apache-2.0
"""What every bus promises (`headcall.kit.bus.port`), shown of each of them."""

import asyncio
import itertools
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest

from headcall.kit.bus.local import Hub, LocalBus
from headcall.kit.bus.memory import MemoryBus, MemoryHub
from headcall.kit.bus.port import Bus, BusClosed, HandlerFailed, NoResponder, RequestTimedOut
from headcall.kit.bus.redis import RedisBus

Join = Callable[[], Awaitable[Bus]]
"""A new end of the bus under test."""


@pytest.fixture(scope="module")
def redis_url() -> Iterator[str]:
    """A Redis server of our own, on a Unix socket."""
    if not shutil.which("redis-server"):
        pytest.skip("redis-server is not installed")
    with tempfile.TemporaryDirectory(prefix="hc-redis-") as folder:
        socket = Path(folder) / "redis.sock"
        server = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", folder],
            stdout=subprocess.DEVNULL,
        )
        until = time.monotonic() + 10
        while not socket.exists() and time.monotonic() < until:
            assert server.poll() is None, "redis-server ended"
        yield f"unix://{socket}"
        server.send_signal(signal.SIGTERM)
        server.wait(10)


@asynccontextmanager
async def memory(_: str) -> AsyncIterator[Join]:
    hub = MemoryHub()

    async def join() -> Bus:
        return MemoryBus(hub)

    yield join


@asynccontextmanager
async def local(_: str) -> AsyncIterator[Join]:
    with tempfile.TemporaryDirectory(prefix="hc-bus-") as folder:
        path = Path(folder) / "bus.sock"
        hub = Hub()
        await hub.start(path)

        async def join() -> Bus:
            return await LocalBus(path).connect()

        yield join
        await hub.close()


@asynccontextmanager
async def over_redis(url: str) -> AsyncIterator[Join]:
    async def join() -> Bus:
        return await RedisBus(url).connect()

    yield join


Scenario = Callable[[Join], Awaitable[None]]
Play = Callable[[Scenario], None]


@pytest.fixture(params=["memory", "local", "redis"])
def play(request: pytest.FixtureRequest) -> Play:
    """Plays a scenario on one kind of bus and closes all its ends."""
    kind: str = request.param
    make = {"memory": memory, "local": local, "redis": over_redis}[kind]
    url = str(request.getfixturevalue("redis_url")) if kind == "redis" else ""

    async def run(scenario: Scenario) -> None:
        async with make(url) as join, AsyncExitStack() as ends:

            async def join_and_close() -> Bus:
                end = await join()
                ends.push_async_callback(end.close)
                return end

            async with asyncio.timeout(20):
                await scenario(join_and_close)

    return lambda scenario: asyncio.run(run(scenario))


_topic_numbers = itertools.count()


@pytest.fixture
def topic() -> str:
    return f"test.{next(_topic_numbers)}"


async def echo(message: bytes) -> bytes:
    return message


def test_a_topic_keeps_the_order_of_one_publisher(play: Play, topic: str) -> None:
    async def scenario(join: Join) -> None:
        inbox = await (await join()).subscribe(topic)
        speaker = await join()
        for n in range(100):
            await speaker.publish(topic, bytes([n]))
        heard = [await anext(aiter(inbox)) for _ in range(100)]
        assert heard == [(topic, bytes([n])) for n in range(100)]

    play(scenario)


def test_every_subscriber_hears_and_others_do_not(play: Play, topic: str) -> None:
    async def scenario(join: Join) -> None:
        first, second = await (await join()).subscribe(topic), await (await join()).subscribe(topic)
        other = await (await join()).subscribe(f"{topic}.other")
        speaker = await join()
        await speaker.publish(topic, b"all")
        await speaker.publish(f"{topic}.other", b"other")
        assert await anext(aiter(first)) == await anext(aiter(second)) == (topic, b"all")
        assert await anext(aiter(other)) == (f"{topic}.other", b"other")

    play(scenario)


def test_a_star_at_the_end_takes_every_topic_that_begins_so(play: Play, topic: str) -> None:
    async def scenario(join: Join) -> None:
        inbox = await (await join()).subscribe(f"{topic}.*")
        speaker = await join()
        await speaker.publish(f"{topic}x", b"no")
        await speaker.publish(f"{topic}.a", b"1")
        await speaker.publish(f"{topic}.b.c", b"2")
        assert [await anext(aiter(inbox)) for _ in range(2)] == [(f"{topic}.a", b"1"), (f"{topic}.b.c", b"2")]

    play(scenario)


def test_two_inboxes_of_one_end_and_one_that_is_closed(play: Play, topic: str) -> None:
    async def scenario(join: Join) -> None:
        listener, speaker = await join(), await join()
        first, second = await listener.subscribe(topic), await listener.subscribe(topic)
        await first.close()
        await speaker.publish(topic, b"x")
        assert await anext(aiter(second)) == (topic, b"x")
        assert [message async for message in first] == []

    play(scenario)


def test_a_request_is_answered(play: Play, topic: str) -> None:
    async def scenario(join: Join) -> None:
        await (await join()).serve(topic, echo)
        assert await (await join()).request(topic, b"hello") == b"hello"

    play(scenario)


def test_an_end_may_ask_itself(play: Play, topic: str) -> None:
    async def scenario(join: Join) -> None:
        end = await join()
        await end.serve(topic, echo)
        assert await end.request(topic, b"me") == b"me"

    play(scenario)


def test_nobody_serving_is_said_at_once(play: Play, topic: str) -> None:
    async def scenario(join: Join) -> None:
        end = await join()
        async with asyncio.timeout(1):
            with pytest.raises(NoResponder):
                await end.request(topic, b"?", timeout=10)

    play(scenario)


def test_a_topic_that_is_no_longer_served_has_no_responder(play: Play, topic: str) -> None:
    async def scenario(join: Join) -> None:
        server, end = await join(), await join()
        served = await server.serve(topic, echo)
        assert await end.request(topic, b"1") == b"1"
        await served.close()
        with pytest.raises(NoResponder):
            await end.request(topic, b"2")

    play(scenario)


def test_a_server_that_closed_its_end_is_gone(play: Play, topic: str) -> None:
    async def scenario(join: Join) -> None:
        server, end = await join(), await join()
        await server.serve(topic, echo)
        assert await end.request(topic, b"1") == b"1"
        await server.close()
        with pytest.raises((NoResponder, RequestTimedOut)):
            await end.request(topic, b"2", timeout=1)

    play(scenario)


def test_a_slow_handler_times_out_and_the_late_reply_harms_nobody(play: Play, topic: str) -> None:
    async def scenario(join: Join) -> None:
        server, end = await join(), await join()
        go = asyncio.Event()

        async def slow(message: bytes) -> bytes:
            if message == b"slow":
                await go.wait()
            return message

        await server.serve(topic, slow)
        with pytest.raises(RequestTimedOut):
            await end.request(topic, b"slow", timeout=0.05)
        go.set()
        assert await end.request(topic, b"next") == b"next"

    play(scenario)


@pytest.mark.filterwarnings("default")
def test_a_failing_handler_is_told_and_serves_on(play: Play, topic: str) -> None:
    async def scenario(join: Join) -> None:
        server, end = await join(), await join()

        async def fragile(message: bytes) -> bytes:
            if message == b"bad":
                raise ValueError(message)
            return message

        await server.serve(topic, fragile)
        with pytest.raises(HandlerFailed, match="ValueError"):
            await end.request(topic, b"bad")
        assert await end.request(topic, b"good") == b"good"

    play(scenario)


def test_requests_of_one_sender_are_handled_in_order_one_by_one(play: Play, topic: str) -> None:
    async def scenario(join: Join) -> None:
        servers = [await join(), await join()]
        end = await join()
        begun: list[bytes] = []
        running = 0

        async def handle(message: bytes) -> bytes:
            nonlocal running
            running += 1
            assert running == 1
            begun.append(message)
            await asyncio.sleep(0)
            running -= 1
            return message

        for server in servers:
            await server.serve(topic, handle)
        requests = [asyncio.create_task(end.request(topic, bytes([n]))) for n in range(50)]
        assert await asyncio.gather(*requests) == [bytes([n]) for n in range(50)]
        assert begun == [bytes([n]) for n in range(50)]

    play(scenario)


def test_requests_of_different_senders_are_handled_side_by_side(play: Play, topic: str) -> None:
    async def scenario(join: Join) -> None:
        server, first, second = await join(), await join(), await join()
        second_came = asyncio.Event()

        async def handle(message: bytes) -> bytes:
            if message == b"first":
                await second_came.wait()
            else:
                second_came.set()
            return message

        await server.serve(topic, handle)
        waiting = asyncio.create_task(first.request(topic, b"first"))
        assert await second.request(topic, b"second") == b"second"
        assert await waiting == b"first"

    play(scenario)


def test_several_servers_share_the_requests(play: Play, topic: str) -> None:
    async def scenario(join: Join) -> None:
        async def one(_: bytes) -> bytes:
            return b"one"

        async def two(_: bytes) -> bytes:
            return b"two"

        await (await join()).serve(topic, one)
        await (await join()).serve(topic, two)
        end = await join()
        answers = [await end.request(topic, b"") for _ in range(10)]
        assert answers.count(b"one") == answers.count(b"two") == 5

    play(scenario)


def test_a_large_message_travels_and_a_larger_one_is_refused(play: Play, topic: str) -> None:
    async def scenario(join: Join) -> None:
        await (await join()).serve(topic, echo)
        end = await join()
        large = bytes(1 << 20)
        assert await end.request(topic, large) == large
        with pytest.raises(ValueError, match="octets"):
            await end.request(topic, large + b"!")
        with pytest.raises(ValueError, match="octets"):
            await end.publish(topic, large + b"!")

    play(scenario)


def test_an_inbox_that_nobody_reads_drops_the_oldest_and_counts(play: Play, topic: str) -> None:
    async def scenario(join: Join) -> None:
        listener, speaker = await join(), await join()
        inbox = await listener.subscribe(topic)
        last = await listener.subscribe(f"{topic}.last")
        for n in range(10_005):
            await speaker.publish(topic, n.to_bytes(4, "big"))
        await speaker.publish(f"{topic}.last", b"")
        await anext(aiter(last))
        assert inbox.dropped == 5
        assert await anext(aiter(inbox)) == (topic, (5).to_bytes(4, "big"))

    play(scenario)


def test_a_closed_end_says_so(play: Play, topic: str) -> None:
    async def scenario(join: Join) -> None:
        end = await join()
        inbox = await end.subscribe(topic)
        await end.close()
        await end.close()
        assert [message async for message in inbox] == []
        for attempt in (end.publish(topic, b""), end.request(topic, b""), end.serve(topic, echo), end.subscribe(topic)):
            with pytest.raises(BusClosed):
                await attempt

    play(scenario)


def test_a_thousand_requests_at_once(play: Play, topic: str) -> None:
    async def scenario(join: Join) -> None:
        await (await join()).serve(topic, echo)
        ends = [await join() for _ in range(4)]
        asked = [(ends[n % 4], n.to_bytes(4, "big")) for n in range(1000)]
        answers = await asyncio.gather(*(end.request(topic, message, timeout=15) for end, message in asked))
        assert answers == [message for _, message in asked]

    play(scenario)

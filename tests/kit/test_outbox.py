# SPDX-License-Identifier: Apache-2.0
"""What must not be lost arrives, in order, however often the receiver is away."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from headcall.kit.bus.memory import MemoryBus, MemoryHub
from headcall.kit.bus.outbox import LONGEST_GAP_S, Bounds, Outbox
from headcall.kit.bus.port import Handler


class Gaps:
    """Sleeps without sleeping, and lets the test act in each gap."""

    def __init__(self, act: Callable[[int], Awaitable[None]]) -> None:
        self.seconds: list[float] = []
        self._act = act

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        await self._act(len(self.seconds))
        await asyncio.sleep(0)


class Memory:
    """A shelf that the test can look at."""

    def __init__(self, *kept: bytes) -> None:
        self.kept = list(kept)

    def load(self) -> list[bytes]:
        return list(self.kept)

    def add(self, message: bytes) -> None:
        self.kept.append(message)

    def remove(self, position: int) -> None:
        del self.kept[position]


def receiver(got: list[bytes]) -> Handler:
    async def take(message: bytes) -> bytes:
        got.append(message)
        return b""

    return take


@contextlib.asynccontextmanager
async def running(outbox: Outbox) -> AsyncIterator[None]:
    task = asyncio.create_task(outbox.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def test_messages_arrive_in_order() -> None:
    got: list[bytes] = []

    async def scenario() -> None:
        bus = MemoryBus()
        await bus.serve("events", receiver(got))
        outbox = Outbox(bus, "events")
        for n in range(10):
            outbox.put(bytes([n]))
        async with running(outbox):
            assert await outbox.drained(5)
        assert outbox.sent == 10 and len(outbox) == 0
        await bus.close()

    asyncio.run(scenario())
    assert got == [bytes([n]) for n in range(10)]


def test_a_receiver_that_is_away_is_asked_again_with_growing_gaps() -> None:
    got: list[bytes] = []

    async def scenario() -> None:
        hub = MemoryHub()
        sender, backend = MemoryBus(hub), MemoryBus(hub)

        async def come_back(gaps: int) -> None:
            if gaps == 7:
                await backend.serve("events", receiver(got))

        gaps = Gaps(come_back)
        outbox = Outbox(sender, "events", sleep=gaps)
        outbox.put(b"first")
        outbox.put(b"second")
        async with running(outbox):
            assert await outbox.drained(5)
        assert gaps.seconds == [0.05, 0.1, 0.2, 0.4, 0.8, LONGEST_GAP_S, LONGEST_GAP_S]
        assert outbox.dropped == 0

    asyncio.run(scenario())
    assert got == [b"first", b"second"]


def test_a_message_that_the_receiver_fails_on_does_not_hold_up_the_others(caplog: pytest.LogCaptureFixture) -> None:
    got: list[bytes] = []
    dropped: list[bytes] = []

    async def scenario() -> None:
        bus = MemoryBus()

        async def take(message: bytes) -> bytes:
            if message == b"poison":
                raise ValueError
            got.append(message)
            return b""

        async def nothing(_: int) -> None:
            pass

        await bus.serve("events", take)
        outbox = Outbox(bus, "events", bounds=Bounds(attempts=3), on_dropped=dropped.append, sleep=Gaps(nothing))
        for message in (b"good", b"poison", b"better"):
            outbox.put(message)
        async with running(outbox):
            assert await outbox.drained(5)
        assert outbox.dropped == 1

    asyncio.run(scenario())
    assert got == [b"good", b"better"] and dropped == [b"poison"]


def test_beyond_the_bound_the_oldest_that_is_not_on_its_way_goes() -> None:
    dropped: list[bytes] = []

    async def scenario() -> None:
        bus = MemoryBus()
        shelf = Memory()
        outbox = Outbox(bus, "events", bounds=Bounds(messages=2), shelf=shelf, on_dropped=dropped.append)
        for message in (b"1", b"2", b"3"):
            outbox.put(message)
        assert dropped == [b"1"] and shelf.kept == [b"2", b"3"]

        sending = asyncio.Event()

        async def put_more(_: float) -> None:
            if not sending.is_set():
                sending.set()
                outbox.put(b"4")
            await asyncio.Event().wait()

        outbox._sleep = put_more
        async with running(outbox):
            await sending.wait()
        assert dropped == [b"1", b"3"] and shelf.kept == [b"2", b"4"]

    asyncio.run(scenario())


def test_what_was_not_sent_before_a_restart_is_sent_after_it() -> None:
    got: list[bytes] = []

    async def scenario() -> None:
        bus = MemoryBus()
        await bus.serve("events", receiver(got))
        shelf = Memory(b"old")
        outbox = Outbox(bus, "events", shelf=shelf)
        outbox.put(b"new")
        async with running(outbox):
            assert await outbox.drained(5)
        assert shelf.kept == []

    asyncio.run(scenario())
    assert got == [b"old", b"new"]


def test_an_outbox_that_cannot_send_says_so_in_time() -> None:
    async def scenario() -> None:
        outbox = Outbox(MemoryBus(), "events")
        outbox.put(b"x")
        assert not await outbox.drained(0.0)

    asyncio.run(scenario())


def test_a_closed_bus_ends_it() -> None:
    async def scenario() -> None:
        bus = MemoryBus()
        outbox = Outbox(bus, "events")
        await bus.close()
        outbox.put(b"x")
        await outbox.run()

    asyncio.run(scenario())

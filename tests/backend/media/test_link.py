# SPDX-License-Identifier: Apache-2.0
"""Commands to nodes that are away, slow, unwilling or mad."""

import asyncio
from collections.abc import Callable

import pytest

from headcall.backend.media.errors import NodeAway, NodeRefused
from headcall.backend.media.link import PATIENCE_S
from headcall.backend.media.service import SILENT_AFTER_S, MediaNodes
from headcall.kit.bus.memory import MemoryBus, MemoryHub
from headcall.kit.clock import ManualClock
from headcall.wire import topics
from headcall.wire.codec import encode
from headcall.wire.media import CloseLeg, ConnectPeer, DescribeMedia, Hear, Silence
from headcall.wire.nodes import Done, NodeAlive, Refused


class Naps:
    """Counts the time a link would have waited; may do something in it."""

    def __init__(self, then: Callable[[], object] | None = None) -> None:
        self.total = 0.0
        self.then = then

    async def __call__(self, seconds: float) -> None:
        self.total += seconds
        if self.then and self.total > 1.0:
            result, self.then = self.then(), None
            if asyncio.iscoroutine(result):
                await result


async def serve(hub: MemoryHub, reply: bytes) -> MemoryBus:
    bus = MemoryBus(hub)

    async def answer(_: bytes) -> bytes:
        return reply

    await bus.serve(topics.media("sfu-1"), answer)
    return bus


def test_a_node_that_comes_back_gets_the_command() -> None:
    async def scenario() -> None:
        hub = MemoryHub()
        naps = Naps(then=lambda: serve(hub, encode(Done())))
        media = MediaNodes(MemoryBus(hub), ManualClock(), sleep=naps)
        await media.perform("sfu-1", Hear("leg", Silence()))
        assert 1.0 < naps.total < 2.0

    asyncio.run(scenario())


def test_patience_has_an_end() -> None:
    async def scenario() -> None:
        naps = Naps()
        media = MediaNodes(MemoryBus(MemoryHub()), ManualClock(), sleep=naps)
        with pytest.raises(NodeAway) as away:
            await media.perform("sfu-1", CloseLeg("leg"))
        assert away.value.cause == "unavailable" and PATIENCE_S <= naps.total < PATIENCE_S + 1

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("reply", "error", "cause"),
    [
        (encode(Refused("media-refused", "no codec")), NodeRefused, "media-refused"),
        (b"\xff\xff", NodeAway, "unavailable"),
        (b"", NodeAway, "unavailable"),
        (encode(DescribeMedia()), NodeAway, "unavailable"),
        (encode(Done()), NodeAway, "unavailable"),
    ],
)
def test_what_is_no_answer_is_an_error(reply: bytes, error: type[Exception], cause: str) -> None:
    async def scenario() -> None:
        hub = MemoryHub()
        await serve(hub, reply)
        media = MediaNodes(MemoryBus(hub), ManualClock(), sleep=Naps())
        with pytest.raises(error) as failed:
            await media.connect_peer("sfu-1", ConnectPeer("leg", "offer"))
        assert failed.value.cause == cause  # type: ignore[attr-defined]

    asyncio.run(scenario())


def test_a_new_call_goes_to_the_living_node_with_the_fewest_legs() -> None:
    clock = ManualClock()
    media = MediaNodes(MemoryBus(MemoryHub()), clock)
    assert media.choose() == "sfu-1"
    media.heard(NodeAlive("sfu-1", "sfu", 1, legs=9))
    media.heard(NodeAlive("sfu-2", "sfu", 1, legs=3))
    media.heard(NodeAlive("sfu-3", "sfu", 1, legs=0, draining=True))
    assert media.choose() == "sfu-2"
    clock.advance(SILENT_AFTER_S + 1)
    media.heard(NodeAlive("sfu-1", "sfu", 1, legs=9))
    assert media.choose() == "sfu-1"


def test_a_new_epoch_is_another_process() -> None:
    media = MediaNodes(MemoryBus(MemoryHub()), ManualClock())
    assert [media.heard(NodeAlive("sfu-1", "sfu", epoch)) for epoch in (1, 1, 2, 2)] == [True, False, True, False]


def test_heartbeats_are_the_machines_also_in_a_fast_calendar() -> None:
    clock = ManualClock(speed=60)
    media = MediaNodes(MemoryBus(MemoryHub()), clock, default_node="sfu-9")
    media.heard(NodeAlive("sfu-1", "sfu", 1))
    clock.advance(SILENT_AFTER_S * 60 - 1)
    assert media.choose() == "sfu-1"
    clock.advance(2)
    assert media.choose() == "sfu-9"

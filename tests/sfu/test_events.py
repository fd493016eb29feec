# SPDX-License-Identifier: Apache-2.0
"""The engine's events arrive as the words of the wire, and none keeps the next from arriving."""

import asyncio
import re
from pathlib import Path

import pytest

from headcall.sfu.events import BATCH, PASS_ON
from headcall.wire.media import DigitPressed, MediaDown, MediaUp, PlayEnded
from tests.sfu.node import World, scenario


def test_each_event_is_told() -> None:
    async def work(world: World) -> None:
        for event in (
            ("up", "leg_a"),
            ("digit", "leg_a", "5", 120),
            ("played", "leg_a", "play_1", True),
            ("down", "leg_a"),
        ):
            world.engine.say(*event)
        world.events.take()
        assert world.told == [
            MediaUp("leg_a"),
            DigitPressed("leg_a", "5", 120),
            PlayEnded("leg_a", "play_1", True),
            MediaDown("leg_a"),
        ]

    scenario(work)


def test_an_event_that_fails_is_logged_and_the_next_one_arrives(caplog: pytest.LogCaptureFixture) -> None:
    async def work(world: World) -> None:
        world.engine.say("a word of a later version")
        world.engine.say("up")
        world.engine.say("up", "leg_a")
        world.events.take()
        assert world.told == [MediaUp("leg_a")]
        assert len(caplog.records) == 2

    scenario(work)


def test_events_of_transports_that_are_gone_do_nothing() -> None:
    async def work(world: World) -> None:
        for event in (("proven", "x"), ("dtls", "x", b"\x16"), ("gone", "x"), ("recorded", "r", "l", 1, 1)):
            world.engine.say(*event)
        world.events.take()
        assert world.told == []
        assert world.counted == ["datagram_dropped"]

    scenario(work)


def test_the_loop_takes_a_batch_at_a_time_until_none_wait() -> None:
    async def work(world: World) -> None:
        for n in range(2 * BATCH + 1):
            world.engine.say("up", f"leg_{n}")
        world.events.take()
        assert len(world.told) == BATCH
        world.events.start()
        while len(world.told) < 2 * BATCH + 1:
            await asyncio.sleep(0)
        world.events.stop()

    scenario(work)


def test_every_event_of_the_engine_has_somebody_to_go_to() -> None:
    border = (Path(__file__).parents[2] / "sfu/engine/headcall_engine.pyi").read_text()
    events = border.partition("\nEvent = (")[2].partition("\n)")[0]
    assert set(PASS_ON) == set(re.findall(r'Literal\["(\w+)"\]', events))

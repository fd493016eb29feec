# SPDX-License-Identifier: Apache-2.0
"""The verbs in an application's hand: speaking, music, keys; and what ends or replaces an application."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, cast

from msgspec.structs import replace

from headcall.backend.apps.alarm import Alarm
from headcall.backend.apps.line import LONGEST_TEXT_S, App, Line
from headcall.backend.apps.stage import Scene, Stage, scene_of
from headcall.backend.calls import inputs
from headcall.backend.calls.decide import decide
from headcall.backend.calls.mailbox import Box
from headcall.backend.calls.model import EMPTY, Call
from headcall.kit.clock import ManualClock
from headcall.kit.ids import IdMaker
from headcall.kit.tasks import Tasks
from headcall.wire import legs, media


class PlainBox:
    """A call without a database."""

    def __init__(self, target: inputs.Target) -> None:
        self.clock = ManualClock()
        start = inputs.Begin(
            leg_id="leg_1",
            kind="sip",
            direction="in",
            language="en",
            media_node="sfu-1",
            from_number="+4969123456",
            from_name="",
            to_number="4008123456",
            target=target,
        )
        self.call = decide(replace(EMPTY, call_id="call_1"), start, self.clock.wall_ms()).call
        self.observers: list[Callable[..., None]] = []
        self.listeners: list[Callable[[object], None]] = []
        self.plays: list[media.Source] = []

    async def ask(self, told: object) -> Call:
        self.tell(told)
        return self.call

    def tell(self, told: object) -> None:
        plan = decide(self.call, told, self.clock.wall_ms())
        before, self.call = self.call, plan.call
        if isinstance(told, inputs.AppPlays):
            self.plays.append(told.source)
        for observer in self.observers:
            observer(before, plan.call, plan.entries)
        for listener in self.listeners:
            listener(told)

    def on_change(self, observer: Callable[..., None]) -> None:
        self.observers.append(observer)

    def on_told(self, listener: Callable[[object], None]) -> None:
        self.listeners.append(listener)


class Voice:
    music = "music.wav"

    async def say(self, key: str, language: str, **fields: object) -> str:
        return f"{key}.{language}"


async def turn() -> None:
    """Lets everything that can run, run."""
    for _ in range(20):
        await asyncio.sleep(0)


class Rig:
    def __init__(self, target: inputs.Target) -> None:
        self.box = PlainBox(target)
        self.alarm = Alarm(self.box.clock)
        self.tasks = Tasks("test")

    def line(self) -> Line:
        line = Line(cast(Box, self.box), Voice(), self.alarm, IdMaker(self.box.clock), resumed=False)
        self.box.on_told(line.heard)
        return line

    def stage(self, app: App) -> Stage:
        stage = Stage(lambda scene: app, Voice(), self.alarm, IdMaker(self.box.clock), self.tasks)
        stage.enter(cast(Box, self.box))
        return stage

    async def pass_time(self, seconds: float) -> None:
        self.box.clock.advance(seconds)
        self.alarm.tick()
        await turn()

    def ended(self, *, finished: bool = True) -> None:
        source = self.box.plays[-1]
        assert isinstance(source, media.Playlist)
        self.box.tell(media.PlayEnded("leg_1", source.play_id, finished))


WAITING = inputs.WaitInQueue("que_1", "queue", 60_000)


def play(story: Callable[[Rig], Awaitable[None]], target: inputs.Target = WAITING) -> None:
    async def told() -> None:
        rig = Rig(target)
        try:
            await story(rig)
        finally:
            await rig.tasks.close()

    asyncio.run(told())


def test_a_text_is_spoken_to_its_end_or_cut_short() -> None:
    async def story(rig: Rig) -> None:
        line = rig.line()
        for finished in (True, False):
            saying = asyncio.create_task(line.say("welcome"))
            await turn()
            assert isinstance(source := rig.box.plays[-1], media.Playlist) and source.files == ("welcome.en",)
            rig.ended(finished=finished)
            assert await saying is finished

    play(story)


def test_a_text_whose_end_is_never_told_holds_up_nothing() -> None:
    async def story(rig: Rig) -> None:
        saying = asyncio.create_task(rig.line().say("welcome"))
        await turn()
        await rig.pass_time(LONGEST_TEXT_S + 1)
        assert await saying is False

    play(story)


def test_the_end_of_another_play_is_not_the_end_of_this_one() -> None:
    async def story(rig: Rig) -> None:
        saying = asyncio.create_task(rig.line().say("welcome"))
        await turn()
        rig.box.tell(media.PlayEnded("leg_1", "play_of_before", True))
        await turn()
        assert not saying.done()
        rig.ended()
        assert await saying

    play(story)


def test_keys_are_collected_until_the_hash_the_number_or_a_pause() -> None:
    async def story(rig: Rig) -> None:
        line = rig.line()
        for pressed, most, expected in (("12#3", 8, "12"), ("1234", 3, "123"), ("7", 3, "7")):
            collecting = asyncio.create_task(line.collect(most, within_s=5))
            await turn()
            for key in pressed:
                rig.box.tell(media.DigitPressed("leg_1", key, 80))
                await turn()
            await rig.pass_time(5.1)
            assert await collecting == expected
            while not line._keys.empty():
                line._keys.get_nowait()

    play(story)


def test_keys_of_other_legs_do_not_count() -> None:
    async def story(rig: Rig) -> None:
        collecting = asyncio.create_task(rig.line().collect(1, within_s=5))
        await turn()
        rig.box.tell(media.DigitPressed("leg_9", "1", 80))
        await rig.pass_time(5.1)
        assert await collecting == ""

    play(story)


def test_the_application_follows_the_state_of_the_call() -> None:
    async def story(rig: Rig) -> None:
        ran: list[str] = []

        async def app(line: Line) -> None:
            scene = scene_of(line.call)
            assert scene is not None
            ran.append(scene.name)
            try:
                await asyncio.get_running_loop().create_future()
            finally:
                ran.append(f"{scene.name} left")

        rig.stage(app)
        await turn()
        device = inputs.Device("leg_2", "browser", user_id="usr_1")
        rig.box.tell(inputs.RingDevices("ring_1", "queue", (device,), ("usr_1",), 15_000))
        await turn()
        assert ran == ["queue"], "music goes on while an agent is rung"
        rig.box.tell(inputs.Answer("usr_1"))
        await turn()
        assert ran == ["queue", "queue left"]
        rig.box.tell(inputs.Transfer("leg_2", "4008", WAITING))
        await turn()
        assert ran == ["queue", "queue left", "queue"], "another stretch of waiting begins anew"
        rig.box.tell(legs.LegEnded("leg_1", "normal", by_peer=True))
        await turn()
        assert ran[-1] == "queue left"

    play(story)


def test_a_refusal_that_fails_ends_the_call_and_a_queue_that_fails_leaves_it_waiting() -> None:
    async def broken(line: Line) -> None:
        raise ZeroDivisionError

    async def refusing(rig: Rig) -> None:
        rig.stage(broken)
        await turn()
        assert not rig.box.call.is_open

    async def waiting(rig: Rig) -> None:
        rig.stage(broken)
        await turn()
        assert rig.box.call.wait is not None

    play(refusing, inputs.RefuseCaller("unknown-number"))
    play(waiting)


def test_scenes() -> None:
    queue = Rig(WAITING).box.call
    assert scene_of(queue) == Scene("queue", f"que_1 {queue.started_at_ms}")
    assert scene_of(Rig(inputs.RefuseCaller("busy")).box.call) == Scene("refuse", "busy")
    ended: Any = decide(queue, inputs.AppEnds("normal"), 1).call
    assert scene_of(ended) is None

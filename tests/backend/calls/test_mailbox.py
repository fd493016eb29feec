# SPDX-License-Identifier: Apache-2.0
"""One call at work when things go wrong around it: a full box, a full disk, a broken rule, a node that is away."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from headcall.backend.calls import inputs
from headcall.backend.calls import store as rows
from headcall.backend.calls.decide import RULES
from headcall.backend.calls.errors import NotNow, Overloaded
from headcall.backend.calls.fold import fold
from headcall.backend.calls.mailbox import BOX, Box
from headcall.backend.calls.model import EMPTY, Call
from headcall.backend.calls.orders import Order, Sounds
from headcall.backend.errors import CallFailed
from headcall.backend.store.engine import Store, sqlite_url
from headcall.backend.store.migrate import migrate
from headcall.kit.clock import ManualClock
from headcall.wire import legs, media

BEGIN = inputs.Begin(
    leg_id="leg_1",
    kind="sip",
    direction="in",
    language="zh",
    media_node="sfu-1",
    from_number="13800138000",
    from_name="",
    to_number="4008123456",
    target=inputs.WaitInQueue("que_1", "queue", 60_000),
    bridge="sip-1",
)


class Nodes:
    """Remembers orders; may refuse."""

    def __init__(self) -> None:
        self.orders: list[Order] = []
        self.answers: dict[type, object] = {}

    async def perform(self, order: Order) -> object | None:
        self.orders.append(order)
        return self.answers.get(type(order.command))


class Stage:
    def __init__(self, store: Store) -> None:
        self.store, self.nodes, self.clock = store, Nodes(), ManualClock()
        self.box = self.another()

    def another(self, call: Call | None = None) -> Box:
        call = call or replace(EMPTY, call_id="call_1")
        return Box(call, store=self.store, clock=self.clock, nodes=self.nodes, sounds=Sounds())


def play(folder: Path, story: Callable[[Stage], Awaitable[None]]) -> None:
    async def told() -> None:
        store = Store.open(sqlite_url(folder / "test.db"))
        await migrate(store)
        stage = Stage(store)
        tasks = [asyncio.create_task(stage.box.work()), asyncio.create_task(stage.box.order_about())]
        try:
            await story(stage)
        finally:
            stage.box.close()
            await asyncio.wait(tasks, timeout=5)
            await store.close()

    asyncio.run(told())


def test_what_was_asked_is_in_the_log_when_the_answer_comes(tmp_path: Path) -> None:
    async def story(stage: Stage) -> None:
        call = await stage.box.ask(BEGIN)
        async with stage.store.read() as session:
            assert fold("call_1", await rows.entries(session, "call_1")) == call
            assert await rows.open_calls(session) == ["call_1"]
            assert await rows.call_of_leg(session, "leg_1") == "call_1"

    play(tmp_path, story)


def test_a_wish_that_cannot_be_granted_changes_nothing(tmp_path: Path) -> None:
    async def story(stage: Stage) -> None:
        call = await stage.box.ask(BEGIN)
        with pytest.raises(NotNow):
            await stage.box.ask(inputs.HangUp("usr_stranger"))
        assert stage.box.call == call

    play(tmp_path, story)


def test_a_full_box_refuses_and_works_on(tmp_path: Path) -> None:
    async def story(stage: Stage) -> None:
        for _ in range(BOX):
            stage.box.tell(inputs.Tick())
        with pytest.raises(Overloaded):
            stage.box.tell(inputs.Tick())
        while True:
            try:
                await stage.box.ask(BEGIN)
                break
            except Overloaded:
                await asyncio.sleep(0)

    play(tmp_path, story)


def test_what_is_told_after_the_end_is_refused_at_once(tmp_path: Path) -> None:
    async def story(stage: Stage) -> None:
        await stage.box.ask(BEGIN)
        hung_up = stage.box.ask(legs.LegEnded("leg_1", "normal", by_peer=True))
        too_late = [stage.box.ask(inputs.TakenOver("x")) for _ in range(3)]
        first, *others = await asyncio.gather(hung_up, *too_late, return_exceptions=True)
        assert isinstance(first, Call) and not first.is_open
        assert all(isinstance(error, CallFailed) for error in others)
        with pytest.raises(CallFailed):
            await stage.box.ask(inputs.TakenOver("x"))

    play(tmp_path, story)


def test_a_disk_that_is_full_for_a_moment_costs_no_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(stage: Stage) -> None:
        await stage.box.ask(BEGIN)

        async def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as broken:
            broken.setattr(rows, "append", full)
            with pytest.raises(OSError, match="No space"):
                await stage.box.ask(inputs.TakenOver("x"))
        assert stage.box.call.wait is not None
        await stage.box.ask(inputs.TakenOver("x"))  # told again, it is taken

    play(tmp_path, story)


def test_a_broken_rule_ends_this_call_properly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(stage: Stage) -> None:
        await stage.box.ask(BEGIN)

        def broken(plan: object, told: object) -> None:
            raise ZeroDivisionError

        monkeypatch.setitem(RULES, media.MediaDown, broken)
        call = await stage.box.ask(media.MediaDown("leg_1"))
        assert not call.is_open and (call.cause, call.ended_by) == ("internal", "system")

    play(tmp_path, story)


def test_two_backends_cannot_both_go_on_with_a_call(tmp_path: Path) -> None:
    async def story(stage: Stage) -> None:
        call = await stage.box.ask(BEGIN)
        other = stage.another(call)
        working = asyncio.create_task(other.work())
        await stage.box.ask(inputs.TakenOver("one"))
        with pytest.raises(Exception, match="UNIQUE"):
            await other.ask(inputs.TakenOver("two"))
        other.close()
        await working

    play(tmp_path, story)


def test_a_leg_that_cannot_be_placed_is_a_leg_that_has_ended(tmp_path: Path) -> None:
    async def story(stage: Stage) -> None:
        device = inputs.Device("leg_2", "sip", "sip-1", legs.ToPhone("1001"), "usr_1")
        ring = inputs.RingDevices("ring_1", "direct", (device,), ("usr_1",), 15_000)
        stage.nodes.answers[legs.PlaceLeg] = legs.LegEnded("leg_2", "not-registered", by_peer=False)
        refusing = asyncio.Event()

        def changed(_: Call, after: Call, entries: object) -> None:
            if after.refusal:
                refusing.set()

        stage.box.on_change(changed)
        await stage.box.ask(replace(BEGIN, target=ring))
        await asyncio.wait_for(refusing.wait(), 5)
        assert stage.box.call.refusal == "not-registered"

    play(tmp_path, story)

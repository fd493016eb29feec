# SPDX-License-Identifier: Apache-2.0
"""Call-backs outside of the opening hours: nobody is rung for them, and they lose neither place nor time."""

from pathlib import Path

import pytest

from headcall.backend.callbacks.model import DAY_MS, rests_until
from headcall.backend.calls.model import Callback
from headcall.backend.hours import store as hours_rows
from headcall.backend.hours.model import Closure, Hours, Interval
from tests.backend.callbacks.test_promise import (
    accepts,
    callback,
    gives_up,
    offering,
    placed,
    promised,
    promised_beside,
    waits,
)
from tests.backend.calls.office import ANNA, MEI, Office, play, restart

HOUR_MS = 3_600_000
NOW = 1_000 * DAY_MS


def kept(rests_until_ms: int = 0) -> Callback:
    return Callback("13800138000", "call_1", NOW + HOUR_MS, rests_until_ms)


@pytest.mark.parametrize(
    ("known_ms", "closure", "told"),
    [
        (0, None, None),  # open all the time
        (NOW, None, None),  # its rest is over
        (NOW + HOUR_MS, None, NOW),  # opened by hand, an hour early
        (0, Closure("Asia/Shanghai", NOW + HOUR_MS), NOW + HOUR_MS),
        (NOW + HOUR_MS, Closure("Asia/Shanghai", NOW + HOUR_MS), None),  # told already
        (NOW + HOUR_MS, Closure("Asia/Shanghai", NOW + 2 * HOUR_MS), NOW + 2 * HOUR_MS),  # the hours were changed
        (0, Closure("Asia/Shanghai", None), NOW + DAY_MS),  # until switched back: for a day, and then again
        (NOW + DAY_MS - HOUR_MS, Closure("Asia/Shanghai", None), None),
        (NOW + HOUR_MS, Closure("Asia/Shanghai", None), NOW + DAY_MS),
    ],
)
def test_until_when_its_time_stands_still(known_ms: int, closure: Closure | None, told: int | None) -> None:
    assert rests_until(kept(known_ms), closure, NOW) == told


async def keeps_hours(office: Office) -> None:
    """The queue keeps hours that are open now: at all times."""
    always = Hours("hrs_1", "office", week=((Interval(0, 1440),),) * 7)
    async with office.parts.store.begin() as session:
        rules = {"week": [[{"begins": 0, "ends": 1440}]] * 7}
        session.add(hours_rows.HoursRow(hours_id=always.hours_id, name=always.name, rules=rules))
    await office.phone.given.hours.load()


async def switch(office: Office, *, to_open: bool | None, for_s: float | None = None) -> None:
    until_ms = None if for_s is None else office.clock.wall_ms() + int(for_s * 1000)
    supervisor = (await office.page(ANNA)).who
    await office.phone.given.hours.switch(supervisor, "hrs_1", to_open=to_open, until_ms=until_ms)


def rests_for_ms(office: Office) -> int:
    rests = callback(office).callback
    assert rests is not None
    return rests.rests_until_ms - office.clock.wall_ms()


def test_nobody_is_rung_until_the_hours_begin_and_then_in_their_order(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await keeps_hours(office)
        await offering(office, hours_id="hrs_1", callback_keep_s=3600)
        first = await promised(office, await waits(office))
        night_s = 14 * 3600.0
        await switch(office, to_open=False, for_s=night_s)
        await office.pass_time(1)
        await office.until(lambda: rests_for_ms(office) > 0)
        mei = await office.ready(MEI)
        for _ in range(14):
            await office.pass_time(3590)
            await office.phone.dispatcher.dispatch()
            assert await office.phone.watch.look(office.clock.wall_ms()) == [], "a closed queue is no fault"
        assert mei.call is None and not placed(office), "nobody was rung through the night"
        (shown,) = await office.phone.callbacks.listed(only_open=True)
        assert (shown["state"], shown["place"], shown["closed"]["zone"]) == ("waiting", 1, "Asia/Shanghai")
        assert shown["closed"]["opens_at"] is not None
        refused = await mei.do("queue.take", call_id=first.call_id)
        assert refused["cause"] == "closed", "not by hand either"
        await restart(office)
        assert callback(office).queue_entered_at_ms == first.queue_entered_at_ms
        await office.pass_time(150)
        mei = await office.page(MEI)
        await accepts(office, mei)
        (shown,) = await office.phone.callbacks.listed(only_open=True)
        assert shown["closed"] is None and len(placed(office)) == 1

    play(tmp_path, story)


def test_what_is_left_of_its_time_is_left_in_the_morning_and_no_more(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await keeps_hours(office)
        await offering(office, hours_id="hrs_1", callback_keep_s=3600)
        waiting = await promised(office, await waits(office))
        assert waiting.wait is not None
        left_before_ms = waiting.wait.until_ms - office.clock.wall_ms()
        await switch(office, to_open=False)  # nobody knows until when
        for passed_s in (1, *((20 * 3600,) * 5)):
            await office.pass_time(passed_s)
            await office.until(lambda: rests_for_ms(office) > DAY_MS // 2)
        assert callback(office).call_id == waiting.call_id
        await switch(office, to_open=None)
        await office.pass_time(1)
        await office.until(lambda: rests_for_ms(office) <= 0)
        wait = callback(office).wait
        assert wait is not None
        left_ms = wait.until_ms - office.clock.wall_ms()
        assert left_before_ms - 3_000 < left_ms < left_before_ms, "what it had, but for the seconds between"
        await office.pass_time(3600)
        await office.until(lambda: not office.calls())

    play(tmp_path, story)


def test_a_caller_on_the_line_is_served_though_the_hours_have_ended(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await keeps_hours(office)
        await offering(office, hours_id="hrs_1")
        first = await waits(office)
        await waits(office, "13900139000")
        await promised_beside(office, first)
        await switch(office, to_open=False)
        mei = await office.ready(MEI)
        call = await mei.answer()
        assert call["peer"]["number"] == "13900139000" and call["callback"] is None

    play(tmp_path, story)


def test_who_gives_up_is_won_back_in_the_morning(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await keeps_hours(office)
        await offering(office, hours_id="hrs_1", callback_after_s=0, callback_lost_s=30)
        await gives_up(office, 40)
        await switch(office, to_open=False, for_s=3600)
        mei = await office.ready(MEI)
        await office.pass_time(1)
        await office.phone.dispatcher.dispatch()
        assert mei.call is None
        await office.pass_time(3600)
        await accepts(office, mei)

    play(tmp_path, story)

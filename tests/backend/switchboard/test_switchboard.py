# SPDX-License-Identifier: Apache-2.0
"""An operator sees the line and takes whom they choose; nobody is rung by us in a queue served by hand."""

import asyncio
from pathlib import Path

from headcall.backend.switchboard.service import Switchboard
from tests.backend.calls.office import ANNA, HOTLINE, LEI, MEI, WEI, Office, Page, play
from tests.backend.queues.test_dispatch import change_queue

NUMBERS = ("13800138001", "13800138002", "13800138003")


def line(office: Office, page: Page) -> list[str]:
    board = Switchboard(office.phone.queues, office.phone.dispatcher)
    return [each["number"] for each in board.line(page.who)]


async def three_wait(office: Office) -> dict[str, str]:
    """Number to call id."""
    await change_queue(office, by_hand=True)
    for number in NUMBERS:
        await office.bridge.offer(HOTLINE, from_number=number)
        office.clock.advance(1)
    await office.until(lambda: len(office.phone.queues.line()) == 3)
    return {call.customer.number: call.call_id for call in office.calls()}


def test_an_operator_takes_the_last_first_and_the_others_keep_their_order(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        calls = await three_wait(office)
        mei = await office.ready(MEI)
        await office.pass_time(60)
        assert office.state(MEI) == "ready"  # nobody is rung by us
        assert line(office, mei) == list(NUMBERS)
        await mei.must("queue.take", call_id=calls[NUMBERS[2]])
        call = await mei.answer()
        assert call["peer"]["number"] == NUMBERS[2]
        assert line(office, mei) == list(NUMBERS[:2])
        (choice,) = [
            entry["data"]["choice"]
            for entry in await office.phone.log_of(call["call_id"])
            if entry["type"] == "ring_started"
        ]
        assert choice["by_hand"] is True and choice["line"] == 2

    play(tmp_path, story)


def test_two_operators_take_the_same_caller_and_one_has_them(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        calls = await three_wait(office)
        mei, lei = await office.ready(MEI), await office.ready(LEI)
        wanted = calls[NUMBERS[0]]
        replies = await asyncio.gather(*(page.do("queue.take", call_id=wanted) for page in (mei, lei)))
        assert sorted(reply["ok"] for reply in replies) == [False, True]
        states = sorted((office.state(MEI), office.state(LEI)))
        assert states == ["ready", "ringing"]

    play(tmp_path, story)


def test_who_does_not_serve_the_queue_or_cannot_be_rung_takes_nobody(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        calls = await three_wait(office)
        wei, anna = await office.page(WEI), await office.page(ANNA)
        assert (await wei.do("queue.take", call_id=calls[NUMBERS[0]]))["cause"] == "not-allowed"
        await anna.must("agent.state", state="break")
        assert (await anna.do("queue.take", call_id=calls[NUMBERS[0]]))["cause"] == "conflict"
        assert (await anna.do("queue.take", call_id="call_none"))["cause"] == "call-gone"
        assert (await anna.do("queue.take", call_id=7))["cause"] == "bad-request"
        assert line(office, wei) == []

    play(tmp_path, story)

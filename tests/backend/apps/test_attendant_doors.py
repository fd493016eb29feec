# SPDX-License-Identifier: Apache-2.0
"""Who reaches the auto attendant: pages, telephones, and the public network only where the number lets it."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from headcall.backend.hours.model import Closed, Hours
from headcall.backend.queues.store import QueueRow
from headcall.backend.sample import DID, QUEUE_ID, SWITCHBOARD
from tests.backend.apps.attending import EVERYWHERE, QUESTION, WEI_SIP, change, dials, press, talks
from tests.backend.apps.test_closed import NEVER, keep, said
from tests.backend.calls.office import LEI, MEI, WEI, Office, play

# ---------------------------------------------------------------- from a page


def test_a_page_presses_keys_by_the_live_line(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        wei, lei = await office.page(WEI), await office.page(LEI)
        reply = await wei.must("call.dial", number="4008-123456-1")
        await wei.must("leg.connect", leg_id=reply["leg_id"], sdp="offer")
        await office.until(lambda: QUESTION in said(office))
        assert wei.call is not None and (wei.call["state"], wei.call["can"]) == ("dialling", ["hang_up", "digits"])
        for wrong in ("x", "", "1" * 65):
            assert not (await wei.do("call.digits", call_id=reply["call_id"], digits=wrong))["ok"]
        await wei.must("call.digits", call_id=reply["call_id"], digits="10")
        await wei.must("call.digits", call_id=reply["call_id"], digits="02")
        await lei.rung()
        assert wei.call["can"] == ["hang_up"]
        await talks(office, lei)
        assert wei.call["state"] == "talking"
        await wei.must("call.hang_up", call_id=reply["call_id"])
        await office.over()

    play(tmp_path, story)


def test_an_attendant_is_not_consulted(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei = await office.ready(MEI)
        leg = await office.bridge.offer(DID)
        call = await mei.answer()
        refused = await mei.do("call.consult", call_id=call["call_id"], to=SWITCHBOARD)
        assert refused["cause"] == "bad-request"
        await office.bridge.hangs_up(leg)
        await office.over()

    play(tmp_path, story)


def test_zero_may_lead_to_the_operators_who_take_calls_by_hand(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei = await office.ready(MEI)
        await rules(office, by_hand=True)
        leg = await dials(office)
        await press(office, leg, "0")
        await office.until(lambda: office.call().wait is not None)
        await mei.must("queue.take", call_id=office.call().call_id)
        await talks(office, mei)
        await office.bridge.hangs_up(leg)
        await office.over()

    play(tmp_path, story)


def test_outside_its_own_hours_it_asks_nobody(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        hours_id = await keep(office, Hours("", "nights", week=NEVER), by="number")
        await change(office, DID, hours_id="")
        await change(office, hours_id=hours_id)
        leg = await office.bridge.offer(SWITCHBOARD, from_number=WEI_SIP, sip_user=WEI_SIP)
        await office.until(lambda: leg in office.bridge.causes)
        assert (office.bridge.causes[leg], said(office)) == ("closed", ["closed.zh"])

    play(tmp_path, story)


# ---------------------------------------------------------------- from which networks


async def _by_its_number(office: Office) -> str:
    return SWITCHBOARD


async def _by_the_published_number(office: Office) -> str:
    await change(office, DID, target=SWITCHBOARD)
    return DID


async def _by_a_full_queue(office: Office) -> str:
    await rules(office, size_limit=1, join="ready", overflow=SWITCHBOARD)
    return DID


async def _by_hours(office: Office) -> str:
    await keep(office, Hours("", "nights", week=NEVER, closed=Closed(overflow=SWITCHBOARD)))
    return DID


async def rules(office: Office, **values: Any) -> None:
    async with office.parts.store.begin() as session:
        row = await session.get(QueueRow, QUEUE_ID)
        assert row is not None
        row.rules = {**row.rules, **values}
    await office.phone.queues_changed()


WAYS = (_by_its_number, _by_the_published_number, _by_a_full_queue, _by_hours)


@pytest.mark.parametrize("way", WAYS)
def test_the_public_network_reaches_it_on_no_way_round(tmp_path: Path, way: Callable[[Office], Awaitable[str]]) -> None:
    async def story(office: Office) -> None:
        leg = await office.bridge.offer(await way(office))
        await office.until(lambda: leg in office.bridge.causes)
        assert QUESTION not in said(office)

    play(tmp_path, story)


@pytest.mark.parametrize("way", WAYS)
def test_the_public_network_reaches_it_where_the_number_lets_it(
    tmp_path: Path, way: Callable[[Office], Awaitable[str]]
) -> None:
    async def story(office: Office) -> None:
        lei = await office.page(LEI)
        await change(office, networks=EVERYWHERE)
        leg = await office.bridge.offer(await way(office))
        await office.until(lambda: QUESTION in said(office))
        await press(office, leg, "1002")
        call = await talks(office, lei)
        assert call.direction == "in"
        await office.bridge.hangs_up(leg)
        await office.over()

    play(tmp_path, story)


def test_who_waited_in_vain_does_not_reach_it_from_outside(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await rules(office, overflow=SWITCHBOARD)
        async with office.parts.store.begin() as session:
            await session.execute(update(QueueRow).values(max_wait_s=1))
        await office.phone.queues_changed()
        leg = await office.bridge.offer(DID)
        await office.until(lambda: office.call().wait is not None)
        await office.pass_time(16)
        await office.until(lambda: leg in office.bridge.causes)
        assert QUESTION not in said(office)

    play(tmp_path, story)


def test_a_seat_may_send_a_caller_from_outside_there(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei, lei = await office.ready(MEI), await office.page(LEI)
        leg = await office.bridge.offer(DID)
        call = await mei.answer()
        await mei.must("call.transfer", call_id=call["call_id"], to=SWITCHBOARD)
        await office.until(lambda: QUESTION in said(office))
        await press(office, leg, "1002")
        await talks(office, lei)
        await office.bridge.hangs_up(leg)
        await office.over()

    play(tmp_path, story)

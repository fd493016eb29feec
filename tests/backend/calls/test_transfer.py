# SPDX-License-Identifier: Apache-2.0
"""Blind transfer: who transfers is free at once; who was transferred never falls into nothing."""

import asyncio
from pathlib import Path

import pytest

from headcall.wire.legs import TransferAsked, TransferResult
from headcall.wire.media import FromLeg, Tone
from tests.backend.calls.office import ANNA, HOTLINE, LEI, MEI, WEI, Office, Page, play


async def in_talk(office: Office) -> tuple[Page, str, dict[str, object]]:
    mei = await office.ready(MEI)
    customer = await office.bridge.offer(HOTLINE)
    call = await mei.answer()
    await office.until(lambda: office.state(MEI) == "talking")
    return mei, customer, call


def test_to_an_employee(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei, customer, call = await in_talk(office)
        wei = await office.page(WEI)
        await mei.must("call.transfer", call_id=call["call_id"], to="2001")
        await office.until(lambda: office.media.hears(customer) == Tone("ringback"))
        await office.until(lambda: office.state(MEI) == "wrap_up")
        assert mei.call is None
        rung = await wei.answer()
        assert rung["call_id"] == call["call_id"] and rung["peer"]["number"] == "13800138000"
        await office.until(lambda: office.media.hears(customer) == FromLeg(rung["leg_id"]))
        assert len(office.call().recordings) == 1
        await office.bridge.hangs_up(customer)
        await office.over()
        record = await office.record(rung["call_id"])
        assert record["ended_by"] == "caller" and record["agent"]["name"] == "王伟"

    play(tmp_path, story)


def test_to_a_number_that_leads_nowhere_the_talk_goes_on(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei, _customer, call = await in_talk(office)
        assert (await mei.do("call.transfer", call_id=call["call_id"], to="7777"))["cause"] == "unknown-number"
        assert (await mei.do("call.transfer", call_id=call["call_id"], to="2001"))["cause"] == "offline"
        assert mei.call is not None and mei.call["state"] == "talking"

    play(tmp_path, story)


def test_to_the_queue_another_agent_gets_it(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei, customer, call = await in_talk(office)
        lei = await office.ready(LEI)
        await mei.must("call.transfer", call_id=call["call_id"], to="4008123456")
        rung = await lei.answer()
        assert rung["call_id"] == call["call_id"]
        await office.until(lambda: office.media.hears(customer) == FromLeg(rung["leg_id"]))

    play(tmp_path, story)


def test_nobody_answers_so_who_transferred_is_rung_again(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei, customer, call = await in_talk(office)
        wei = await office.page(WEI)
        await mei.must("call.transfer", call_id=call["call_id"], to="2001")
        await wei.rung()
        await office.pass_time(45.1)
        rung = await mei.answer()
        assert rung["call_id"] == call["call_id"] and wei.call is None
        await office.until(lambda: office.media.hears(customer) == FromLeg(rung["leg_id"]))

    play(tmp_path, story)


def test_if_that_fails_too_the_customer_is_first_in_the_queue(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei, _customer, call = await in_talk(office)
        wei = await office.page(WEI)
        await mei.must("call.transfer", call_id=call["call_id"], to="2001")
        await wei.rung()
        await mei.close()
        await wei.must("call.refuse", call_id=call["call_id"])
        await office.until(lambda: office.call().wait is not None)
        wait = office.call().wait
        assert wait is not None and wait.rank == -1
        lei = await office.ready(LEI)
        assert (await lei.answer())["call_id"] == call["call_id"]

    play(tmp_path, story)


def test_a_telephone_transfers_with_its_own_key(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await office.bridge.registers("83012342001")
        mei = await office.page(MEI)
        lei = await office.page(LEI)
        reply = await mei.must("call.dial", number="2001")
        await office.until(lambda: bool(office.bridge.placed))
        wei = office.bridge.placed[0].leg_id
        await office.bridge.picks_up(wei)
        await office.bridge.bring(TransferAsked(wei, "8301234-7777"))
        await office.until(lambda: TransferResult(wei, "unknown-number") in office.bridge.commands)
        await office.bridge.bring(TransferAsked(wei, "1002"))
        rung = await lei.answer()
        assert TransferResult(wei, "normal") in office.bridge.commands and wei in office.bridge.causes
        await mei.must("leg.connect", leg_id=reply["leg_id"], sdp="offer")
        await office.until(lambda: office.media.hears(reply["leg_id"]) == FromLeg(rung["leg_id"]))

    play(tmp_path, story)


def test_the_caller_transfers_and_the_called_one_stays(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei, lei, wei = await office.page(MEI), await office.page(LEI), await office.page(WEI)
        call_id = (await mei.must("call.dial", number="1002"))["call_id"]
        talking = await lei.answer()
        await mei.must("call.transfer", call_id=call_id, to="2001")
        rung = await wei.answer()
        assert rung["peer"]["name"] == "张磊"
        await office.until(lambda: office.media.hears(rung["leg_id"]) == FromLeg(talking["leg_id"]))
        await lei.must("call.hang_up", call_id=call_id)
        await office.over()

    play(tmp_path, story)


@pytest.mark.parametrize("how", ["refuses", "closes the page", "answers and hangs up"])
def test_who_is_transferred_to_goes_in_that_moment_and_the_customer_is_with_somebody(tmp_path: Path, how: str) -> None:
    async def story(office: Office) -> None:
        mei, customer, call = await in_talk(office)
        wei = await office.page(WEI)
        call_id = str(call["call_id"])
        await mei.must("call.transfer", call_id=call_id, to="2001")
        await wei.rung()
        if how == "refuses":
            await wei.must("call.refuse", call_id=call_id)
        elif how == "closes the page":
            await wei.close()
            await office.pass_time(45.1)
        else:
            replies = await asyncio.gather(
                wei.do("call.answer", call_id=call_id), wei.do("call.hang_up", call_id=call_id)
            )
            assert all(reply["ok"] for reply in replies)
            await office.over()  # whoever has answered may end it: the customer was served
            assert (await office.record(call_id))["ended_by"] == "agent"
            return
        again = await mei.answer()
        assert again["call_id"] == call_id
        await office.until(lambda: office.media.hears(customer) == FromLeg(again["leg_id"]))
        await office.until(lambda: office.state(MEI) == "talking")

    play(tmp_path, story)


def test_the_agent_who_is_transferred_to_and_whoever_transfers_hang_up_together(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei, _customer, call = await in_talk(office)
        lei = await office.page(LEI)
        await mei.must("call.transfer", call_id=call["call_id"], to="1002")
        await lei.rung()
        await asyncio.gather(
            lei.do("call.refuse", call_id=call["call_id"]), mei.do("call.hang_up", call_id=call["call_id"])
        )
        await office.until(lambda: mei.call is not None or office.call().wait is not None)
        if mei.call:
            await mei.must("call.refuse", call_id=call["call_id"])
        await office.until(lambda: office.call().wait is not None)
        anna = await office.ready(ANNA)
        assert (await anna.answer())["call_id"] == call["call_id"]

    play(tmp_path, story)

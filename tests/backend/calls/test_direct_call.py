# SPDX-License-Identifier: Apache-2.0
"""Person to person: page to page, page to telephone, telephone to the outside, and what is said when it fails."""

from pathlib import Path

from headcall.wire.legs import AnswerLeg, RingLeg, ToPhone, ToTrunk
from headcall.wire.media import FromLeg, Hear, Playlist, Tone
from tests.backend.calls.office import HOTLINE, LEI, MEI, WEI, Office, play

WEI_NUMBER = "8301234-2001"
LEI_SHORT = "1002"


async def dialled(office: Office, page: object, number: str) -> dict[str, str]:
    from tests.backend.calls.office import Page

    assert isinstance(page, Page)
    reply = await page.must("call.dial", number=number)
    await page.must("leg.connect", leg_id=reply["leg_id"], sdp="offer")
    return reply


def test_page_to_page_by_the_short_number(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei, lei = await office.page(MEI), await office.page(LEI)
        reply = await dialled(office, mei, LEI_SHORT)
        await office.until(lambda: office.media.hears(reply["leg_id"]) == Tone("ringback"))
        assert mei.call is not None and mei.call["state"] == "dialling" and mei.call["peer"]["name"] == "张磊"
        rung = await lei.answer()
        assert rung["peer"] == {"number": "83012341001", "name": "李梅"}
        await office.until(lambda: office.media.hears(reply["leg_id"]) == FromLeg(rung["leg_id"]))
        await lei.must("call.hang_up", call_id=rung["call_id"])
        await office.over()
        record = await office.record(rung["call_id"])
        assert (record["direction"], record["from_name"], record["to_name"]) == ("internal", "李梅", "张磊")
        assert record["queue"] is None and record["recording_id"] is None

    play(tmp_path, story)


def test_all_devices_ring_and_the_others_fall_silent(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await office.bridge.registers("83012342001")
        mei, wei = await office.page(MEI), await office.page(WEI)
        await dialled(office, mei, WEI_NUMBER)
        await wei.rung()
        await office.until(lambda: bool(office.bridge.placed))
        placed = office.bridge.placed[0]
        assert placed.target == ToPhone("83012342001") and placed.caller_number == "83012341001"
        await office.bridge.rings(placed.leg_id)
        await office.bridge.picks_up(placed.leg_id)
        await office.until(lambda: mei.call is not None and mei.call["state"] == "talking")
        assert wei.call is not None and wei.call["media"] == "phone" and wei.call["leg_id"] == placed.leg_id
        await office.bridge.hangs_up(placed.leg_id)
        await office.over()

    play(tmp_path, story)


def test_the_losing_telephone_is_told_that_another_device_answered(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await office.bridge.registers("83012342001")
        mei, wei = await office.page(MEI), await office.page(WEI)
        await dialled(office, mei, WEI_NUMBER)
        await office.until(lambda: bool(office.bridge.placed))
        await wei.answer()
        placed = office.bridge.placed[0]
        await office.until(lambda: placed.leg_id in office.bridge.causes)
        assert office.bridge.causes[placed.leg_id] == "call-taken"

    play(tmp_path, story)


def test_busy_offline_and_unknown_are_told_to_the_page(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei, lei = await office.page(MEI), await office.page(LEI)
        assert (await mei.do("call.dial", number=WEI_NUMBER))["cause"] == "offline"
        assert (await mei.do("call.dial", number="8301234-7777"))["cause"] == "unknown-number"
        await dialled(office, lei, HOTLINE)
        assert (await mei.do("call.dial", number=LEI_SHORT))["cause"] == "busy"
        assert (await mei.do("call.dial", number="1001"))["cause"] == "busy"  # oneself
        assert (await lei.do("call.dial", number="1001"))["cause"] == "busy"  # in a call already

    play(tmp_path, story)


def test_nobody_answers_ends_the_call_with_that_cause(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei, lei = await office.page(MEI), await office.page(LEI)
        reply = await dialled(office, mei, LEI_SHORT)
        await lei.rung()
        await office.pass_time(45.1)
        await office.over()
        assert mei.seen("call_gone") == [{"call_id": reply["call_id"], "cause": "no-answer"}]
        assert lei.call is None

    play(tmp_path, story)


def test_a_telephone_dials_the_outside_and_hears_its_early_media(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await office.bridge.registers("83012342001")
        caller = await office.bridge.offer("010-62301234", from_number="83012342001", sip_user="83012342001")
        await office.until(lambda: bool(office.bridge.placed))
        placed = office.bridge.placed[0]
        assert placed.target == ToTrunk("carrier", "01062301234") and placed.caller_number == HOTLINE
        await office.bridge.rings(placed.leg_id, early_media=True)
        await office.until(lambda: RingLeg(caller, early_media=True) in office.bridge.commands)
        await office.until(lambda: office.media.hears(caller) == FromLeg(placed.leg_id))
        await office.bridge.picks_up(placed.leg_id)
        await office.until(lambda: AnswerLeg(caller) in office.bridge.commands)
        call = office.call()
        assert call.direction == "out"
        await office.bridge.hangs_up(caller)
        await office.over()
        assert office.bridge.causes[placed.leg_id] == "normal"

    play(tmp_path, story)


def test_an_unknown_number_is_refused_in_the_callers_language_before_the_answer(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        for number, said in (("13800138000", "unknown-number.zh"), ("+4969123456", "unknown-number.en")):
            caller = await office.bridge.offer("4008999999", from_number=number)
            await office.over()
            assert RingLeg(caller, early_media=True) in office.bridge.commands
            assert AnswerLeg(caller) not in office.bridge.commands
            spoken = [c.source for c in office.media.commands if isinstance(c, Hear) and c.leg_id == caller]
            assert isinstance(spoken[0], Playlist) and spoken[0].files == (said,)
            assert office.bridge.causes[caller] == "unknown-number"

    play(tmp_path, story)


def test_a_seat_cannot_be_reached_from_the_public_network(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await office.page(MEI)
        caller = await office.bridge.offer("83012341001")
        await office.over()
        assert office.bridge.causes[caller] == "unknown-number"

    play(tmp_path, story)


def test_keys_go_to_the_other_side_and_come_from_it(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        from headcall.wire.media import DigitPressed, SendDigits

        mei = await office.ready(MEI)
        customer = await office.bridge.offer(HOTLINE)
        call = await mei.answer()
        await mei.must("call.digits", call_id=call["call_id"], digits="12#")
        await office.until(lambda: SendDigits(customer, "12#") in office.media.commands)
        await office.media.bring(DigitPressed(customer, "5", 100))
        assert mei.call is not None and mei.call["digits"] == "5"
        assert (await mei.do("call.digits", call_id=call["call_id"], digits="hello"))["cause"] == "bad-request"

    play(tmp_path, story)

# SPDX-License-Identifier: Apache-2.0
"""Setting a caller down: music, the slot on every desk, picking up by whoever is first, and never lost for good."""

from pathlib import Path
from typing import Any

from headcall.wire.legs import AnswerLeg, TransferAsked, TransferResult
from headcall.wire.media import FromLeg, Playlist
from tests.backend.calls.office import HOTLINE, LEI, MEI, WEI, Office, Page, play, restart
from tests.backend.calls.test_consult import joined, on_music, view

WEI_NUMBER = "83012342001"


async def parked(office: Office) -> tuple[Page, str, str]:
    """Mei has parked her customer in 701. Her page, the customer's leg, the call."""
    mei = await office.ready(MEI)
    customer = await office.bridge.offer(HOTLINE)
    call = await mei.answer()
    await office.until(lambda: office.media.hears(customer) == FromLeg(call["leg_id"]))
    assert await mei.must("call.park", call_id=call["call_id"]) == {"ok": True, "slot": "701"}
    await office.until(lambda: on_music(office, customer) and office.state(MEI) == "wrap_up")
    return mei, customer, call["call_id"]


def shelf(page: Page) -> list[dict[str, Any]]:
    """What the page shows as parked now."""
    page.read()
    lists = [
        d["parked"] if kind == "snapshot" else d["calls"] for kind, d in page.events if kind in ("snapshot", "parked")
    ]
    return lists[-1] if lists else []


async def no_queue(office: Office) -> tuple[Page, Page, dict[str, Any]]:
    """Lei has called Mei within the company, and Mei has parked him."""
    mei, lei = await office.page(MEI), await office.page(LEI)
    dialled = await lei.must("call.dial", number="1001")
    await lei.must("leg.connect", leg_id=dialled["leg_id"], sdp="offer")
    call = await mei.answer()
    await office.until(lambda: joined(office, dialled["leg_id"], call["leg_id"]))
    await mei.must("call.park", call_id=call["call_id"])
    await office.until(lambda: on_music(office, dialled["leg_id"]))
    return mei, lei, dialled


def test_another_picks_up_in_the_page(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        lei = await office.ready(LEI)
        await lei.must("agent.state", state="break", reason="meal")
        mei, customer, call_id = await parked(office)
        (row,) = shelf(lei)
        assert (row["slot"], row["number"], row["by"]["name"]) == ("701", "13800138000", "李梅")
        assert row["rings_back_at"] and row["queue"]["name"] == "呼叫中心" and shelf(mei) == [row]
        taken = await lei.must("call.pick_up", slot="701")
        assert taken["call_id"] == call_id
        await lei.must("leg.connect", leg_id=taken["leg_id"], sdp="offer")
        await office.until(lambda: joined(office, customer, taken["leg_id"]) and office.state(LEI) == "talking")
        assert shelf(mei) == shelf(lei) == [] and view(lei)["state"] == "talking" and view(lei)["recording"]
        assert (await mei.do("call.pick_up", slot="701"))["cause"] == "call-gone"
        await office.bridge.hangs_up(customer)
        await office.over()
        record = await office.record(call_id)
        assert record["agent"]["name"] == "张磊" and len(await office.phone.log_of(call_id)) > 10
        assert office.state(LEI) == "break"

    play(tmp_path, story)


def test_the_slot_is_dialled_in_a_page_or_at_a_telephone(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei, customer, call_id = await parked(office)
        phone = await office.bridge.offer("701", from_number=WEI_NUMBER, sip_user=WEI_NUMBER)
        await office.until(lambda: joined(office, customer, phone) and AnswerLeg(phone) in office.bridge.commands)
        wei = await office.page(WEI)
        assert view(wei)["media"] == "phone" and view(wei)["call_id"] == call_id
        await wei.must("call.park", call_id=call_id)
        await office.until(lambda: on_music(office, customer) and phone in office.bridge.causes)
        taken = await mei.must("call.dial", number="701")
        assert taken["call_id"] == call_id
        await mei.must("leg.connect", leg_id=taken["leg_id"], sdp="offer")
        await office.until(lambda: joined(office, customer, taken["leg_id"]))

    play(tmp_path, story)


def test_a_telephone_parks_by_a_transfer_to_a_slot_that_is_free(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        _, customer, _ = await parked(office)
        phone = await office.bridge.offer("701", from_number=WEI_NUMBER, sip_user=WEI_NUMBER)
        await office.until(lambda: joined(office, customer, phone))
        other = await office.bridge.offer(HOTLINE, from_number="13900139000")
        lei = await office.ready(LEI)
        call = await lei.answer()
        assert (await lei.must("call.park", call_id=call["call_id"]))["slot"] == "701"
        await office.bridge.bring(TransferAsked(phone, "701"))
        await office.until(lambda: TransferResult(phone, "busy") in office.bridge.commands)
        assert joined(office, customer, phone) and on_music(office, other)
        await office.bridge.bring(TransferAsked(phone, "705"))
        await office.until(lambda: on_music(office, customer) and phone in office.bridge.causes)
        assert TransferResult(phone, "normal") in office.bridge.commands
        assert [row["slot"] for row in shelf(lei)] == ["701", "705"] and shelf(lei)[1]["by"]["name"] == "王伟"

    play(tmp_path, story)


def test_an_empty_slot_and_one_dialled_from_outside_lead_nowhere(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei = await office.page(MEI)
        for slot, cause in (("702", "call-gone"), ("1001", "call-gone"), ("<b>7", "call-gone"), ("", "bad-request")):
            assert (await mei.do("call.pick_up", slot=slot))["cause"] == cause
        assert (await mei.do("call.pick_up", slot=701))["cause"] == "bad-request"
        assert (await mei.do("call.dial", number="799"))["cause"] == "call-gone"
        phone = await office.bridge.offer("799", from_number=WEI_NUMBER, sip_user=WEI_NUMBER)
        await office.until(lambda: phone in office.bridge.causes)
        await parked(office)
        outside = await office.bridge.offer("701")
        await office.until(lambda: outside in office.bridge.causes)
        assert office.call().parked and office.bridge.causes[outside] == "unknown-number"

    play(tmp_path, story)


def test_two_who_pick_up_at_once_are_one_and_a_refusal(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        _, customer, _ = await parked(office)
        lei, wei = await office.page(LEI), await office.page(WEI)
        box = office.phone.calls.box(office.call().call_id)
        first, second = lei.do("call.pick_up", slot="701"), wei.do("call.pick_up", slot="701")
        replies = [await first, await second]
        assert [reply["ok"] for reply in replies] == [True, False] and box.call.talkers[0] == customer

    play(tmp_path, story)


def test_slots_are_given_out_once_and_come_back(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei, customer, _ = await parked(office)
        lei = await office.ready(LEI)
        second = await office.bridge.offer(HOTLINE, from_number="13900139000")
        call = await lei.answer()
        await office.until(lambda: office.media.hears(second) == FromLeg(call["leg_id"]))
        assert (await lei.must("call.park", call_id=call["call_id"]))["slot"] == "702"
        assert [row["slot"] for row in shelf(mei)] == ["701", "702"]
        await office.bridge.hangs_up(customer)
        await office.until(lambda: len(office.calls()) == 1 and [row["slot"] for row in shelf(mei)] == ["702"])
        third = await lei.must("call.pick_up", slot="702")
        await lei.must("leg.connect", leg_id=third["leg_id"], sdp="offer")
        assert (await lei.must("call.park", call_id=third["call_id"]))["slot"] == "701"
        assert (await mei.do("call.park", call_id=call["call_id"]))["cause"] == "call-gone", "it is not hers"

    play(tmp_path, story)


def test_it_rings_back_and_whoever_parked_has_the_caller_again(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei, customer, _ = await parked(office)
        await office.pass_time(119)
        assert mei.call is None
        await office.pass_time(1.1)
        await office.until(lambda: mei.call is not None and mei.call["state"] == "ringing")
        assert view(mei)["slot"] == "701" and shelf(mei)[0]["rings_back_at"] is None
        assert on_music(office, customer)
        again = (await mei.answer())["leg_id"]
        await office.until(lambda: joined(office, customer, again) and shelf(mei) == [])

    play(tmp_path, story)


def test_another_picks_up_while_it_rings_back(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei, customer, _ = await parked(office)
        lei = await office.page(LEI)
        await office.pass_time(120.1)
        await office.until(lambda: mei.call is not None)
        taken = await lei.must("call.pick_up", slot="701")
        await lei.must("leg.connect", leg_id=taken["leg_id"], sdp="offer")
        await office.until(lambda: joined(office, customer, taken["leg_id"]) and mei.call is None)

    play(tmp_path, story)


def test_who_came_from_a_queue_and_is_not_taken_back_is_first_in_it_again(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei, _customer, call_id = await parked(office)
        entered = office.call().queue_entered_at_ms
        await mei.must("agent.state", state="break", reason="meal")
        await office.pass_time(120.1)
        await mei.rung()
        await mei.must("call.refuse", call_id=call_id)
        await office.until(lambda: office.call().wait is not None)
        wait = office.call().wait
        assert wait and wait.rank == -1 and wait.entered_at_ms == entered and shelf(mei) == []

    play(tmp_path, story)


def test_who_came_from_no_queue_stays_parked_then_is_told(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei, lei, dialled = await no_queue(office)
        assert view(lei)["held_by_peer"] and view(lei)["slot"] == "701" and view(lei)["can"] == ["hang_up"]
        assert (await lei.do("call.pick_up", slot="701"))["cause"] == "conflict", "not by the parked one"
        for _ in range(3):
            await office.pass_time(120.1)
            await mei.rung()
            await mei.must("call.refuse", call_id=dialled["call_id"])
            await office.until(lambda: mei.call is None)
        await office.over()
        assert lei.seen("call_gone")[-1]["cause"] == "no-answer"

    play(tmp_path, story)


def test_a_restart_keeps_the_slot_and_its_time(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        _, customer, _ = await parked(office)
        await office.pass_time(60)
        await restart(office)
        mei = await office.page(MEI)
        assert [row["slot"] for row in shelf(mei)] == ["701"] and isinstance(office.media.hears(customer), Playlist)
        await office.pass_time(60.1)
        again = (await mei.answer())["leg_id"]
        await office.until(lambda: joined(office, customer, again))

    play(tmp_path, story)


def test_a_parked_caller_who_hangs_up_frees_the_slot(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei, customer, call_id = await parked(office)
        await office.bridge.hangs_up(customer)
        await office.over()
        record = await office.record(call_id)
        assert shelf(mei) == [] and (record["ended_by"], record["cause"]) == ("caller", "normal")

    play(tmp_path, story)

# SPDX-License-Identifier: Apache-2.0
"""`kill -9` of the backend in every phase of a call: another one goes on from the log."""

from pathlib import Path

from sqlalchemy import update

from headcall.backend.calls.store import CallLogRow
from headcall.wire.legs import AnswerLeg, LegEnded
from headcall.wire.media import FromLeg, Playlist
from tests.backend.calls.office import HOTLINE, LEI, MEI, Office, play, restart


def test_a_talk_goes_on_and_can_be_ended(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei = await office.ready(MEI)
        customer = await office.bridge.offer(HOTLINE)
        talking = await mei.answer()
        await office.until(lambda: bool(office.media.recordings))
        recordings = dict(office.media.recordings)
        office.clock.advance(5)
        await restart(office)
        assert office.state(MEI) == "talking"
        assert office.media.hears(customer) == FromLeg(talking["leg_id"])
        mei = await office.page(MEI)
        assert mei.call is not None and mei.call["state"] == "talking" and mei.call["leg_id"] == talking["leg_id"]
        await office.phone.recovery.compare_all({"sfu-1"})
        office.clock.advance(5)
        await mei.must("call.hang_up", call_id=talking["call_id"])
        await office.over()
        record = await office.record(talking["call_id"])
        assert record["talk_s"] == 10.0 and record["recording_id"] in recordings
        assert office.state(MEI) == "wrap_up"

    play(tmp_path, story)


def test_who_waits_keeps_the_place_and_the_time(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        first = await office.bridge.offer(HOTLINE, from_number="13800138001")
        office.clock.advance(10)
        await office.bridge.offer(HOTLINE, from_number="13800138002")
        office.clock.advance(10)
        office.media.commands.clear()
        await restart(office)
        await office.until(lambda: isinstance(office.media.hears(first), Playlist))
        mei = await office.ready(MEI)
        rung = await mei.rung()
        assert rung["peer"]["number"] == "13800138001" and rung["waited_s"] == 20.0

    play(tmp_path, story)


def test_the_calendar_is_set_back_while_we_are_dead_and_who_waits_still_stands_first(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await office.bridge.offer(HOTLINE, from_number="13800138001")
        office.clock.advance(10)
        office.clock.set_calendar(-3600)
        await restart(office)
        await office.bridge.offer(HOTLINE, from_number="13800138002")
        office.clock.advance(5)
        mei = await office.ready(MEI)
        rung = await mei.rung()
        assert rung["peer"]["number"] == "13800138001" and 5 <= rung["waited_s"] <= 15
        talking = await mei.answer()
        office.clock.advance(7)
        await mei.must("call.hang_up", call_id=talking["call_id"])
        await office.until(lambda: len(office.calls()) == 1)
        assert (await office.record(talking["call_id"]))["talk_s"] == 7.0

    play(tmp_path, story)


def test_an_offer_is_open_still_and_lapses_in_its_time(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei = await office.ready(MEI)
        office.clock.advance(1)
        await office.ready(LEI)
        await office.bridge.offer(HOTLINE)
        await mei.rung()
        await restart(office)
        mei, lei = await office.page(MEI), await office.page(LEI)
        assert mei.call is not None and mei.call["state"] == "ringing"
        await office.pass_time(15.1)
        await lei.answer()
        await office.until(lambda: office.state(MEI) == "ready")

    play(tmp_path, story)


def test_nothing_is_answered_or_counted_twice(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        customer = await office.bridge.offer(HOTLINE)
        office.clock.advance(3)
        await restart(office)
        await office.bridge.bring(office.bridge.offered(customer, HOTLINE, "13800138000", "carrier", None))
        assert len(office.calls()) == 1
        await office.bridge.hangs_up(customer)
        await office.over()
        await office.bridge.bring(office.bridge.offered(customer, HOTLINE, "13800138000", "carrier", None))
        assert office.calls() == [] and AnswerLeg(customer) in office.bridge.commands

    play(tmp_path, story)


def test_a_customer_who_hung_up_meanwhile_has_ended_the_call(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei = await office.ready(MEI)
        customer = await office.bridge.offer(HOTLINE)
        talking = await mei.answer()
        office.clock.advance(10)
        await restart(office)
        office.bridge.legs.pop(customer)  # and its event was lost
        await office.phone.recovery.compare_all({"sfu-1"})
        await office.over()
        await office.phone.recovery.mend_agents(office.phone.agents, office.phone.duty)
        record = await office.record(talking["call_id"])
        assert record["ended_by"] == "system" and record["cause"] == "unavailable"
        assert office.state(MEI) in ("wrap_up", "ready")

    play(tmp_path, story)


def test_a_leg_that_call_control_has_ended_is_ended_at_the_bridge_too(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        customer = await office.bridge.offer(HOTLINE)
        await office.bridge.hangs_up(customer)
        await office.over()
        office.bridge.legs[customer] = "answered"  # a bridge that came back with an old dialog
        office.bridge.legs["leg_unheard"] = "offered"
        await office.phone.recovery.compare_bridge("sip-1")
        await office.until(lambda: customer in office.bridge.causes)
        assert "leg_unheard" in office.bridge.legs  # its offer is on the way

    play(tmp_path, story)


def test_a_log_that_cannot_be_read_costs_its_own_call_only(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        broken = await office.bridge.offer(HOTLINE)
        call_id = office.call().call_id
        whole = await office.bridge.offer(HOTLINE)
        async with office.parts.store.begin() as session:
            await session.execute(
                update(CallLogRow).where(CallLogRow.call_id == call_id).values(type="from_the_future")
            )
        office.clock.advance(10)
        await restart(office)
        assert [call.caller_id for call in office.calls()] == [whole]
        await office.phone.recovery.compare_bridge("sip-1")
        assert broken in office.bridge.causes

    play(tmp_path, story)


def test_an_agent_whose_page_does_not_come_back_is_offline(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await office.ready(MEI)
        await restart(office)
        await office.pass_time(1)
        assert office.state(MEI) == "ready"
        await office.pass_time(25)
        assert office.state(MEI) == "offline"
        agent = office.phone.agents.get(MEI)
        assert agent is not None and agent.reason == "no-device"

    play(tmp_path, story)


def test_the_record_tells_when_the_customer_hung_up_though_it_was_told_late(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei = await office.ready(MEI)
        customer = await office.bridge.offer(HOTLINE)
        call = await mei.answer()
        office.clock.advance(30)
        hung_up_at = office.clock.wall_ms()
        office.clock.advance(8)
        await restart(office)
        await office.bridge.bring(LegEnded(customer, "normal", by_peer=True, at_ms=hung_up_at))
        await office.over()
        record = await office.record(call["call_id"])
        assert record["talk_s"] == 30.0 and record["ended_by"] == "caller"

    play(tmp_path, story)

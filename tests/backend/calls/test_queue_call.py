# SPDX-License-Identifier: Apache-2.0
"""The first call: a customer dials the 400 number, an agent answers in the page."""

import asyncio
from pathlib import Path

from headcall.wire.legs import AnswerLeg
from headcall.wire.media import FromLeg, Playlist, Silence
from tests.backend.calls.office import HOTLINE, LEI, MEI, Office, play


def test_a_customer_and_an_agent_talk_and_a_record_is_left(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei = await office.ready(MEI)
        customer = await office.bridge.offer(HOTLINE)
        ringing = await mei.rung()
        assert ringing["peer"] == {"number": "13800138000", "name": ""}
        assert ringing["queue"]["name"] == "呼叫中心"
        assert AnswerLeg(customer) in office.bridge.commands
        office.clock.advance(3)
        talking = await mei.answer()
        assert talking["state"] == "talking"
        agent = talking["leg_id"]
        await office.until(lambda: office.media.hears(customer) == FromLeg(agent))
        await office.until(lambda: office.media.hears(agent) == FromLeg(customer))
        await office.until(lambda: bool(office.media.recordings))
        await office.until(lambda: office.state(MEI) == "talking")
        office.clock.advance(60)
        await mei.must("call.hang_up", call_id=talking["call_id"])
        await office.over()
        assert office.bridge.causes[customer] == "normal"
        assert mei.seen("call_gone") == [{"call_id": talking["call_id"], "cause": "normal"}]
        assert office.state(MEI) == "wrap_up"
        record = await office.record(talking["call_id"])
        assert (record["wait_s"], record["talk_s"]) == (3.0, 60.0)
        assert (record["ended_by"], record["cause"], record["agent"]["agent_number"]) == ("agent", "normal", "1001")
        assert record["recording_id"] is not None
        await office.pass_time(10.1)
        assert office.state(MEI) == "ready"

    play(tmp_path, story)


def test_the_customer_hears_a_welcome_the_position_and_music(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        customer = await office.bridge.offer(HOTLINE)
        await office.until(
            lambda: isinstance(source := office.media.hears(customer), Playlist) and source.files == ("music.wav",)
        )
        said = [
            c.source.files[0] for c in office.media.commands if hasattr(c, "source") and isinstance(c.source, Playlist)
        ]
        assert said == ["welcome.zh", "recorded.zh", "position.zh n=0", "music.wav"]

    play(tmp_path, story)


def test_who_hangs_up_while_waiting_has_cancelled(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        customer = await office.bridge.offer(HOTLINE)
        call = office.call()
        office.clock.advance(20)
        await office.bridge.hangs_up(customer)
        await office.over()
        record = await office.record(call.call_id)
        assert (record["cause"], record["ended_by"], record["wait_s"]) == ("caller-cancelled", "caller", 20.0)
        assert record["answered_at"] is None

    play(tmp_path, story)


def test_nobody_answers_so_the_next_agent_is_rung(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei = await office.ready(MEI)
        office.clock.advance(1)
        lei = await office.ready(LEI)
        await office.bridge.offer(HOTLINE)
        await mei.rung()
        await office.pass_time(15.1)
        await lei.answer()
        assert mei.seen("call_gone")[0]["cause"] == "no-answer"
        await office.until(lambda: office.state(MEI) == "ready" and office.state(LEI) == "talking")
        agent = office.phone.agents.get(MEI)
        assert agent is not None and agent.missed == 1

    play(tmp_path, story)


def test_hold_plays_music_to_the_customer_and_silence_to_the_agent(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei = await office.ready(MEI)
        customer = await office.bridge.offer(HOTLINE)
        call = await mei.answer()
        await mei.must("call.hold", call_id=call["call_id"], on=True)
        await office.until(lambda: isinstance(office.media.hears(customer), Playlist))
        await office.until(lambda: office.media.hears(call["leg_id"]) == Silence())
        assert mei.call is not None and mei.call["state"] == "held"
        await mei.must("call.hold", call_id=call["call_id"], on=False)
        await office.until(lambda: office.media.hears(customer) == FromLeg(call["leg_id"]))

    play(tmp_path, story)


def test_an_agent_who_is_logged_in_twice_is_one_agent_with_one_call(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        office_pc, home_pc = await office.page(MEI), await office.page(MEI)
        replies = await asyncio.gather(*(page.do("agent.state", state="ready") for page in (office_pc, home_pc)))
        assert all(reply["ok"] for reply in replies) and office.state(MEI) == "ready"
        await office.bridge.offer(HOTLINE, from_number="13800138001")
        await office.bridge.offer(HOTLINE, from_number="13800138002")
        await office_pc.rung()
        await office.until(lambda: home_pc.call is not None and home_pc.call["state"] == "ringing")
        assert home_pc.call is not None and office_pc.call is not None
        assert home_pc.call["call_id"] == office_pc.call["call_id"]
        call_id = office_pc.call["call_id"]
        answered = await asyncio.gather(*(page.do("call.answer", call_id=call_id) for page in (office_pc, home_pc)))
        assert any(reply["ok"] for reply in answered)
        await office.until(lambda: office.state(MEI) == "talking")
        (waiting,) = [call for call in office.calls() if call.wait]
        assert waiting.customer.number == "13800138002", "nobody has two callers"
        await office_pc.close()
        await office.pass_time(60)
        assert office.state(MEI) == "talking", "the other page is still there"
        await home_pc.must("call.hang_up", call_id=call_id)
        await office.until(lambda: office.state(MEI) == "wrap_up")

    play(tmp_path, story)

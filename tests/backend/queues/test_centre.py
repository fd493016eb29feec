# SPDX-License-Identifier: Apache-2.0
"""What a call centre does besides ringing: priority, overflow, what is heard, the caller's mark, and mending."""

from pathlib import Path

from headcall.backend.calls.inputs import SetPriority
from headcall.backend.queues.model import Text
from headcall.backend.sample import QUEUE_ID
from headcall.wire.media import DigitPressed, FromLeg
from tests.backend.calls.office import HOTLINE, LEI, MEI, Office, play
from tests.backend.queues.test_dispatch import change_queue


def said(office: Office, leg_id: str) -> list[str]:
    plays = [c for c in office.media.commands if getattr(c, "leg_id", "") == leg_id and hasattr(c, "source")]
    return [c.source.files[0] for c in plays if hasattr(c.source, "files")]


def test_who_is_on_the_list_is_served_first_and_order_may_be_changed(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await change_queue(office, vip={"13800138003": 5})
        for number in ("13800138001", "13800138002", "13800138003"):
            await office.bridge.offer(HOTLINE, from_number=number)
            office.clock.advance(1)
        line = [call.from_number for call in office.phone.queues.line()]
        assert line == ["13800138003", "13800138001", "13800138002"]
        second = office.phone.queues.line()[2]
        await office.phone.calls.box(second.call_id).ask(SetPriority(9, LEI))
        mei = await office.ready(MEI)
        call = await mei.rung()
        assert call["peer"]["number"] == "13800138002"

    play(tmp_path, story)


def test_who_is_on_the_list_is_known_however_the_carrier_writes_the_number(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await change_queue(office, vip={"13800138003": 5})
        for number in ("13800138001", "+8613800138003", "anonymous"):
            await office.bridge.offer(HOTLINE, from_number=number)
            office.clock.advance(1)
        line = [call.from_number for call in office.phone.queues.line()]
        assert line == ["13800138003", "13800138001", "anonymous"]

    play(tmp_path, story)


def test_both_hear_who_it_is_before_they_hear_each_other(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await change_queue(office, whispers=True, tells_agent_number=True)
        mei = await office.ready(MEI)
        customer = await office.bridge.offer(HOTLINE)
        call = await mei.answer()
        agent = call["leg_id"]
        await office.until(lambda: office.media.hears(customer) == FromLeg(agent))
        await office.until(lambda: office.media.hears(agent) == FromLeg(customer))
        assert said(office, customer)[-1] == "agent-number.zh digits=1001"
        assert said(office, agent) == ["as-is.zh text=呼叫中心"]

    play(tmp_path, story)


def test_a_text_whose_end_is_never_told_keeps_nobody_apart(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await change_queue(office, tells_agent_number=True)
        mei = await office.ready(MEI)
        customer = await office.bridge.offer(HOTLINE)
        call = await mei.rung()
        office.media.plays_to_the_end = False
        await mei.must("call.answer", call_id=call["call_id"])
        assert office.call().intro
        await office.pass_time(15.1)
        await office.until(lambda: office.media.hears(customer) == FromLeg(call["leg_id"]))

    play(tmp_path, story)


def test_a_full_queue_refuses_or_leads_on(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await change_queue(office, size_limit=1)
        await office.bridge.offer(HOTLINE)
        second = await office.bridge.offer(HOTLINE, from_number="13800138002")
        await office.until(lambda: office.bridge.causes.get(second) == "queue-full")
        await change_queue(office, size_limit=1, overflow="83012341002")
        lei = await office.page(LEI)
        await office.bridge.offer(HOTLINE, from_number="13800138003")
        call = await lei.rung()
        assert call["peer"]["number"] == "13800138003"

    play(tmp_path, story)


def test_nobody_joins_a_queue_that_nobody_serves(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await change_queue(office, join="ready")
        first = await office.bridge.offer(HOTLINE)
        await office.until(lambda: office.bridge.causes.get(first) == "no-agent")
        await office.ready(MEI)
        await office.bridge.offer(HOTLINE)
        assert office.call().wait is not None

    play(tmp_path, story)


def test_who_waited_too_long_goes_on_to_somebody_else(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await change_queue(office, max_wait_s=60, overflow="83012341002")
        lei = await office.page(LEI)
        await office.bridge.offer(HOTLINE)
        await office.pass_time(61)
        call = await lei.answer()
        log = await office.log(call["call_id"])
        assert "overflowed" in log and log.index("queue_left") < log.index("overflowed")

    play(tmp_path, story)


def test_queues_that_lead_to_themselves_end_in_words(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await change_queue(office, max_wait_s=60, overflow="40081234560")
        customer = await office.bridge.offer(HOTLINE)
        entered = office.call().queue_entered_at_ms
        for times in (1, 2, 3):
            await office.pass_time(61)
            await office.until(lambda times=times: office.call().overflows == times)  # type: ignore[misc]
            await office.until(lambda: office.call().wait is not None)
            assert office.call().queue_entered_at_ms == entered
        await office.pass_time(61)
        await office.over()
        assert office.bridge.causes[customer] == "no-agent"

    play(tmp_path, story)


def test_the_last_agent_leaves_and_the_line_is_sent_away(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await change_queue(office, leave="unstaffed")
        mei = await office.page(MEI)
        await mei.must("agent.state", state="break", reason="lunch")
        customer = await office.bridge.offer(HOTLINE)
        await office.pass_time(2)
        await office.phone.watch.worker.settled()
        assert office.call().wait is not None
        await mei.must("agent.state", state="offline")
        await office.pass_time(1.1)
        await office.over()
        assert office.bridge.causes[customer] == "no-agent"

    play(tmp_path, story)


def test_announcements_take_turns_and_the_wait_is_told(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await change_queue(office, tells_position=False, tells_wait=True, announcements=(Text(zh="甲"), Text(zh="乙")))
        mei = await office.ready(MEI)
        await mei.must("agent.state", state="break")
        await office.ready(LEI)
        first = await office.bridge.offer(HOTLINE)
        await office.until(lambda: said(office, first)[-1:] == ["music.wav"])
        for _ in range(3):
            count = len(said(office, first))
            await office.pass_time(30.1)
            await office.until(lambda count=count: len(said(office, first)) >= count + 3)  # type: ignore[misc]
        told = [text for text in said(office, first) if text.startswith("as-is")]
        assert told == ["as-is.zh text=甲", "as-is.zh text=乙", "as-is.zh text=甲"]
        assert "expected-wait.zh minutes=4" in said(office, first)  # (0 + 1) * (180 s + 10 s) / 1 agent

    play(tmp_path, story)


def test_a_caller_gets_the_agent_of_yesterday(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await change_queue(office, sticky_days=7)
        lei = await office.ready(LEI)
        await office.bridge.offer(HOTLINE)
        call = await lei.answer()
        await lei.must("call.hang_up", call_id=call["call_id"])
        await office.over()
        office.clock.advance(3600)
        await office.ready(MEI)
        await lei.must("agent.state", state="break")
        office.clock.advance(1)
        await lei.must("agent.state", state="ready")
        await office.bridge.offer(HOTLINE)
        assert (await lei.rung())["peer"]["number"] == "13800138000"

    play(tmp_path, story)


def test_the_caller_is_asked_and_presses_a_key(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await change_queue(office, survey=True)
        mei = await office.ready(MEI)
        customer = await office.bridge.offer(HOTLINE)
        call = await mei.answer()
        await mei.must("call.hang_up", call_id=call["call_id"])
        assert mei.call is None and office.call().rating
        await office.until(lambda: "survey.zh" in said(office, customer))
        await office.until(lambda: office.state(MEI) == "wrap_up")
        await office.media.bring(DigitPressed(customer, "4", 100))
        await office.over()
        record = await office.record(call["call_id"])
        assert (record["ended_by"], record["cause"]) == ("agent", "normal")
        assert "marked" in await office.log(call["call_id"])

    play(tmp_path, story)


def test_no_mark_is_given_and_the_call_ends(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await change_queue(office, survey=True)
        mei = await office.ready(MEI)
        customer = await office.bridge.offer(HOTLINE)
        call = await mei.answer()
        await mei.must("call.hang_up", call_id=call["call_id"])
        await office.until(lambda: "survey.zh" in said(office, customer))
        await office.pass_time(45.1)
        await office.over()
        assert office.bridge.causes[customer] == "normal"

    play(tmp_path, story)


def test_an_agent_who_is_stuck_is_freed_and_it_is_counted(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await office.ready(MEI)
        await office.phone.agents.move(MEI, "talks", call_id="call_that_never_was")
        now = office.clock.wall_ms()
        assert await office.phone.watch.look(now) == []
        found = await office.phone.watch.look(now + 1000)
        assert [(f.kind, f.ref) for f in found] == [("agent-stuck", MEI)]
        assert office.state(MEI) == "ready"
        figures = office.parts.ctx.metrics.render().decode()
        assert 'headcall_invariants_mended_total{kind="agent-stuck"} 1.0' in figures

    play(tmp_path, story)


def test_a_caller_beside_an_idle_agent_is_seen_after_a_second_and_believed_after_two(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        phone = office.phone
        await office.bridge.offer(HOTLINE)
        await office.until(lambda: bool(phone.queues.line()))
        phone.dispatcher.wake = lambda *_: None  # type: ignore[method-assign]
        await phone.dispatcher.worker.close()
        await office.ready(MEI)
        now = office.clock.wall_ms()
        assert await phone.watch.look(now + 999) == await phone.watch.look(now + 1000) == []
        assert [finding.kind for finding in await phone.watch.look(now + 2000)] == ["caller-late"]

    play(tmp_path, story)


def test_in_a_day_that_goes_well_there_is_nothing_to_mend(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei = await office.ready(MEI)
        for _ in range(3):
            await office.bridge.offer(HOTLINE)
            call = await mei.answer()
            for _ in range(3):
                assert await office.phone.watch.look(office.clock.wall_ms()) == []
                office.clock.advance(1)
            await mei.must("call.hang_up", call_id=call["call_id"])
            await office.over()
            await office.pass_time(10.1)
            assert await office.phone.watch.look(office.clock.wall_ms()) == []
        assert office.phone.queues.get(QUEUE_ID) is not None

    play(tmp_path, story)

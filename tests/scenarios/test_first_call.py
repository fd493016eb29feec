# SPDX-License-Identifier: Apache-2.0
"""A customer dials the 400 number over the trunk, an agent answers in a page, both hear each other."""

from pathlib import Path

from tests.scenarios.conftest import Run
from tests.world.baresip import Baresip
from tests.world.recorded import pitches
from tests.world.system import Demo
from tests.world.workday import (
    AGENT_TONE,
    CALLER_TONE,
    answer,
    at_work,
    customer_calls,
    customer_hangs_up,
    eventually,
    hears,
    no_gap,
    outside_telephone,
    phone_hears,
    record_of,
    signed_in,
    simulated,
    talk,
)


def test_a_customer_and_an_agent_hear_each_other_and_the_record_is_right(system: Run) -> None:
    async def story(running: Demo) -> None:
        async with at_work(running, "mei") as desk:
            caller, call = await talk(desk)
            await desk.until(lambda: desk.calls[call["call_id"]]["recording"])
            frames = desk.ears[call["leg_id"]].frames
            await eventually(lambda: desk.ears[call["leg_id"]].frames > frames + 200, "four seconds of talk")
            await desk.do("call.hang_up", call_id=call["call_id"])
            record = await record_of(desk.person, call["call_id"])
            assert (record["direction"], record["ended_by"], record["cause"]) == ("in", "agent", "normal")
            assert record["agent"]["name"] == "李梅"
            assert record["from_number"] == "13800138000"
            assert record["queue"] is not None
            assert record["talk_s"] >= 3
            assert record["started_at"] < record["answered_at"] < record["ended_at"]
            assert (await simulated(desk.person, caller))["state"] == "ended"
            left, right = await pitches(desk.person, record)
            assert abs(left - CALLER_TONE) < 8
            assert abs(right - AGENT_TONE) < 8

    system(story)


def test_the_customer_hangs_up(system: Run) -> None:
    async def story(running: Demo) -> None:
        async with at_work(running, "mei") as desk:
            caller, call = await talk(desk)
            await customer_hangs_up(desk.person, caller)
            await desk.until(lambda: call["call_id"] in desk.gone)
            record = await record_of(desk.person, call["call_id"])
            assert record["ended_by"] == "caller"
            await desk.until(lambda: desk.agent["state"] == "wrap_up")

    system(story)


def test_hold_plays_music_and_resume_brings_the_voice_back(system: Run, tmp_path: Path) -> None:
    """The customer has a real telephone, so that it is known what he hears, not only how loud it is."""

    async def story(running: Demo) -> None:
        async with at_work(running, "mei") as desk, outside_telephone(running, tmp_path) as customer:
            await customer.dial("4008123456")
            call = await answer(desk)
            await eventually(hears(desk, call["leg_id"], CALLER_TONE), "the agent hears the customer")
            await eventually(phone_hears(customer, AGENT_TONE), "the customer hears the agent")
            await desk.do("call.hold", call_id=call["call_id"], on=True)
            await eventually(lambda: desk.ears[call["leg_id"]].hertz == 0.0, "the agent hears nothing on hold")
            await eventually(lambda: hears_music(customer), "the customer hears music, not the agent")
            await desk.do("call.hold", call_id=call["call_id"], on=False)
            await eventually(hears(desk, call["leg_id"], CALLER_TONE), "the customer is back")
            await eventually(phone_hears(customer, AGENT_TONE), "the agent is back")
            await desk.do("call.hang_up", call_id=call["call_id"])
            await customer.event("CALL_CLOSED")

    system(story)


def hears_music(customer: Baresip) -> bool:
    return customer.pitch_heard(0.6) > 0 and not phone_hears(customer, AGENT_TONE)()


def test_keys_go_both_ways(system: Run, tmp_path: Path) -> None:
    async def story(running: Demo) -> None:
        async with at_work(running, "mei") as desk, outside_telephone(running, tmp_path) as customer:
            await customer.dial("4008123456")
            call = await answer(desk)
            await customer.event("CALL_ESTABLISHED")
            await customer.press("159#")
            await desk.until(lambda: desk.calls[call["call_id"]]["digits"].endswith("159#"))
            await desk.do("call.digits", call_id=call["call_id"], digits="7")
            pressed = await customer.event("CALL_DTMF_START")
            assert pressed["param"] == "7"
            await customer.hang_up()
            await desk.until(lambda: call["call_id"] in desk.gone)

    system(story)


def test_keys_of_the_simulated_caller_reach_the_page(system: Run) -> None:
    async def story(running: Demo) -> None:
        async with at_work(running, "mei") as desk:
            await customer_calls(desk.person, keys=",,,,159#")
            call = await answer(desk)
            await desk.until(lambda: desk.calls[call["call_id"]]["digits"].endswith("159#"), 30)
            await desk.do("call.hang_up", call_id=call["call_id"])

    system(story)


def test_an_unknown_number_is_refused_with_404_after_a_spoken_word(system: Run) -> None:
    async def story(running: Demo) -> None:
        async with signed_in(running, "mei") as person:
            caller = await customer_calls(person, number="4009999999")

            async def refused() -> bool:
                return bool((await simulated(person, caller))["state"] == "ended")

            await eventually(refused, "the call has ended", 30)
            state = await simulated(person, caller)
            assert state["sip_status"] == 404
            assert state["answered_at"] is None
            assert state["packets_received"] > 50, "no early media was heard"

    system(story)


def test_sound_without_a_gap_over_forty_milliseconds_for_a_long_talk(system: Run) -> None:
    async def story(running: Demo) -> None:
        async with at_work(running, "mei") as desk:
            caller, call = await talk(desk)
            before = (await simulated(desk.person, caller))["packets_received"]
            frames = desk.ears[call["leg_id"]].frames
            await eventually(lambda: desk.ears[call["leg_id"]].frames >= frames + 1000, "20 s of talk", 30)
            await no_gap(desk, call["leg_id"], caller)
            assert (await simulated(desk.person, caller))["packets_received"] - before >= 950
            await desk.do("call.hang_up", call_id=call["call_id"])

    system(story)

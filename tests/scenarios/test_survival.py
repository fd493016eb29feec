# SPDX-License-Identifier: Apache-2.0
"""A process dies in the middle of a call: the talk goes on, and control comes back."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from tests.scenarios.conftest import Run
from tests.world.desk import Desk
from tests.world.system import Demo
from tests.world.workday import (
    CALLER_TONE,
    answer,
    at_desk,
    at_work,
    customer_calls,
    customer_hangs_up,
    eventually,
    hears,
    no_gap,
    outside_telephone,
    record_of,
    simulated,
    talk,
)

CONTROL_WITHIN_S = 3.0


async def time_without_control(desk: Desk) -> float:
    """From the death of the backend to the page's new connection, seconds."""
    loop = asyncio.get_running_loop()
    died = loop.time()
    await eventually(lambda: not desk.is_connected, "the page notices")
    await eventually(lambda: desk.is_connected, "the page is connected again", 15)
    return loop.time() - died


def test_talk_goes_on_when_the_backend_dies_and_the_agent_can_hang_up_after_three_seconds(system: Run) -> None:
    async def story(running: Demo) -> None:
        async with at_work(running, "mei") as desk:
            caller, call = await talk(desk)
            os.kill(await running.pid_now("backend"), signal.SIGKILL)
            away = await time_without_control(desk)
            print(f"\nthe page was without control for {away:.2f} s (load {os.getloadavg()[0]:.1f})")
            assert away <= CONTROL_WITHIN_S
            assert hears(desk, call["leg_id"], CALLER_TONE)()
            await desk.do("call.hang_up", call_id=call["call_id"])
            record = await record_of(desk.person, call["call_id"])
            assert (record["ended_by"], record["cause"]) == ("agent", "normal")
            await no_gap(desk, call["leg_id"], caller)

    system(story)


def test_three_who_wait_keep_their_places_and_one_goes_on_talking_when_the_backend_dies(system: Run) -> None:
    async def story(running: Demo) -> None:
        async with at_work(running, "mei") as desk:
            talking, call = await talk(desk)
            waiting = []
            for number in ("13800000001", "13800000002", "13800000003"):
                waiting.append(await customer_calls(desk.person, caller_number=number, hang_up_after_s=60))
                await waits(desk, len(waiting))
            os.kill(await running.pid_now("backend"), signal.SIGKILL)
            await time_without_control(desk)
            await waits(desk, 3)
            assert hears(desk, call["leg_id"], CALLER_TONE)()
            await desk.do("call.hang_up", call_id=call["call_id"])
            for number in ("13800000001", "13800000002", "13800000003"):
                await desk.until(lambda: desk.agent["state"] in ("wrap_up", "ready", "ringing"))
                await desk.do("agent.state", state="ready")
                next_one = await answer(desk)
                assert next_one["peer"]["number"] == number
                await eventually(hears(desk, next_one["leg_id"], CALLER_TONE), "who waited is heard")
                await desk.do("call.hang_up", call_id=next_one["call_id"])
                await desk.until(lambda gone=next_one["call_id"]: gone in desk.gone)
            for caller in (talking, *waiting):
                state = await simulated(desk.person, caller)
                assert (state["state"], state["sip_status"]) == ("ended", 200)
            await no_gap(desk, call["leg_id"], talking)

    system(story)


async def waits(desk: Desk, number: int, timeout: float = 10.0) -> None:
    async def so_many() -> bool:
        queues = (await desk.person.get("/queues"))["queues"]
        return bool(sum(queue["waiting"] for queue in queues) == number)

    await eventually(so_many, f"{number} wait", timeout)


@pytest.mark.parametrize("role", ["backend", "sip-1"])
def test_a_bye_during_an_outage_ends_the_call(system: Run, tmp_path: Path, role: str) -> None:
    async def story(running: Demo) -> None:
        async with at_work(running, "mei") as desk, outside_telephone(running, tmp_path) as customer:
            await customer.dial("4008123456")
            call = await answer(desk)
            await eventually(hears(desk, call["leg_id"], CALLER_TONE), "the agent hears the customer")
            pid = await running.pid_now(role)
            os.kill(pid, signal.SIGSTOP)  # it answers nothing from here on
            await customer.hang_up()
            await asyncio.sleep(1)
            os.kill(pid, signal.SIGKILL)
            await desk.until(lambda: desk.is_connected and call["call_id"] not in desk.calls, 15)
            record = await record_of(desk.person, call["call_id"])
            assert (record["ended_by"], record["cause"]) == ("caller", "normal")

    system(story)


def test_talk_goes_on_when_the_bridge_dies_and_the_agent_can_hang_up_after_three_seconds(system: Run) -> None:
    async def story(running: Demo) -> None:
        async with at_work(running, "mei") as desk:
            caller, call = await talk(desk)
            os.kill(await running.pid_now("sip-1"), signal.SIGKILL)
            await asyncio.sleep(3)
            assert hears(desk, call["leg_id"], CALLER_TONE)()
            await desk.do("call.hang_up", call_id=call["call_id"])

            async def has_ended() -> bool:
                return bool((await simulated(desk.person, caller))["state"] == "ended")

            await eventually(has_ended, "the caller got the BYE of a restarted bridge")
            assert (await record_of(desk.person, call["call_id"]))["ended_by"] == "agent"
            await no_gap(desk, call["leg_id"], caller)

    system(story)


def test_both_die_at_once_and_the_customer_hangs_up_afterwards(system: Run) -> None:
    async def story(running: Demo) -> None:
        async with at_work(running, "mei") as desk:
            caller, call = await talk(desk)
            for role in ("sip-1", "backend"):
                os.kill(await running.pid_now(role), signal.SIGKILL)
            await time_without_control(desk)
            await customer_hangs_up(desk.person, caller)
            await desk.until(lambda: call["call_id"] not in desk.calls, 15)
            assert (await record_of(desk.person, call["call_id"]))["ended_by"] == "caller"
            await no_gap(desk, call["leg_id"], caller)

    system(story)


def test_calls_of_a_media_node_that_dies_end_and_the_next_call_is_well(system: Run) -> None:
    async def story(running: Demo) -> None:
        async with at_work(running, "mei") as desk:
            caller, call = await talk(desk)
            os.kill(await running.pid_now("sfu-1"), signal.SIGKILL)
            await desk.until(lambda: call["call_id"] not in desk.calls, 15)
            record = await record_of(desk.person, call["call_id"])
            assert record["cause"] == "media-lost"

            async def has_ended() -> bool:
                return bool((await simulated(desk.person, caller))["state"] == "ended")

            await eventually(has_ended, "the caller got the BYE")  # the record may be written before it is on its way
            await desk.until(lambda: desk.agent["state"] in ("wrap_up", "ready"))
            await desk.ready()
            _, call = await talk(desk)
            await desk.do("call.hang_up", call_id=call["call_id"])

    system(story)


def test_a_new_transport_for_the_same_leg_is_the_same_call_and_recording(system: Run) -> None:
    async def story(running: Demo) -> None:
        async with at_work(running, "mei") as desk:
            _, call = await talk(desk)
            desk.ears.pop(call["leg_id"]).task.cancel()
            await desk.connect(call["leg_id"])
            await eventually(hears(desk, call["leg_id"], CALLER_TONE), "sound is back after a reload", 4)
            await desk.do("call.hang_up", call_id=call["call_id"])
            record = await record_of(desk.person, call["call_id"])
            assert len(record["recordings"]) == 1

    system(story)


def test_the_caller_of_an_agent_who_vanishes_is_first_in_line_with_all_his_waiting(system: Run) -> None:
    async def story(running: Demo) -> None:
        async with at_work(running, "mei") as mei, at_desk(running, "lei") as lei:
            _, call = await talk(mei, caller_number="13800000001")
            await customer_calls(lei.person, caller_number="13800000002")
            await waits(lei, 1)
            await mei.crash()
            await waits(lei, 2, 30)
            log = (await mei.person.get(f"/calls/{call['call_id']}"))["log"]
            assert [entry["type"] for entry in log if entry["type"].startswith("media_lost")], "and music meanwhile"
            first, again = [entry["data"] for entry in log if entry["type"] == "queue_entered"]
            assert (again["rank"], again["entered_at_ms"]) == (-1, first["entered_at_ms"])
            agents = {agent["user_id"]: agent for agent in (await lei.person.get("/agents"))["agents"]}
            lost = agents[mei.person.me["user_id"]]
            assert (lost["state"], lost["reason"]) == ("break", "lost")
            await lei.ready()
            assert (await answer(lei))["peer"]["number"] == "13800000001"

    system(story)

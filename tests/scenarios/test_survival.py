# SPDX-License-Identifier: Apache-2.0
"""A process dies in the middle of a call: the talk goes on, and control comes back."""

import asyncio
import os
import signal

from tests.scenarios.conftest import Run
from tests.scenarios.test_first_call import record_of, talk
from tests.world.system import Demo
from tests.world.workday import CALLER_TONE, at_work, eventually, hears, simulated

GAP_LIMIT_MS = 40


async def kill(system: Demo, role: str) -> None:
    """`kill -9` of a role, and the wait until another process holds it."""
    pid = await system.pid_now(role)
    os.kill(pid, signal.SIGKILL)

    async def is_back() -> bool:
        try:
            return await system.pid_now(role) != pid
        except StopIteration:
            return False

    await eventually(is_back, f"{role} is started again")


def test_talk_goes_on_when_the_backend_dies_and_the_agent_can_hang_up_after_three_seconds(system: Run) -> None:
    async def story(running: Demo) -> None:
        async with at_work(running, "mei") as desk:
            caller, call = await talk(running, desk)
            await kill(running, "backend")
            await asyncio.sleep(3)
            assert hears(desk, call["leg_id"], CALLER_TONE)()
            await eventually(lambda: desk._socket.connected, "the page is connected again", 5)
            await desk.do("call.hang_up", call_id=call["call_id"])
            record = await record_of(desk.person, call["call_id"])
            assert record["ended_by"] == "agent"
            state = await simulated(desk.person, caller)
            assert state["longest_gap_ms"] <= GAP_LIMIT_MS

    system(story)


def test_a_bye_during_the_outage_of_the_backend_ends_the_call(system: Run) -> None:
    async def story(running: Demo) -> None:
        async with at_work(running, "mei") as desk:
            _, call = await talk(running, desk, hang_up_after_s=6)
            await asyncio.sleep(3)
            pid = await running.pid_now("backend")
            os.kill(pid, signal.SIGSTOP)  # it answers nothing from here on
            await asyncio.sleep(4)
            os.kill(pid, signal.SIGKILL)
            await eventually(lambda: desk._socket.connected, "the page is connected again", 15)
            await desk.until(lambda: call["call_id"] not in desk.calls, 15)
            record = await record_of(desk.person, call["call_id"])
            assert record["ended_by"] == "caller"

    system(story)


def test_talk_goes_on_when_the_bridge_dies_and_the_agent_can_hang_up_after_three_seconds(system: Run) -> None:
    async def story(running: Demo) -> None:
        async with at_work(running, "mei") as desk:
            caller, call = await talk(running, desk)
            await kill(running, "sip-1")
            await asyncio.sleep(3)
            assert hears(desk, call["leg_id"], CALLER_TONE)()
            await desk.do("call.hang_up", call_id=call["call_id"])

            async def has_ended() -> bool:
                return bool((await simulated(desk.person, caller))["state"] == "ended")

            await eventually(has_ended, "the caller got the BYE of a restarted bridge")
            record = await record_of(desk.person, call["call_id"])
            assert record["ended_by"] == "agent"
            state = await simulated(desk.person, caller)
            assert state["longest_gap_ms"] <= GAP_LIMIT_MS

    system(story)


def test_a_bye_during_the_outage_of_the_bridge_ends_the_call(system: Run) -> None:
    async def story(running: Demo) -> None:
        async with at_work(running, "mei") as desk:
            _, call = await talk(running, desk, hang_up_after_s=5)
            await asyncio.sleep(3)
            await kill(running, "sip-1")
            await desk.until(lambda: call["call_id"] not in desk.calls, 20)
            record = await record_of(desk.person, call["call_id"])
            assert record["ended_by"] == "caller"

    system(story)


def test_a_new_transport_for_the_same_leg_is_the_same_call_and_recording(system: Run) -> None:
    async def story(running: Demo) -> None:
        async with at_work(running, "mei") as desk:
            _, call = await talk(running, desk)
            desk.ears.clear()
            await desk.connect(call["leg_id"])
            await eventually(hears(desk, call["leg_id"], CALLER_TONE), "sound is back after a reload", 4)
            await desk.do("call.hang_up", call_id=call["call_id"])
            record = await record_of(desk.person, call["call_id"])
            assert len(record["recordings"]) == 1

    system(story)

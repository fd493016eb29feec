# SPDX-License-Identifier: Apache-2.0
"""A customer dials the 400 number over the trunk, an agent answers in a page, both hear each other."""

from pathlib import Path
from typing import Any

import av
import numpy as np

from tests.scenarios.conftest import Run
from tests.world.desk import Desk
from tests.world.system import Demo, Person
from tests.world.workday import (
    AGENT_TONE,
    CALLER_TONE,
    answer,
    at_work,
    customer_calls,
    eventually,
    hears,
    sign_in,
    simulated,
)


async def record_of(person: Person, call_id: str) -> dict[str, Any]:
    """The call's record once it has ended."""
    found: dict[str, Any] = {}

    async def has_ended() -> bool:
        found.update(await person.get(f"/calls/{call_id}"))
        return found["ended_at"] is not None

    await eventually(has_ended, f"the record of {call_id} has an end")
    return found


def pitches(path: Path) -> tuple[float, float]:
    """The strongest pitch of each channel in the last two seconds but one of a recording, hertz."""
    with av.open(str(path)) as container:
        frames = [frame.to_ndarray() for frame in container.decode(audio=0)]
    wave = np.concatenate(frames, axis=1)[:, -3 * 48000 : -48000].astype(np.float64)
    assert wave.shape[0] == 2, f"{wave.shape[0]} channels"
    power = np.abs(np.fft.rfft(wave * np.hanning(wave.shape[1]), axis=1))
    left, right = (float(p) * 48000 / wave.shape[1] for p in np.argmax(power, axis=1))
    return left, right


async def talk(system: Demo, desk: Desk, **how: object) -> tuple[str, dict[str, Any]]:
    """A call in which both have heard each other."""
    caller = await customer_calls(desk.person, **how)
    call = await answer(desk)
    await eventually(hears(desk, call["leg_id"], CALLER_TONE), "the agent hears the caller")

    async def caller_hears() -> bool:
        state = await simulated(desk.person, caller)
        return bool(state["heard_dbov"] > -40)

    await eventually(caller_hears, "the caller hears the agent")
    return caller, call


def test_a_customer_and_an_agent_hear_each_other_and_the_record_is_right(system: Run, tmp_path: Path) -> None:
    async def story(running: Demo) -> None:
        async with at_work(running, "mei") as desk:
            caller, call = await talk(running, desk)
            await desk.until(lambda: desk.calls[call["call_id"]]["recording"])
            await eventually(lambda: desk.ears[call["leg_id"]].frames > 200, "four seconds of talk")
            await desk.do("call.hang_up", call_id=call["call_id"])
            record = await record_of(desk.person, call["call_id"])
            assert record["ended_by"] == "agent"
            assert record["cause"] == "normal"
            assert record["agent"]["name"] == "李梅"
            assert record["queue"] is not None
            assert record["talk_s"] >= 3
            state = await simulated(desk.person, caller)
            assert state["state"] == "ended"
            audio = await desk.person.client.get(f"/recordings/{record['recording_id']}/audio")
            assert audio.headers["content-type"] == "audio/ogg"
            (tmp_path / "call.ogg").write_bytes(audio.content)
            left, right = pitches(tmp_path / "call.ogg")
            assert abs(left - CALLER_TONE) < 8
            assert abs(right - AGENT_TONE) < 8

    system(story)


def test_the_customer_hangs_up(system: Run) -> None:
    async def story(running: Demo) -> None:
        async with at_work(running, "mei") as desk:
            caller, call = await talk(running, desk)
            await desk.person.client.delete(f"/simulator/calls/{caller}")
            await desk.until(lambda: call["call_id"] in desk.gone)
            record = await record_of(desk.person, call["call_id"])
            assert record["ended_by"] == "caller"
            await desk.until(lambda: desk.agent["state"] == "wrap_up")

    system(story)


def test_hold_plays_music_and_resume_brings_the_voice_back(system: Run) -> None:
    async def story(running: Demo) -> None:
        async with at_work(running, "mei") as desk:
            _, call = await talk(running, desk)
            await desk.do("call.hold", call_id=call["call_id"], on=True)
            await eventually(lambda: desk.ears[call["leg_id"]].hertz == 0.0, "the agent hears nothing on hold")
            await desk.do("call.hold", call_id=call["call_id"], on=False)
            await eventually(hears(desk, call["leg_id"], CALLER_TONE), "the caller is back")
            await desk.do("call.hang_up", call_id=call["call_id"])

    system(story)


def test_keys_of_the_caller_reach_the_page(system: Run) -> None:
    async def story(running: Demo) -> None:
        async with at_work(running, "mei") as desk:
            await customer_calls(desk.person, keys=",,,,,,,,159#")
            call = await answer(desk)
            await desk.until(lambda: desk.calls[call["call_id"]]["digits"].endswith("159#"), 30)
            await desk.do("call.hang_up", call_id=call["call_id"])

    system(story)


def test_an_unknown_number_is_refused_with_404_after_a_spoken_word(system: Run) -> None:
    async def story(running: Demo) -> None:
        person = await sign_in(running, "mei")
        caller = await customer_calls(person, number="4009999999")

        async def refused() -> bool:
            return bool((await simulated(person, caller))["state"] == "ended")

        await eventually(refused, "the call has ended", 30)
        state = await simulated(person, caller)
        assert state["sip_status"] == 404
        assert state["answered_at_ms"] is None
        assert state["packets_received"] > 50, "no early media was heard"

    system(story)

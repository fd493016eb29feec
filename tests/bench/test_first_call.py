# SPDX-License-Identifier: Apache-2.0
"""INVITE to ring in the page, answer to first sound both ways, against the bare round trips of the same run."""

import asyncio
import statistics
import time
from dataclasses import dataclass, field
from datetime import datetime

from tests.bench.report import ratio, spread
from tests.scenarios.conftest import Run
from tests.world.desk import Desk
from tests.world.system import Demo
from tests.world.workday import at_work, customer_calls, eventually, simulated

ROUNDS = 10
PACKET_S = 0.02
"""No sound can be heard before one packet of it is full."""


@dataclass
class Times:
    """Seconds, one of each for every round."""

    ping: list[float] = field(default_factory=list)
    ring: list[float] = field(default_factory=list)
    talk: list[float] = field(default_factory=list)
    sound: list[float] = field(default_factory=list)


def test_from_invite_to_ring_and_from_answer_to_sound(system: Run) -> None:
    async def measure(running: Demo) -> Times:
        times = Times()
        async with at_work(running, "mei") as desk:
            for _ in range(ROUNDS):
                await _one_call(desk, times)
        return times

    times = system(measure)
    print(f"\nround trip page-backend: {spread(times.ping)}")
    print(f"INVITE -> ring in the page: {spread(times.ring)}")
    print(f"answer -> talking in the page: {spread(times.talk)}")
    print(f"answer -> first sound at the agent: {spread(times.sound)}")
    ping = statistics.median(times.ping)
    ratio("INVITE -> ring", statistics.median(times.ring), "round trip page-backend", ping)
    ratio("answer -> first sound", statistics.median(times.sound), "one packet and one round trip", ping + PACKET_S)


async def _one_call(desk: Desk, times: Times) -> None:
    loop = asyncio.get_running_loop()
    await desk.until(lambda: desk.agent["state"] in ("ready", "wrap_up"))
    await desk.ready()
    began = loop.time()
    await desk.do("ping")
    times.ping.append(loop.time() - began)
    caller = await customer_calls(desk.person)
    call = await desk.ringing()
    rang = time.time()
    times.ring.append(rang - datetime.fromisoformat((await simulated(desk.person, caller))["started_at"]).timestamp())
    await desk.connect(call["leg_id"])
    ear = desk.ears[call["leg_id"]]
    await eventually(lambda: ear.frames > 10, "the leg is connected while it rings")
    ear.first_sound = None
    began = loop.time()
    await desk.do("call.answer", call_id=call["call_id"])
    times.talk.append(loop.time() - began)
    await eventually(lambda: ear.first_sound is not None, "the agent hears something")
    times.sound.append((ear.first_sound or 0) - began)
    await desk.do("call.hang_up", call_id=call["call_id"])
    await desk.until(lambda: call["call_id"] in desk.gone)

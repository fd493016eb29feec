# SPDX-License-Identifier: Apache-2.0
"""`kill -9` of the backend, again and again, while ten talk and twenty wait. `KILLS=10` is the whole; CI does two.

What must be as it was: the order of the line and its times, what each agent does and since when, every talk on its
first connection, and who is logged in.
"""

import asyncio
import contextlib
import os
import random
import signal
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.scenarios.conftest import Run
from tests.world.desk import Desk
from tests.world.staff import Staff, hire
from tests.world.system import Demo
from tests.world.workday import CALLER_TONE, customer_calls, eventually, hears, longest_gap_ms, record_of, talk

KILLS = int(os.environ.get("KILLS", "2"))
TALKING = 10
WAITING = 20
LONG_S = 3000
"""Nobody hangs up by himself."""


@dataclass
class Centre:
    """Ten desks in their talks, and a line of callers."""

    running: Demo
    staff: Staff
    desks: list[Desk] = field(default_factory=list)
    talks: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    line: list[str] = field(default_factory=list)
    """Simulated ids, in the order in which they came."""

    @property
    def boss(self) -> Desk:
        return self.desks[0]

    async def fill(self, stack: contextlib.AsyncExitStack) -> None:
        for n, login in enumerate(self.staff.logins):
            desk = await self.staff.desk(login, hertz=800.0 + 20 * n)
            stack.push_async_callback(desk.close)
            self.desks.append(desk)
            self.talks.append(await talk(desk, caller_number=f"1390000{n:04d}", hang_up_after_s=LONG_S))
        for n in range(WAITING):
            self.line.append(
                await customer_calls(self.boss.person, caller_number=number_in_line(n), hang_up_after_s=LONG_S)
            )
            await eventually(self.waits(n + 1), f"{n + 1} wait")

    def waits(self, number: int) -> Any:
        async def so_many() -> bool:
            return int((await self.queue())["waiting"]) == number

        return so_many

    async def queue(self) -> dict[str, Any]:
        return dict((await self.boss.person.get("/queues"))["queues"][0])

    def standing(self) -> list[dict[str, Any]]:
        """What must not change: each agent's state and its time, and the talk."""
        wanted = ("call_id", "leg_id", "state", "answered_at", "peer", "held", "recording")
        return [
            {
                "agent": {name: desk.agent[name] for name in ("state", "reason", "since")},
                "calls": [{name: call[name] for name in wanted} for call in desk.calls.values()],
            }
            for desk in self.desks
        ]

    async def everybody_is_on_the_line(self) -> bool:
        calls = {call["simulated_id"]: call for call in (await self.boss.person.get("/simulator/calls"))["calls"]}
        return all(calls[who]["state"] == "talking" for who in [*self.line, *(who for who, _ in self.talks)])


def number_in_line(n: int) -> str:
    return f"1380000{n:04d}"


@contextlib.asynccontextmanager
async def centre(running: Demo) -> AsyncIterator[Centre]:
    async with contextlib.AsyncExitStack() as stack:
        found = Centre(running, await hire(running, TALKING))
        await found.fill(stack)
        yield found


async def kill(centre: Centre) -> float:
    """One death; the time until the last page has its line again, seconds."""
    loop = asyncio.get_running_loop()
    snapshots = [snapshots_of(desk) for desk in centre.desks]
    died = loop.time()
    os.kill(await centre.running.pid_now("backend"), signal.SIGKILL)
    for desk, before in zip(centre.desks, snapshots, strict=True):
        await desk.until(lambda desk=desk, before=before: snapshots_of(desk) > before and desk.is_connected, 30)
    return loop.time() - died


def snapshots_of(desk: Desk) -> int:
    return sum(kind == "snapshot" for _, kind, _ in desk.event_times)


async def is_as_before(centre: Centre, standing: list[dict[str, Any]], queue: dict[str, Any]) -> None:
    await eventually(centre.waits(WAITING), "all wait again")
    assert centre.standing() == standing
    now = await centre.queue()
    assert now["longest_wait_s"] >= queue["longest_wait_s"]
    for desk, (_, call) in zip(centre.desks, centre.talks, strict=True):
        assert list(desk.peers) == [call["leg_id"]]
        await eventually(hears(desk, call["leg_id"], CALLER_TONE), "the talk goes on")
    assert await centre.everybody_is_on_the_line()


async def serve_line(centre: Centre) -> list[str]:
    """One agent takes all who wait; the numbers, in the order in which they came to the desk."""
    desk, (_, first) = centre.boss, centre.talks[0]
    await desk.do("call.hang_up", call_id=first["call_id"])
    served = []
    for _ in centre.line:
        await desk.until(lambda: desk.agent["state"] in ("wrap_up", "ready", "ringing"))
        if desk.agent["state"] == "wrap_up":
            await desk.do("agent.state", state="ready")
        call = await desk.ringing()
        await desk.do("call.answer", call_id=call["call_id"])
        await desk.do("call.hang_up", call_id=call["call_id"])
        await desk.until(lambda gone=call["call_id"]: gone in desk.gone)
        served.append(call["peer"]["number"])
        await entered_once(desk, call["call_id"])
    return served


async def entered_once(desk: Desk, call_id: str) -> None:
    """Nobody was put back into the line, and the record counts from the first moment there."""
    record = await record_of(desk.person, call_id)
    times = {entry["type"]: entry["at"] for entry in record["log"]}
    kinds = [entry["type"] for entry in record["log"]]
    assert kinds.count("queue_entered") == 1, kinds
    assert 1 <= kinds.count("recovered") <= KILLS, "a backend may die before it has written that it took over"
    assert abs(record["wait_s"] - seconds(times["queue_left"]) + seconds(times["queue_entered"])) < 1.0


def seconds(iso: str) -> float:
    return datetime.fromisoformat(iso).timestamp()


def test_ten_talk_and_twenty_wait_through_every_death_of_the_backend(system: Run) -> None:
    async def story(running: Demo) -> None:
        chance = random.Random(KILLS)
        async with centre(running) as found:
            standing, queue, sessions = found.standing(), await found.queue(), found.staff.sessions()
            for n in range(1, KILLS + 1):
                away = await kill(found)
                await is_as_before(found, standing, queue)
                print(f"\ndeath {n}: every page had its line again after {away:.2f} s (load {os.getloadavg()[0]:.1f})")
                await asyncio.sleep(chance.uniform(0, 2))  # before, while and after the nodes are asked what they hold
            assert found.staff.sessions() == sessions, "nobody logged in again"
            gaps = [await longest_gap_ms(desk, call["leg_id"], who) for desk, (who, call) in rest(found)]
            print(f"the longest gap that a talking caller heard: {max(gaps):.0f} ms")
            assert await serve_line(found) == [number_in_line(n) for n in range(WAITING)]
            for desk, (_, call) in rest(found):
                await desk.do("call.hang_up", call_id=call["call_id"])
                record = await record_of(desk.person, call["call_id"])
                assert (record["cause"], record["ended_by"], len(record["recordings"])) == ("normal", "agent", 1)

    system(story)


def rest(centre: Centre) -> list[tuple[Desk, tuple[str, dict[str, Any]]]]:
    return list(zip(centre.desks, centre.talks, strict=True))[1:]

# SPDX-License-Identifier: Apache-2.0
"""Memory of each role at rest and for each call, and where the media node's time goes: not into Python."""

import asyncio
import os
from pathlib import Path

from tests.bench.report import ratio
from tests.scenarios.conftest import Run
from tests.world.system import Demo, Person, children_of, role_of
from tests.world.workday import customer_calls, eventually, signed_in

CALLS = 100
WATCHED_S = 10.0
TICK_S = 1 / os.sysconf("SC_CLK_TCK")


def resident(running: Demo) -> dict[str, int]:
    """Resident octets of each role, with its share of what it shares (PSS)."""
    found: dict[str, int] = {}
    for pid in (running.process.pid, *children_of(running.process.pid)):
        role = role_of(pid) or "supervisor"
        found[f"{role} (spare)" if role in found else role] = proportional(pid)
    return found


def proportional(pid: int) -> int:
    """Proportional set size of a process, octets (proc(5), smaps_rollup)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def thread_seconds(pid: int) -> dict[str, float]:
    """CPU seconds of each thread of a process, by the thread's name; the main thread is called `main`."""
    found: dict[str, float] = {}
    for task in Path(f"/proc/{pid}/task").iterdir():
        head, _, tail = (task / "stat").read_text().rpartition(")")
        name = "main" if task.name == str(pid) else head.partition("(")[2]
        user, system = tail.split()[11:13]
        found[name] = found.get(name, 0.0) + (int(user) + int(system)) * TICK_S
    return found


async def fill(person: Person) -> None:
    """A hundred customers in the queue, all talking to its music."""
    for number in range(CALLS):
        await customer_calls(person, caller_number=f"138{number:08d}", hang_up_after_s=WATCHED_S + 30)

    async def all_talk() -> bool:
        calls = (await person.get("/simulator/calls"))["calls"]
        return [call["state"] for call in calls].count("talking") >= CALLS

    await eventually(all_talk, f"{CALLS} calls are answered", 60)


def test_memory_of_each_role_and_the_threads_that_carry_a_hundred_calls(system: Run) -> None:
    async def measure(running: Demo) -> None:
        at_rest = resident(running)
        async with signed_in(running, "admin") as person:
            await fill(person)
            sfu = await running.pid_now("sfu-1")
            before = thread_seconds(sfu)
            await asyncio.sleep(WATCHED_S)
            after = thread_seconds(sfu)
        say_memory(at_rest, resident(running))
        say_threads({name: after[name] - before.get(name, 0.0) for name in after})

    system(measure)


def say_memory(at_rest: dict[str, int], busy: dict[str, int]) -> None:
    print(f"\nresident memory at rest, and with {CALLS} calls that wait:")
    for role, octets in sorted(at_rest.items()):
        more = (busy.get(role, octets) - octets) / CALLS / 1024
        print(f"  {role:16} {octets / 2**20:6.1f} MiB at rest, {more:7.1f} KiB a call")


def say_threads(spent: dict[str, float]) -> None:
    packets = CALLS * 50 * 2 * WATCHED_S
    print(f"threads of sfu-1 while {CALLS} calls send and hear music for {WATCHED_S:.0f} s, {packets:.0f} packets:")
    for name, seconds in sorted(spent.items(), key=lambda item: -item[1]):
        share = seconds / WATCHED_S * 100
        print(f"  {name:16} {share:5.1f} % of a core, {seconds / packets * 1e6:6.2f} us a packet")
    engine = sum(seconds for name, seconds in spent.items() if name != "main")
    ratio("Python's thread", spent["main"], "the engine's threads", engine, "near 0: no packet meets Python")

# SPDX-License-Identifier: Apache-2.0
"""Queue decisions with a thousand callers in line and a thousand agents, against sorting the same snapshot plainly.

A decision is all that is thought about one caller: finding the first in line who can be served, the snapshot of the
agents, the order, and the reasons why not the others. Writing it down and ringing are not in it. Times are the
processor's: what others do on the machine is not in them.
"""

import asyncio
import gc
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, get_args

from msgspec.structs import replace

from headcall.backend.agents import store as agent_rows
from headcall.backend.agents.model import Agent
from headcall.backend.agents.service import Agents
from headcall.backend.calls.model import Call, Wait
from headcall.backend.queues import store as queue_rows
from headcall.backend.queues.chooser import Chooser
from headcall.backend.queues.dispatch import Dispatcher
from headcall.backend.queues.doors import Doors
from headcall.backend.queues.model import Need, Queue, StrategyName
from headcall.backend.queues.service import Queues, place
from headcall.backend.queues.sticky import LastAgents
from headcall.backend.store.base import DEFAULT_TENANT
from headcall.backend.store.engine import Store, sqlite_url
from headcall.backend.store.migrate import migrate
from headcall.backend.tenants.store import ensure_default
from headcall.backend.users.store import UserRow
from headcall.kit.clock import ManualClock
from tests.bench.report import ratio

CALLERS, AGENTS, READY_EVERY = 1000, 1000, 10
ROUNDS = 30
SKILL = "english"


@dataclass
class Centre:
    """Everything a decision looks at, and nothing else."""

    queues: Queues
    agents: Agents
    chooser: Chooser
    dispatcher: Dispatcher
    calls: list[Call]
    clock: ManualClock


class NoCalls:
    """In the place of call control: the line is the bench's own."""

    def on_change(self, observer: object) -> None:
        pass


def user(n: int) -> UserRow:
    return UserRow(
        user_id=f"usr_{n:04d}",
        tenant_id=DEFAULT_TENANT,
        login=f"agent{n}",
        name=f"Agent {n}",
        password_hash="",
        roles=["agent"],
        number=None,
        language="zh",
        answer_on="browser",
        branch="",
        created_at_ms=1,
    )


async def company(store: Store, queue: Queue, clock: ManualClock) -> Centre:
    """A thousand agents, one in ten of them free, and a thousand callers of one queue."""
    await migrate(store)
    names = [f"usr_{n:04d}" for n in range(AGENTS)]
    async with store.begin() as session:
        await ensure_default(session, now_ms=1)
        session.add_all([user(n) for n in range(AGENTS)])
        await session.flush()
        for n, name in enumerate(names):
            await agent_rows.put(session, name, str(3000 + n), seat=n)
        await queue_rows.put(session, queue)
        await queue_rows.put_members(session, queue.queue_id, names)
        await queue_rows.put_skills(session, names[-1], {SKILL: 1})
    calls = [waiting(queue, n, clock.wall_ms()) for n in range(CALLERS)]
    queues = Queues(store, lambda: calls)
    await queues.load()
    agents = Agents(store, clock, lambda user_id: True, nothing)
    await agents.load()
    chooser = Chooser(queues, agents, LastAgents(store, clock), clock, Random(1))
    given: Any = NoCalls()
    dispatcher = Dispatcher(queues, agents, given, chooser=chooser, rounds=given)
    centre = Centre(queues, agents, chooser, dispatcher, calls, clock)
    set_states(centre, lambda n: "ready" if n % READY_EVERY == 0 else "talking")
    gc.freeze()  # as a role does when it is ready (`RoleContext.ready`)
    return centre


async def nothing() -> None:
    pass


def waiting(queue: Queue, n: int, now_ms: int) -> Call:
    since = now_ms - (n * 7919) % 600_000
    wait = Wait(queue.queue_id, queue.name, since, since, since + 10**7, priority=n % 3)
    return Call(call_id=f"call_{n:04d}", from_number=f"139{n:08d}", queue_id=queue.queue_id, wait=wait)


def set_states(centre: Centre, state_of: Callable[[int], Any]) -> None:
    """As they would be loaded; no row is written."""
    for n, (name, agent) in enumerate(list(centre.agents.all().items())):
        changed: Agent = replace(agent, state=state_of(n), idle_since_ms=n * 31 % 1000)
        centre.agents._agents[name] = changed


def bench(folder: Path, queue: Queue, story: Callable[[Centre], Awaitable[None]]) -> None:
    async def told() -> None:
        store = Store.open(sqlite_url(folder / f"{queue.strategy}.db"))
        try:
            await story(await company(store, queue, ManualClock()))
        finally:
            await store.close()

    asyncio.run(told())


def plain_sort_s(centre: Centre) -> float:
    """What no decision can do without: the line and the agents, each sorted once by a key that is there already."""
    line = [(place(call), call) for call in centre.calls]
    idle = [(agent.idle_since_ms, agent.seat, user_id) for user_id, agent in centre.agents.all().items()]
    began = time.process_time()
    for _ in range(ROUNDS):
        sorted(line, key=lambda pair: pair[0])
        sorted(idle)
    return (time.process_time() - began) / ROUNDS


async def decide(centre: Centre) -> int:
    found = centre.dispatcher._next(set())
    assert found is not None
    choice = await centre.chooser.choose(found[0], found[1])
    return len(choice.user_ids)


def test_decisions_of_every_strategy(tmp_path: Path) -> None:
    print(f"\n{CALLERS} callers in line, {AGENTS} agents, {AGENTS // READY_EVERY} of them free:")
    for strategy in get_args(StrategyName):
        queue = Queue("que_1", "Bench", strategy=strategy, needs=(Need(SKILL, 0),))

        async def measure(centre: Centre, strategy: str = strategy) -> None:
            plain = plain_sort_s(centre)
            began = time.process_time()
            for _ in range(ROUNDS):
                assert await decide(centre) >= 1
            ours = (time.process_time() - began) / ROUNDS
            print(f"  {1 / ours:6.0f} decisions/s  ", end="")
            ratio(strategy, ours, "sorting line and agents", plain)

        bench(tmp_path, queue, measure)


def test_a_line_that_nobody_can_serve(tmp_path: Path) -> None:
    """A thousand callers need what none of a hundred free agents can: every pass looks at all of them in vain."""
    queue = Queue("que_1", "Bench", needs=(Need(SKILL, 1),))

    async def measure(centre: Centre) -> None:
        plain = plain_sort_s(centre)
        began = time.process_time()
        for _ in range(3):
            assert centre.dispatcher._next(set()) is None
        ours = (time.process_time() - began) / 3
        print(f"\na pass in vain over {CALLERS} callers: {ours * 1e3:.1f} ms")
        ratio("a pass in vain", ours, "sorting line and agents", plain)

    bench(tmp_path, queue, measure)


def test_the_expected_wait_of_every_caller(tmp_path: Path) -> None:
    """Told to each caller every half minute."""

    async def measure(centre: Centre) -> None:
        plain, doors = plain_sort_s(centre), Doors(centre.queues, centre.agents)
        queue = centre.queues.all()[0]
        began = time.process_time()
        for call in centre.calls[:100]:
            assert doors.expected_wait_s(queue, call.call_id) is not None
        ours = (time.process_time() - began) / 100
        print(f"\nthe expected wait of one of {CALLERS} callers: {ours * 1e3:.2f} ms")
        ratio("the expected wait", ours, "sorting line and agents", plain)

    bench(tmp_path, Queue("que_1", "Bench"), measure)

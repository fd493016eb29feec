# SPDX-License-Identifier: Apache-2.0
"""What the board of 50 queues and 300 agents costs each second: processor time and octets, beside making it whole."""

import json
import time
from collections.abc import Callable
from random import Random
from typing import Any, cast

from msgspec.structs import replace

from headcall.backend.agents.model import Agent, State
from headcall.backend.board.service import Board
from headcall.backend.calls.model import EMPTY, Call, Leg, Wait
from headcall.backend.queues.model import Queue
from headcall.backend.queues.tally import Tally
from headcall.kit.clock import ManualClock
from tests.bench.report import ratio

QUEUES, AGENTS, WAITING = 50, 300, 200
SECONDS = 60
STATES: tuple[State, ...] = ("ready", "ringing", "talking", "wrap_up", "break")


class Floor:
    """Stands for calls, agents and queues at once: what the board asks of them."""

    def __init__(self, chance: Random) -> None:
        self.chance, self.tally, self.loaded = chance, Tally(), object()
        self.queues = {f"que_{n}": Queue(f"que_{n}", f"队列 {n}") for n in range(QUEUES)}
        self.agents = {f"usr_{n}": Agent(f"usr_{n}", str(1000 + n), f"坐席 {n}") for n in range(AGENTS)}
        users = list(self.agents)
        self.serving = {queue: frozenset(chance.sample(users, 30)) for queue in self.queues}
        self.open: dict[str, Call] = {}
        for n in range(WAITING):
            self.comes(f"wait_{n}")

    def comes(self, call_id: str) -> Call:
        queue = self.chance.choice(list(self.queues.values()))
        wait = Wait(queue.queue_id, queue.name, self.chance.randrange(10**6), 0, 10**9)
        call = Call(call_id=call_id, from_number="13800138000", wait=wait)
        self.open[call_id] = call
        return call

    def talks(self, user_id: str) -> Call:
        legs = {"a": Leg("a", "sip", "caller", "sfu", state="up", number="13800138000")}
        legs["b"] = Leg("b", "browser", "callee", "sfu", state="up", user_id=user_id)
        call = Call(call_id=f"call_{user_id}", caller_id="a", legs=legs, pair=("a", "b"), talking_since_ms=1)
        self.open[call.call_id] = call
        return call

    def calls(self) -> list[Call]:
        return list(self.open.values())

    def get(self, some_id: str) -> Any:
        return self.open.get(some_id) or self.agents.get(some_id) or self.queues.get(some_id)

    def members(self, queue_id: str) -> frozenset[str]:
        return self.serving[queue_id]


class Agents:
    def __init__(self, floor: Floor) -> None:
        self._agents = floor.agents

    def all(self) -> dict[str, Agent]:
        return self._agents

    def get(self, user_id: str) -> Agent | None:
        return self._agents.get(user_id)

    def hindrances(self, _user_id: str) -> tuple[str, ...]:
        return ()


class Queues:
    def __init__(self, floor: Floor) -> None:
        self.floor, self.tally, self.loaded, self.get, self.members = (
            floor,
            floor.tally,
            floor.loaded,
            floor.queues.get,
            floor.members,
        )

    def all(self) -> list[Queue]:
        return list(self.floor.queues.values())


def board_of(floor: Floor) -> Board:
    calls, agents, queues = cast(Any, floor), cast(Any, Agents(floor)), cast(Any, Queues(floor))
    return Board(cast(Any, None), ManualClock(), calls, agents, queues)


def busy_second(floor: Floor, board: Board, n: int) -> None:
    """A tenth of the agents does something else, ten callers come and ten are served."""
    for user_id in floor.chance.sample(list(floor.agents), AGENTS // 10):
        before = floor.agents[user_id]
        state = floor.chance.choice(STATES)
        call = floor.talks(user_id) if state == "talking" else None
        after = replace(before, state=state, since_ms=n * 1000, call_id=call.call_id if call else None)
        floor.agents[user_id] = after
        board.agent_changed(before, after)
        if call:
            board.call_changed(EMPTY, call, [])
    for m, call_id in enumerate([each for each in floor.open if each.startswith("wait_")][:10]):
        board.call_changed(floor.open.pop(call_id), EMPTY, [])
        board.call_changed(EMPTY, floor.comes(f"wait_{n}_{m}"), [])


def octets(view: Any) -> int:
    return len(json.dumps(view, separators=(",", ":")))


def cost(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.process_time()
    made = work()
    return time.process_time() - began, made


def test_the_board_of_a_busy_floor() -> None:
    floor = Floor(Random(5))
    board = board_of(floor)
    board.take()
    making = whole = 0.0
    sizes, wholes = [], []
    for n in range(1, SECONDS + 1):
        busy_second(floor, board, n)
        seconds, change = cost(board.take)
        making += seconds
        assert change is not None and len(change["agents"]) >= AGENTS // 20
        sizes.append(octets(change))
        afresh = board_of(floor)
        seconds, view = cost(afresh.whole)
        whole += seconds
        wholes.append(octets(view))
        assert {row["user_id"]: row for row in board.whole()["agents"]} == {r["user_id"]: r for r in view["agents"]}
    print(
        f"\na second's change: {sum(sizes) / SECONDS / 1e3:.1f} kB of a whole of {sum(wholes) / SECONDS / 1e3:.1f} kB"
    )
    print(f"processor per second: {making / SECONDS * 1e3:.2f} ms ({making / SECONDS:.2%} of one), however many look")
    ratio("a change's rows", making, "making the whole", whole)
    ratio("a change's octets", sum(sizes), "the whole", sum(wholes))

# SPDX-License-Identifier: Apache-2.0
"""Who may join a queue, who is sent away from it, and how long the waiting may be."""

import math
from collections.abc import Collection

from headcall.backend.agents.service import Agents
from headcall.backend.calls.model import Terms
from headcall.backend.queues.model import Queue
from headcall.backend.queues.service import Queues

AT_WORK = frozenset({"ready", "ringing", "talking", "wrap_up"})
LOGGED_IN = AT_WORK | {"break"}


def refusal(queue: Queue, waiting: int, states: Collection[str]) -> str | None:
    """The cause for which one more caller may not join, or None. `states`: of the agents who serve the queue."""
    if queue.size_limit and waiting >= queue.size_limit:
        return "queue-full"
    wanted = {"always": None, "staffed": LOGGED_IN, "ready": AT_WORK}[queue.join]
    if wanted is not None and wanted.isdisjoint(states):
        return "no-agent"
    return None


def must_leave(queue: Queue, states: Collection[str]) -> bool:
    """Whether those who wait are sent away."""
    return queue.leave == "unstaffed" and LOGGED_IN.isdisjoint(states)


def expected_wait_s(before: int, handle_s: float, at_work: int) -> float | None:
    """How long a caller will wait with so many callers before. None while nobody works.

    Agents who all need `handle_s` for a call become free one every `handle_s / at_work`; the caller is served by the
    (before + 1)th of them.
    """
    return (before + 1) * handle_s / at_work if at_work else None


def spoken_minutes(expected_s: float) -> int:
    """Whole minutes, upwards: who is told two minutes and waits one is content."""
    return max(1, math.ceil(expected_s / 60))


class Doors:
    def __init__(self, queues: Queues, agents: Agents) -> None:
        self._queues, self.agents = queues, agents

    def states(self, queue: Queue) -> list[str]:
        agents = self.agents.all()
        return [agents[user].state for user in self._queues.members(queue.queue_id) if user in agents]

    def refusal(self, queue: Queue) -> str | None:
        """Why nobody may join now, or None."""
        if not queue.size_limit and queue.join == "always":
            return None
        return refusal(queue, len(self._queues.line(queue.queue_id)), self.states(queue))

    def must_leave(self, queue: Queue) -> bool:
        return must_leave(queue, self.states(queue))

    def expected_wait_s(self, queue: Queue, call_id: str) -> float | None:
        """How long this caller will still wait, as far as one can tell."""
        at_work = sum(state in AT_WORK for state in self.states(queue))
        handle_s = self._queues.tally.handle_s(queue.queue_id) + queue.wrap_up_s
        return expected_wait_s(self._queues.callers_before(call_id), handle_s, at_work)


def priority_of(queue: Queue, caller: str) -> int:
    """The queue's, and what the list of callers adds to it."""
    return queue.priority + queue.vip.get(caller, queue.vip.get(caller.removeprefix("+"), 0))


def terms_of(queue: Queue) -> Terms:
    return Terms(overflow=queue.overflow, survey=queue.survey)

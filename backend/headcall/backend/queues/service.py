# SPDX-License-Identifier: Apache-2.0
"""The queues as they stand: their rules, who serves them, and who waits in which order."""

from collections.abc import Callable, Iterable

from headcall.backend.agents.model import Agent
from headcall.backend.calls.model import Call
from headcall.backend.queues import store as rows
from headcall.backend.queues.model import Candidate, Queue
from headcall.backend.store.engine import Store

Calls = Callable[[], Iterable[Call]]


class Queues:
    def __init__(self, store: Store, calls: Calls) -> None:
        self._store, self._calls = store, calls
        self._queues: dict[str, Queue] = {}
        self._members: dict[str, set[str]] = {}

    async def load(self) -> None:
        """Takes queues and members from the rows."""
        async with self._store.read() as session:
            self._queues = {queue.queue_id: queue for queue in await rows.every(session)}
            members: dict[str, set[str]] = {}
            for queue_id, user_id in await rows.members(session):
                members.setdefault(queue_id, set()).add(user_id)
            self._members = members

    def get(self, queue_id: str | None) -> Queue | None:
        return self._queues.get(queue_id) if queue_id else None

    def all(self) -> list[Queue]:
        return list(self._queues.values())

    def members(self, queue_id: str) -> set[str]:
        return self._members.get(queue_id, set())

    def of_agent(self, user_id: str) -> list[Queue]:
        """The queues that an agent serves."""
        return [queue for queue in self._queues.values() if user_id in self.members(queue.queue_id)]

    def line(self, queue_id: str | None = None) -> list[Call]:
        """Who waits, the first to be served first: in one queue, or in all of them.

        The order is the same within and across queues: rank, then the moment of entry, then the call's id.
        """
        waiting = [call for call in self._calls() if call.wait and queue_id in (None, call.wait.queue_id)]
        return sorted(waiting, key=place)

    def callers_before(self, call_id: str) -> int:
        """How many are served before this call in its queue. Who is being offered still counts."""
        for call in self._calls():
            if call.call_id == call_id and call.wait:
                mine = place(call)
                return sum(place(other) < mine for other in self.line(call.wait.queue_id))
        return 0


def place(call: Call) -> tuple[int, int, str]:
    assert call.wait is not None
    return (call.wait.rank, call.wait.entered_at_ms, call.call_id)


def candidate(agent: Agent, call: Call, *, has_device: bool) -> Candidate:
    """An agent as the strategies see them for this caller."""
    lapsed = [lapse.at_ms for lapse in call.lapses if lapse.user_id == agent.user_id]
    return Candidate(
        user_id=agent.user_id,
        name=agent.name,
        state=agent.state,
        reason=agent.reason,
        idle_since_ms=agent.idle_since_ms,
        has_device=has_device,
        level=agent.level,
        seat=agent.seat,
        lapsed_at_ms=max(lapsed, default=None),
    )

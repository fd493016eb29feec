# SPDX-License-Identifier: Apache-2.0
"""The queues as they stand: their rules, who serves them, and who waits in which order."""

from collections.abc import Callable, Iterable, Mapping

from headcall.backend.calls.model import Call
from headcall.backend.queues import store as rows
from headcall.backend.queues.model import Queue
from headcall.backend.queues.store import Member
from headcall.backend.queues.tally import Tally
from headcall.backend.store.engine import Store

Calls = Callable[[], Iterable[Call]]
IsClosed = Callable[[str], bool]
"""Whether it is outside these opening hours."""


class Queues:
    def __init__(self, store: Store, calls: Calls, is_closed: IsClosed = lambda _: False) -> None:
        self._store, self._calls, self._is_closed = store, calls, is_closed
        self._queues: dict[str, Queue] = {}
        self._members: dict[str, dict[str, Member]] = {}
        self._skills: dict[str, dict[str, int]] = {}
        self.tally = Tally()

    async def load(self) -> None:
        """Takes queues, members and skills from the rows."""
        async with self._store.read() as session:
            self._queues = {queue.queue_id: queue for queue in await rows.every(session)}
            self._members = await rows.members(session)
            self._skills = await rows.skills(session)

    async def count_today(self, now_ms: int) -> None:
        """Takes today's work from the rows, once, at a start."""
        async with self._store.read() as session:
            await self.tally.load(session, now_ms)

    @property
    def loaded(self) -> object:
        """Another object after each `load`: by it one sees that the rules may be others."""
        return self._skills

    def get(self, queue_id: str | None) -> Queue | None:
        return self._queues.get(queue_id) if queue_id else None

    def all(self) -> list[Queue]:
        return list(self._queues.values())

    def members(self, queue_id: str) -> Mapping[str, Member]:
        """Who serves it, by their ids, in the queue's own order."""
        return self._members.get(queue_id, {})

    def skills(self, user_id: str) -> dict[str, int]:
        return self._skills.get(user_id, {})

    def every_skill(self) -> dict[str, list[int]]:
        """The levels of all who have it, by skill."""
        found: dict[str, list[int]] = {}
        for skills in self._skills.values():
            for skill, level in skills.items():
                found.setdefault(skill, []).append(level)
        return found

    def of_agent(self, user_id: str) -> list[Queue]:
        """The queues that an agent serves."""
        return [queue for queue in self._queues.values() if user_id in self.members(queue.queue_id)]

    def line(self, queue_id: str | None = None) -> list[Call]:
        """Who waits, the first to be served first: in one queue, or in all of them.

        The order is the same within and across queues (docs/queues.md): rank, then priority, then the moment of
        entry, then the call's id.
        """
        waiting = [call for call in self._calls() if call.wait and queue_id in (None, call.wait.queue_id)]
        return sorted(waiting, key=place)

    def rests(self, call: Call, queue: Queue) -> bool:
        """Whether it is a call-back that waits for the opening hours. Who holds a line themselves is served always."""
        return call.is_placeholder and self._is_closed(queue.hours_id)

    def callers_before(self, call_id: str) -> int:
        """How many are served before this call in its queue. Who is being offered still counts."""
        waiting = [(call.wait.queue_id, place(call)) for call in self._calls() if call.wait]
        for queue_id, mine in waiting:
            if mine[-1] == call_id:
                return sum(other == queue_id and before < mine for other, before in waiting)
        return 0


def longest_since_ms(line: Iterable[Call]) -> int | None:
    """Since when the first of those who wait on the line themselves does: a call-back's place has all the time."""
    return min((call.wait.entered_at_ms for call in line if call.wait and not call.is_placeholder), default=None)


def place(call: Call) -> tuple[int, int, int, str]:
    assert call.wait is not None
    return (call.wait.rank, -call.wait.priority, call.wait.entered_at_ms, call.call_id)

# SPDX-License-Identifier: Apache-2.0
"""To whom a caller belongs: the agent who talked with this number last, if that was not too long ago."""

from sqlalchemy import select

from headcall.backend.calls.model import Call
from headcall.backend.cdr.store import CdrRow
from headcall.backend.queues.model import Queue
from headcall.backend.queues.tally import DAY_MS
from headcall.backend.store.engine import Store
from headcall.kit.clock import Clock

MOST_KEPT = 10_000


class LastAgents:
    """Looked up once for each caller in each queue."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock
        self._kept: dict[tuple[str, str], str | None] = {}

    async def of(self, call: Call, queue: Queue) -> str | None:
        """The user id of the agent, or None."""
        if queue.sticky_days <= 0 or not call.from_number:
            return None
        key = (call.call_id, queue.queue_id)
        if key not in self._kept:
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            self._kept[key] = await self._look(call, queue)
        return self._kept[key]

    def is_known(self, call: Call, queue: Queue) -> bool:
        """Whether `of` answers at once."""
        return queue.sticky_days <= 0 or not call.from_number or (call.call_id, queue.queue_id) in self._kept

    def known(self, call: Call, queue: Queue) -> str | None:
        """The same without looking: None also for who was not asked for yet."""
        return self._kept.get((call.call_id, queue.queue_id)) if queue.sticky_days > 0 else None

    async def _look(self, call: Call, queue: Queue) -> str | None:
        since_ms = self._clock.wall_ms() - queue.sticky_days * DAY_MS
        wanted = (
            select(CdrRow.agent_user_id)
            .where(
                CdrRow.from_number == call.from_number,
                CdrRow.started_at_ms >= since_ms,
                CdrRow.answered_at_ms.is_not(None),
                CdrRow.agent_user_id.is_not(None),
                CdrRow.call_id != call.call_id,
            )
            .order_by(CdrRow.started_at_ms.desc())
            .limit(1)
        )
        async with self._store.read() as session:
            return await session.scalar(wanted)

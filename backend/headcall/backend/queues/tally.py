# SPDX-License-Identifier: Apache-2.0
"""How much each agent has done today, for the strategies that share work out: counted as it happens, read at a start.

Today begins at midnight of the machine's time zone. Direct calls count as well: they are work too.
"""

import time
from collections.abc import Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from headcall.backend.calls.log import Entry, RingStarted, Unbridged
from headcall.backend.calls.model import Call
from headcall.backend.cdr.store import CdrRow
from headcall.backend.queues.offers import OfferRow

DAY_MS: Final = 86_400_000
FIRST_HANDLE_S: Final = 180.0
"""What a call is taken to need before the first one has ended."""
MEMORY: Final = 0.1
"""Weight of the newest call in the mean: the last twenty or so count."""


class Done(Struct, frozen=True):
    """One agent's work today."""

    calls: int = 0
    talk_ms: int = 0
    offered_at_ms: int = 0


def midnight(now_ms: int) -> int:
    """The beginning of the day that `now_ms` is in, by the machine's time zone."""
    day = time.localtime(now_ms / 1000)
    return int(time.mktime((day.tm_year, day.tm_mon, day.tm_mday, 0, 0, 0, 0, 0, -1)) * 1000)


class Tally:
    def __init__(self) -> None:
        self._done: dict[str, Done] = {}
        self._today_ms = 0
        self._talk_s: dict[str, float] = {}

    async def load(self, session: AsyncSession, now_ms: int) -> None:
        """Counts what the rows tell of today."""
        self._done, self._today_ms = {}, midnight(now_ms)
        talks = select(CdrRow.agent_user_id, CdrRow.answered_at_ms, CdrRow.ended_at_ms).where(
            CdrRow.started_at_ms >= self._today_ms,
            CdrRow.agent_user_id.is_not(None),
            CdrRow.answered_at_ms.is_not(None),
        )
        for user_id, answered, ended in (await session.execute(talks)).all():
            if user_id is not None and answered is not None:
                self._talked(user_id, max(0, (ended or answered) - answered))
        offers = select(OfferRow.user_ids, OfferRow.started_at_ms).where(OfferRow.started_at_ms >= self._today_ms)
        for user_ids, at_ms in (await session.execute(offers)).all():
            self._offered(user_ids, at_ms)

    def of(self, user_id: str) -> Done:
        return self._done.get(user_id, Done())

    def handle_s(self, queue_id: str) -> float:
        """The mean talk of the queue's latest calls."""
        return self._talk_s.get(queue_id, FIRST_HANDLE_S)

    def changed(self, before: Call, after: Call, entries: Sequence[Entry]) -> None:
        """Observer of all calls."""
        for entry in entries:
            self._new_day(entry.at_ms)
            match entry.event:
                case RingStarted(ring=ring) if ring.kind == "queue":
                    self._offered(ring.user_ids, entry.at_ms)
                case Unbridged() if before.talking_since_ms is not None and before.agent_id:
                    talked_ms = max(0, entry.at_ms - before.talking_since_ms)
                    self._talked(before.agent_id, talked_ms)
                    self._mean(before.queue_id, talked_ms / 1000)
                case _:
                    pass

    def _new_day(self, now_ms: int) -> None:
        if now_ms - self._today_ms >= DAY_MS:
            self._today_ms = midnight(now_ms)
            self._done = {user: Done(offered_at_ms=done.offered_at_ms) for user, done in self._done.items()}

    def _talked(self, user_id: str, talked_ms: int) -> None:
        done = self.of(user_id)
        self._done[user_id] = replace(done, calls=done.calls + 1, talk_ms=done.talk_ms + talked_ms)

    def _offered(self, user_ids: Sequence[str], at_ms: int) -> None:
        for user_id in user_ids:
            done = self.of(user_id)
            self._done[user_id] = replace(done, offered_at_ms=max(done.offered_at_ms, at_ms))

    def _mean(self, queue_id: str | None, talk_s: float) -> None:
        if queue_id is not None:
            so_far = self._talk_s.get(queue_id)
            self._talk_s[queue_id] = talk_s if so_far is None else so_far + (talk_s - so_far) * MEMORY

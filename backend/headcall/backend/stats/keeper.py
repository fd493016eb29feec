# SPDX-License-Identifier: Apache-2.0
"""Makes the sums of hours that are over, the newest first, and again when a fact came late or a definition changed.

Calls go first: it reads an hour at a time, writes as much at once, and rests in between.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from headcall.backend.agents.store import AgentPeriodRow
from headcall.backend.stats import queries, slots, sums
from headcall.backend.stats.intervals import Span, shift_of
from headcall.backend.stats.report import Question
from headcall.backend.stats.service import Stats
from headcall.backend.stats.slots import HOUR_MS
from headcall.backend.stats.store import RefusalRow, RingRow, TalkRow, VisitRow
from headcall.backend.stats.sum_rows import SlotRow
from headcall.backend.stats.sums import Hour
from headcall.backend.store.engine import Store
from headcall.backend.store.together import StoreBusy

log = logging.getLogger(__name__)

DAY_MS: Final = 24 * HOUR_MS
EVERY_S: Final = 60.0
GRACE_MS: Final = 600_000
"""After an hour: most calls that began in it have ended, and their wrap-up too. For the others it is made again."""
REST_S: Final = 0.05
"""After each hour that was made: about as long as it took."""
MOST_AT_ONCE: Final = 240
"""Hours in one look; then whatever is newer is looked for again."""


class Keeper:
    def __init__(self, stats: Stats, store: Store, new_token: Callable[[str], str], *, rest_s: float = REST_S) -> None:
        self._stats, self._store, self._new_token, self._rest_s = stats, store, new_token, rest_s
        self._shift_ms = shift_of(stats.zone)

    async def watch(self) -> None:
        """Looks again and again."""
        while True:
            try:
                n = await self.look()
            except (SQLAlchemyError, StoreBusy) as error:  # the database may be back at the next look
                log.warning("sums of statistics: %s", error)
                n = 0
            await asyncio.sleep(self._rest_s if n == MOST_AT_ONCE else EVERY_S)

    async def look(self, most: int = MOST_AT_ONCE) -> int:
        """Makes the sums that are missing. How many hours it made."""
        n = 0
        async for slot_ms in self._missing(self._stats.now_ms):
            if n == most:
                break
            n += await self.make(slot_ms)
            await asyncio.sleep(self._rest_s)
        return n

    async def make(self, slot_ms: int) -> bool:
        """The sums of an hour. False: a fact came in the meantime."""
        token = self._new_token("slot")
        async with self._store.begin() as session:
            await slots.claim(session, slot_ms, token)
        hour = await self._sums_of(slot_ms)
        async with self._store.begin() as session:
            if not await slots.settle(session, slot_ms, token, self._stats.version):
                return False
            await sums.write(session, slot_ms, hour)
        return True

    async def _sums_of(self, slot_ms: int) -> Hour:
        hour, span = Hour(self._stats.rules), Span(slot_ms, slot_ms + HOUR_MS)
        everything = Question("queue", span)
        async with self._store.read() as session:
            await queries.count_calls(session, span, everything, hour)
            for ring in await queries.rings(session, span, everything):
                hour.ring(ring)
            for spell in await queries.spells(session, span, None):
                hour.spell(spell)
        return hour

    async def _missing(self, now_ms: int) -> AsyncIterator[int]:
        """Hours that are over and have no sums, the newest first."""
        end = self._floor(now_ms - GRACE_MS)
        async with self._store.read() as session:
            first = await _first(session)
            if first is None:
                return
            begin = self._floor(first)
            day = (SlotRow.slot_ms - begin) // DAY_MS
            counted = select(day, func.count()).where(SlotRow.slot_ms >= begin, SlotRow.version == self._stats.version)
            counts = {int(n): int(count) for n, count in await session.execute(counted.group_by(day))}
        for n in range((end - begin) // DAY_MS, -1, -1):
            since, until = begin + n * DAY_MS, min(begin + (n + 1) * DAY_MS, end)
            if counts.get(n, 0) * HOUR_MS >= until - since:
                continue
            async with self._store.read() as session:
                made = set(await slots.made(session, since, until, self._stats.version))
            for slot_ms in range(until - HOUR_MS, since - 1, -HOUR_MS):
                if slot_ms not in made:
                    yield slot_ms

    def _floor(self, ms: int) -> int:
        """The full hour of the company's clock before a moment."""
        return (ms + self._shift_ms) // HOUR_MS * HOUR_MS - self._shift_ms


async def _first(session: AsyncSession) -> int | None:
    """When the oldest fact is of. Each is found at the beginning of an index."""
    columns = (VisitRow.at_ms, TalkRow.at_ms, RingRow.at_ms, RefusalRow.at_ms, AgentPeriodRow.since_ms)
    found = [await session.scalar(select(func.min(column))) for column in columns]
    return min((ms for ms in found if ms is not None), default=None)

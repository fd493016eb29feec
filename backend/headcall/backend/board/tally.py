# SPDX-License-Identifier: Apache-2.0
"""How well each queue serves its callers, today and lately: counted as it happens, read from the log at a start.

| figure    | counts                                                                             |
|-----------|------------------------------------------------------------------------------------|
| offered   | callers who joined the queue; who comes back because an agent was lost is not new,  |
|           | nor is the place of a call-back: its caller has been counted                       |
| answered  | of those, who were answered                                                        |
| abandoned | who hung up while waiting                                                          |
| counted   | who left the queue, but for those who hung up within `SHORT_MS`                    |
| in_time   | of those, who were answered within `PROMISED_MS`                                   |

The service level is in_time / counted. Today begins at midnight of the machine's time zone; lately is `LATELY_MS`.
"""

from collections import deque
from collections.abc import Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from headcall.backend.calls.log import CallbackAsked, Ended, Entry, Event, QueueEntered, QueueLeft, from_row
from headcall.backend.calls.model import Call
from headcall.backend.calls.store import CallLogRow, OpenCallRow
from headcall.backend.cdr.store import CdrRow
from headcall.backend.queues.tally import DAY_MS, midnight

PROMISED_MS: Final = 20_000
SHORT_MS: Final = 5_000
"""Who hangs up sooner had dialled a wrong number, or thought better of it."""
LATELY_MS: Final = 1_800_000


class Figures(Struct, frozen=True):
    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    in_time: int = 0
    counted: int = 0

    @property
    def level(self) -> float | None:
        return round(self.in_time / self.counted, 4) if self.counted else None

    def plus(self, other: "Figures") -> "Figures":
        return Figures(*(getattr(self, name) + getattr(other, name) for name in Figures.__struct_fields__))


class Stretch(Struct, frozen=True):
    """A caller's waiting in one queue."""

    queue_id: str
    entered_at_ms: int


def outcome(stretch: Stretch, at_ms: int, why: str) -> Figures:
    """What a caller who leaves adds. Pure."""
    waited_ms = at_ms - stretch.entered_at_ms
    if why == "answered":
        return Figures(answered=1, in_time=int(waited_ms <= PROMISED_MS), counted=1)
    if why == "abandoned":
        return Figures(abandoned=1, counted=int(waited_ms >= SHORT_MS))
    return Figures(counted=1)


class Today:
    def __init__(self) -> None:
        self._began_ms = 0
        self._clear()

    def _clear(self) -> None:
        self._today: dict[str, Figures] = {}
        self._waiting: dict[str, Stretch] = {}
        self._places: set[str] = set()
        """Calls that are call-backs."""
        self._latest: deque[tuple[int, str, int]] = deque()
        self._lately: dict[str, Figures] = {}
        self._changed: set[str] = set()

    async def load(self, session: AsyncSession, now_ms: int) -> None:
        """Counts what the log tells of today's calls, and of those that go on."""
        self._clear()
        self._began_ms = midnight(now_ms)
        todays = select(CdrRow.call_id).where(CdrRow.started_at_ms >= self._began_ms)
        wanted = (
            select(CallLogRow)
            .where(
                or_(CallLogRow.call_id.in_(todays), CallLogRow.call_id.in_(select(OpenCallRow.call_id))),
                CallLogRow.type.in_(("callback_asked", "queue_entered", "queue_left", "ended")),
            )
            .order_by(CallLogRow.at_ms, CallLogRow.call_id, CallLogRow.seq)
        )
        for row in (await session.scalars(wanted)).all():
            self._take(row.call_id, row.at_ms, from_row(row.type, row.data))
        self.pass_time(now_ms)

    def changed(self, _before: Call, after: Call, entries: Sequence[Entry]) -> None:
        """Observer of all calls."""
        for entry in entries:
            self._take(after.call_id, entry.at_ms, entry.event)

    def of(self, queue_id: str) -> Figures:
        """Today."""
        return self._today.get(queue_id, Figures())

    def lately(self, queue_id: str) -> Figures:
        return self._lately.get(queue_id, Figures())

    def total(self) -> tuple[Figures, Figures]:
        """Of all queues, today and lately."""
        today, lately = Figures(), Figures()
        for each in self._today.values():
            today = today.plus(each)
        for each in self._lately.values():
            lately = lately.plus(each)
        return today, lately

    def pass_time(self, now_ms: int) -> set[str]:
        """Forgets what is no longer lately, and yesterday; the queues whose figures are others since the last time."""
        if now_ms - self._began_ms >= DAY_MS:
            self._began_ms = midnight(now_ms)
            self._changed.update(self._today)
            self._today = {}
        while self._latest and now_ms - self._latest[0][0] > LATELY_MS:
            _, queue_id, in_time = self._latest.popleft()
            self._add_lately(queue_id, -in_time, -1)
        changed, self._changed = self._changed, set()
        return changed

    def _take(self, call_id: str, at_ms: int, event: Event) -> None:
        match event:
            case CallbackAsked():
                self._places.add(call_id)
            case QueueEntered(queue_id=queue_id, entered_at_ms=entered_at_ms, rank=0) if call_id not in self._places:
                self._waiting[call_id] = Stretch(queue_id, entered_at_ms)
                self._add(queue_id, at_ms, Figures(offered=1))
            case QueueLeft(why=why) if call_id in self._waiting:
                stretch = self._waiting.pop(call_id)
                self._add(stretch.queue_id, at_ms, outcome(stretch, at_ms, why))
            case Ended():
                self._waiting.pop(call_id, None)
                self._places.discard(call_id)
            case _:
                pass

    def _add(self, queue_id: str, at_ms: int, more: Figures) -> None:
        self._changed.add(queue_id)
        if at_ms >= self._began_ms:
            self._today[queue_id] = self.of(queue_id).plus(more)
        if more.counted:
            self._latest.append((at_ms, queue_id, more.in_time))
            self._add_lately(queue_id, more.in_time, 1)

    def _add_lately(self, queue_id: str, in_time: int, counted: int) -> None:
        so_far = self.lately(queue_id)
        self._lately[queue_id] = replace(so_far, in_time=so_far.in_time + in_time, counted=so_far.counted + counted)
        self._changed.add(queue_id)

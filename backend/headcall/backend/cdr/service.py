# SPDX-License-Identifier: Apache-2.0
"""Call records as the API shows them."""

from collections.abc import AsyncIterator, Callable
from typing import Any

from headcall.backend.cdr import store as rows
from headcall.backend.cdr.store import CallRecord, Cursor
from headcall.backend.edge.sheet import MARK, line
from headcall.backend.errors import ApiError
from headcall.backend.numbers.model import normal
from headcall.backend.outcomes.store import Outcome, of_calls, outcome_view
from headcall.backend.store.base import iso, iso_or_none
from headcall.backend.store.engine import Store
from headcall.backend.users.model import Actor
from headcall.kit.clock import Clock

EXPORT_PAGE = 500
MOST_EXPORTED = 100_000

COLUMNS = (
    "call_id",
    "direction",
    "from_number",
    "from_name",
    "to_number",
    "to_name",
    "queue",
    "agent",
    "agent_number",
    "started_at",
    "answered_at",
    "ended_at",
    "wait_s",
    "talk_s",
    "cause",
    "ended_by",
    "callback",
    "disposition",
    "note",
    "mark",
)


class Records:
    """Lists, finds and exports what people may see: their own calls, or all."""

    def __init__(self, store: Store, clock: Clock, caller_of: Callable[[str], str]) -> None:
        """`caller_of`: the one form of a caller's number, in which calls keep it."""
        self._store, self._clock, self._caller_of = store, clock, caller_of

    async def page(self, who: Actor, *, scope: str, q: str, before: str | None, limit: int) -> dict[str, Any]:
        """One page, newest first, and the cursor of the next one."""
        user_id = self._whose(who, scope)
        try:
            cursor = Cursor.parse(before) if before else None
        except ValueError as error:
            raise ApiError("bad-request", f"before: {error}") from None
        async with self._store.read() as session:
            number = self._number(q)
            found = await rows.find(session, user_id=user_id, q=q, number=number, before=cursor, limit=limit + 1)
            outcomes = await of_calls(session, [record.call_id for record in found])
        more = len(found) > limit
        last = found[limit - 1] if more else None
        return {
            "calls": [self.view(record, outcomes.get(record.call_id)) for record in found[:limit]],
            "next": str(Cursor(last.started_at_ms, last.call_id)) if last else None,
        }

    async def one(self, who: Actor, call_id: str) -> dict[str, Any]:
        """A call that `who` may see."""
        async with self._store.read() as session:
            record = await rows.read(session, call_id[:40])
            outcome = (await of_calls(session, [call_id[:40]])).get(call_id[:40])
        if record is None or not (who.may("call.history.all") or who.user_id in _parties(record)):
            raise ApiError("not-found", "no such call")
        return self.view(record, outcome)

    def export(self, who: Actor, *, scope: str, q: str) -> AsyncIterator[str]:
        """The same list as CSV. Refuses before the first line is asked for."""
        return self._lines(self._whose(who, scope), q)

    async def _lines(self, user_id: str | None, q: str) -> AsyncIterator[str]:
        yield MARK + line(COLUMNS)
        cursor: Cursor | None = None
        number = self._number(q)
        for _ in range(MOST_EXPORTED // EXPORT_PAGE):
            async with self._store.read() as session:
                found = await rows.find(session, user_id=user_id, q=q, number=number, before=cursor, limit=EXPORT_PAGE)
                outcomes = await of_calls(session, [record.call_id for record in found])
            yield "".join(line(_cells(self.view(record, outcomes.get(record.call_id)))) for record in found)
            if len(found) < EXPORT_PAGE:
                return
            cursor = Cursor(found[-1].started_at_ms, found[-1].call_id)

    def _number(self, q: str) -> str:
        """What is looked for, as calls keep numbers: `138 0013 8000` of a page and `+86 138…` of a letter are one."""
        return self._caller_of(normal(q) or "")

    def _whose(self, who: Actor, scope: str) -> str | None:
        if scope == "mine":
            return who.user_id
        if not who.may("call.history.all"):
            raise ApiError("not-allowed", "needs the right call.history.all")
        return None

    def view(self, record: CallRecord, outcome: Outcome | None = None) -> dict[str, Any]:
        """`CallRecord` of the browser API."""
        now = self._clock.wall_ms()
        ended = record.ended_at_ms if record.ended_at_ms is not None else now
        answered = record.answered_at_ms
        return {
            "call_id": record.call_id,
            "direction": record.direction,
            "from_number": record.from_number,
            "from_name": record.from_name,
            "to_number": record.to_number,
            "to_name": record.to_name,
            "queue": {"id": record.queue_id, "name": record.queue_name} if record.queue_id else None,
            "agent": {
                "user_id": record.agent_user_id,
                "name": record.agent_name,
                "agent_number": record.agent_number,
            }
            if record.agent_user_id
            else None,
            "started_at": iso(record.started_at_ms),
            "answered_at": iso_or_none(answered),
            "ended_at": iso_or_none(record.ended_at_ms),
            "wait_s": max(0, (answered if answered is not None else ended) - record.started_at_ms) / 1000,
            "talk_s": max(0, ended - answered) / 1000 if answered is not None else 0.0,
            "cause": record.cause,
            "ended_by": record.ended_by,
            "recording_id": record.recording_id,
            "callback": record.callback,
            "outcome": outcome_view(outcome),
        }


def _parties(record: CallRecord) -> set[str | None]:
    return {record.agent_user_id, record.from_user_id, record.to_user_id}


def _cells(view: dict[str, Any]) -> list[object]:
    agent, queue = view["agent"] or {}, view["queue"] or {}
    flat = view | {
        "queue": queue.get("name", ""),
        "agent": agent.get("name", ""),
        "agent_number": agent.get("agent_number", ""),
        **{name: view["outcome"][name] for name in ("disposition", "note", "mark")},
    }
    return [flat[name] for name in COLUMNS]

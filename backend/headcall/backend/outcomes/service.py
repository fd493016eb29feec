# SPDX-License-Identifier: Apache-2.0
"""What agents and callers say of a call once they have talked."""

from collections.abc import Callable
from typing import Any

from headcall.backend.calls.model import Call
from headcall.backend.cdr import store as cdr
from headcall.backend.errors import ApiError
from headcall.backend.outcomes import store as rows
from headcall.backend.outcomes.store import outcome_view
from headcall.backend.queues.model import Queue
from headcall.backend.store.engine import Store
from headcall.backend.users.model import Actor
from headcall.kit.clock import Clock

LONGEST_NOTE = 4000


class Outcomes:
    def __init__(self, store: Store, clock: Clock, queue_of: Callable[[str | None], Queue | None]) -> None:
        self._store, self._clock, self._queue_of = store, clock, queue_of

    async def dispose(self, who: Actor, call_id: str, code: str, note: str) -> dict[str, Any]:
        """The agent's wrap-up code (empty: none) and note, while talking or afterwards; the last word counts."""
        if len(note) > LONGEST_NOTE:
            raise ApiError("bad-request", f"`note` is a text of at most {LONGEST_NOTE} characters")
        async with self._store.begin() as session:
            record = await cdr.read(session, call_id[:40])
            if record is None:
                raise ApiError("not-found", "no such call")
            if who.user_id != record.agent_user_id and not who.may("agent.supervise"):
                raise ApiError("not-allowed", "another agent's call")
            self._check(record.queue_id, code)
            outcome = await rows.change(
                session,
                record.call_id,
                disposition=code or None,
                note=note,
                user_id=who.user_id,
                at_ms=self._clock.wall_ms(),
            )
        return outcome_view(outcome)

    def _check(self, queue_id: str | None, code: str) -> None:
        queue = self._queue_of(queue_id)
        codes = {disposition.code for disposition in queue.dispositions} if queue else set()
        if code and code not in codes:
            raise ApiError("bad-request", f"`disposition` is one of: {', '.join(sorted(codes)) or '(none)'}")

    async def finish(self, call: Call) -> None:
        """Finisher of all calls: keeps the caller's mark. Doing it twice does no harm."""
        if call.mark is not None:
            async with self._store.begin() as session:
                await rows.change(session, call.call_id, mark=call.mark)

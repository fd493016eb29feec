# SPDX-License-Identifier: Apache-2.0
"""What agents and callers say of a call once they have talked."""

from collections.abc import Callable, Mapping
from typing import Any

from headcall.backend.calls.model import Call
from headcall.backend.cdr import store as cdr
from headcall.backend.errors import ApiError
from headcall.backend.outcomes import store as rows
from headcall.backend.outcomes.store import Outcome, outcome_view
from headcall.backend.queues.model import Disposition, Queue
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
            words = self._words(record.queue_id, code, await rows.of_calls(session, [record.call_id]))
            outcome = await rows.change(
                session,
                record.call_id,
                disposition=code or None,
                words_zh=words.zh,
                words_en=words.en,
                note=note,
                user_id=who.user_id,
                at_ms=self._clock.wall_ms(),
            )
        return outcome_view(outcome)

    def _words(self, queue_id: str | None, code: str, before: Mapping[str, Outcome]) -> Disposition:
        """What the code says. One that was given already keeps its words, also when the queue has it no more."""
        for was in before.values():
            if code and was.disposition == code:
                return Disposition(code, was.words_zh, was.words_en)
        queue = self._queue_of(queue_id)
        codes = {each.code: each for each in queue.dispositions} if queue else {}
        if code and code not in codes:
            raise ApiError("bad-request", f"`disposition` is one of: {', '.join(sorted(codes)) or '(none)'}")
        return codes.get(code, Disposition(""))

    async def finish(self, call: Call) -> None:
        """Finisher of all calls: keeps the caller's mark. Doing it twice does no harm."""
        if call.mark is not None:
            async with self._store.begin() as session:
                await rows.change(session, call.call_id, mark=call.mark)

# SPDX-License-Identifier: Apache-2.0
"""Promises call-backs and keeps them: the call that stands in line, what to dial, and places kept for who redials."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from msgspec.structs import replace

from headcall.backend.audit.service import Audit
from headcall.backend.callbacks import store as rows
from headcall.backend.callbacks.model import (
    callable_number,
    gave_up_waiting,
    is_lost,
    promise,
    rests_until,
    state_of,
    view,
)
from headcall.backend.calls.inputs import (
    BeginCallback,
    CancelCallback,
    Device,
    PromiseCallback,
    RestCallback,
    RingDevices,
    Target,
)
from headcall.backend.calls.model import Call, Callback, Promise
from headcall.backend.calls.service import CallControl
from headcall.backend.errors import ApiError, CallFailed
from headcall.backend.hours.model import Closure
from headcall.backend.queues.model import Queue
from headcall.backend.queues.service import Queues
from headcall.backend.store.base import iso
from headcall.backend.store.engine import Store
from headcall.backend.users.model import Actor
from headcall.kit.clock import Clock
from headcall.kit.private import mask_number

log = logging.getLogger(__name__)

MOST_LISTED = 200

TargetOf = Callable[[str], Awaitable[Target]]
"""Where a number leads that one of ours dials."""


@dataclass
class Callbacks:
    """Call-backs of all queues."""

    calls: CallControl
    queues: Queues
    target_of: TargetOf
    audit: Audit
    store: Store
    clock: Clock
    new_id: Callable[[str], str]
    closure_of: Callable[[str], Closure | None] = lambda _: None
    """How opening hours stand, by their id; None while they are open."""
    _beginning: asyncio.Lock = field(default_factory=asyncio.Lock)

    # ------------------------------------------------------------ while the caller waits

    async def number_for(self, queue: Queue, number: str) -> str | None:
        """The number as it would be dialled, or None when no call-back may be offered to it."""
        found = callable_number(number, queue.callback_never)
        if found is None:
            return None
        try:
            await self.device(found)
        except CallFailed:
            return None
        return found

    async def device(self, number: str) -> Device:
        """The customer's telephone beyond a trunk. Raises `CallFailed` when the number does not lead outside."""
        target = await self.target_of(number)
        if isinstance(target, RingDevices) and target.kind == "outside":
            return target.devices[0]
        raise CallFailed(getattr(target, "cause", "unknown-number"), "not a telephone outside")

    def promise(self, call: Call, queue: Queue, number: str) -> PromiseCallback | None:
        """What the caller's call is to be told. None when they do not wait."""
        return PromiseCallback(self._promise(call, queue, number)) if call.wait else None

    def _promise(self, call: Call, queue: Queue, number: str) -> Promise:
        return promise(call, queue, number, self.new_id("call"), self.clock.wall_ms())

    # ------------------------------------------------------------ the promise kept

    async def keep(self, call: Call) -> None:
        """Begins the call-back that was promised in this call, unless it has begun. May be done again."""
        if call.promised is not None:
            await self._begin(call, call.promised)

    async def _begin(self, call: Call, made: Promise) -> None:
        async with self._beginning:
            if self.calls.get(made.call_id) is not None:
                return
            async with self.store.read() as session:
                if await rows.is_made(session, call.call_id):
                    return
            await self.calls.begin(made.call_id, self._start(call, made))
        log.info("%s will be called back", mask_number(made.number), extra={"call_id": made.call_id})

    async def _win_back(self, call: Call) -> bool:
        """Who gave up waiting is called back unasked, where the queue says so and they are not in line already."""
        queue = self.queues.get(call.queue_id)
        if queue is None or not is_lost(call, queue):
            return False
        number = await self.number_for(queue, call.from_number)
        if number is None or any(self._is_for(other, queue, number) for other in self.calls.calls()):
            return False
        await self._begin(call, self._promise(call, queue, number))
        return True

    @staticmethod
    def _is_for(call: Call, queue: Queue, number: str) -> bool:
        """Whether this is an open call-back of the queue to a number."""
        return call.callback is not None and call.callback.number == number and call.queue_id == queue.queue_id

    def _start(self, call: Call, made: Promise) -> BeginCallback:
        return BeginCallback(
            leg_id=self.new_id("leg"),
            media_node=call.media_node,
            language=call.language,
            from_name=call.from_name,
            to_number=call.to_number,
            queue_id=made.queue_id,
            queue_name=made.queue_name,
            entered_at_ms=made.entered_at_ms,
            priority=made.priority,
            terms=replace(call.terms, overflow=""),
            callback=Callback(
                number=made.number,
                origin=call.call_id,
                until_ms=made.until_ms,
                tries=made.tries,
                retry_ms=made.retry_ms,
            ),
        )

    async def finish(self, call: Call) -> None:
        """Finisher of all calls. What a caller was promised who hung up at once is kept all the same."""
        await self.keep(call)
        if call.callback is not None:
            async with self.store.begin() as session:
                await rows.close(
                    session,
                    call.call_id,
                    was_answered=call.answered_at_ms is not None,
                    cause=call.cause,
                    at_ms=call.ended_at_ms or self.clock.wall_ms(),
                )
        if not await self._win_back(call):
            await self._keep_place(call)

    # ------------------------------------------------------------ outside of the opening hours

    def tick(self) -> None:
        """Time has passed. That of a call-back stands still while its queue is closed."""
        now_ms, closure_of = self.clock.wall_ms(), cache(self.closure_of)  # many may wait for the same hours
        for call in self.calls.calls():
            if call.callback is None or not call.is_placeholder or call.ring:
                continue
            queue = self.queues.get(call.queue_id)
            until_ms = rests_until(call.callback, closure_of(queue.hours_id) if queue else None, now_ms)
            if until_ms is not None:
                self.calls.box(call.call_id).tell(RestCallback(until_ms))

    def _closure(self, call: Call) -> Closure | None:
        queue = self.queues.get(call.queue_id)
        return self.closure_of(queue.hours_id) if queue else None

    # ------------------------------------------------------------ who calls again

    async def _keep_place(self, call: Call) -> None:
        queue = self.queues.get(call.queue_id)
        if queue is None or queue.redial_keep_s <= 0 or call.promised or not gave_up_waiting(call):
            return
        number, until_ms = call.from_number, (call.ended_at_ms or 0) + queue.redial_keep_s * 1000
        if callable_number(number, ()) is None:
            return
        async with self.store.begin() as session:
            await rows.keep_place(session, queue.queue_id, number[:32], call.queue_entered_at_ms, until_ms)

    async def entered_at(self, queue: Queue, number: str) -> int | None:
        """From when a caller's place counts who waited before: they gave up, or are to be called back. Only once."""
        if not number or max(queue.redial_keep_s, queue.callback_after_s, queue.callback_lost_s) <= 0:
            return None
        for call in self.calls.calls():
            if self._is_for(call, queue, number) and await self._cancelled(call, "redial"):
                return call.queue_entered_at_ms
        async with self.store.read() as session:
            if not await rows.has_place(session, queue.queue_id, number[:32]):
                return None
        async with self.store.begin() as session:
            return await rows.take_place(session, queue.queue_id, number[:32], self.clock.wall_ms())

    async def _cancelled(self, call: Call, by: str) -> bool:
        try:
            await self.calls.box(call.call_id).ask(CancelCallback(by))
        except CallFailed:
            return False
        return True

    # ------------------------------------------------------------ for supervisors

    async def listed(self, *, only_open: bool) -> list[dict[str, Any]]:
        """Open ones in the order of the line, then, if asked for, those that are over, newest first."""
        open_calls = {call.call_id: call for call in self.calls.calls() if call.callback}
        line = [call.call_id for call in self.queues.line() if call.call_id in open_calls]
        rest = [call_id for call_id in open_calls if call_id not in line]
        found = [self._view(open_calls[call_id]) for call_id in (*line, *rest)]
        if only_open:
            return found[:MOST_LISTED]
        async with self.store.read() as session:
            over = [row for row in await rows.latest(session, MOST_LISTED) if row.call_id not in open_calls]
        return [*found, *(self._over(row) for row in over)][:MOST_LISTED]

    def _view(self, call: Call) -> dict[str, Any]:
        return view(call, self._place(call.call_id), self._closure(call))

    def _place(self, call_id: str) -> int | None:
        call = self.calls.get(call_id)
        return self.queues.callers_before(call_id) + 1 if call and state_of(call) == "waiting" else None

    def _over(self, row: rows.CallbackRow) -> dict[str, Any]:
        queue = self.queues.get(row.queue_id)
        return {
            "call_id": row.call_id,
            "origin_call_id": row.origin_call_id,
            "queue": {"id": row.queue_id, "name": queue.name if queue else ""},
            "number": row.number,
            "state": row.state if row.state in ("answered", "failed", "cancelled") else "failed",
            "entered_at": iso(row.asked_at_ms),
            "asked_at": iso(row.asked_at_ms),
            "until": iso(row.closed_at_ms or row.asked_at_ms),
            "place": None,
            "attempts": row.attempts,
            "tries": row.attempts,
            "retry_at": None,
            "closed": None,
            "result": row.result,
        }

    async def cancel(self, who: Actor, call_id: str) -> None:
        """Raises `ApiError` `not-found`, or `conflict` when the customer is being dialled already."""
        call = self.calls.get(call_id)
        if call is None or call.callback is None:
            raise ApiError("not-found", "no such call-back is open")
        if not await self._cancelled(call, who.user_id):
            raise ApiError("conflict", "the customer is being called already")
        before = {"number": mask_number(call.callback.number), "queue": call.queue_name}
        await self.audit.note_alone(who, "callback.cancel", call_id, before, {})

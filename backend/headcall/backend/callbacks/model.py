# SPDX-License-Identifier: Apache-2.0
"""Who may be called back, and by which rules of the queue. Pure."""

from collections.abc import Iterable
from typing import Any

from headcall.backend.calls.model import Call, Callback, Promise
from headcall.backend.hours.model import Closure
from headcall.backend.hours.view import closed_view
from headcall.backend.numbers.model import normal
from headcall.backend.queues.model import Queue
from headcall.backend.store.base import iso, iso_or_none

DAY_MS = 86_400_000
DIGITS = range(3, 21)
"""Digits of a telephone outside; keyed in by mistake, one or two come, or very many."""


def callable_number(number: str, never: Iterable[str]) -> str | None:
    """The number to call back, or None: hidden ("anonymous"), no number at all, or one the queue never calls."""
    found = normal(number)
    plain = (found or "").removeprefix("+")
    if found is None or len(plain) not in DIGITS or not plain.isdigit():
        return None
    plain = plain.removeprefix("00")
    for prefix in never:
        start = "".join(c for c in prefix if c.isdigit())
        if start and (plain.startswith(start) or plain.removeprefix("86").startswith(start)):
            return None
    return found


def promise(call: Call, queue: Queue, number: str, call_id: str, now_ms: int) -> Promise:
    """What is promised to who waits, or did: their own place."""
    return Promise(
        call_id=call_id,
        number=number,
        queue_id=queue.queue_id,
        queue_name=queue.name,
        entered_at_ms=call.queue_entered_at_ms,
        priority=call.priority,
        until_ms=now_ms + queue.callback_keep_s * 1000,
        tries=queue.callback_tries,
        retry_ms=queue.callback_retry_s * 1000,
    )


def gave_up_waiting(call: Call) -> bool:
    """Whether a customer outside hung up before anybody answered."""
    is_outside = bool(call.caller_id) and call.caller.trunk is not None
    return is_outside and call.queue_id is not None and call.answered_at_ms is None and call.ended_by == "caller"


def is_lost(call: Call, queue: Queue) -> bool:
    """Whether they gave up after so long that the queue calls them back unasked."""
    waited_ms = (call.ended_at_ms or 0) - call.queue_entered_at_ms
    return 0 < queue.callback_lost_s * 1000 <= waited_ms and not call.promised and gave_up_waiting(call)


def rests_until(callback: Callback, closure: Closure | None, now_ms: int) -> int | None:
    """Until when its time stands still, where the call does not know it yet; else None."""
    known_ms = callback.rests_until_ms
    if closure is None:
        return now_ms if known_ms > now_ms else None
    if closure.opens_at_ms is not None:
        return closure.opens_at_ms if closure.opens_at_ms != known_ms else None
    return now_ms + DAY_MS if known_ms - now_ms < DAY_MS // 2 else None


def state_of(call: Call) -> str:
    """How far a call-back is: `waiting`, `offered`, `dialling`, `talking`, or `resting` until the next attempt."""
    if call.pair or call.rating:
        return "talking"
    if call.ring:
        return "dialling" if call.ring.kind == "callback" else "offered"
    return "waiting" if call.wait else "resting"


def view(call: Call, place: int | None, closure: Closure | None = None) -> dict[str, Any]:
    """An open call-back, as supervisors see it."""
    callback = call.callback
    assert callback is not None
    return {
        "call_id": call.call_id,
        "origin_call_id": callback.origin,
        "queue": {"id": call.queue_id or "", "name": call.queue_name},
        "number": callback.number,
        "state": state_of(call),
        "entered_at": iso(call.queue_entered_at_ms),
        "asked_at": iso(call.started_at_ms),
        "until": iso(callback.until_ms),
        "place": place,
        "attempts": callback.attempts,
        "tries": callback.tries,
        "retry_at": iso_or_none(callback.retry_at_ms),
        "closed": closed_view(closure) if state_of(call) in ("waiting", "resting") else None,
        "result": "",
    }

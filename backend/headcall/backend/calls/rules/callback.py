# SPDX-License-Identifier: Apache-2.0
"""Call-back instead of waiting. The caller's own call ends with a promise; another call keeps the place in line.

    caller's call:   waiting ──promise──► (a word of thanks) ──► ended
    the call-back:   waiting ──► (ring: an agent) ──accepts──► (ring: the customer) ──answers──► talking
                        ▲                                            │
                        └──────────── retry_at ◄──── nobody there ───┘──► ended, once all tries are used up

While it waits, its caller's leg is over before it began: nobody holds the line. It stands in the line like all others,
so an agent is reserved for it before anything is dialled, and there are never more call-backs than free agents.
An attempt has a leg of its own, and its number is in the log before the bridge hears of it.
"""

from typing import Final

from msgspec.structs import replace

from headcall.backend.calls.errors import NotNow
from headcall.backend.calls.inputs import (
    BeginCallback,
    CallbackUnreachable,
    CancelCallback,
    PromiseCallback,
    RestCallback,
)
from headcall.backend.calls.log import (
    CallbackAsked,
    CallbackCancelled,
    CallbackDialled,
    CallbackMissed,
    CallbackPromised,
    CallbackRests,
    CallStarted,
    LegAdded,
    QueueEntered,
    QueueLeft,
    RingStarted,
)
from headcall.backend.calls.model import Call, Leg, Ring
from headcall.backend.calls.plan import Plan
from headcall.backend.calls.rules.ending import close_leg, end, stop_ringing

DIALS_FOR_MS: Final = 45_000
"""How long the customer is rung, while an agent listens to it."""

FOR_GOOD: Final = frozenset({"unknown-number", "gone", "incomplete-number", "not-allowed", "rejected"})
"""Causes after which dialling again would be no use, or unkind."""


def promise(plan: Plan, wish: PromiseCallback) -> None:
    """The caller waits no longer. Whoever is being rung for them this moment is free again."""
    call = plan.call
    if call.wait is None or call.is_placeholder or call.promised is not None or call.caller.state != "up":
        raise NotNow("the caller does not wait", call_id=call.call_id)
    stop_ringing(plan, "cancelled", "normal")
    plan.note(QueueLeft("callback"))
    plan.note(CallbackPromised(wish.promise))


def begin(plan: Plan, start: BeginCallback) -> None:
    """The call-back takes the place in line that its caller had."""
    if plan.call.seq:
        return  # told twice: it is the same one
    leg = Leg(
        leg_id=start.leg_id,
        kind="sip",
        role="caller",
        media_node=start.media_node,
        number=start.callback.number,
        name=start.from_name,
        state="over",
        has_media=False,
        ended_out_there=True,
    )
    plan.note(
        CallStarted(
            direction="out",
            language=start.language,
            from_number=start.callback.number,
            from_name=start.from_name,
            to_number=start.to_number,
            to_name=start.queue_name,
            leg=leg,
        )
    )
    plan.note(CallbackAsked(start.callback, start.queue_id))
    plan.note(
        QueueEntered(
            queue_id=start.queue_id,
            queue_name=start.queue_name,
            entered_at_ms=start.entered_at_ms,
            until_ms=max(plan.now_ms, start.callback.until_ms),
            priority=start.priority,
            terms=start.terms,
        )
    )


def dial(plan: Plan, agent_ring: Ring) -> None:
    """An agent has accepted: now, and only now, the customer is dialled."""
    callback, leg = plan.call.callback, agent_ring.then
    assert callback is not None and leg is not None
    ring_id = f"ring_{leg.leg_id.removeprefix('leg_')}"
    ring = Ring(ring_id, "callback", (), plan.now_ms, plan.now_ms + DIALS_FOR_MS, agent_ring.intro)
    plan.note(RingStarted(ring))
    plan.note(LegAdded(replace(leg, ring_id=ring_id)))
    plan.note(CallbackDialled(callback.attempts + 1, leg.leg_id))


def agent_of(call: Call) -> Leg | None:
    """Who listens while the customer is rung."""
    served = [leg for leg in call.live_legs() if leg.state == "up" and leg.role == "callee"]
    return served[-1] if served else None


def is_dialling(call: Call) -> bool:
    return call.ring is not None and call.ring.kind == "callback"


def missed(plan: Plan, cause: str) -> None:
    """This attempt came to nothing: once more later, or it is over."""
    callback = plan.call.callback
    assert callback is not None
    for leg in plan.call.live_legs():
        close_leg(plan, leg.leg_id, cause)
    again_at = plan.now_ms + callback.retry_ms
    if callback.attempts < callback.tries and cause not in FOR_GOOD and again_at < callback.until_ms:
        plan.note(CallbackMissed(cause, again_at))
    else:
        plan.note(CallbackMissed(cause, None))
        end(plan, cause, "system")


def unreachable(plan: Plan, told: CallbackUnreachable) -> None:
    """Nothing can be dialled: no trunk, no such number. It counts as a try, so that it does not go on for ever."""
    call = plan.call
    if call.callback is None or call.wait is None or not call.is_placeholder:
        return
    stop_ringing(plan, "cancelled", "normal")
    plan.note(QueueLeft(told.cause))
    plan.note(CallbackDialled(call.callback.attempts + 1, ""))
    missed(plan, told.cause)


def again(plan: Plan, _: str = "") -> None:
    """Back to the place in line that the caller had from the beginning."""
    call = plan.call
    assert call.callback is not None and call.queue_id is not None
    plan.note(
        QueueEntered(
            queue_id=call.queue_id,
            queue_name=call.queue_name,
            entered_at_ms=call.queue_entered_at_ms,
            until_ms=max(plan.now_ms, call.callback.until_ms),
            priority=call.priority,
            terms=call.terms,
        )
    )


def rest(plan: Plan, wish: RestCallback) -> None:
    """Outside of the queue's hours it keeps its place and its time. Not while the customer is dialled, or talks."""
    callback = plan.call.callback
    if callback is None or not plan.call.is_placeholder or plan.call.ring or wish.until_ms == callback.rests_until_ms:
        return
    left_ms = max(0, callback.until_ms - max(plan.now_ms, callback.rests_until_ms))
    rests_until_ms = max(plan.now_ms, wish.until_ms)
    plan.note(CallbackRests(rests_until_ms, rests_until_ms + left_ms))


def cancel(plan: Plan, wish: CancelCallback) -> None:
    """By a supervisor, or because the customer has called again. Not while they are being dialled, or talk."""
    call = plan.call
    is_at_rest = call.phase == "new" and call.callback is not None and call.callback.retry_at_ms is not None
    if call.callback is None or not call.is_placeholder or not (call.wait or is_at_rest):
        raise NotNow("it is not waiting any more", call_id=call.call_id)
    plan.note(CallbackCancelled(wish.by))
    end(plan, "normal", "system")

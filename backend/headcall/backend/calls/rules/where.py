# SPDX-License-Identifier: Apache-2.0
"""Where a caller goes next: a queue, a refusal, back after a failed transfer."""

from typing import Final

from headcall.backend.calls.inputs import WaitInQueue
from headcall.backend.calls.log import (
    ExtensionMissed,
    LeftPark,
    LegAnswered,
    QueueEntered,
    Refusing,
    StaysParked,
    TransferFailed,
)
from headcall.backend.calls.model import Call, Comeback, Parked
from headcall.backend.calls.plan import Plan
from headcall.backend.calls.rules.ending import end

MOST_RING_BACKS: Final = 3
"""A parked caller who came from no queue has nowhere else to go: stays parked, and it rings back again."""


def wait_in_queue(plan: Plan, wish: WaitInQueue) -> None:
    """The caller takes the last place. A telephone is answered: waiting callers hear something."""
    customer = plan.call.customer
    if customer.state == "incoming":
        plan.note(LegAnswered(customer.leg_id))
    plan.note(
        QueueEntered(
            queue_id=wish.queue_id,
            queue_name=wish.queue_name,
            entered_at_ms=plan.call.queue_entered_at_ms if plan.call.overflow else (wish.entered_at_ms or plan.now_ms),
            until_ms=plan.now_ms + wish.max_wait_ms,
            priority=wish.priority,
            terms=wish.terms,
        )
    )


def comeback_to(call: Call, user_id: str | None, cause: str = "") -> Comeback:
    """Where the one goes whom the user transfers or parks, if nobody is there."""
    return Comeback(
        user_id=user_id,
        queue_id=call.queue_id,
        queue_name=call.queue_name,
        entered_at_ms=call.queue_entered_at_ms,
        max_wait_ms=call.max_wait_ms,
        cause=cause,
    )


def back_in_queue(plan: Plan, comeback: Comeback) -> None:
    """The caller comes back through no fault of his: to the front, and all his waiting counts."""
    assert comeback.queue_id is not None
    plan.note(
        QueueEntered(
            queue_id=comeback.queue_id,
            queue_name=comeback.queue_name,
            entered_at_ms=comeback.entered_at_ms,
            until_ms=plan.now_ms + comeback.max_wait_ms,
            rank=-1,
            priority=plan.call.priority,
            terms=plan.call.terms,
        )
    )


def refuse_caller(plan: Plan, cause: str, hours_id: str = "", queue_id: str = "") -> None:
    """Says why it goes no further. A browser's page shows it; a telephone is told by an application, or by its tone."""
    customer = plan.call.customer
    if customer.kind == "browser" or not customer.is_live:
        end(plan, cause, "system")
    elif plan.call.refusal is None:
        plan.note(Refusing(cause, hours_id, queue_id))


def failed_to_reach(plan: Plan, cause: str) -> None:
    """What was dialled or transferred to did not answer.

    After a transfer, `apps.comeback` first rings whoever transferred; when that fails too, we are here again.
    """
    comeback = plan.call.comeback
    if plan.call.pair:
        return  # told too late: somebody was faster, and they talk
    if plan.call.attendant is not None:
        if plan.call.ring is None:
            plan.note(ExtensionMissed(cause))
    elif plan.call.parked is not None:
        _not_taken_back(plan, plan.call.parked, comeback)
    elif comeback is None:
        refuse_caller(plan, cause)
    elif not comeback.cause:
        plan.note(TransferFailed(cause))
    elif comeback.queue_id is not None:
        back_in_queue(plan, comeback)
    else:
        refuse_caller(plan, comeback.cause)


def _not_taken_back(plan: Plan, parked: Parked, comeback: Comeback | None) -> None:
    """Nobody took the parked caller back: to the front of the queue; without a queue it is tried again, then told."""
    if comeback is None:
        return
    if comeback.queue_id is None and parked.ring_backs < MOST_RING_BACKS:
        plan.note(StaysParked(plan.now_ms + parked.every_ms))
        return
    plan.note(LeftPark(comeback.cause))
    if comeback.queue_id is not None:
        back_in_queue(plan, comeback)
    else:
        refuse_caller(plan, comeback.cause)

# SPDX-License-Identifier: Apache-2.0
"""A caller who is set down: hears music until anybody of ours picks up, or is brought back to who parked.

Which slot is free is known outside (`calls.parking`). While it rings back the slot still holds: whoever is faster has
the caller. What comes when nobody takes it back either is in `rules.where`.
"""

from headcall.backend.calls.errors import NotNow
from headcall.backend.calls.inputs import Park, PickUp
from headcall.backend.calls.log import Bridged, CallParked, LegAdded, LegAnswered, ParkRangBack, PickedUp
from headcall.backend.calls.model import Parked
from headcall.backend.calls.plan import Plan
from headcall.backend.calls.rules.ending import close_leg, part, stop_ringing
from headcall.backend.calls.rules.talk import talking_leg
from headcall.backend.calls.rules.where import comeback_to
from headcall.wire.legs import TransferResult


def park(plan: Plan, wish: Park) -> None:
    """Raises `NotNow` unless exactly two talk, and who parks is not held."""
    call = plan.call
    leg = talking_leg(call, wish.user_id)
    if call.consulting or call.held_by not in (None, leg.leg_id):
        raise NotNow("not while somebody is consulted, nor while you are held", call_id=call.call_id)
    part(plan, "parked")
    if wish.by_transfer:
        plan.tell(wish.by_transfer, TransferResult(wish.by_transfer, "normal"))
    close_leg(plan, leg.leg_id, "normal")
    parked = Parked(
        slot=wish.slot,
        by=wish.user_id,
        by_name=leg.name,
        since_ms=plan.now_ms,
        until_ms=plan.now_ms + wish.ring_back_ms,
        every_ms=wish.ring_back_ms,
    )
    plan.note(CallParked(parked))


def pick_up(plan: Plan, wish: PickUp) -> None:
    """The first takes it. Raises `NotNow` for all later ones, and for the parked caller."""
    call, leg = plan.call, wish.leg
    if call.parked is None or call.parked.slot != wish.slot:
        raise NotNow("another was faster", cause="call-taken", call_id=call.call_id)
    if leg.user_id and leg.user_id == call.customer.user_id:
        raise NotNow("it is you who is parked", call_id=call.call_id)
    stop_ringing(plan, "cancelled", "call-taken")
    plan.note(LegAdded(leg))
    plan.note(LegAnswered(leg.leg_id, leg.codec))
    plan.note(PickedUp(leg.leg_id))
    plan.note(Bridged(call.customer.leg_id, leg.leg_id))


def ring_back(plan: Plan, _: str) -> None:
    """Time is up: `apps.comeback` rings whoever parked."""
    call = plan.call
    if call.parked is None:
        return
    comeback = comeback_to(call, call.parked.by, "no-answer")
    plan.note(ParkRangBack(comeback))

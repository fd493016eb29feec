# SPDX-License-Identifier: Apache-2.0
"""How legs and calls end. Every way out of a call goes through `end`, so that nothing is left behind."""

from headcall.backend.calls.log import (
    ConsultOver,
    Ended,
    LegClosed,
    QueueLeft,
    RingOver,
    Unbridged,
)
from headcall.backend.calls.model import EndedBy, Leg
from headcall.backend.calls.plan import Plan


def close_leg(plan: Plan, leg_id: str, cause: str, *, by_peer: bool = False, out_there: bool = False) -> None:
    """Ends one leg, if it has not ended."""
    leg = plan.call.legs.get(leg_id)
    if leg is not None and leg.is_live:
        plan.note(LegClosed(leg_id, cause, by_peer=by_peer, out_there=out_there))


def stop_ringing(plan: Plan, outcome: str, cause: str) -> None:
    """Ends the present round without a winner; the devices are told `cause`."""
    if not plan.call.ring:
        return
    ring_id = plan.call.ring.ring_id
    for leg in plan.call.ringing_legs():
        close_leg(plan, leg.leg_id, cause)
    plan.note(RingOver(ring_id, outcome))


def part(plan: Plan, why: str) -> None:
    """The two who talk are joined no more. Supervisors go: there is nothing to hear."""
    unbridge(plan, why)
    dismiss_supervisors(plan)


def dismiss_supervisors(plan: Plan) -> None:
    for leg in plan.call.supervisors():
        close_leg(plan, leg.leg_id, "normal")


def unbridge(plan: Plan, why: str) -> None:
    drop_consulted(plan, "normal")
    if plan.call.pair:
        plan.note(Unbridged(why))


def drop_consulted(plan: Plan, cause: str) -> None:
    """Nobody is consulted any more; whoever asked has the other one back."""
    consulting = plan.call.consulting
    if consulting is None:
        return
    if plan.call.ring and plan.call.ring.ring_id == consulting.ring_id:
        stop_ringing(plan, "cancelled", "normal")
    close_leg(plan, consulting.leg_id, cause)
    plan.note(ConsultOver(cause))


def end(plan: Plan, cause: str, by: EndedBy) -> None:
    """Ends the call: leaves the queue, stops ringing, closes every leg."""
    if not plan.call.is_open:
        return
    stop_ringing(plan, "cancelled", "normal")
    if plan.call.wait:
        plan.note(QueueLeft("abandoned" if by == "caller" else cause))
        cause = "caller-cancelled" if by == "caller" else cause
    if plan.call.rating:
        by, cause = "agent", "normal"  # who hung up first
    part(plan, cause)
    for leg in plan.call.live_legs():
        close_leg(plan, leg.leg_id, cause)
    plan.note(Ended(cause, by))


def side_of(plan: Plan, leg: Leg) -> EndedBy:
    """Whose hand it was, for the record."""
    return "caller" if leg.leg_id == plan.call.caller_id else "agent"

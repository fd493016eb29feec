# SPDX-License-Identifier: Apache-2.0
"""Rounds of ringing: who is rung, who wins, and what becomes of the caller when nobody does."""

from msgspec.structs import replace

from headcall.backend.calls.errors import NotNow
from headcall.backend.calls.inputs import Answer, Device, Refuse, RingDevices
from headcall.backend.calls.log import (
    Bridged,
    ConsultAnswered,
    LegAdded,
    LegAnswered,
    LegRang,
    QueueLeft,
    RingStarted,
    RingWon,
)
from headcall.backend.calls.model import Leg, Ring
from headcall.backend.calls.plan import Plan
from headcall.backend.calls.rules import callback
from headcall.backend.calls.rules.ending import close_leg, drop_consulted, stop_ringing
from headcall.backend.calls.rules.where import failed_to_reach
from headcall.wire import legs as wire


def ring_devices(plan: Plan, wish: RingDevices) -> None:
    """Begins a round. Only one at a time, and never while the parties talk."""
    call = plan.call
    if not call.is_open or call.ring or call.pair or call.refusal or call.rating or call.attendant:
        raise NotNow("the call is not to be rung for", call_id=call.call_id)
    if call.is_placeholder and wish.then is None:
        raise NotNow("nobody is there to be connected", call_id=call.call_id)
    if wish.choice and not call.wait:
        raise NotNow("the caller waits no more", call_id=call.call_id)
    start_round(plan, wish)


def start_round(plan: Plan, wish: RingDevices) -> None:
    ring = Ring(
        ring_id=wish.ring_id,
        kind=wish.kind,
        user_ids=wish.user_ids,
        started_at_ms=plan.now_ms,
        expires_at_ms=plan.now_ms + wish.ring_for_ms,
        intro=wish.intro,
        tone=wish.tone,
        then=replace(_leg_for(plan, wish.then, ""), role="caller", ring_id=None) if wish.then else None,
    )
    plan.note(RingStarted(ring, wish.choice))
    for device in wish.devices:
        plan.note(LegAdded(_leg_for(plan, device, wish.ring_id)))


def _leg_for(plan: Plan, device: Device, ring_id: str) -> Leg:
    return Leg(
        leg_id=device.leg_id,
        kind=device.kind,
        role="callee",
        media_node=plan.call.media_node,
        bridge=device.bridge,
        dials=device.dials,
        user_id=device.user_id,
        number=device.number,
        name=device.name,
        presents_number=device.presents_number or plan.call.from_number,
        presents_name=device.presents_name or plan.call.from_name,
        ring_id=ring_id,
        state="outgoing",
        progress="ringing" if device.kind == "browser" else "none",
        has_media=device.kind == "sip",
    )


def leg_rings(plan: Plan, event: wire.LegRinging) -> None:
    leg = plan.call.legs.get(event.leg_id)
    if leg is None or leg.state != "outgoing" or not _is_news(leg, event):
        return
    plan.note(LegRang(event.leg_id, event.early_media))
    tell_caller_it_rings(plan, early_media=event.early_media)


def _is_news(leg: Leg, event: wire.LegRinging) -> bool:
    return leg.progress == "none" or (leg.progress == "ringing" and event.early_media)


def tell_caller_it_rings(plan: Plan, *, early_media: bool = False) -> None:
    """The caller's telephone hears that it rings, once; or what the far network, or the seat's own tone, plays."""
    caller = plan.call.caller
    early_media = early_media or (plan.call.ring is not None and plan.call.ring.tone != "")
    if caller.state == "incoming" and caller.progress in ("none", "ringing" if early_media else "none"):
        plan.note(LegRang(caller.leg_id, early_media))


def leg_answers(plan: Plan, event: wire.LegAnswered) -> None:
    """A telephone we called was picked up."""
    leg = plan.call.legs.get(event.leg_id)
    if leg is None or not leg.is_live:
        return
    if leg.state == "outgoing":
        win(plan, leg, event.codec, event.answered_by)


def answer(plan: Plan, wish: Answer) -> None:
    """A user clicks: their ringing browser wins the round, if it still can be won."""
    mine = [leg for leg in plan.call.ringing_legs() if leg.user_id == wish.user_id and leg.kind == "browser"]
    if not mine:
        raise NotNow("nothing rings here any more", cause="call-taken", call_id=plan.call.call_id)
    win(plan, mine[0])


def win(plan: Plan, leg: Leg, codec: str = "", by: str = "") -> None:
    """This leg answers first. Whoever comes later finds no round to win."""
    ring = plan.call.ring
    if ring is None or leg.ring_id != ring.ring_id:
        close_leg(plan, leg.leg_id, "call-taken")
        return
    plan.note(RingWon(ring.ring_id, leg.leg_id))
    plan.note(LegAnswered(leg.leg_id, codec, by))
    for other in plan.call.legs.values():
        if other.ring_id == ring.ring_id and other.state == "outgoing":
            close_leg(plan, other.leg_id, "call-taken")
    if plan.call.consulting:
        plan.note(ConsultAnswered(leg.leg_id))
        return
    if ring.then is not None and not plan.call.caller.is_live:
        plan.note(QueueLeft("calling-back"))
        callback.dial(plan, ring)
        return
    if plan.call.wait:
        plan.note(QueueLeft("answered"))
    if ring.kind == "callback":
        _called_back(plan, ring, leg)
        return
    customer = plan.call.customer
    if customer.state == "incoming":
        plan.note(LegAnswered(customer.leg_id))
    plan.note(Bridged(customer.leg_id, leg.leg_id, _intro(ring, customer, leg)))


def _called_back(plan: Plan, ring: Ring, customer: Leg) -> None:
    """The customer is there. Without the agent, who left in this very moment, there is nobody to talk to."""
    agent = callback.agent_of(plan.call)
    if agent is None:
        callback.missed(plan, "unavailable")
    else:
        plan.note(Bridged(customer.leg_id, agent.leg_id, _intro(ring, customer, agent)))


def _intro(ring: Ring, customer: Leg, leg: Leg) -> dict[str, str]:
    """What each of the two hears first."""
    if ring.intro is None or leg.user_id is None:
        return {}
    files = {leg.leg_id: ring.intro.to_agent, customer.leg_id: ring.intro.to_caller.get(leg.user_id, "")}
    return {leg_id: file for leg_id, file in files.items() if file}


def refuse(plan: Plan, wish: Refuse) -> None:
    """A user does not want it: all their devices fall silent."""
    mine = [leg for leg in plan.call.ringing_legs() if leg.user_id == wish.user_id]
    if not mine:
        raise NotNow("nothing rings here any more", call_id=plan.call.call_id)
    for leg in mine:
        close_leg(plan, leg.leg_id, "rejected")
    round_may_be_over(plan, "rejected")


def ringing_leg_ended(plan: Plan, leg: Leg, cause: str) -> None:
    """A device of the round could not be reached, was busy, or was refused by its keys."""
    if plan.call.ring and leg.ring_id == plan.call.ring.ring_id:
        round_may_be_over(plan, cause)


def round_may_be_over(plan: Plan, cause: str) -> None:
    if plan.call.ring and not plan.call.ringing_legs():
        give_up_round(plan, cause)


def give_up_round(plan: Plan, cause: str) -> None:
    """Nobody took it. In a queue the caller waits on; elsewhere the caller hears why."""
    is_callback = callback.is_dialling(plan.call)
    stop_ringing(plan, cause, cause)
    if plan.call.consulting:
        drop_consulted(plan, cause)
    elif is_callback:
        callback.missed(plan, cause)
    elif not plan.call.wait:
        failed_to_reach(plan, cause)

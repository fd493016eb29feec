# SPDX-License-Identifier: Apache-2.0
"""Asking somebody before a transfer: the other side hears music, while whoever consults talks with a third.

`pair` stays as it is until the transfer is complete; `held_by` says whom the consulting one talks with at the moment.
From a conference one may consult too: the others talk on (`away`), and the third may be brought in.
"""

from msgspec.structs import replace

from headcall.backend.calls.errors import NotNow
from headcall.backend.calls.inputs import Complete, Confer, Consult, Drop, Swap
from headcall.backend.calls.log import (
    Bridged,
    ConferenceJoined,
    ConsultCompleted,
    ConsultStarted,
    Held,
    TransferStarted,
)
from headcall.backend.calls.model import MOST_TALKERS, Call, Consulting, Leg
from headcall.backend.calls.plan import Plan
from headcall.backend.calls.rules.conference import leave_conference, talking
from headcall.backend.calls.rules.ending import close_leg, dismiss_supervisors, drop_consulted, part, unbridge
from headcall.backend.calls.rules.ringing import start_round
from headcall.backend.calls.rules.where import comeback_to


def consult(plan: Plan, wish: Consult) -> None:
    """Holds the other side and rings the third. Raises `NotNow` for who does not talk, is held, or consults already."""
    call = plan.call
    leg = talking(call, wish.user_id)
    if call.consulting or call.held_by not in (None, leg.leg_id):
        raise NotNow("not while somebody is consulted, nor while you are held", call_id=call.call_id)
    if len(call.talkers) >= MOST_TALKERS:
        raise NotNow(f"{MOST_TALKERS} talk already", call_id=call.call_id)
    plan.note(ConsultStarted(leg.leg_id, wish.target.ring_id, wish.to_number))
    devices = tuple(
        replace(
            device,
            presents_number=device.presents_number or leg.number,
            presents_name=device.presents_name or leg.name,
        )
        for device in wish.target.devices
    )
    start_round(plan, replace(wish.target, kind="consult", devices=devices))


def swap(plan: Plan, wish: Swap) -> None:
    """Whoever heard music talks, and the other way round."""
    consulting = _of(plan.call, wish.user_id)
    if not consulting.leg_id:
        raise NotNow("nobody has answered", call_id=plan.call.call_id)
    plan.note(Held(consulting.by, not plan.call.is_away(consulting.by)))


def drop(plan: Plan, wish: Drop) -> None:
    """The consulted one goes, and the other side is taken back; or anybody else goes out of a conference."""
    call = plan.call
    leg = talking(call, wish.user_id)
    if is_consulting(call, leg) and wish.leg_id in _asked(call):
        drop_consulted(plan, "normal")
    elif call.more and wish.leg_id in call.talkers and wish.leg_id != leg.leg_id:
        leave(plan, call.legs[wish.leg_id])
    else:
        raise NotNow("only who is consulted, or one of a conference, can be dropped", call_id=call.call_id)


def _asked(call: Call) -> set[str]:
    assert call.consulting is not None
    return {call.consulting.leg_id, *(leg.leg_id for leg in call.ringing_legs())}


def complete(plan: Plan, wish: Complete) -> None:
    """Who consults goes. Raises `NotNow` in a conference while it still rings: those who talk cannot be rung for."""
    consulting = _of(plan.call, wish.user_id)
    if plan.call.more and not consulting.leg_id:
        raise NotNow("nobody has answered", call_id=plan.call.call_id)
    leave(plan, plan.call.legs[consulting.by])


def confer(plan: Plan, wish: Confer) -> None:
    """All hear all."""
    consulting = _of(plan.call, wish.user_id)
    if not consulting.leg_id:
        raise NotNow("nobody has answered", call_id=plan.call.call_id)
    plan.note(ConferenceJoined(consulting.leg_id))


def leave(plan: Plan, leg: Leg) -> None:
    """Who consults goes, the others talk, and supervisors stay with them while one of ours serves. While it still
    rings this is a blind transfer, with its way back.

    Of a conference anybody may go like this."""
    call = plan.call
    if call.more:
        if call.consulting and is_consulting(call, leg) and call.consulting.leg_id:
            plan.note(ConferenceJoined(call.consulting.leg_id))
        leave_conference(plan, leg, "normal")
        return
    consulting, stays = call.consulting, call.other(leg.leg_id)
    assert consulting is not None and stays is not None
    if not consulting.leg_id:
        plan.note(TransferStarted(leg.leg_id, consulting.to_number, comeback_to(call, leg.user_id)))
        plan.note(ConsultCompleted(""))
        part(plan, "transferred")
        close_leg(plan, leg.leg_id, "normal")
        return
    plan.note(ConsultCompleted(consulting.leg_id))
    unbridge(plan, "transferred")
    close_leg(plan, leg.leg_id, "normal")
    plan.note(Bridged(stays.leg_id, consulting.leg_id))
    if plan.call.coached is None:
        dismiss_supervisors(plan)  # two strangers are nobody's to listen to


def is_consulting(call: Call, leg: Leg) -> bool:
    return call.consulting is not None and call.consulting.by == leg.leg_id


def is_consulted(call: Call, leg: Leg) -> bool:
    return call.consulting is not None and call.consulting.leg_id == leg.leg_id


def _of(call: Call, user_id: str) -> Consulting:
    if call.consulting is None or call.legs[call.consulting.by].user_id != user_id:
        raise NotNow("you consult nobody", call_id=call.call_id)
    return call.consulting

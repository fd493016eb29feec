# SPDX-License-Identifier: Apache-2.0
"""What users do while they ring or talk: hang up, hold, send keys, transfer, record."""

from headcall.backend.calls.errors import NotNow
from headcall.backend.calls.inputs import HangUp, Hold, Record, RefuseCaller, SendKeys, Transfer
from headcall.backend.calls.inputs import Refuse as RefuseWish
from headcall.backend.calls.log import (
    Held,
    KeysSent,
    RecordingStarted,
    RecordingStopped,
    TransferStarted,
)
from headcall.backend.calls.model import Call, Leg
from headcall.backend.calls.plan import Plan
from headcall.backend.calls.rules.begin import go_to
from headcall.backend.calls.rules.callback import is_dialling
from headcall.backend.calls.rules.centre import hang_up_leg
from headcall.backend.calls.rules.conference import in_conference, talking
from headcall.backend.calls.rules.consult import is_consulted, is_consulting, leave
from headcall.backend.calls.rules.ending import close_leg, drop_consulted, end, part, side_of
from headcall.backend.calls.rules.ringing import give_up_round, refuse
from headcall.backend.calls.rules.where import comeback_to
from headcall.wire.legs import TransferResult
from headcall.wire.media import SendDigits

KEYS = frozenset("0123456789*#ABCD")
MOST_KEYS = 64


def hang_up(plan: Plan, wish: HangUp) -> None:
    """Ends the call; while it only rings here, refuses it; a supervisor merely leaves."""
    leg = plan.call.leg_of(wish.user_id)
    if leg is None:
        raise NotNow("no leg of yours", call_id=plan.call.call_id)
    if leg.role == "supervisor":
        close_leg(plan, leg.leg_id, "normal")
        return
    if leg.state == "outgoing":
        refuse(plan, RefuseWish(wish.user_id))
        return
    if is_consulting(plan.call, leg):
        leave(plan, leg)
    elif is_consulted(plan.call, leg):
        drop_consulted(plan, "normal")
    elif in_conference(plan.call, leg):
        leave(plan, leg)
    elif plan.call.pair:
        hang_up_leg(plan, leg, "normal")
    elif is_dialling(plan.call):
        give_up_round(plan, "caller-cancelled")
    else:
        end(plan, "normal" if plan.call.parked else "caller-cancelled", side_of(plan, leg))


def hold(plan: Plan, wish: Hold) -> None:
    """The other one hears music, until whoever pressed hold takes them back. A conference talks on without them."""
    leg = talking(plan.call, wish.user_id)
    if plan.call.more:
        _step_out(plan, leg, on=wish.on)
        return
    _not_while_consulting(plan.call)
    held_by = plan.call.held_by
    if (wish.on and held_by is None) or (not wish.on and held_by == leg.leg_id):
        plan.note(Held(leg.leg_id, wish.on))
    elif wish.on != (held_by == leg.leg_id):
        raise NotNow("the other side holds the call", call_id=plan.call.call_id)


def _step_out(plan: Plan, leg: Leg, *, on: bool) -> None:
    if is_consulting(plan.call, leg):
        _not_while_consulting(plan.call)
    if plan.call.is_away(leg.leg_id) != on:
        plan.note(Held(leg.leg_id, on))


def send_keys(plan: Plan, wish: SendKeys) -> None:
    leg = talking_leg(plan.call, wish.user_id)
    _not_while_consulting(plan.call)
    digits = checked_keys(plan.call, wish.digits)
    other = plan.call.other(leg.leg_id)
    assert other is not None
    plan.note(KeysSent(other.leg_id, digits))
    plan.tell(other.leg_id, SendDigits(other.leg_id, digits))


def checked_keys(call: Call, digits: str) -> str:
    """Keys as telephones have them. Raises `NotNow`."""
    keys = digits.upper()
    if not 0 < len(keys) <= MOST_KEYS or not KEYS.issuperset(keys):
        raise NotNow("keys are 1 to 64 of 0-9 * # A-D", cause="bad-request", call_id=call.call_id)
    return keys


def transfer(plan: Plan, wish: Transfer) -> None:
    """Blind: the one who transfers is free at once; the other goes on, and comes back if nobody is there."""
    call = plan.call
    leg = call.legs.get(wish.leg_id)
    other = call.other(wish.leg_id)
    if leg is not None and other is None and leg.kind == "sip" and leg.is_live:
        plan.tell(leg.leg_id, TransferResult(leg.leg_id, "conflict"))  # several talk, or nobody: it waits for a word
        return
    if leg is None or other is None:
        raise NotNow("nobody to transfer", call_id=call.call_id)
    if isinstance(wish.target, RefuseCaller):
        if leg.kind == "sip":
            plan.tell(leg.leg_id, TransferResult(leg.leg_id, wish.target.cause))
            return
        raise NotNow("", cause=wish.target.cause, call_id=call.call_id)
    plan.note(TransferStarted(leg.leg_id, wish.to_number, comeback_to(call, leg.user_id)))
    part(plan, "transferred")
    if leg.kind == "sip":
        plan.tell(leg.leg_id, TransferResult(leg.leg_id, "normal"))
    close_leg(plan, leg.leg_id, "normal")
    go_to(plan, wish.target)


def record(plan: Plan, wish: Record) -> None:
    """Starts or stops the recording of the customer's side (left) and what it hears (right)."""
    running = [recording for recording in plan.call.recordings if recording.state == "on"]
    if wish.on and not running and plan.call.is_open:
        plan.note(RecordingStarted(wish.recording_id, plan.call.customer.leg_id, wish.path))
    elif not wish.on:
        for recording in running:
            plan.note(RecordingStopped(recording.recording_id))


def _not_while_consulting(call: Call) -> None:
    """It would be meant for one of three, and reach another."""
    if call.consulting:
        raise NotNow("not while somebody is consulted: swap instead", call_id=call.call_id)


def talking_leg(call: Call, user_id: str) -> Leg:
    """The leg by which this user talks. Raises `NotNow`."""
    leg = call.leg_of(user_id)
    if leg is None or call.other(leg.leg_id) is None:
        raise NotNow("you are not talking", call_id=call.call_id)
    return leg

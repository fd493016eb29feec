# SPDX-License-Identifier: Apache-2.0
"""A call as one of its people sees it (`CallView` of the browser API). Pure."""

from typing import Any

from headcall.backend.calls.model import MOST_TALKERS, Call, Leg
from headcall.backend.store.base import iso, iso_or_none

View = dict[str, Any]


def call_view(call: Call, user_id: str) -> View | None:
    """What the user's page shows of the call, or None when they have no part in it."""
    leg = call.leg_of(user_id) if call.is_open else None
    if leg is None:
        return None
    state = _state(call, leg)
    peer = _peer(call, leg)
    since_ms = call.queue_entered_at_ms if call.callback else call.started_at_ms
    waited = (leg.answered_at_ms or leg.added_at_ms) - since_ms if leg.role == "callee" else None
    is_offer = state == "ringing"
    return {
        "call_id": call.call_id,
        "leg_id": leg.leg_id,
        "direction": "out" if leg.role == "caller" and call.direction == "internal" else call.direction,
        "state": state,
        "media": "browser" if leg.kind == "browser" else "phone",
        "peer": peer,
        "queue": {"id": call.queue_id, "name": call.queue_name} if call.queue_id and leg.role != "caller" else None,
        "offered_at": iso(leg.added_at_ms),
        "answered_at": iso_or_none(_talks_since(call)) if state in ("talking", "held") else None,
        "waited_s": round(max(0, waited) / 1000, 3) if waited is not None else None,
        "offer_expires_at": iso(call.ring.expires_at_ms) if is_offer and call.ring else None,
        "recording": _is_recorded(call, leg),
        "held": state == "held" and not call.parked,
        "held_by_peer": _held_by_peer(call, leg),
        "digits": _peer_digits(call, leg),
        "can": _can(call, state, leg),
        "parties": [_party(call, each) for each in call.live_legs() if _may_see(call, leg, each)],
        "supervise": leg.mode,
        "callback": _callback(call, leg),
        "consult": _consult(call, leg),
        "slot": call.parked.slot if call.parked else None,
    }


def _talks_since(call: Call) -> int | None:
    return call.answered_at_ms if call.parked else call.talking_since_ms


def _is_recorded(call: Call, leg: Leg) -> bool:
    """Whether what this one says goes into the recording of the customer: not aside, nor while stepped out."""
    is_aside = _is_asked(call, leg) or call.is_away(leg.leg_id)
    return not is_aside and any(recording.state == "on" for recording in call.recordings)


def _callback(call: Call, leg: Leg) -> dict[str, int] | None:
    """That the customer is called back, and which attempt it is, or will be."""
    if call.callback is None or leg.role != "callee":
        return None
    attempt = call.callback.attempts + (call.is_placeholder and call.callback.attempts < call.callback.tries)
    return {"attempt": attempt, "tries": call.callback.tries}


def _consult(call: Call, leg: Leg) -> dict[str, str] | None:
    """Whom this one consults."""
    consulting = call.consulting
    if consulting is None or consulting.by != leg.leg_id:
        return None
    asked = [call.legs[consulting.leg_id]] if consulting.leg_id else call.ringing_legs()
    if not asked:
        return None
    state = "talking" if consulting.leg_id else "ringing"
    return {"leg_id": asked[0].leg_id, "number": asked[0].number, "name": asked[0].name, "state": state}


def _is_asked(call: Call, leg: Leg) -> bool:
    """Whether this one is consulted, or rung for it."""
    return call.consulting is not None and leg.ring_id == call.consulting.ring_id


def _held_by_peer(call: Call, leg: Leg) -> bool:
    if _is_asked(call, leg):
        return leg.state == "up" and not call.is_away(call.consulting.by if call.consulting else "")
    if call.parked:
        return leg.state == "up"
    return call.held_by is not None and leg.role != "supervisor" and call.held_by != leg.leg_id


def _state(call: Call, leg: Leg) -> str:
    if leg.state == "outgoing":
        return "ringing"
    if leg.role == "supervisor" or _is_asked(call, leg) or (call.consulting and call.consulting.by == leg.leg_id):
        return "talking"
    if call.parked:
        return "held"
    if leg.leg_id not in call.talkers:
        return "dialling"
    return "held" if call.is_away(leg.leg_id) else "talking"


def _can(call: Call, state: str, leg: Leg) -> list[str]:
    if state == "ringing":
        return ["answer", "hang_up"] if leg.kind == "browser" else ["hang_up"]
    if state == "dialling" and call.asked is leg:
        return ["hang_up", "digits"]
    if state == "dialling" or leg.role == "supervisor":
        return ["hang_up"]
    if _is_asked(call, leg):
        return ["hang_up"]
    if call.parked:
        return ["hang_up"]
    if call.consulting and (call.consulting.by == leg.leg_id or not call.more):
        return ["hang_up", *_can_consulting(call, leg)]
    if call.more:
        consult = [] if call.consulting or len(call.talkers) >= MOST_TALKERS else ["consult"]
        return ["hang_up", "hold", *consult, "drop"]
    if call.held_by not in (None, leg.leg_id):
        return ["hang_up", "transfer", "digits"]
    return ["hang_up", "hold", "transfer", "digits", "consult", "park"]


def _can_consulting(call: Call, leg: Leg) -> list[str]:
    """What else may be done while somebody is asked: by who asks."""
    consulting = call.consulting
    if consulting is None or consulting.by != leg.leg_id:
        return []
    if consulting.leg_id:
        return ["complete", "swap", "conference", "drop"]
    return ["drop"] if call.more else ["complete", "drop"]


def _may_see(call: Call, leg: Leg, other: Leg) -> bool:
    """Supervisors see all; a whisper shows itself to who hears it, and only who speaks to all is seen by all.

    Who is asked aside is not there for the others."""
    if call.consulting and _is_asked(call, other) and leg.role != "supervisor":
        return call.consulting.by == leg.leg_id or _is_asked(call, leg)
    if other.role != "supervisor" or leg.role == "supervisor" or other.mode == "barge":
        return True
    return other.mode == "whisper" and call.coached is not None and call.coached.leg_id == leg.leg_id


def _party(call: Call, leg: Leg) -> View:
    other = call.other(leg.leg_id)
    is_held = (
        (other is not None and call.held_by == other.leg_id)
        or (_is_asked(call, leg) and _held_by_peer(call, leg))
        or (leg.leg_id in call.away and not (call.consulting and call.consulting.by == leg.leg_id))
    )
    return {
        "leg_id": leg.leg_id,
        "user_id": leg.user_id,
        "number": leg.number,
        "name": leg.name,
        "role": _role(call, leg),
        "mode": leg.mode,
        "state": "held" if is_held else "talking" if leg.state == "up" else "ringing",
    }


def _role(call: Call, leg: Leg) -> str:
    if leg.role == "supervisor":
        return "supervisor"
    if call.coached and call.coached.leg_id == leg.leg_id:
        return "agent"
    return "caller" if leg.role == "caller" else "other"


def _peer(call: Call, leg: Leg) -> dict[str, str]:
    other = call.other(leg.leg_id)
    if call.consulting and _is_asked(call, leg):
        other = call.legs[call.consulting.by]
    elif call.more and leg.leg_id in call.talkers:
        other = next(call.legs[leg_id] for leg_id in call.talkers if leg_id != leg.leg_id)
    if other is not None:
        return {"number": other.number, "name": other.name}
    if leg.role == "caller":
        return {"number": call.to_number, "name": call.to_name}
    return {"number": call.customer.number, "name": call.customer.name}


def _peer_digits(call: Call, leg: Leg) -> str:
    other = call.other(leg.leg_id)
    return other.digits if other else call.customer.digits if leg.role == "callee" else ""


def users_of(call: Call) -> set[str]:
    """Everyone who has or had a leg in the call."""
    return {leg.user_id for leg in call.legs.values() if leg.user_id}


def cause_for(call: Call, user_id: str) -> str:
    """Why the call is gone for this user."""
    mine = [leg for leg in call.legs.values() if leg.user_id == user_id and leg.ended_at_ms is not None]
    mine.sort(key=lambda leg: (leg.answered_at_ms is None, -(leg.ended_at_ms or 0)))
    cause = mine[0].cause if mine else call.cause
    return cause or "normal"

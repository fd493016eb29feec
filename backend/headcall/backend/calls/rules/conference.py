# SPDX-License-Identifier: Apache-2.0
"""More than two who talk: who belongs to it, and what becomes of the others when one goes.

A third comes by a consultation (`rules.consult`). Who goes, by whatever way, leaves the others talking; the last two
are a plain talk again, with all that belongs to it.
"""

from headcall.backend.calls.errors import NotNow
from headcall.backend.calls.log import ConferenceLeft
from headcall.backend.calls.model import Call, Leg
from headcall.backend.calls.plan import Plan
from headcall.backend.calls.rules.ending import close_leg, drop_consulted


def in_conference(call: Call, leg: Leg) -> bool:
    return bool(call.more) and leg.leg_id in call.talkers


def leave_conference(plan: Plan, leg: Leg, cause: str) -> None:
    """One goes, and whoever they were just consulting."""
    if plan.call.consulting and plan.call.consulting.by == leg.leg_id:
        drop_consulted(plan, "normal")
    close_leg(plan, leg.leg_id, cause)
    plan.note(ConferenceLeft(leg.leg_id))


def talking(call: Call, user_id: str) -> Leg:
    """The leg by which this user talks, with one or with several. Raises `NotNow`."""
    leg = call.leg_of(user_id)
    if leg is None or leg.leg_id not in call.talkers:
        raise NotNow("you are not talking", call_id=call.call_id)
    return leg

# SPDX-License-Identifier: Apache-2.0
"""The auto attendant: the caller keys in an extension, or 0.

attendant ──extension──► (ring) ──answers──► talking
    ▲  │                   │
    └──┼──── missed ◄──────┘        at most three times, then as by 0
       └──0──► where the number leads: a queue, or another number
"""

from typing import Final

from headcall.backend.calls.errors import NotNow
from headcall.backend.calls.inputs import RefuseCaller, TryExtension, WithAttendant
from headcall.backend.calls.log import AttendantEntered, ExtensionMissed, LegAnswered
from headcall.backend.calls.model import Attendant
from headcall.backend.calls.plan import Plan
from headcall.backend.calls.rules.ending import end
from headcall.backend.calls.rules.ringing import start_round

MOST_TRIES: Final = 3

NOTHING: Final = "incomplete-number"
"""The cause of a try in which no key was pressed."""


def enter(plan: Plan, wish: WithAttendant) -> None:
    """A telephone is answered: its keys come as media."""
    customer = plan.call.customer
    if customer.state == "incoming":
        plan.note(LegAnswered(customer.leg_id))
    plan.note(AttendantEntered(Attendant(wish.to_number, wish.prompt_id)))


def try_extension(plan: Plan, wish: TryExtension) -> None:
    """Rings the extension; what cannot be rung counts as a try."""
    attendant = plan.call.attendant
    if attendant is None or plan.call.ring or attendant.tries >= MOST_TRIES:
        raise NotNow("no extension is asked for", call_id=plan.call.call_id)
    if isinstance(wish.target, RefuseCaller):
        plan.note(ExtensionMissed(wish.target.cause))
    else:
        start_round(plan, wish.target)


def asked_too_long(plan: Plan, _: str = "") -> None:
    """Keys that lead nowhere, over and over, or an application that is stuck: it goes on all the same."""
    attendant = plan.call.attendant
    if attendant is None or attendant.tries >= MOST_TRIES:
        end(plan, NOTHING, "system")
    else:
        plan.note(ExtensionMissed(NOTHING))

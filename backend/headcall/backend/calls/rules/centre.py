# SPDX-License-Identifier: Apache-2.0
"""What is a call centre's own: priority, waiting in vain, what is heard before the talk, and the caller's mark."""

from typing import Final

from headcall.backend.calls.errors import NotNow
from headcall.backend.calls.inputs import GoOn, Mark, SetPriority
from headcall.backend.calls.log import (
    AttendantLeft,
    IntroOver,
    Marked,
    Overflowed,
    PriorityChanged,
    QueueLeft,
    RecordingStopped,
    SurveyStarted,
)
from headcall.backend.calls.model import Call, Leg
from headcall.backend.calls.plan import Plan
from headcall.backend.calls.rules.begin import go_to
from headcall.backend.calls.rules.ending import close_leg, end, part, side_of, stop_ringing
from headcall.backend.calls.rules.where import refuse_caller
from headcall.wire.media import PlayEnded

MOST_OVERFLOWS: Final = 3
"""Queues may lead to each other in a circle; a caller is not sent around for ever."""

MARKS: Final = range(1, 6)


def intro_play_id(leg_id: str) -> str:
    """By which we know that a leg has heard what comes first."""
    return f"play_{leg_id.removeprefix('leg_')}"


def play_ended(plan: Plan, event: PlayEnded) -> None:
    """An application hears it by itself; here it is only about what comes before a talk."""
    for leg_id in list(plan.call.intro):
        if intro_play_id(leg_id) == event.play_id:
            plan.note(IntroOver(leg_id))


def intros_over(plan: Plan) -> None:
    """Nobody waits longer for a text whose end is never told."""
    for leg_id in list(plan.call.intro):
        plan.note(IntroOver(leg_id))


def set_priority(plan: Plan, wish: SetPriority) -> None:
    if plan.call.wait is None:
        raise NotNow("the caller does not wait", call_id=plan.call.call_id)
    if plan.call.wait.priority != wish.priority:
        plan.note(PriorityChanged(wish.priority, wish.by))


def send_away(plan: Plan, cause: str) -> None:
    """The waiting was in vain: on to where the queue overflows, or a refusal. Who comes back keeps their time."""
    if plan.call.wait is None:
        return
    stop_ringing(plan, "cancelled", "normal")
    plan.note(QueueLeft(cause))
    overflow = plan.call.terms.overflow
    if overflow and plan.call.overflows < MOST_OVERFLOWS:
        plan.note(Overflowed(overflow, cause))
    else:
        refuse_caller(plan, cause)


def go_on(plan: Plan, wish: GoOn) -> None:
    call = plan.call
    is_at_attendant = call.attendant is not None and call.ring is None
    if call.overflow is None and not call.hours_id and not is_at_attendant:
        raise NotNow("the caller is not being sent on", call_id=call.call_id)
    if is_at_attendant:
        plan.note(AttendantLeft(wish.why))
    go_to(plan, wish.target)


# ---------------------------------------------------------------- the caller's mark


def hang_up_leg(plan: Plan, leg: Leg, cause: str) -> None:
    """One of the two who talk hangs up. If it was the agent, the caller may be asked; else it is over."""
    if not _is_asked(plan.call, leg):
        end(plan, cause, side_of(plan, leg))
        return
    for recording in plan.call.recordings:
        if recording.state == "on":
            plan.note(RecordingStopped(recording.recording_id))
    part(plan, cause)
    close_leg(plan, leg.leg_id, cause)
    plan.note(SurveyStarted())


def _is_asked(call: Call, leg: Leg) -> bool:
    caller = call.caller
    has_talked = bool(call.pair) and leg.leg_id != caller.leg_id
    return has_talked and call.terms.survey and caller.state == "up" and caller.kind == "sip"


def mark(plan: Plan, wish: Mark) -> None:
    if not plan.call.rating or wish.mark not in MARKS:
        raise NotNow("no mark is asked for", call_id=plan.call.call_id)
    plan.note(Marked(wish.mark))


def rated_too_long(plan: Plan) -> None:
    end(plan, "normal", "agent")

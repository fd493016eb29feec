# SPDX-License-Identifier: Apache-2.0
"""What the far ends do: telephones that end, media that stops and comes back, keys, pages that close."""

from headcall.backend.calls.inputs import Attached, Forgotten, PageCame, PageWent
from headcall.backend.calls.log import (
    Held,
    KeyPressed,
    MediaAttached,
    MediaCameBack,
    MediaForgotten,
    MediaLost,
    PageCameBack,
    PageGone,
    RecordingDone,
)
from headcall.backend.calls.model import Comeback, EndedBy, Leg
from headcall.backend.calls.plan import Plan
from headcall.backend.calls.rules.callback import is_dialling
from headcall.backend.calls.rules.centre import hang_up_leg
from headcall.backend.calls.rules.conference import in_conference, leave_conference
from headcall.backend.calls.rules.consult import is_consulted, is_consulting, leave
from headcall.backend.calls.rules.ending import close_leg, drop_consulted, end, part, side_of
from headcall.backend.calls.rules.ringing import give_up_round, ringing_leg_ended
from headcall.backend.calls.rules.where import back_in_queue
from headcall.wire import legs, media


def leg_ended(plan: Plan, event: legs.LegEnded) -> None:
    """A telephone hung up, was unreachable, or its bridge lost it."""
    leg = plan.call.legs.get(event.leg_id)
    if leg is None or not leg.is_live:
        return
    if event.at_ms is not None:  # it waited while we were away; the record shall tell when it was
        plan.now_ms = max(leg.added_at_ms, leg.answered_at_ms or 0, min(event.at_ms, plan.now_ms))
    was_customer = leg.leg_id == plan.call.customer.leg_id
    close_leg(plan, leg.leg_id, event.cause, by_peer=event.by_peer, out_there=True)
    if leg.role == "supervisor":
        return
    if leg.state == "outgoing":
        ringing_leg_ended(plan, leg, event.cause)
    elif is_consulted(plan.call, leg):
        drop_consulted(plan, event.cause)
    elif is_consulting(plan.call, leg) and (event.by_peer or event.cause == "normal"):
        leave(plan, leg)
    elif in_conference(plan.call, leg):
        leave_conference(plan, leg, event.cause)
    elif was_customer or plan.call.pair is None:
        _nobody_left(plan, event.cause, side_of(plan, leg) if event.by_peer else "system")
    elif event.by_peer or event.cause == "normal":
        hang_up_leg(plan, leg, event.cause)
    else:
        agent_lost(plan, leg, event.cause)


def _nobody_left(plan: Plan, cause: str, by: EndedBy) -> None:
    """One of the two is gone before they talked, or the customer is. A call-back may be tried once more."""
    if is_dialling(plan.call):
        give_up_round(plan, cause)
    else:
        end(plan, cause, by)


def agent_lost(plan: Plan, leg: Leg, cause: str) -> None:
    """The one who served is gone without hanging up. A caller of a queue gets the front of it; others are told."""
    call = plan.call
    close_leg(plan, leg.leg_id, cause)
    customer = call.customer
    if call.queue_id is None or call.pair is None or leg.leg_id == call.caller_id or not customer.is_live:
        end(plan, cause, "system")
        return
    part(plan, cause)
    back_in_queue(plan, Comeback(None, call.queue_id, call.queue_name, call.queue_entered_at_ms, call.max_wait_ms))


# ---------------------------------------------------------------- media


def media_up(plan: Plan, event: media.MediaUp) -> None:
    leg = plan.call.legs.get(event.leg_id)
    if leg and leg.is_live and leg.lost_at_ms is not None and leg.has_media:
        plan.note(MediaCameBack(leg.leg_id))


def media_down(plan: Plan, event: media.MediaDown) -> None:
    leg = plan.call.legs.get(event.leg_id)
    if leg and leg.is_live and leg.lost_at_ms is None and leg.has_media:
        plan.note(MediaLost(leg.leg_id))


def attached(plan: Plan, event: Attached) -> None:
    leg = plan.call.legs.get(event.leg_id)
    if leg and leg.is_live and (not leg.has_media or leg.lost_at_ms is not None):
        plan.note(MediaAttached(leg.leg_id))


def forgotten(plan: Plan, event: Forgotten) -> None:
    """A browser attaches again by itself. A telephone's RTP address is gone for good: it would hear nothing more."""
    leg = plan.call.legs.get(event.leg_id)
    if leg is None or not leg.is_live:
        return
    if leg.kind == "browser":
        if leg.has_media:
            plan.note(MediaForgotten(leg.leg_id))
        return
    leg_without_media(plan, leg)


def leg_without_media(plan: Plan, leg: Leg) -> None:
    """Ends what depends on a leg that has no media any more."""
    if leg.role == "supervisor":
        close_leg(plan, leg.leg_id, "media-lost")
    elif leg.state == "outgoing":
        close_leg(plan, leg.leg_id, "media-lost")
        ringing_leg_ended(plan, leg, "media-lost")
    elif is_consulted(plan.call, leg):
        drop_consulted(plan, "media-lost")
    elif in_conference(plan.call, leg):
        leave_conference(plan, leg, "media-lost")
    elif leg.leg_id == plan.call.customer.leg_id or plan.call.pair is None:
        _nobody_left(plan, "media-lost", "system")
    else:
        agent_lost(plan, leg, "media-lost")


def recording_ended(plan: Plan, event: media.RecordingEnded) -> None:
    known = {recording.recording_id: recording for recording in plan.call.recordings}
    recording = known.get(event.recording_id)
    if recording and recording.state != "done":
        plan.note(RecordingDone(event.recording_id, event.duration_ms, event.octets))


# ---------------------------------------------------------------- keys


def key_pressed(plan: Plan, event: media.DigitPressed) -> None:
    leg = plan.call.legs.get(event.leg_id)
    if leg and leg.is_live and event.digit and event.digit in "0123456789*#ABCD":
        plan.note(KeyPressed(event.leg_id, event.digit))


def phone_held(plan: Plan, event: legs.LegHeld) -> None:
    """The telephone's own hold key: the other one hears music, as if the page had asked for it."""
    call = plan.call
    leg = call.legs.get(event.leg_id)
    if leg is None or event.leg_id not in call.talkers or (call.consulting and not in_conference(call, leg)):
        return
    if call.more:
        if not is_consulting(call, leg) and call.is_away(leg.leg_id) != event.held:
            plan.note(Held(leg.leg_id, event.held))
        return
    if (event.held and call.held_by is None) or (not event.held and call.held_by == event.leg_id):
        plan.note(Held(event.leg_id, event.held))


# ---------------------------------------------------------------- pages


def page_went(plan: Plan, event: PageWent) -> None:
    for leg in _browser_legs(plan, event.user_id):
        if leg.page_gone_at_ms is None:
            plan.note(PageGone(leg.leg_id))


def page_came(plan: Plan, event: PageCame) -> None:
    for leg in _browser_legs(plan, event.user_id):
        if leg.page_gone_at_ms is not None:
            plan.note(PageCameBack(leg.leg_id))


def _browser_legs(plan: Plan, user_id: str) -> list[Leg]:
    return [leg for leg in plan.call.live_legs() if leg.kind == "browser" and leg.user_id == user_id]

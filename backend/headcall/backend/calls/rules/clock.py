# SPDX-License-Identifier: Apache-2.0
"""What time does to a call. All limits follow from the state, so a new backend finds the same ones in the log."""

from collections.abc import Callable, Iterator
from typing import Final

from msgspec import Struct

from headcall.backend.calls.model import Call, Leg
from headcall.backend.calls.plan import Plan
from headcall.backend.calls.rules import attendant, callback
from headcall.backend.calls.rules.centre import intros_over, rated_too_long, send_away
from headcall.backend.calls.rules.ending import close_leg, end
from headcall.backend.calls.rules.legs import leg_without_media
from headcall.backend.calls.rules.park import ring_back
from headcall.backend.calls.rules.ringing import give_up_round, ringing_leg_ended
from headcall.backend.calls.rules.where import failed_to_reach

PAGE_GRACE_MS: Final = 20_000
"""How long a device that rings, or is being dialled from, may have no page."""

MEDIA_GRACE_MS: Final = 30_000
"""How long a telephone may be without media (after the ten seconds that make it `MediaDown`) though somebody waits."""

BROWSER_GRACE_MS: Final = 17_000
"""The same of a browser, with or without its page: with the three seconds that make it `MediaDown`, twenty since its
last word. A reload takes 2 to 4 s, another network as much, a restart of the browser up to 15."""

UNCONNECTED_MS: Final = {"caller": 30_000, "callee": 10_000, "supervisor": 30_000}
"""How long an answered browser may take to connect its media. One that was rung has connected while it rang; one that
dials may first have to ask its user for the microphone."""

IDLE_MS: Final = 60_000
"""No call stays longer in a phase in which nothing will happen by itself."""

INTRO_MS: Final = 15_000
"""What is heard before the talk is a few words."""

RATING_MS: Final = 45_000
"""A question, two tries of a key, and a word of thanks."""

ASKING_MS: Final = 180_000
"""A reason and an announcement of up to a minute each, and the slowest fingers."""

REFUSAL_MS: Final = 60_000
"""A spoken refusal is a sentence or two."""


class Limit(Struct, frozen=True):
    at_ms: int
    kind: str
    ref: str = ""


def limits(call: Call) -> Iterator[Limit]:
    """Every moment at which something is due if nothing else comes first."""
    if not call.is_open or not call.seq:
        return
    if call.ring:
        yield Limit(call.ring.expires_at_ms, "ring", call.ring.ring_id)
    if call.wait:
        yield Limit(call.wait.until_ms, "wait", call.wait.queue_id)
    for leg in call.live_legs():
        if leg.kind == "browser" or not call.is_away(
            leg.leg_id
        ):  # a telephone that holds may send nothing, and means it
            yield from _leg_limits(leg)
    yield from _phase_limits(call)


def _phase_limits(call: Call) -> Iterator[Limit]:
    if call.phase == "new":
        yield _idle_limit(call)
    if call.intro and call.talking_since_ms is not None:
        yield Limit(call.talking_since_ms + INTRO_MS, "intro")
    if call.phase == "rating":
        yield Limit(call.turned_at_ms + RATING_MS, "rating")
    if call.parked and not call.ring:
        yield Limit(call.parked.until_ms + (IDLE_MS if call.comeback else 0), "back" if call.comeback else "park")
    if call.phase == "attendant" and call.attendant:
        yield Limit(call.attendant.asked_at_ms + ASKING_MS, "attendant")
    if call.phase == "refusing":
        yield Limit(call.turned_at_ms + REFUSAL_MS, "idle")


def _idle_limit(call: Call) -> Limit:
    if call.callback and call.callback.retry_at_ms is not None:
        return Limit(call.callback.retry_at_ms, "again")
    return Limit(call.turned_at_ms + IDLE_MS, "idle")


def _leg_limits(leg: Leg) -> Iterator[Limit]:
    if leg.lost_at_ms is not None:
        grace = BROWSER_GRACE_MS if leg.kind == "browser" else MEDIA_GRACE_MS
        yield Limit(leg.lost_at_ms + grace, "lost", leg.leg_id)
    elif leg.kind == "browser" and not leg.has_media and leg.state == "up":
        yield Limit((leg.answered_at_ms or leg.added_at_ms) + UNCONNECTED_MS[leg.role], "lost", leg.leg_id)
    elif leg.kind == "browser" and leg.state == "outgoing" and leg.page_gone_at_ms is not None:
        yield Limit(leg.page_gone_at_ms + PAGE_GRACE_MS, "page", leg.leg_id)


def next_limit(call: Call) -> int | None:
    """When `tick` has something to do next."""
    return min((limit.at_ms for limit in limits(call)), default=None)


def tick(plan: Plan) -> None:
    """Does what is due, the earliest first; each may make the others void."""
    for _ in range(32):
        first = min(limits(plan.call), key=lambda limit: limit.at_ms, default=None)
        if first is None or first.at_ms > plan.now_ms:
            return
        DUE[first.kind](plan, first.ref)


def _ring_expired(plan: Plan, _: str) -> None:
    give_up_round(plan, "no-answer")


def _waited_too_long(plan: Plan, _: str) -> None:
    """The caller is sent on, or told before the line is cut."""
    send_away(plan, "no-agent")


def _lost(plan: Plan, leg_id: str) -> None:
    leg_without_media(plan, plan.call.legs[leg_id])


def _page_left_while_ringing(plan: Plan, leg_id: str) -> None:
    leg = plan.call.legs[leg_id]
    close_leg(plan, leg_id, "offline")
    ringing_leg_ended(plan, leg, "offline")


def _idle(plan: Plan, _: str) -> None:
    end(plan, plan.call.refusal or "internal", "system")


DUE: Final[dict[str, Callable[[Plan, str], None]]] = {
    "ring": _ring_expired,
    "wait": _waited_too_long,
    "lost": _lost,
    "page": _page_left_while_ringing,
    "idle": _idle,
    "attendant": attendant.asked_too_long,
    "again": callback.again,
    "park": ring_back,
    "back": lambda plan, _: failed_to_reach(plan, "no-answer"),
    "intro": lambda plan, _: intros_over(plan),
    "rating": lambda plan, _: rated_too_long(plan),
}

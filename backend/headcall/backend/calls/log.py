# SPDX-License-Identifier: Apache-2.0
"""The log of a call: what happened, in order, never changed. A call is the fold of its log and nothing else.

Each event has a row in `APPLY`: what the call becomes by it. Adding an event is adding a row.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final, Literal

from msgspec import Struct, convert, to_builtins
from msgspec.structs import replace

from headcall.backend.calls.model import (
    EMPTY,
    Call,
    Comeback,
    Direction,
    EndedBy,
    Lapse,
    Leg,
    Mode,
    Recording,
    Ring,
    Terms,
    Wait,
)
from headcall.backend.queues.model import Choice
from headcall.wire.media import Source


def _snake(name: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in name).lstrip("_")


class Event(Struct, frozen=True, tag=_snake, tag_field="type"):
    """Something that happened to a call."""


class CallStarted(Event, frozen=True):
    direction: Direction
    language: Literal["zh", "en"]
    """`zh` or `en`: the language of what is spoken to the caller."""
    from_number: str
    from_name: str
    to_number: str
    to_name: str
    leg: Leg


class LegAdded(Event, frozen=True):
    leg: Leg


class LegRang(Event, frozen=True):
    leg_id: str
    early_media: bool = False


class LegAnswered(Event, frozen=True):
    leg_id: str
    codec: str = ""
    by: str = ""


class LegClosed(Event, frozen=True):
    leg_id: str
    cause: str
    by_peer: bool = False
    out_there: bool = False
    """The bridge told it: the telephone's half is gone already."""


class MediaAttached(Event, frozen=True):
    """A browser has connected, or connected again, to the leg at the media node."""

    leg_id: str


class MediaForgotten(Event, frozen=True):
    """The media node was started again and does not know the leg any more."""

    leg_id: str


class MediaLost(Event, frozen=True):
    leg_id: str


class MediaCameBack(Event, frozen=True):
    leg_id: str


class PageGone(Event, frozen=True):
    leg_id: str


class PageCameBack(Event, frozen=True):
    leg_id: str


class KeyPressed(Event, frozen=True):
    leg_id: str
    digit: str


class KeysSent(Event, frozen=True):
    leg_id: str
    digits: str


class Plays(Event, frozen=True):
    leg_id: str
    source: Source


class QueueEntered(Event, frozen=True):
    queue_id: str
    queue_name: str
    entered_at_ms: int
    until_ms: int
    rank: int = 0
    priority: int = 0
    terms: Terms = Terms()


class PriorityChanged(Event, frozen=True):
    priority: int
    by: str
    """The user who changed it."""


class Overflowed(Event, frozen=True):
    """The waiting was in vain; the caller is sent on."""

    to_number: str
    cause: str


class QueueLeft(Event, frozen=True):
    why: str
    """`answered`, `abandoned`, or the cause that ended the waiting."""


class RingStarted(Event, frozen=True):
    ring: Ring
    choice: Choice | None = None
    """Why these were rung, when a queue decided."""


class RingWon(Event, frozen=True):
    ring_id: str
    leg_id: str


class RingOver(Event, frozen=True):
    """Nobody answered this round."""

    ring_id: str
    outcome: str
    """`cancelled` when the caller is gone; else a cause: `no-answer`, `rejected`, `busy` …"""


class Bridged(Event, frozen=True):
    first: str
    second: str
    intro: dict[str, str] = {}


class IntroOver(Event, frozen=True):
    """The leg has heard what comes first, and hears the other one now."""

    leg_id: str


class SurveyStarted(Event, frozen=True):
    """The agent has hung up, and the caller is asked."""


class Marked(Event, frozen=True):
    mark: int


class Unbridged(Event, frozen=True):
    why: str


class Held(Event, frozen=True):
    leg_id: str
    on: bool


class TransferStarted(Event, frozen=True):
    by_leg: str
    to_number: str
    comeback: Comeback


class TransferFailed(Event, frozen=True):
    cause: str


class Refusing(Event, frozen=True):
    """The caller is being told why this goes no further."""

    cause: str


class RecordingStarted(Event, frozen=True):
    recording_id: str
    leg_id: str
    path: str


class RecordingStopped(Event, frozen=True):
    recording_id: str


class RecordingDone(Event, frozen=True):
    recording_id: str
    duration_ms: int
    octets: int


class Supervised(Event, frozen=True):
    """A supervisor has joined, or takes part otherwise than before."""

    leg_id: str
    mode: Mode


class TookOver(Event, frozen=True):
    """The supervisor's leg is the agent's now."""

    leg_id: str


class EndedBySupervisor(Event, frozen=True):
    user_id: str


class Recovered(Event, frozen=True):
    """A backend has taken the call over from the log."""

    by: str


class Ended(Event, frozen=True):
    cause: str
    by: EndedBy


class Entry(Struct, frozen=True):
    """An event with its place in the log."""

    seq: int
    at_ms: int
    event: Event


# ---------------------------------------------------------------- what the call becomes


def _leg(call: Call, leg_id: str, **changes: object) -> Call:
    leg = call.legs.get(leg_id)
    if leg is None:
        return call
    return replace(call, legs={**call.legs, leg_id: replace(leg, **changes)})


def _started(call: Call, e: CallStarted, at_ms: int) -> Call:
    return replace(
        call,
        direction=e.direction,
        language=e.language,
        from_number=e.from_number,
        from_name=e.from_name,
        to_number=e.to_number,
        to_name=e.to_name,
        media_node=e.leg.media_node,
        caller_id=e.leg.leg_id,
        legs={e.leg.leg_id: replace(e.leg, added_at_ms=at_ms)},
        started_at_ms=at_ms,
    )


def _leg_added(call: Call, e: LegAdded, at_ms: int) -> Call:
    return replace(call, legs={**call.legs, e.leg.leg_id: replace(e.leg, added_at_ms=at_ms)})


def _leg_rang(call: Call, e: LegRang, at_ms: int) -> Call:
    return _leg(call, e.leg_id, progress="early" if e.early_media else "ringing")


def _leg_answered(call: Call, e: LegAnswered, at_ms: int) -> Call:
    codec = e.codec or call.legs[e.leg_id].codec
    return _leg(call, e.leg_id, state="up", answered_at_ms=at_ms, codec=codec)


def _leg_closed(call: Call, e: LegClosed, at_ms: int) -> Call:
    return _leg(call, e.leg_id, state="over", ended_at_ms=at_ms, cause=e.cause, ended_out_there=e.out_there)


def _queue_entered(call: Call, e: QueueEntered, at_ms: int) -> Call:
    return replace(
        call,
        wait=Wait(
            queue_id=e.queue_id,
            queue_name=e.queue_name,
            entered_at_ms=e.entered_at_ms,
            joined_at_ms=at_ms,
            until_ms=e.until_ms,
            rank=e.rank,
            priority=e.priority,
        ),
        queue_id=e.queue_id,
        queue_name=e.queue_name,
        queue_entered_at_ms=e.entered_at_ms,
        max_wait_ms=e.until_ms - at_ms,
        priority=e.priority,
        terms=e.terms,
        overflow=None,
        lapses=(),
        refusal=None,
        comeback=None,
    )


def _queue_left(call: Call, e: QueueLeft, at_ms: int) -> Call:
    joined = call.wait.joined_at_ms if call.wait else at_ms
    return replace(call, wait=None, wait_ms=call.wait_ms + max(0, at_ms - joined))


def _priority_changed(call: Call, e: PriorityChanged, at_ms: int) -> Call:
    wait = replace(call.wait, priority=e.priority) if call.wait else None
    return replace(call, wait=wait, priority=e.priority)


def _ring_won(call: Call, e: RingWon, at_ms: int) -> Call:
    return replace(call, ring=None, agent_id=call.legs[e.leg_id].user_id or call.agent_id)


def _ring_over(call: Call, e: RingOver, at_ms: int) -> Call:
    rung = call.ring.user_ids if call.ring else ()
    fresh = tuple(Lapse(user_id=user, at_ms=at_ms, outcome=e.outcome) for user in rung)
    kept = tuple(lapse for lapse in call.lapses if lapse.user_id not in rung)
    return replace(call, ring=None, lapses=kept + fresh)


def _bridged(call: Call, e: Bridged, at_ms: int) -> Call:
    return replace(
        call,
        pair=(e.first, e.second),
        held_by=None,
        comeback=None,
        refusal=None,
        intro=dict(e.intro),
        talking_since_ms=at_ms,
        answered_at_ms=call.answered_at_ms if call.answered_at_ms is not None else at_ms,
    )


def _unbridged(call: Call, e: Unbridged, at_ms: int) -> Call:
    talked = at_ms - call.talking_since_ms if call.talking_since_ms is not None else 0
    return replace(
        call, pair=None, held_by=None, intro={}, talking_since_ms=None, talk_ms=call.talk_ms + max(0, talked)
    )


def _transfer_failed(call: Call, e: TransferFailed, at_ms: int) -> Call:
    comeback = replace(call.comeback, cause=e.cause) if call.comeback else None
    return replace(call, comeback=comeback)


def _recording(call: Call, recording_id: str, state: str) -> Call:
    changed = (replace(r, state=state) if r.recording_id == recording_id else r for r in call.recordings)
    return replace(call, recordings=tuple(changed))


def _recording_started(call: Call, e: RecordingStarted, at_ms: int) -> Call:
    return replace(call, recordings=(*call.recordings, Recording(e.recording_id, e.leg_id, e.path)))


def _ended(call: Call, e: Ended, at_ms: int) -> Call:
    return replace(call, rating=False, ended_at_ms=at_ms, cause=e.cause, ended_by=e.by)


def _took_over(call: Call, e: TookOver, at_ms: int) -> Call:
    agent_id = call.legs[e.leg_id].user_id or call.agent_id
    return replace(_leg(call, e.leg_id, role="callee", mode=None, answered_at_ms=at_ms), agent_id=agent_id)


Fold = Callable[[Call, Any, int], Call]

APPLY: Final[dict[type[Event], Fold]] = {
    CallStarted: _started,
    LegAdded: _leg_added,
    LegRang: _leg_rang,
    LegAnswered: _leg_answered,
    LegClosed: _leg_closed,
    MediaAttached: lambda call, e, at: _leg(call, e.leg_id, has_media=True, lost_at_ms=None),
    MediaForgotten: lambda call, e, at: _leg(call, e.leg_id, has_media=False, lost_at_ms=at),
    MediaLost: lambda call, e, at: _leg(call, e.leg_id, lost_at_ms=at),
    MediaCameBack: lambda call, e, at: _leg(call, e.leg_id, lost_at_ms=None),
    PageGone: lambda call, e, at: _leg(call, e.leg_id, page_gone_at_ms=at),
    PageCameBack: lambda call, e, at: _leg(call, e.leg_id, page_gone_at_ms=None),
    KeyPressed: lambda call, e, at: _leg(call, e.leg_id, digits=(call.legs[e.leg_id].digits + e.digit)[-64:]),
    KeysSent: lambda call, e, at: call,
    Plays: lambda call, e, at: _leg(call, e.leg_id, plays=e.source),
    QueueEntered: _queue_entered,
    QueueLeft: _queue_left,
    PriorityChanged: _priority_changed,
    Overflowed: lambda call, e, at: replace(call, overflow=e.to_number, overflows=call.overflows + 1),
    RingStarted: lambda call, e, at: replace(call, ring=e.ring, overflow=None),
    RingWon: _ring_won,
    RingOver: _ring_over,
    Bridged: _bridged,
    IntroOver: lambda call, e, at: replace(call, intro={k: v for k, v in call.intro.items() if k != e.leg_id}),
    Unbridged: _unbridged,
    SurveyStarted: lambda call, e, at: replace(call, rating=True),
    Marked: lambda call, e, at: replace(call, mark=e.mark),
    Held: lambda call, e, at: replace(call, held_by=e.leg_id if e.on else None),
    TransferStarted: lambda call, e, at: replace(call, comeback=e.comeback),
    TransferFailed: _transfer_failed,
    Refusing: lambda call, e, at: replace(call, refusal=e.cause, overflow=None),
    RecordingStarted: _recording_started,
    RecordingStopped: lambda call, e, at: _recording(call, e.recording_id, "stopped"),
    RecordingDone: lambda call, e, at: _recording(call, e.recording_id, "done"),
    Supervised: lambda call, e, at: _leg(call, e.leg_id, mode=e.mode),
    TookOver: _took_over,
    EndedBySupervisor: lambda call, e, at: call,
    Recovered: lambda call, e, at: call,
    Ended: _ended,
}


def apply(call: Call, entry: Entry) -> Call:
    """The call after one more event."""
    after = APPLY[type(entry.event)](call, entry.event, entry.at_ms)
    turned = entry.at_ms if after.phase != call.phase or not call.seq else call.turned_at_ms
    return replace(after, seq=entry.seq, turned_at_ms=turned)


def fold(call_id: str, entries: Iterable[Entry]) -> Call:
    """The call that the log tells of."""
    call = replace(EMPTY, call_id=call_id)
    for entry in entries:
        call = apply(call, entry)
    return call


# ---------------------------------------------------------------- to rows and back

_ANY_EVENT: Any = None
for _event in APPLY:
    _ANY_EVENT = _event if _ANY_EVENT is None else _ANY_EVENT | _event


def to_row(event: Event) -> tuple[str, dict[str, Any]]:
    """Type and data of an event, as JSON can hold them."""
    data: dict[str, Any] = to_builtins(event)
    return data.pop("type"), data


def from_row(type_: str, data: dict[str, Any]) -> Event:
    """The event of a row. Raises `msgspec.ValidationError` for a row no version of ours wrote."""
    event: Event = convert({**data, "type": type_}, _ANY_EVENT)
    return event

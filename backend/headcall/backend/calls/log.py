# SPDX-License-Identifier: Apache-2.0
"""The log of a call: what happened, in order, never changed. A call is the fold of its log and nothing else.

`calls.fold` says what the call becomes by each event.
"""

from typing import Any, Literal

from msgspec import Struct, convert, to_builtins

from headcall.backend.calls.model import (
    Attendant,
    Callback,
    Comeback,
    Direction,
    EndedBy,
    Leg,
    Mode,
    Parked,
    Promise,
    Ring,
    Terms,
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


class CodeDialled(Event, frozen=True):
    """Not a number but a code, at a telephone of the user's (`agents.codes`)."""

    code: str
    user_id: str


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
    hours_id: str = ""
    """The opening hours that are over."""
    queue_id: str = ""
    """The queue that took nobody in. Empty: no queue's door."""


class AttendantEntered(Event, frozen=True):
    """The auto attendant answers."""

    attendant: Attendant


class ExtensionMissed(Event, frozen=True):
    """There is no such extension, or nobody answered there, or none was keyed in: the caller is asked again."""

    cause: str


class AttendantLeft(Event, frozen=True):
    """On to where 0 leads."""

    why: str
    """`zero` when the caller pressed it; else the cause of the last try."""


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


class ConsultStarted(Event, frozen=True):
    """The other one is held, and a third is rung in the round `ring_id`."""

    by_leg: str
    ring_id: str
    to_number: str


class ConsultAnswered(Event, frozen=True):
    leg_id: str


class ConsultOver(Event, frozen=True):
    """The third is gone, and the other one is taken back."""

    cause: str


class ConsultCompleted(Event, frozen=True):
    """Whoever asked leaves; the third takes the place, or is rung for it still (no `leg_id`)."""

    leg_id: str


class ConferenceJoined(Event, frozen=True):
    """One more talks with those who talk: the consulted one, or the supervisor who takes over."""

    leg_id: str


class ConferenceLeft(Event, frozen=True):
    """One of more than two talks no more; the last two go on as a plain talk."""

    leg_id: str


class CallParked(Event, frozen=True):
    parked: Parked


class ParkRangBack(Event, frozen=True):
    """Nobody has picked up: who parked is rung. The slot stays as it is."""

    comeback: Comeback


class StaysParked(Event, frozen=True):
    """Nobody took it back either."""

    until_ms: int


class PickedUp(Event, frozen=True):
    leg_id: str


class LeftPark(Event, frozen=True):
    """Nobody wanted it; the caller goes on elsewhere."""

    cause: str


class CallbackPromised(Event, frozen=True):
    """The caller will be called back, by the call `promise.call_id`."""

    promise: Promise


class CallbackAsked(Event, frozen=True):
    """This call is a call-back."""

    callback: Callback
    queue_id: str


class CallbackDialled(Event, frozen=True):
    """An agent has accepted, and the customer is dialled; no `leg_id` when there was nothing to dial with."""

    attempt: int
    leg_id: str


class CallbackMissed(Event, frozen=True):
    cause: str
    retry_at_ms: int | None
    """None: it is given up."""


class CallbackRests(Event, frozen=True):
    """The queue is closed: what was left of its time is left when the hours begin."""

    rests_until_ms: int
    until_ms: int


class CallbackCancelled(Event, frozen=True):
    by: str


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


# ---------------------------------------------------------------- to rows and back

_ANY_EVENT: Any = None
for _event in Event.__subclasses__():
    _ANY_EVENT = _event if _ANY_EVENT is None else _ANY_EVENT | _event


def to_row(event: Event) -> tuple[str, dict[str, Any]]:
    """Type and data of an event, as JSON can hold them."""
    data: dict[str, Any] = to_builtins(event)
    return data.pop("type"), data


def from_row(type_: str, data: dict[str, Any]) -> Event:
    """The event of a row. Raises `msgspec.ValidationError` for a row no version of ours wrote."""
    event: Event = convert({**data, "type": type_}, _ANY_EVENT)
    return event

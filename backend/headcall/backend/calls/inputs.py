# SPDX-License-Identifier: Apache-2.0
"""What a call can be told, besides the events of bridges and media nodes (`headcall.wire`).

Whatever needs a look-up or chance (whom a number means, the ids of new legs) has been settled before: an input holds
all that the rules need.
"""

from typing import Literal

from msgspec import Struct

from headcall.backend.calls.model import Callback, Direction, Intro, Leg, Mode, Promise, RingKind, Terms
from headcall.backend.queues.model import Choice
from headcall.wire.legs import ToPhone, ToTrunk
from headcall.wire.media import Source


class Device(Struct, frozen=True):
    """A device to be rung, with the id of the leg it will be."""

    leg_id: str
    kind: Literal["sip", "browser"]
    bridge: str = ""
    dials: ToPhone | ToTrunk | None = None
    user_id: str | None = None
    number: str = ""
    name: str = ""
    presents_number: str = ""
    presents_name: str = ""


class RingDevices(Struct, frozen=True):
    """Ring these side by side. From a queue (with `choice`) only while the caller waits there."""

    ring_id: str
    kind: RingKind
    devices: tuple[Device, ...]
    user_ids: tuple[str, ...]
    ring_for_ms: int
    choice: Choice | None = None
    to_number: str = ""
    to_name: str = ""
    intro: Intro | None = None
    tone: str = ""
    """The file that the caller hears meanwhile. Empty: the usual tone, or what the queue plays."""
    then: Device | None = None
    """The customer's telephone, to be dialled once somebody has accepted (`rules.callback`)."""


class WaitInQueue(Struct, frozen=True):
    queue_id: str
    queue_name: str
    max_wait_ms: int
    to_number: str = ""
    to_name: str = ""
    priority: int = 0
    terms: Terms = Terms()
    entered_at_ms: int | None = None
    """What the place counts from, if that is not now: of who had waited before and calls again."""


class RefuseCaller(Struct, frozen=True):
    """The call cannot go where it wants to: say so, then end it."""

    cause: str
    hours_id: str = ""
    """The opening hours that are over: they say what is announced, and where the call goes then."""
    queue_id: str = ""
    """The queue that takes nobody in."""


class WithAttendant(Struct, frozen=True):
    """The auto attendant asks for an extension."""

    to_number: str
    prompt_id: str = ""
    to_name: str = ""


Target = RingDevices | WaitInQueue | RefuseCaller | WithAttendant


class UseCode(Struct, frozen=True):
    """Not a number was dialled but a code, at a telephone of the user's."""

    code: str
    user_id: str


class Begin(Struct, frozen=True):
    """The first input of a call: who calls, and where it goes."""

    leg_id: str
    kind: Literal["sip", "browser"]
    direction: Direction
    language: Literal["zh", "en"]
    media_node: str
    from_number: str
    from_name: str
    to_number: str
    target: Target | UseCode
    bridge: str = ""
    user_id: str | None = None
    trunk: str | None = None
    codec: str = ""


class BeginCallback(Struct, frozen=True):
    """The first input of a call-back: it takes its caller's place."""

    leg_id: str
    media_node: str
    language: Literal["zh", "en"]
    from_name: str
    to_number: str
    queue_id: str
    queue_name: str
    entered_at_ms: int
    priority: int
    terms: Terms
    callback: Callback


class PromiseCallback(Struct, frozen=True):
    """The caller does not want to wait any longer."""

    promise: Promise


class CallbackUnreachable(Struct, frozen=True):
    """There is nothing to dial the customer with."""

    cause: str


class RestCallback(Struct, frozen=True):
    """It is not made before a moment, and its time stands still until then."""

    until_ms: int


class CancelCallback(Struct, frozen=True):
    by: str
    """The user; or `redial`: the customer has called again."""


# ---------------------------------------------------------------- what users want


class Answer(Struct, frozen=True):
    user_id: str


class Refuse(Struct, frozen=True):
    user_id: str


class HangUp(Struct, frozen=True):
    user_id: str


class Hold(Struct, frozen=True):
    user_id: str
    on: bool


class SendKeys(Struct, frozen=True):
    user_id: str
    digits: str


class Transfer(Struct, frozen=True):
    """Blind: the one of `leg_id` leaves, the other goes to `target`."""

    leg_id: str
    to_number: str
    target: Target


class Record(Struct, frozen=True):
    """Starts (with a new `recording_id` and its path) or stops recording."""

    on: bool
    recording_id: str = ""
    path: str = ""


class SetPriority(Struct, frozen=True):
    """Of a caller who waits."""

    priority: int
    by: str


class Supervise(Struct, frozen=True):
    """Joins the talk of others with a new leg, or changes how the user has joined."""

    user_id: str
    leg_id: str
    mode: Mode
    number: str = ""
    name: str = ""


class TakeOver(Struct, frozen=True):
    """The supervisor takes the agent's place."""

    user_id: str


class Consult(Struct, frozen=True):
    """Holds the other side and rings somebody within the same call."""

    user_id: str
    to_number: str
    target: RingDevices


class Complete(Struct, frozen=True):
    """Who consults leaves; the others talk."""

    user_id: str


class Swap(Struct, frozen=True):
    user_id: str


class Drop(Struct, frozen=True):
    user_id: str
    leg_id: str


class Confer(Struct, frozen=True):
    """Who consults, the consulted one and the other side talk together."""

    user_id: str


class Park(Struct, frozen=True):
    """Sets the other side down in a slot that is free; the user's own leg ends."""

    user_id: str
    slot: str
    ring_back_ms: int
    by_transfer: str = ""
    """The telephone's leg that asked for it, as a transfer to the slot's number; it waits for the result."""


class PickUp(Struct, frozen=True):
    """The caller of the slot goes on with a new leg: a page's, or a telephone that has dialled the slot."""

    slot: str
    leg: Leg


class EndCall(Struct, frozen=True):
    """A supervisor ends a call of others."""

    user_id: str


# ---------------------------------------------------------------- what applications do


class AppAnswers(Struct, frozen=True):
    """Answers the caller's telephone, if nobody has."""


class AppRings(Struct, frozen=True):
    """Tells the caller's telephone that it rings, or opens early media."""

    early_media: bool = False


class AppPlays(Struct, frozen=True):
    leg_id: str
    source: Source


class AppEnds(Struct, frozen=True):
    cause: str


class GoOn(Struct, frozen=True):
    """Where the number leads to which a caller was sent who had waited in vain; or where the attendant's 0 leads."""

    target: Target
    why: str = ""
    """Of the attendant: `zero`, or the cause of the last try."""


class TryExtension(Struct, frozen=True):
    """What the caller has keyed in at the auto attendant: a person to be rung, or why nobody can be."""

    target: RingDevices | RefuseCaller


class Mark(Struct, frozen=True):
    """The caller has pressed how content they are."""

    mark: int


class NoComeback(Struct, frozen=True):
    """Whoever transferred cannot be rung either."""

    cause: str


# ---------------------------------------------------------------- what the system sees


class Attached(Struct, frozen=True):
    """A browser has connected to the leg."""

    leg_id: str


class Forgotten(Struct, frozen=True):
    """The media node does not know the leg any more."""

    leg_id: str


class LeaveQueue(Struct, frozen=True):
    """Nobody is left to serve the queue."""

    cause: str


class PageWent(Struct, frozen=True):
    """The user has no page open any more."""

    user_id: str


class PageCame(Struct, frozen=True):
    user_id: str


class Failed(Struct, frozen=True):
    """Something of ours went wrong with this call; it must not hang about."""


class TakenOver(Struct, frozen=True):
    """A new backend has folded the log."""

    by: str


class Tick(Struct, frozen=True):
    """Time has passed."""

# SPDX-License-Identifier: Apache-2.0
"""What a call is: the fold of its log (`calls.log`). Frozen; nothing here acts.

A **leg** is one party's half. The first leg is the caller's. A call is in one of these phases:

    new ──► waiting ◄──► (ring) ──► talking ──► ended
      ├───► ringing ───────────────►  │  ▲        ▲
      ├───► attendant ──► (ring) ─────►  │        │
      ├───► refusing ─────────────────┼──┼────────┤
      └───────────────────────────────┴──┴────────┘

`rating` comes between talking and the end where a queue asks callers how content they are; `parked` between two talks.

More than two may talk: `pair` are two of them, `more` the others (a conference), in the order in which they came.

`ring` is one round of devices rung side by side; while a caller waits in a queue, rounds come and go.
"""

from typing import Literal

from msgspec import Struct

from headcall.wire.legs import ToPhone, ToTrunk
from headcall.wire.media import Silence, Source

Direction = Literal["in", "out", "internal"]
EndedBy = Literal["caller", "agent", "system"]
Mode = Literal["listen", "whisper", "barge"]
"""How a supervisor takes part in a talk of others."""
Phase = Literal["new", "waiting", "parked", "ringing", "attendant", "refusing", "talking", "rating", "ended"]

MOST_TALKERS = 8
"""In a conference. Everybody hears seven; more is a meeting."""


class Leg(Struct, frozen=True):
    """One party's half of the call."""

    leg_id: str
    kind: Literal["sip", "browser"]
    role: Literal["caller", "callee", "supervisor"]
    media_node: str
    mode: Mode | None = None
    """Of a supervisor."""
    bridge: str = ""
    """The bridge that holds the telephone's dialog; empty for a browser."""
    dials: ToPhone | ToTrunk | None = None
    presents_number: str = ""
    """What the dialled telephone shows as the caller."""
    presents_name: str = ""
    user_id: str | None = None
    number: str = ""
    name: str = ""
    trunk: str | None = None
    ring_id: str | None = None
    """The round in which it is (or was) rung."""
    state: Literal["incoming", "outgoing", "up", "over"] = "incoming"
    progress: Literal["none", "ringing", "early"] = "none"
    has_media: bool = True
    """Whether the media node knows the leg: a browser's only after it has connected."""
    lost_at_ms: int | None = None
    """Since when nothing comes from its far end."""
    page_gone_at_ms: int | None = None
    """Since when the user has no page open. Media does not depend on the page's socket."""
    codec: str = ""
    plays: Source = Silence()
    """What an application lets it hear while it talks with nobody."""
    digits: str = ""
    """Keys its far end has pressed."""
    added_at_ms: int = 0
    answered_at_ms: int | None = None
    ended_at_ms: int | None = None
    cause: str = ""
    ended_out_there: bool = False
    """The bridge said by itself that it is over: nothing is left to end there."""

    @property
    def is_live(self) -> bool:
        return self.state != "over"

    @property
    def is_outside(self) -> bool:
        """Whether its telephone is one of the public network."""
        return self.trunk is not None or isinstance(self.dials, ToTrunk)


class Wait(Struct, frozen=True):
    """A place in a queue."""

    queue_id: str
    queue_name: str
    entered_at_ms: int
    """What the place counts from; kept when a caller comes back through no fault of his."""
    joined_at_ms: int
    """When this stretch of waiting began."""
    until_ms: int
    rank: int = 0
    """Lower is served first; then more priority, then the earlier entry. -1 for a caller whose agent was lost."""
    priority: int = 0
    """Of the queue and the caller together; may be changed while waiting."""


class Terms(Struct, frozen=True):
    """What the queue's rules were when the caller came: a change of them does not touch who waits already."""

    overflow: str = ""
    """The number to which the caller goes when the waiting has been in vain."""
    survey: bool = False


class Intro(Struct, frozen=True):
    """What the two hear before they hear each other, as files."""

    to_agent: str = ""
    to_caller: dict[str, str] = {}
    """By the user who answers."""


RingKind = Literal["queue", "direct", "outside", "consult", "callback"]


class Ring(Struct, frozen=True):
    """Devices rung side by side; the first to answer wins."""

    ring_id: str
    kind: RingKind
    user_ids: tuple[str, ...]
    started_at_ms: int
    expires_at_ms: int
    intro: Intro | None = None
    tone: str = ""
    """The file of the seat's own ring-back tone, which the caller hears meanwhile."""
    then: Leg | None = None
    """Of a call-back: the customer's leg, to be dialled once an agent has accepted."""


class Promise(Struct, frozen=True):
    """What a caller was promised who did not want to wait: all that the call-back needs to know."""

    call_id: str
    """Of the call-back."""
    number: str
    queue_id: str
    queue_name: str
    entered_at_ms: int
    priority: int
    until_ms: int
    tries: int
    retry_ms: int


class Callback(Struct, frozen=True):
    """A place in line whose caller has hung up and will be called back."""

    number: str
    origin: str
    """The call in which it was promised."""
    until_ms: int
    """After this moment it is given up."""
    rests_until_ms: int = 0
    """Its time stands still until then: the queue is closed."""
    tries: int = 2
    retry_ms: int = 300_000
    attempts: int = 0
    retry_at_ms: int | None = None
    """When it stands in line again, after an attempt that came to nothing."""


class Comeback(Struct, frozen=True):
    """Where a caller goes if a transfer fails: to who transferred, else to the queue the call came from."""

    user_id: str | None
    queue_id: str | None
    queue_name: str = ""
    entered_at_ms: int = 0
    max_wait_ms: int = 1_800_000
    cause: str = ""
    """Why the transfer failed, once it did."""


class Consulting(Struct, frozen=True):
    """One of the two who talk asks a third; the other one hears music."""

    by: str
    """The leg of whoever asks."""
    ring_id: str
    to_number: str
    leg_id: str = ""
    """Of the third, once answered."""


class Parked(Struct, frozen=True):
    """The caller was set down in a slot, hears music, and anybody of ours may pick up."""

    slot: str
    by: str
    """The user who parked, and is rung when nobody picks up."""
    by_name: str
    since_ms: int
    until_ms: int
    """When it rings back."""
    every_ms: int
    ring_backs: int = 0


class Attendant(Struct, frozen=True):
    """The caller is asked for an extension. It stays while the extension is rung, and goes once somebody answers."""

    number: str
    """The switchboard number: it says where 0 leads."""
    prompt_id: str = ""
    """The house's own announcement. Empty: the usual sentence."""
    tries: int = 0
    """How often the caller came no further."""
    cause: str = ""
    """Why, the last time."""
    asked_at_ms: int = 0
    """When this try began."""


class Recording(Struct, frozen=True):
    recording_id: str
    leg_id: str
    path: str
    state: Literal["on", "stopped", "done"] = "on"


class Lapse(Struct, frozen=True):
    """An agent who let an offer of this call pass."""

    user_id: str
    at_ms: int
    outcome: str


class Call(Struct, frozen=True):
    """Everything known of a call. `EMPTY` before its first event."""

    call_id: str = ""
    seq: int = 0
    direction: Direction = "in"
    language: Literal["zh", "en"] = "zh"
    from_number: str = ""
    from_name: str = ""
    to_number: str = ""
    to_name: str = ""
    media_node: str = ""
    caller_id: str = ""
    """The leg of the caller."""
    legs: dict[str, Leg] = {}
    pair: tuple[str, str] | None = None
    """The two legs that talk; the customer's, or the caller's, first."""
    held_by: str | None = None
    """The leg whose party pressed hold; in a conference that is no matter of two, see `away`."""
    more: tuple[str, ...] = ()
    """Who talks besides the pair: a conference."""
    away: tuple[str, ...] = ()
    """Who has stepped out of a conference: the others talk on, and neither side hears the other."""
    parked: Parked | None = None
    consulting: Consulting | None = None
    wait: Wait | None = None
    ring: Ring | None = None
    refusal: str | None = None
    """The cause that is being told to the caller before the call ends."""
    hours_id: str = ""
    """The opening hours that are over, while that is announced."""
    comeback: Comeback | None = None
    attendant: Attendant | None = None
    promised: Promise | None = None
    callback: Callback | None = None
    lapses: tuple[Lapse, ...] = ()
    recordings: tuple[Recording, ...] = ()
    queue_id: str | None = None
    queue_name: str = ""
    queue_entered_at_ms: int = 0
    max_wait_ms: int = 1_800_000
    priority: int = 0
    terms: Terms = Terms()
    code: str = ""
    """The code that was dialled instead of a number (`agents.codes`)."""
    code_by: str = ""
    """The user at whose telephone. They are in no call by it: the leg is nobody's."""
    overflow: str | None = None
    """The number that is being tried, as the waiting was in vain."""
    overflows: int = 0
    intro: dict[str, str] = {}
    """Files that talking legs hear first."""
    rating: bool = False
    """Whether the caller is being asked how content they are; the agent has left."""
    mark: int | None = None
    agent_id: str | None = None
    """The user who talked with the caller, the last one if several did."""
    started_at_ms: int = 0
    turned_at_ms: int = 0
    """When the call came into its present phase."""
    answered_at_ms: int | None = None
    """When the caller first talked with a person."""
    talking_since_ms: int | None = None
    ended_at_ms: int | None = None
    cause: str = ""
    ended_by: EndedBy | None = None
    wait_ms: int = 0
    talk_ms: int = 0

    @property
    def phase(self) -> Phase:
        if self.ended_at_ms is not None:
            return "ended"
        if self.pair:
            return "talking"
        if self.rating:
            return "rating"
        if self.wait:
            return "waiting"
        if self.parked:
            return "parked"
        if self.ring:
            return "ringing"
        if self.attendant:
            return "attendant"
        return "refusing" if self.refusal else "new"

    @property
    def is_open(self) -> bool:
        return self.ended_at_ms is None

    @property
    def is_placeholder(self) -> bool:
        """A call-back whose customer is not on the line: nobody hears anything, nobody hangs up."""
        return self.callback is not None and not any(leg.state in ("incoming", "up") for leg in self.legs.values())

    @property
    def caller(self) -> Leg:
        return self.legs[self.caller_id]

    @property
    def customer(self) -> Leg:
        """Who the call is for: the caller, or after the caller transferred the call away, who stayed."""
        if self.caller.is_live:
            return self.caller
        live = [leg for leg in self.legs.values() if leg.state == "up" and leg.role != "supervisor"]
        return live[0] if live else self.caller

    def other(self, leg_id: str) -> Leg | None:
        """Whom a talking leg talks with, if that is one: None in a conference."""
        if not self.pair or self.more or leg_id not in self.pair:
            return None
        first, second = self.pair
        return self.legs[second if leg_id == first else first]

    @property
    def asked(self) -> Leg | None:
        """Whose keys the auto attendant waits for."""
        return self.customer if self.attendant and not self.ring else None

    @property
    def talkers(self) -> tuple[str, ...]:
        """The legs of all who talk, the customer's, or the caller's, first."""
        return (*self.pair, *self.more) if self.pair else ()

    def is_away(self, leg_id: str) -> bool:
        """Whether its party has put the others on hold, or talks aside."""
        return leg_id == self.held_by or leg_id in self.away

    @property
    def coached(self) -> Leg | None:
        """Of those who talk, the one a supervisor whispers to: ours who serves, never the customer."""
        serving = [self.legs[leg_id] for leg_id in self.talkers if self._serves(self.legs[leg_id])]
        serving.sort(key=lambda leg: leg.user_id == self.agent_id)
        return serving[-1] if serving else None

    def _serves(self, leg: Leg) -> bool:
        is_customer = leg is self.customer and not (self.direction == "out" and leg is self.caller)
        return leg.user_id is not None and not is_customer

    def supervisors(self) -> list[Leg]:
        return [leg for leg in self.live_legs() if leg.role == "supervisor"]

    def ringing_legs(self) -> list[Leg]:
        """The legs of the present round that are still being rung."""
        if not self.ring:
            return []
        return [leg for leg in self.legs.values() if leg.ring_id == self.ring.ring_id and leg.state == "outgoing"]

    def live_legs(self) -> list[Leg]:
        return [leg for leg in self.legs.values() if leg.is_live]

    def leg_of(self, user_id: str) -> Leg | None:
        """The user's leg: the talking one before one that rings, a browser's before a telephone's."""
        mine = [leg for leg in self.live_legs() if leg.user_id == user_id]
        mine.sort(key=lambda leg: (leg.state != "up", leg.kind != "browser"))
        return mine[0] if mine else None


EMPTY = Call()

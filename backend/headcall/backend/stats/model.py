# SPDX-License-Identifier: Apache-2.0
"""The facts that figures are made of. Each is written once, when its call has ended. Rules without I/O."""

from typing import Final, Literal

from msgspec import Struct

from headcall.backend.agents.model import State
from headcall.backend.calls.model import Direction

VisitOutcome = Literal["answered", "abandoned", "overflowed", "callback", "turned-away"]
RingOutcome = Literal["won", "missed", "withdrawn"]
RefusedBy = Literal["full", "unstaffed", "closed", "unknown"]
REFUSED_BY: Final[tuple[RefusedBy, ...]] = ("full", "unstaffed", "closed", "unknown")
"""A full queue, a queue nobody serves now, closing time, a number that is nobody's."""


class Visit(Struct, frozen=True):
    """A caller waited in a queue. Coming back to it because an agent was lost is no second visit."""

    call_id: str
    seq: int
    """Of the event in the call's log: a call may visit several queues."""
    queue_id: str
    number: str
    """The one that was dialled."""
    at_ms: int
    wait_ms: int
    outcome: VisitOutcome
    user_id: str | None = None
    """Who answered."""


class Talk(Struct, frozen=True):
    """One of us talked in a call, from being joined with the other side until leaving."""

    call_id: str
    leg_id: str
    user_id: str
    queue_id: str | None
    """The queue the caller came by. None: called directly, or dialled out."""
    number: str
    """The one that the caller dialled."""
    direction: Direction
    at_ms: int
    talk_ms: int
    """Without hold."""
    hold_ms: int = 0
    """The other side heard music: it was held, or a third was consulted."""
    transferred: bool = False
    """Ended by giving the caller on, blind or after consulting."""
    asked: bool = False
    """The caller was asked afterwards how content they were."""
    is_last: bool = False
    """The last of ours who talked with the caller: code and mark are theirs."""


class Ring(Struct, frozen=True):
    """An agent was rung by a queue."""

    call_id: str
    seq: int
    user_id: str
    queue_id: str
    at_ms: int
    outcome: RingOutcome


class Refusal(Struct, frozen=True):
    """A caller was sent away at the door: came into no queue, and talked with nobody."""

    call_id: str
    queue_id: str | None
    """Whose door it was. None: outside the hours of the number, or nobody's number."""
    number: str
    at_ms: int
    why: RefusedBy


class Facts(Struct, frozen=True):
    """All of a call."""

    refusal: Refusal | None = None
    visits: tuple[Visit, ...] = ()
    talks: tuple[Talk, ...] = ()
    rings: tuple[Ring, ...] = ()


class Handled(Struct, frozen=True):
    """A talk, with what came after it."""

    talk: Talk
    wrap_up_ms: int = 0
    disposition: str | None = None
    mark: int | None = None


class Spell(Struct, frozen=True):
    """How long an agent was in a state, within an interval: summed up already."""

    user_id: str
    state: State
    reason: str | None
    ms: int

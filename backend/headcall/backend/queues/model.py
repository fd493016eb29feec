# SPDX-License-Identifier: Apache-2.0
"""What a queue is, who may serve it, and why a caller was offered to whom. Rules without I/O."""

from typing import Literal

from msgspec import Struct

StrategyName = Literal[
    "levels",
    "longest-idle",
    "round-robin",
    "fewest-calls",
    "least-talk",
    "ring-all",
    "random",
    "weighted",
    "linear",
    "skills",
]

Join = Literal["always", "staffed", "ready"]
"""Who may join: anybody; while an agent is logged in, on a break or not; while one is at work or ready for it."""

Leave = Literal["never", "unstaffed"]
"""Whether those who wait are sent away once the last agent has logged out."""


class Need(Struct, frozen=True):
    """A skill that a caller of this queue needs, and how soon we content ourselves with less of it."""

    skill: str
    level: int = 1
    relax_every_s: int = 0
    """After each such stretch of waiting one level less will do, down to none. 0: never."""


class Text(Struct, frozen=True):
    """What is spoken, in both languages."""

    zh: str = ""
    en: str = ""
    prompt_id: str = ""
    """A prompt of the house's own, instead."""


class Disposition(Struct, frozen=True):
    """A wrap-up code: how a call came out."""

    code: str
    zh: str = ""
    en: str = ""


class Queue(Struct, frozen=True):
    """A waiting line and its rules."""

    queue_id: str
    name: str
    number: str = ""
    strategy: StrategyName = "longest-idle"
    ring_for_s: int = 15
    """How long one agent is rung before the next one."""
    max_wait_s: int = 1800
    announce_every_s: int = 30
    """How often the caller is told the position. 0: only on entry."""
    wrap_up_s: int = 10
    miss_limit: int = 3
    """Missed offers in a row after which an agent is put on a break. 0: never."""
    records: bool = True
    priority: int = 0
    """Of every caller of this queue; higher is served first (docs/queues.md)."""
    vip: dict[str, int] = {}
    """Callers by number who have more, or less, priority than that."""
    needs: tuple[Need, ...] = ()
    sticky_days: int = 0
    """For how long a caller belongs to the agent they last talked with. 0: not at all."""
    sticky_wait_s: int = 0
    """How long such a caller waits for that agent alone, if the agent is at work. 0: only a preference."""
    size_limit: int = 0
    """Most callers waiting. 0: no limit."""
    join: Join = "always"
    leave: Leave = "never"
    overflow: str = ""
    """The number to which a caller goes who may not join, or waited too long. Empty: a spoken refusal."""
    tells_position: bool = True
    tells_wait: bool = False
    """Whether the expected wait is spoken."""
    announcements: tuple[Text, ...] = ()
    """Spoken one after the other, one each time the position is told. Empty: a kind word."""
    whispers: bool = False
    """Whether the agent hears the queue's name before the caller."""
    tells_agent_number: bool = False
    """Whether the caller hears the agent's number first of all."""
    dispositions: tuple[Disposition, ...] = ()
    survey: bool = False
    """Whether the caller is asked, once the agent has hung up, how content they are."""
    callback_after_s: int = 0
    """Who has waited so long is offered to be called back instead. 0: never."""
    callback_key: str = "1"
    callback_tries: int = 2
    """How often a customer is dialled who does not answer."""
    callback_retry_s: int = 300
    callback_keep_s: int = 14_400
    """After so long a call-back that could not be made is given up."""
    callback_never: tuple[str, ...] = ()
    """Beginnings of numbers that are not called back."""
    callback_lost_s: int = 0
    """Who has waited so long and gives up is called back unasked. 0: nobody."""
    redial_keep_s: int = 0
    """How long a caller who gave up keeps the place, and gets it back by calling again. 0: not at all."""
    hours_id: str = ""
    """The opening hours. Empty: always open."""
    music: str = ""
    """A prompt of the house's own, played while callers wait. Empty: the house's music."""
    welcome: str = ""
    """A prompt of the house's own instead of the welcome."""
    by_hand: bool = False
    """Whether nobody is rung by us: whoever serves the queue takes the callers they choose (a switchboard)."""
    chats_at_once: int = 0
    """How many chats an agent may hold to be offered one more of this queue. 0: the queue takes none."""


class Candidate(Struct, frozen=True, omit_defaults=True, gc=False):
    """An agent of the queue, as seen at the moment of a decision.

    `gc=False`, here and below: there are as many for each decision as agents, and they hold nothing that could lead
    back to them; looked through by the collector again and again, they took longer than the decision.
    """

    user_id: str
    name: str
    state: str
    reason: str | None = None
    idle_since_ms: int = 0
    """End of the last call, or the moment of becoming ready if that is later than any call."""
    has_device: bool = True
    is_fit: bool = True
    """Whether what would ring could take a call: a page says by itself when it cannot."""
    level: int = 1
    seat: int = 0
    lapsed_at_ms: int | None = None
    """When this agent last let an offer of this very caller pass."""
    position: int = 0
    """In the queue's own list of agents."""
    weight: int = 1
    """How many calls this agent takes for one of an agent with weight 1."""
    skills: dict[str, int] = {}
    calls: int = 0
    """Answered today."""
    talk_ms: int = 0
    """Talked today."""
    offered_at_ms: int = 0
    """The last time they were rung by a queue."""
    is_last_agent: bool = False
    """Whether the caller belongs to this agent (`Queue.sticky_days`)."""


Obstacle = Literal[
    "offline",
    "break",
    "ringing",
    "talking",
    "wrap-up",
    "no-device",
    "unfit",
    "just-missed",
    "skill",
    "kept-for-last-agent",
]


class Considered(Struct, frozen=True, gc=False):
    """One line of the explanation: an agent, and whether and why (not)."""

    user_id: str
    name: str
    eligible: bool
    obstacle: Obstacle | None = None
    idle_ms: int = 0
    place: int | None = None
    """1 for who is rung first; None when not eligible."""
    ranks: dict[str, float] = {}
    """What the strategy compared, in its order; the lower goes first."""
    lacks: str = ""
    """The skill that is missing."""


class Choice(Struct, frozen=True):
    """Who is to be rung, and the reasons: kept in the call's log with the offer."""

    strategy: StrategyName
    user_ids: tuple[str, ...]
    """Rung now, side by side; usually one."""
    considered: tuple[Considered, ...]
    waited_ms: int = 0
    """How long the caller had waited, over all stretches."""
    decided_at_ms: int = 0
    needs: dict[str, int] = {}
    """The skills asked for, as relaxed by the waiting so far."""
    priority: int = 0
    by_hand: bool = False
    """Whether the agent took this very caller, whatever the strategy says."""
    line: int = 0
    """How many callers waited before this one in the joint line, and could not be served by these agents."""
    sticky_wait_ms: int = 0
    total: int = 0
    """How many serve the queue; `considered` may hold fewer (`why.kept`)."""
    left_out: dict[str, int] = {}
    """How many were not eligible, by obstacle: all of them, also those who are not in `considered`."""
    candidates: tuple[Candidate, ...] = ()
    """What the decision saw, so that it can be made again by other rules. Empty in old logs."""
    is_whole: bool = True
    """Whether nobody is missing from `candidates` whom any rule could have named."""

# SPDX-License-Identifier: Apache-2.0
"""What a queue is, who may serve it, and why a caller was offered to whom. Rules without I/O."""

from typing import Literal

from msgspec import Struct

StrategyName = Literal["longest-idle", "ring-all"]


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


class Candidate(Struct, frozen=True):
    """An agent of the queue, as seen at the moment of a decision."""

    user_id: str
    name: str
    state: str
    reason: str | None = None
    idle_since_ms: int = 0
    """End of the last call, or the moment of becoming ready if that is later than any call."""
    has_device: bool = True
    level: int = 1
    seat: int = 0
    lapsed_at_ms: int | None = None
    """When this agent last let an offer of this very caller pass."""


Obstacle = Literal["offline", "break", "ringing", "talking", "wrap-up", "no-device", "just-missed"]


class Considered(Struct, frozen=True):
    """One line of the explanation: an agent, and whether and why (not)."""

    user_id: str
    name: str
    eligible: bool
    obstacle: Obstacle | None = None
    idle_ms: int = 0
    place: int | None = None
    """1 for who is rung first; None when not eligible."""


class Choice(Struct, frozen=True):
    """Who is to be rung, and the reasons: kept in the call's log with the offer."""

    strategy: StrategyName
    user_ids: tuple[str, ...]
    """Rung now, side by side; usually one."""
    considered: tuple[Considered, ...]

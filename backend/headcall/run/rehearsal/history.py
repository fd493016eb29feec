# SPDX-License-Identifier: Apache-2.0
"""What was observed in a rehearsal. Plain data: the checker knows nothing else. Times are virtual milliseconds."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class CallerSaw:
    """One call as the caller's telephone lived it."""

    key: str
    """The number, and which call of that number it is: `13900000001#1`."""
    number: str
    queue_id: str
    offered_ms: int
    ended_ms: int = 0
    status: int = 0
    ended_by: str = ""
    """`caller`, or `company`."""


@dataclass
class AgentTalked:
    """One talk as the agent's page lived it."""

    key: str
    user_id: str
    from_ms: int
    to_ms: int = 0


@dataclass
class LogLine:
    """One event of a call's log."""

    at_ms: int
    type: str
    data: dict[str, Any]


@dataclass
class Record:
    """One call's record and log, as the interface shows them."""

    call_id: str
    number: str
    user_id: str | None
    talk_s: float
    log: list[LogLine] = field(default_factory=list)
    queue_id: str | None = None
    started_ms: int = 0
    ended_by: str | None = None


@dataclass(frozen=True)
class QueueRules:
    """What the model needs to know of a queue."""

    members: tuple[str, ...]
    """In the queue's own order, which is also that of the seats."""
    strategy: str = "longest-idle"
    priority: int = 0
    vip: dict[str, int] = field(default_factory=dict)
    is_sticky: bool = False
    sticky_wait_ms: int = 0

    def priority_of(self, number: str) -> int:
        return self.priority + self.vip.get(number, 0)


@dataclass
class History:
    """The whole day."""

    queues: dict[str, QueueRules]
    callers: list[CallerSaw] = field(default_factory=list)
    talks: list[AgentTalked] = field(default_factory=list)
    states: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    """Of each agent: (since, state), by the backend's own times as the page was told."""
    records: list[Record] = field(default_factory=list)
    page_doubles: int = 0
    """How often a page was offered a call while it had another one."""
    reconnects: int = 0
    """How often a page had lost its line and came back."""
    mended: int = 0
    """What the backend's own watch had to put right."""
    forced: int = 0
    """How often the calendar went on although somebody worked (`conductor.STUCK_S`)."""
    moved: int = 0
    """How often the supervisor changed a waiting caller's priority."""

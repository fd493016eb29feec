# SPDX-License-Identifier: Apache-2.0
"""What was observed in a rehearsal. Plain data: the checker knows nothing else. Times are virtual milliseconds."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class CallerSaw:
    """One call as the caller's telephone lived it."""

    number: str
    queue_id: str
    offered_ms: int
    ended_ms: int = 0
    status: int = 0
    ended_by: str = ""


@dataclass
class AgentTalked:
    """One talk as the agent's page lived it."""

    number: str
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


@dataclass
class QueueRules:
    """What the model needs to know of a queue."""

    members: frozenset[str]
    rings_all: bool = False


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

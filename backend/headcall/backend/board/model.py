# SPDX-License-Identifier: Apache-2.0
"""The rows of the board, as pages see them. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from headcall.backend.agents.model import Agent
from headcall.backend.board.tally import Figures
from headcall.backend.calls.model import Call, Leg
from headcall.backend.queues.doors import AT_WORK, expected_wait_s
from headcall.backend.queues.model import Queue
from headcall.backend.queues.service import longest_since_ms
from headcall.backend.store.base import iso, iso_or_none

View = dict[str, Any]

BUSY: Final = ("ringing", "talking", "wrap_up")


class Sheet:
    """Rows by their id, and which of them look different since they were last taken."""

    def __init__(self) -> None:
        self.rows: dict[str, View] = {}
        self._changed: set[str] = set()
        self._gone: set[str] = set()

    def put(self, row_id: str, row: View) -> None:
        if self.rows.get(row_id) != row:
            self.rows[row_id] = row
            self._changed.add(row_id)
            self._gone.discard(row_id)

    def drop(self, row_id: str) -> None:
        if self.rows.pop(row_id, None) is not None:
            self._changed.discard(row_id)
            self._gone.add(row_id)

    def take(self) -> tuple[list[View], list[str]]:
        """What changed, and what is gone."""
        changed, gone = [self.rows[row_id] for row_id in sorted(self._changed)], sorted(self._gone)
        self._changed, self._gone = set(), set()
        return changed, gone


def queue_row(queue: Queue, line: Sequence[Call], states: Mapping[str, int], today: Figures, lately: Figures) -> View:
    """`line`: who waits in it; `states`: how many of its agents do what."""
    return {
        "id": queue.queue_id,
        "name": queue.name,
        "waiting": len(line),
        "callbacks": sum(call.is_placeholder for call in line),
        "longest_wait_since": iso_or_none(longest_since_ms(line)),
        "agents_ready": states.get("ready", 0),
        "agents_busy": sum(states.get(state, 0) for state in BUSY),
        "agents_break": states.get("break", 0),
        **figures_row(today, lately),
    }


def figures_row(today: Figures, lately: Figures) -> View:
    return {
        "offered": today.offered,
        "answered": today.answered,
        "abandoned": today.abandoned,
        "service_level": today.level,
        "service_level_now": lately.level,
    }


def waiting_rows(queue: Queue, line: Sequence[Call], states: Mapping[str, int], talk_s: float) -> dict[str, View]:
    """Who waits in a queue, by their call: `line` in the order of service."""
    at_work = sum(states.get(state, 0) for state in AT_WORK)
    rows = {}
    for before, call in enumerate(line):
        assert call.wait is not None
        expected = expected_wait_s(before, talk_s + queue.wrap_up_s, at_work)
        rows[call.call_id] = {
            "call_id": call.call_id,
            "queue_id": queue.queue_id,
            "number": call.from_number,
            "name": call.from_name,
            "since": iso(call.wait.entered_at_ms),
            "priority": call.wait.priority,
            "place": before + 1,
            "expected_s": None if expected is None else round(expected),
            "rings": call.ring is not None,
            "is_callback": call.is_placeholder,
        }
    return rows


def agent_row(agent: Agent, call: Call | None, hindrances: Sequence[str]) -> View:
    """`call`: the one that the agent is in, if it is open. `hindrances`: why no queue offers them anything."""
    return {
        "user_id": agent.user_id,
        "name": agent.name,
        "agent_number": agent.agent_number,
        "state": agent.state,
        "reason": agent.reason,
        "since": iso(agent.since_ms),
        "wish": agent.wish_after,
        "hindrances": list(hindrances),
        "call": call_row(call, agent.user_id) if call else None,
    }


def call_row(call: Call, user_id: str) -> View:
    leg = call.leg_of(user_id)
    other = _other(call, leg)
    since = call.talking_since_ms if call.pair else call.ring.started_at_ms if call.ring else call.started_at_ms
    return {
        "call_id": call.call_id,
        "number": other.number,
        "name": other.name,
        "queue": call.queue_name or None,
        "since": iso(since if since is not None else call.started_at_ms),
        "talks": bool(call.pair),
        "held": call.held_by is not None,
        "mode": leg.mode if leg else None,
        "supervisors": [{"user_id": each.user_id, "name": each.name, "mode": each.mode} for each in call.supervisors()],
    }


def _other(call: Call, leg: Leg | None) -> Leg:
    """Whom an agent talks with, or will."""
    if leg is None or leg.role == "supervisor":
        return call.customer
    other = call.other(leg.leg_id)
    if other is not None:
        return other
    if leg.leg_id != call.caller_id:
        return call.customer
    dialled = [each for each in call.live_legs() if each.leg_id != leg.leg_id and each.role != "supervisor"]
    return dialled[0] if dialled else leg


class Seats:
    """How many agents of each queue are in which state, kept up to date by their changes."""

    def __init__(self) -> None:
        self._states: dict[str, Counter[str]] = {}
        self._queues_of: dict[str, list[str]] = {}

    def recount(self, members: Mapping[str, Sequence[str]], agents: Mapping[str, Agent]) -> None:
        """From nothing: `members` are user ids by queue."""
        self._states, self._queues_of = {}, {}
        for queue_id, users in members.items():
            self._states[queue_id] = Counter(agents[user].state for user in users if user in agents)
            for user in users:
                self._queues_of.setdefault(user, []).append(queue_id)

    def of(self, queue_id: str) -> Mapping[str, int]:
        return self._states.get(queue_id, {})

    def changed(self, before: Agent, after: Agent) -> list[str]:
        """The queues that look different now."""
        if before.state == after.state:
            return []
        queues = self._queues_of.get(after.user_id, [])
        for queue_id in queues:
            self._states[queue_id][before.state] -= 1
            self._states[queue_id][after.state] += 1
        return queues

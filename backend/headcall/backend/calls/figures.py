# SPDX-License-Identifier: Apache-2.0
"""Figures of calls, queues and agents for Prometheus. Labels come from our own lists, never from a peer."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from headcall.backend.agents.model import Agent
from headcall.backend.calls.log import Bridged, Ended, Entry, RingOver, RingStarted, RingWon
from headcall.backend.calls.model import Call
from headcall.backend.queues.service import Queues
from headcall.kit.metrics import Metrics
from headcall.wire import causes

WAITS = (1.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0)
"""Buckets of waiting. 20 s is what service levels are usually promised for."""


class Figures:
    def __init__(self, metrics: Metrics, queues: Queues, agents: Callable[[], Mapping[str, Agent]]) -> None:
        self._queues, self._agents = queues, agents
        self._open = metrics.gauge("calls_open", "Calls that have not ended")
        self._ended = metrics.counter("calls_ended", "Calls that have ended, by cause", ("cause", "by"))
        self._rings = metrics.counter("rings", "Rounds of ringing, by how they went", ("kind", "outcome"))
        self._waited = metrics.histogram("answered_after_seconds", "From the call to a person's answer", buckets=WAITS)
        self._waiting = metrics.gauge("callers_waiting", "Callers in a queue", ("queue",))
        self._states = metrics.gauge("agents", "Agents, by what they are doing", ("state",))

    def changed(self, before: Call, after: Call, entries: Sequence[Entry]) -> None:
        """Observer of all calls."""
        for entry in entries:
            match entry.event:
                case Ended(cause=cause, by=by):
                    self._ended.labels(_known(cause), by).inc()
                case RingStarted(ring=ring):
                    self._rings.labels(ring.kind, "started").inc()
                case RingWon():
                    self._rings.labels(before.ring.kind if before.ring else "direct", "answered").inc()
                case RingOver(outcome=outcome):
                    kind = before.ring.kind if before.ring else "direct"
                    self._rings.labels(kind, "cancelled" if outcome == "cancelled" else _known(outcome)).inc()
                case Bridged() if before.answered_at_ms is None:
                    self._waited.observe((entry.at_ms - after.started_at_ms) / 1000)
                case _:
                    pass

    def tick(self, open_calls: int) -> None:
        """Sets what is now."""
        self._open.set(open_calls)
        for queue in self._queues.all():
            callers = sum(not call.is_placeholder for call in self._queues.line(queue.queue_id))
            self._waiting.labels(queue.queue_id).set(callers)
        states = Counter(agent.state for agent in self._agents().values())
        for state in ("offline", "ready", "break", "ringing", "talking", "wrap_up"):
            self._states.labels(state).set(states[state])


def _known(cause: str) -> str:
    return cause if cause in causes.CATALOGUE else "other"

# SPDX-License-Identifier: Apache-2.0
"""Queues as pages see them. Changes are told together, a few times a second at most, however busy the line is."""

from typing import Any

from headcall.backend.agents.service import Agents
from headcall.backend.edge.live import Live
from headcall.backend.queues.model import Queue
from headcall.backend.queues.service import Queues, longest_since_ms
from headcall.backend.store.base import iso_or_none
from headcall.backend.users.model import Actor

READY = frozenset({"ready"})
BUSY = frozenset({"ringing", "talking", "wrap_up"})


class QueueViews:
    def __init__(self, queues: Queues, agents: Agents, live: Live) -> None:
        self._queues, self._agents, self._live = queues, agents, live
        self._told: dict[str, dict[str, Any]] = {}
        self._changed = False

    def register(self) -> None:
        """Joins the live line."""
        self._live.on_snapshot("queues", self._snapshot)

    def mark(self, *_: object) -> None:
        """Observer of calls and agents: something may look different now."""
        self._changed = True

    def tick(self) -> None:
        """Tells what looks different."""
        if not self._changed:
            return
        self._changed = False
        for queue in self._queues.all():
            view = self.view(queue)
            if self._told.get(queue.queue_id) != view:
                self._told[queue.queue_id] = view
                self._live.publish_all("queue", view)

    def view(self, queue: Queue) -> dict[str, Any]:
        """`QueueView` of the browser API."""
        line = self._queues.line(queue.queue_id)
        return {
            "id": queue.queue_id,
            "name": queue.name,
            "by_hand": queue.by_hand,
            "waiting": len(line),
            "callbacks": sum(call.is_placeholder for call in line),
            "longest_wait_since": iso_or_none(longest_since_ms(line)),
            "agents_ready": self.count(queue, READY),
            "agents_busy": self.count(queue, BUSY),
        }

    def count(self, queue: Queue, states: frozenset[str]) -> int:
        agents = self._agents.all()
        return sum(agents[user].state in states for user in self._queues.members(queue.queue_id) if user in agents)

    async def _snapshot(self, who: Actor) -> list[dict[str, Any]]:
        return [self.view(queue) for queue in self._queues.all()] if who.may("queue.read") else []

# SPDX-License-Identifier: Apache-2.0
"""Who waits in the queues that a person serves, and taking one of them."""

from typing import Any

from headcall.backend.calls.model import Call
from headcall.backend.edge.live import Live
from headcall.backend.errors import ApiError
from headcall.backend.queues.dispatch import Dispatcher
from headcall.backend.queues.service import Queues
from headcall.backend.store.base import iso
from headcall.backend.users.model import Actor

LONGEST_LINE = 200
"""Callers shown: whoever looks at more wants the supervisor's page."""


class Switchboard:
    def __init__(self, queues: Queues, dispatcher: Dispatcher) -> None:
        self._queues, self._dispatcher = queues, dispatcher

    def register(self, live: Live) -> None:
        """Joins the live line."""
        live.on_do("queue.take", self._take)

    def line(self, who: Actor) -> list[dict[str, Any]]:
        """Who waits in one's own queues, the first to be served first; also who is just rung out."""
        own = {queue.queue_id for queue in self._queues.of_agent(who.user_id)}
        waiting = [call for call in self._queues.line() if call.wait and call.wait.queue_id in own]
        return [self._view(call) for call in waiting[:LONGEST_LINE]]

    def _view(self, call: Call) -> dict[str, Any]:
        assert call.wait is not None
        queue = self._queues.get(call.wait.queue_id)
        return {
            "call_id": call.call_id,
            "queue": {"id": call.wait.queue_id, "name": queue.name if queue else ""},
            "number": call.customer.number,
            "name": call.customer.name,
            "since": iso(call.wait.entered_at_ms),
            "priority": call.wait.priority,
            "is_rung": call.ring is not None,
            "is_callback": call.is_placeholder,
        }

    async def _take(self, who: Actor, data: dict[str, Any]) -> dict[str, Any]:
        call_id = data.get("call_id")
        if not isinstance(call_id, str):
            raise ApiError("bad-request", "`call_id` is a text")
        if not who.may("agent.work"):
            raise ApiError("not-allowed", "needs the right agent.work")
        await self._dispatcher.take(who.user_id, call_id[:40])
        return {}

# SPDX-License-Identifier: Apache-2.0
"""/queues: how the waiting lines stand."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from headcall.backend.edge.auth import Actor, requires
from headcall.backend.queues.live import BUSY, READY, QueueViews
from headcall.backend.queues.model import Queue
from headcall.backend.queues.service import Queues
from headcall.kit.clock import Clock


class QueueOut(BaseModel):
    """A queue now."""

    id: str
    name: str
    number: str
    waiting: int
    longest_wait_s: float
    agents_ready: int
    agents_busy: int
    agents_total: int


class QueuesOut(BaseModel):
    queues: list[QueueOut]


def routes(queues: Queues, views: QueueViews, clock: Clock) -> APIRouter:
    router = APIRouter(tags=["queues"])

    def view(queue: Queue) -> dict[str, Any]:
        since = [call.wait.entered_at_ms for call in queues.line(queue.queue_id) if call.wait]
        return {
            "id": queue.queue_id,
            "name": queue.name,
            "number": queue.number,
            "waiting": len(since),
            "longest_wait_s": (clock.wall_ms() - min(since)) / 1000 if since else 0.0,
            "agents_ready": views.count(queue, READY),
            "agents_busy": views.count(queue, BUSY),
            "agents_total": len(queues.members(queue.queue_id)),
        }

    @router.get("/queues", response_model=QueuesOut)
    async def read_queues(_who: Annotated[Actor, Depends(requires("queue.read"))]) -> dict[str, Any]:
        """All queues: who waits and who serves."""
        return {"queues": [view(queue) for queue in queues.all()]}

    return router

# SPDX-License-Identifier: Apache-2.0
"""/switchboard: who waits in one's own queues."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from headcall.backend.edge.auth import Actor, requires
from headcall.backend.switchboard.service import Switchboard


class LineQueue(BaseModel):
    id: str
    name: str


class WaitingOut(BaseModel):
    """A caller who waits."""

    call_id: str
    queue: LineQueue
    number: str
    name: str
    since: str
    priority: int
    is_rung: bool
    """Whether somebody is being rung for them."""
    is_callback: bool


class LineOut(BaseModel):
    calls: list[WaitingOut]


def routes(switchboard: Switchboard) -> APIRouter:
    router = APIRouter(tags=["queues"])

    @router.get("/switchboard", response_model=LineOut)
    async def read_switchboard(who: Annotated[Actor, Depends(requires("agent.work"))]) -> dict[str, Any]:
        """Who waits in the queues one serves, the first to be served first."""
        return {"calls": switchboard.line(who)}

    return router

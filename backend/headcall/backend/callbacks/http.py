# SPDX-License-Identifier: Apache-2.0
"""/callbacks: who waits to be called back."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from headcall.backend.callbacks.service import Callbacks
from headcall.backend.edge.auth import Actor, requires
from headcall.backend.hours.http import ClosedOut


class CallbackQueue(BaseModel):
    id: str
    name: str


class CallbackOut(BaseModel):
    """Somebody who waits to be called back, or did."""

    call_id: str
    origin_call_id: str
    queue: CallbackQueue
    number: str
    state: Literal["waiting", "offered", "dialling", "talking", "resting", "answered", "failed", "cancelled"]
    entered_at: str
    asked_at: str
    until: str
    place: int | None
    attempts: int
    tries: int
    retry_at: str | None
    closed: ClosedOut | None
    """It waits for the opening hours."""
    result: str


class CallbacksOut(BaseModel):
    callbacks: list[CallbackOut]


Manager = Annotated[Actor, Depends(requires("queue.manage"))]


def routes(callbacks: Callbacks) -> APIRouter:
    router = APIRouter(tags=["callbacks"])

    @router.get("/callbacks", response_model=CallbacksOut)
    async def read_callbacks(_who: Manager, state: Literal["open", "all"] = "open") -> dict[str, Any]:
        """Call-backs: the open ones in the order of the line, then those that are over, newest first."""
        return {"callbacks": await callbacks.listed(only_open=state == "open")}

    @router.delete("/callbacks/{call_id}", status_code=204)
    async def cancel_callback(call_id: str, who: Manager) -> None:
        """Cancels a call-back that waits. `conflict` while its customer is being called."""
        await callbacks.cancel(who, call_id)

    return router

# SPDX-License-Identifier: Apache-2.0
"""/people/{user_id}/seat: makes somebody an agent."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from headcall.backend.edge.auth import Actor, requires
from headcall.backend.errors import ApiError
from headcall.backend.seats.service import Seat, Seats, Served

Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]


class ServedRule(BaseModel):
    """A queue that the agent serves."""

    model_config = ConfigDict(extra="forbid")
    queue_id: Short
    position: Annotated[int, Field(ge=0, le=100_000)] = 0
    weight: Annotated[int, Field(ge=1, le=100)] = 1


class SeatRules(BaseModel):
    """What makes somebody an agent."""

    model_config = ConfigDict(extra="forbid")
    agent_number: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,16}$")]
    """工号, spoken to callers."""
    level: Annotated[int, Field(ge=1, le=100)] = 1
    seat: Annotated[int, Field(ge=0, le=100_000)] = 0
    ringback: Annotated[str, Field(max_length=40)] = ""
    """彩铃: the prompt that who calls this seat hears while it rings. Empty: the usual tone, or the queue's music."""
    queues: Annotated[list[ServedRule], Field(max_length=200)] = []
    skills: Annotated[dict[Short, Annotated[int, Field(ge=1, le=100)]], Field(max_length=100)] = {}


class SeatIn(SeatRules):
    version: Annotated[str, Field(max_length=64)] = ""


class SeatOut(BaseModel):
    seat: SeatRules | None
    """None: no agent."""
    version: str
    free_number: str
    """The next agent's number that nobody has, for who is no agent yet."""


Manager = Annotated[Actor, Depends(requires("user.manage"))]


def routes(seats: Seats) -> APIRouter:
    router = APIRouter(tags=["people"])

    @router.get("/people/{user_id}/seat", response_model=SeatOut)
    async def read_seat(user_id: str, _who: Manager) -> dict[str, Any]:
        """A person's seat."""
        return await seats.view(user_id)

    @router.put("/people/{user_id}/seat", response_model=SeatOut)
    async def put_seat(user_id: str, body: SeatIn, who: Manager) -> dict[str, Any]:
        """Makes somebody an agent, or changes what they serve. `taken`: the agent's number is somebody's."""
        served = tuple(Served(each.queue_id, each.position, each.weight) for each in body.queues)
        if len({each.queue_id for each in served}) < len(served):
            raise ApiError("bad-request", "`queues` names a queue twice")
        seat = Seat(body.agent_number, body.level, body.seat, body.ringback, served, body.skills)
        return await seats.put(who, user_id, seat, body.version)

    @router.delete("/people/{user_id}/seat", response_model=SeatOut)
    async def delete_seat(user_id: str, who: Manager) -> dict[str, Any]:
        """No agent any more. `in-use` while they are at work."""
        return await seats.remove(who, user_id)

    return router

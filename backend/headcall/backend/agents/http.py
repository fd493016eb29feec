# SPDX-License-Identifier: Apache-2.0
"""/agents: who works, and what a supervisor may change of it."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from headcall.backend.agents.force import force
from headcall.backend.agents.live import agent_view
from headcall.backend.agents.model import Agent
from headcall.backend.agents.service import Agents
from headcall.backend.audit.service import Audit
from headcall.backend.edge.auth import Actor, CurrentUser, requires
from headcall.backend.errors import ApiError
from headcall.backend.queues.service import Queues


class QueueName(BaseModel):
    id: str
    name: str


class AgentOut(BaseModel):
    """An agent at work."""

    user_id: str
    name: str
    agent_number: str
    state: Literal["offline", "ready", "break", "ringing", "talking", "wrap_up"]
    reason: str | None
    since: str
    wrap_up_until: str | None
    missed: int
    call_id: str | None
    is_fit: bool
    """False: ready or not, nothing is offered, for the page says that it cannot take a call."""
    queues: list[QueueName]


class AgentsOut(BaseModel):
    agents: list[AgentOut]


class StateIn(BaseModel):
    """What an agent is to be from now on, or after the present call."""

    state: Literal["ready", "break", "offline"]
    reason: Annotated[str | None, Field(max_length=100)] = None


def routes(agents: Agents, queues: Queues, audit: Audit) -> APIRouter:
    router = APIRouter(tags=["agents"])

    @router.get("/agents", response_model=AgentsOut)
    async def read_agents(_who: Annotated[Actor, Depends(requires("queue.read"))]) -> dict[str, Any]:
        """All agents and what they are doing."""
        return {"agents": [_view(agent, agents, queues) for agent in agents.all().values()]}

    @router.post("/agents/{user_id}/state", response_model=AgentOut)
    async def set_agent_state(user_id: str, wish: StateIn, who: CurrentUser) -> dict[str, Any]:
        """Changes one's own state, or as a supervisor that of another, which is in the audit log."""
        if user_id == who.user_id:
            return _view(await agents.wish(user_id, wish.state, wish.reason), agents, queues)
        if not who.may("agent.supervise"):
            raise ApiError("not-allowed", "needs the right agent.supervise")
        agent = await force(agents, audit, who, user_id, wish.state, wish.reason)
        return _view(agent, agents, queues)

    return router


def _view(agent: Agent, agents: Agents, queues: Queues) -> dict[str, Any]:
    return {
        "user_id": agent.user_id,
        "name": agent.name,
        "agent_number": agent.agent_number,
        "call_id": agent.call_id,
        "is_fit": agents.is_fit(agent.user_id),
        "queues": [{"id": queue.queue_id, "name": queue.name} for queue in queues.of_agent(agent.user_id)],
        **agent_view(agent),
    }

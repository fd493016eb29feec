# SPDX-License-Identifier: Apache-2.0
"""Agents and their presence as pages see them."""

from typing import Any

from headcall.backend.agents.model import Agent
from headcall.backend.agents.service import Agents
from headcall.backend.edge.live import Live
from headcall.backend.errors import ApiError
from headcall.backend.store.base import iso, iso_or_none
from headcall.backend.users.model import Actor


def agent_view(agent: Agent) -> dict[str, Any]:
    """`AgentView` of the browser API."""
    return {
        "state": agent.state,
        "reason": agent.reason,
        "since": iso(agent.since_ms),
        "wrap_up_until": iso_or_none(agent.wrap_up_until_ms),
        "missed": agent.missed,
    }


class AgentSocket:
    def __init__(self, agents: Agents, live: Live) -> None:
        self._agents, self._live = agents, live

    def register(self) -> None:
        """Joins the live line."""
        self._live.on_snapshot("agent", self._snapshot)
        self._live.on_do("agent.state", self._set_state)
        self._agents.on_change(self._changed)

    async def _snapshot(self, who: Actor) -> dict[str, Any] | None:
        agent = self._agents.get(who.user_id)
        return agent_view(agent) if agent else None

    async def _set_state(self, who: Actor, data: dict[str, Any]) -> dict[str, Any]:
        state, reason = data.get("state"), data.get("reason")
        if reason is not None and not (isinstance(reason, str) and len(reason) <= 100):
            raise ApiError("bad-request", "`reason` is a text of at most 100 characters")
        if state not in ("ready", "break", "offline"):
            raise ApiError("bad-request", "`state` is ready, break or offline")
        agent = await self._agents.wish(who.user_id, state, reason, by_phone=False)
        return {"agent": agent_view(agent)}

    def _changed(self, before: Agent, after: Agent) -> None:
        self._live.publish_user(after.user_id, "agent", agent_view(after))
        if after.state != before.state:
            self._live.publish_all("presence", {"user_id": after.user_id, "state": after.state})

# SPDX-License-Identifier: Apache-2.0
"""A supervisor sets somebody else's state: the change and its row in the audit log are one transaction."""

from sqlalchemy.ext.asyncio import AsyncSession

from headcall.backend.agents.errors import NoSuchAgent
from headcall.backend.agents.model import Agent, State
from headcall.backend.agents.service import Agents
from headcall.backend.audit.service import Audit
from headcall.backend.users.model import Actor


async def force(agents: Agents, audit: Audit, who: Actor, user_id: str, state: State, reason: str | None) -> Agent:
    """The agent as it is now. While a call runs, the wish is kept for its end."""
    was = agents.get(user_id)
    if was is None:
        raise NoSuchAgent

    def note(session: AsyncSession, after: Agent) -> None:
        before = {"state": was.state, "wished": None}
        audit.note(session, who, "agent.force", user_id, before, {"state": after.state, "wished": state})

    return await agents.wish(user_id, state, reason, note)

# SPDX-License-Identifier: Apache-2.0
"""What the rest of the backend wants from call control, and what it gets where there is none."""

from collections.abc import Callable
from typing import Any, Protocol

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncSession


class Control(Protocol):
    """Calls, queues and agents, seen from outside."""

    async def start(self) -> None:
        """Takes up the calls of the log and begins to hear bridges and media nodes."""

    async def drain(self) -> None:
        """Takes nothing new; calls stay as they are for the next backend."""

    def routes(self) -> APIRouter:
        """REST of queues and agents."""

    def state_of(self, user_id: str) -> str:
        """A person's presence: `offline`, `ready`, `talking` …"""

    def agent_of(self, user_id: str) -> dict[str, Any] | None:
        """{agent_id, agent_number, queues: [{id, name}]} of someone who is an agent."""

    async def person_changed(self, user_id: str, *, is_active: bool) -> None:
        """Takes up a person's name; who is no more active works no more."""

    async def queues_changed(self) -> None:
        """Takes the queues up from the rows again."""

    async def log_of(self, call_id: str) -> list[dict[str, Any]]:
        """What happened in a call: [{seq, at, type, data}]."""

    async def seed_agent(self, session: AsyncSession, user_id: str, agent_number: str) -> None:
        """Makes a person an agent, if they are none."""

    async def seed_queue(
        self, session: AsyncSession, queue_id: str, name: str, number: str, members: list[str]
    ) -> None:
        """Makes a queue with these user ids as members, if it is not there."""


MakeControl = Callable[..., Control]
"""(store=, bus=, live=, clock=, ids=, settings=, metrics=, people=, numbers=, devices=, trunks=, prompts=,
recordings=): without any I/O."""


class NoCalls:
    """A backend without calls: people sign in, numbers are known, nobody is called."""

    def __init__(self, **_parts: object) -> None: ...

    async def start(self) -> None: ...

    async def drain(self) -> None: ...

    def routes(self) -> APIRouter:
        return APIRouter()

    def state_of(self, user_id: str) -> str:
        return "offline"

    def agent_of(self, user_id: str) -> dict[str, Any] | None:
        return None

    async def person_changed(self, user_id: str, *, is_active: bool) -> None: ...

    async def queues_changed(self) -> None: ...

    async def log_of(self, call_id: str) -> list[dict[str, Any]]:
        return []

    async def seed_agent(self, session: AsyncSession, user_id: str, agent_number: str) -> None: ...

    async def seed_queue(
        self, session: AsyncSession, queue_id: str, name: str, number: str, members: list[str]
    ) -> None: ...

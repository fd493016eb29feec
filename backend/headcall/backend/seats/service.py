# SPDX-License-Identifier: Apache-2.0
"""Makes somebody an agent: their number (工号), level and seat, the queues they serve and what they can."""

from typing import Any

from msgspec import Struct
from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from headcall.backend.agents import store as agent_rows
from headcall.backend.agents.service import Agents
from headcall.backend.audit.service import Audit
from headcall.backend.edge.live import Live
from headcall.backend.errors import ApiError
from headcall.backend.prompts.store import PromptRow
from headcall.backend.queues import store as queue_rows
from headcall.backend.queues.service import Queues
from headcall.backend.store.engine import Store
from headcall.backend.store.stamp import check_stamp, stamp
from headcall.backend.users.model import Actor, rights_of
from headcall.backend.users.people import changeable
from headcall.backend.users.service import Users
from headcall.backend.users.store import UserRow

View = dict[str, Any]


class Served(Struct, frozen=True):
    """A queue that the agent serves."""

    queue_id: str
    position: int = 0
    """The place in the queue's own list; for the strategy `linear`."""
    weight: int = 1


class Seat(Struct, frozen=True):
    agent_number: str
    level: int = 1
    seat: int = 0
    ringback: str = ""
    """A prompt of the house's own: what who calls this seat hears while it rings."""
    queues: tuple[Served, ...] = ()
    skills: dict[str, int] = {}


class Seats:
    def __init__(self, store: Store, agents: Agents, queues: Queues, audit: Audit, live: Live, users: Users) -> None:
        self._store, self._agents, self._queues, self._audit = store, agents, queues, audit
        self._live, self._users = live, users

    async def view(self, user_id: str) -> View:
        """The seat as `put` takes it, or the next agent's number that is free for who has none."""
        async with self._store.read() as session:
            if await session.get(UserRow, user_id) is None:
                raise ApiError("not-found", "no such person")
            seat = await _seat(session, user_id)
            free = "" if seat else await _next_number(session)
        return {"seat": seat, "version": stamp({"seat": seat}), "free_number": free}

    async def put(self, who: Actor, user_id: str, seat: Seat, version: str = "") -> View:
        """From the next decision on. Who gets a seat gets the role `agent` with it."""

        async def change(session: AsyncSession) -> None:
            user = await changeable(session, who, user_id)
            if not user.is_active:
                raise ApiError("conflict", "this person is switched off")
            before = await _seat(session, user_id)
            check_stamp(version, {"seat": before})
            if any(self._queues.get(served.queue_id) is None for served in seat.queues):
                raise ApiError("bad-request", "`queues` names a queue that is not there")
            if seat.ringback and await session.get(PromptRow, seat.ringback) is None:
                raise ApiError("bad-request", "`ringback` names a prompt that is not there")
            if "agent.work" not in rights_of(tuple(user.roles)):
                user.roles = [*user.roles, "agent"]
            await agent_rows.put(
                session, user_id, seat.agent_number, level=seat.level, seat=seat.seat, ringback=seat.ringback
            )
            await _put_queues(session, user_id, seat.queues)
            await queue_rows.put_skills(session, user_id, seat.skills)
            after = await _seat(session, user_id)
            self._audit.note(session, who, "agent.seat", user_id, before or {}, after or {})

        try:
            await self._agents.administer(user_id, change)
        except IntegrityError:
            raise ApiError("taken", "the agent's number is somebody's") from None
        return await self._taken_up(user_id)

    async def remove(self, who: Actor, user_id: str) -> View:
        """No agent any more. Refused while they work: a call would have no end."""

        async def change(session: AsyncSession) -> None:
            user = await changeable(session, who, user_id)
            row = await session.get(agent_rows.AgentRow, user_id)
            if row is None:
                raise ApiError("not-found", "this person is no agent")
            if row.state != "offline":
                raise ApiError("in-use", "this agent is at work; make them offline first")
            before = await _seat(session, user_id)
            user.roles = [role for role in user.roles if role != "agent"] or ["employee"]
            await _put_queues(session, user_id, ())
            await queue_rows.put_skills(session, user_id, {})
            await session.delete(row)
            self._audit.note(session, who, "agent.seat", user_id, before or {}, {})

        await self._agents.administer(user_id, change)
        return await self._taken_up(user_id)

    async def _taken_up(self, user_id: str) -> View:
        await self._queues.load()
        person = await self._users.person(user_id)
        if person is not None:
            self._live.renew(person)
            self._live.publish_user(user_id, "me", self._users.me(person))
        return await self.view(user_id)


async def _seat(session: AsyncSession, user_id: str) -> View | None:
    row = await session.get(agent_rows.AgentRow, user_id)
    if row is None:
        return None
    member = queue_rows.QueueMemberRow
    served = await session.scalars(select(member).where(member.user_id == user_id).order_by(member.queue_id))
    skill = queue_rows.AgentSkillRow
    skills = await session.scalars(select(skill).where(skill.user_id == user_id).order_by(skill.skill))
    return {
        "agent_number": row.agent_number,
        "level": row.level,
        "seat": row.seat,
        "ringback": row.ringback,
        "queues": [{"queue_id": m.queue_id, "position": m.position, "weight": m.weight} for m in served],
        "skills": {s.skill: s.level for s in skills},
    }


async def _put_queues(session: AsyncSession, user_id: str, queues: tuple[Served, ...]) -> None:
    member = queue_rows.QueueMemberRow
    await session.execute(delete(member).where(member.user_id == user_id))
    for served in queues:
        row = member(queue_id=served.queue_id, user_id=user_id, position=served.position, weight=served.weight)
        session.add(row)
    await session.flush()


async def _next_number(session: AsyncSession) -> str:
    """One above the highest of the usual length, so that it is as long as the others."""
    number = agent_rows.AgentRow.agent_number
    length = await session.scalar(
        select(func.length(number)).group_by(func.length(number)).order_by(func.count().desc())
    )
    highest = await session.scalar(select(func.max(number)).where(func.length(number) == (length or 4)))
    return str(int(highest) + 1) if highest and highest.isdigit() else "1001"

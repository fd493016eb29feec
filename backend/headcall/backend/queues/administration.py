# SPDX-License-Identifier: Apache-2.0
"""What supervisors change of queues: their rules, who serves them, what agents can, and a waiting caller's priority.

Each change is in the audit log, in the same transaction, and counts from the next decision on.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from msgspec import to_builtins
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from headcall.backend.audit.service import Audit
from headcall.backend.calls.inputs import SetPriority
from headcall.backend.calls.service import CallControl
from headcall.backend.errors import ApiError
from headcall.backend.numbers.store import NumberRow
from headcall.backend.queues import store as rows
from headcall.backend.queues.model import Queue
from headcall.backend.queues.rules import Rules, checked
from headcall.backend.queues.service import Queues
from headcall.backend.queues.store import Member
from headcall.backend.store.engine import Store
from headcall.backend.store.stamp import check_stamp, stamp
from headcall.backend.users.model import Actor


class QueueAdministration:
    def __init__(
        self,
        store: Store,
        queues: Queues,
        calls: CallControl,
        audit: Audit,
        *,
        caller_of: Callable[[str], str],
        new_id: Callable[[str], str],
    ) -> None:
        """`caller_of`: the one form of a caller's number, as calls bring it."""
        self._store, self._queues, self._calls, self._audit = store, queues, calls, audit
        self._caller_of, self._new_id = caller_of, new_id

    def queue(self, queue_id: str) -> Queue:
        """Raises `ApiError` when there is none."""
        queue = self._queues.get(queue_id)
        if queue is None:
            raise ApiError("not-found", "no such queue")
        return queue

    def view(self, queue_id: str) -> Rules:
        """All rules of a queue and its members, as `change` takes them."""
        seen = _seen(self.queue(queue_id), list(self._queues.members(queue_id).values()))
        return seen | {"version": stamp(seen)}

    async def change(
        self, who: Actor, queue_id: str, rules: Rules, members: Sequence[Member] | None, version: str = ""
    ) -> Rules:
        """New rules, and who serves the queue from now on, in this order (None: as before).

        With a `version`, only if nobody has changed the queue since: raises `changed-meanwhile`.
        """
        self.queue(queue_id)
        async with self._writing() as session:
            row = await session.get(rows.QueueRow, queue_id, with_for_update=True)
            if row is None:
                raise ApiError("not-found", "no such queue")
            member = rows.QueueMemberRow
            order = select(member).where(member.queue_id == queue_id).order_by(member.position, member.user_id)
            served = [Member(m.user_id, m.position, m.weight) for m in (await session.scalars(order)).all()]
            was = _seen(row.queue(), served)
            check_stamp(version, was)
            queue = checked({**rules, "queue_id": queue_id, "number": row.number}, self._caller_of)
            await rows.put(session, queue)
            if members is not None:
                await rows.put_members(session, queue_id, members)
            will = _seen(queue, served if members is None else members)
            self._audit.note(session, who, "queue.change", queue_id, was, will)
        await self._queues.load()
        return self.view(queue_id)

    async def create(self, who: Actor, rules: Rules, members: Sequence[Member]) -> Rules:
        """A new queue, without a number at first."""
        queue = checked({**rules, "queue_id": self._new_id("que")}, self._caller_of)
        async with self._writing() as session:
            await rows.put(session, queue)
            await rows.put_members(session, queue.queue_id, members)
            self._audit.note(session, who, "queue.create", queue.queue_id, {"members": []}, _seen(queue, members))
        await self._queues.load()
        return self.view(queue.queue_id)

    async def delete(self, who: Actor, queue_id: str) -> None:
        """Refused while callers wait in it, or a number leads to it: nobody is to end in nothing."""
        was = self.view(queue_id)
        if self._queues.line(queue_id):
            raise ApiError("in-use", "callers wait in this queue")
        async with self._store.begin() as session:
            leads = select(NumberRow.number).where(NumberRow.target_kind == "queue", NumberRow.target == queue_id)
            if (await session.scalars(leads.limit(1))).first() is not None:
                raise ApiError("in-use", "a number leads to this queue")
            await session.execute(delete(rows.QueueMemberRow).where(rows.QueueMemberRow.queue_id == queue_id))
            await session.execute(delete(rows.QueueRow).where(rows.QueueRow.queue_id == queue_id))
            self._audit.note(session, who, "queue.delete", queue_id, was, {})
        await self._queues.load()

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[AsyncSession]:
        try:
            async with self._store.begin() as session:
                yield session
        except IntegrityError:
            raise ApiError(
                "bad-request", "`members` names somebody who does not exist, or somebody twice", fields=("members",)
            ) from None

    def every_skill(self) -> list[dict[str, Any]]:
        """Which skills there are, how many have each, and the best level."""
        found = sorted(self._queues.every_skill().items())
        return [{"skill": skill, "people": len(levels), "level": max(levels)} for skill, levels in found]

    async def set_skills(self, who: Actor, user_id: str, skills: dict[str, int]) -> dict[str, int]:
        """What an agent can, from now on."""
        was = self._queues.skills(user_id)
        try:
            async with self._store.begin() as session:
                await rows.put_skills(session, user_id, skills)
                self._audit.note(session, who, "agent.skills", user_id, {"skills": was}, {"skills": skills})
        except IntegrityError:
            raise ApiError("not-found", "no such person") from None
        await self._queues.load()
        return self._queues.skills(user_id)

    async def set_priority(self, who: Actor, call_id: str, priority: int) -> None:
        """Of a caller who waits."""
        box = self._calls.box(call_id)
        was = box.call.priority
        await box.ask(SetPriority(priority, who.user_id))
        await self._audit.note_alone(who, "call.priority", call_id, {"priority": was}, {"priority": priority})


def _seen(queue: Queue, members: Sequence[Member]) -> Rules:
    """A queue as it is shown and told in the audit log."""
    rules: Rules = to_builtins(queue)
    listed = [{"user_id": m.user_id, "weight": m.weight} for m in members]
    return rules | {"id": rules.pop("queue_id"), "members": listed}

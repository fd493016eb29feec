# SPDX-License-Identifier: Apache-2.0
"""The administration of people: who is there, what they may do, and when they may no more.

Nobody gives rights they lack, nobody changes somebody who may do more than they do, and the last owner stays.
"""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Select, String, cast, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from headcall.backend.agents.store import AgentRow
from headcall.backend.audit.service import Audit
from headcall.backend.edge.live import Live
from headcall.backend.errors import ApiError
from headcall.backend.numbers.inventory import give_to_person
from headcall.backend.numbers.plan import DialPlan
from headcall.backend.store.base import DEFAULT_TENANT, iso
from headcall.backend.store.engine import Store
from headcall.backend.store.stamp import check_stamp, stamp
from headcall.backend.users import store as rows
from headcall.backend.users.model import Actor, exceeds
from headcall.backend.users.passwords import Passwords
from headcall.backend.users.rules import complaint
from headcall.backend.users.service import Users
from headcall.kit.clock import Clock
from headcall.kit.ids import IdMaker

Fields = dict[str, Any]

FIELDS = ("login", "name", "language", "roles", "number", "branch", "is_active")


class Work(Protocol):
    async def person_changed(self, user_id: str, *, is_active: bool) -> None:
        """Takes up a person's name, or takes them out of work."""


@dataclass(frozen=True)
class People:
    store: Store
    clock: Clock
    ids: IdMaker
    passwords: Passwords
    audit: Audit
    plan: DialPlan
    users: Users
    live: Live
    work: Work
    drop_session: Callable[[str], Awaitable[None]]

    # ------------------------------------------------------------ looking

    async def page(self, q: str, *, role: str, active: bool | None, limit: int, offset: int) -> Fields:
        """Some of the people who are wanted, and how many there are."""
        async with self.store.read() as session:
            wanted = _wanted(q, role, active)
            total = await session.scalar(select(func.count()).select_from(wanted.subquery()))
            order = (rows.UserRow.is_active.desc(), rows.UserRow.name, rows.UserRow.user_id)
            found = (await session.execute(wanted.order_by(*order).limit(limit).offset(offset))).all()
        return {"people": [self.view(user, number) for user, number in found], "total": total or 0}

    async def whole(self, user_id: str) -> Fields:
        async with self.store.read() as session:
            found = (await session.execute(_wanted("", "", None).where(rows.UserRow.user_id == user_id))).first()
        if found is None:
            raise ApiError("not-found", "no such person")
        return self.view(found[0], found[1])

    def view(self, user: rows.UserRow, agent_number: str | None) -> Fields:
        """`PersonWhole` of the browser API."""
        return {
            "user_id": user.user_id,
            **facts(user),
            "short_number": self.plan.short_form(user.number),
            "agent_number": agent_number,
            "created_at": iso(user.created_at_ms),
            "version": stamp(facts(user)),
        }

    # ------------------------------------------------------------ changing

    async def create(self, who: Actor, fields: Fields, password: str | None) -> tuple[Fields, str | None]:
        """A new person, and the password that was made for them where none was given."""
        if exceeds(who, fields["roles"]):
            raise ApiError("not-allowed", "nobody gives rights they lack")
        made, kept = await self._password(fields["login"], password)
        user = rows.UserRow(
            user_id=self.ids("usr"),
            tenant_id=DEFAULT_TENANT,
            password_hash=kept,
            password_is_initial=True,
            answer_on="browser",
            created_at_ms=self.clock.wall_ms(),
            **{**fields, "number": None, "is_active": True},
        )
        async with _changing(self.store) as session:
            session.add(user)
            await session.flush()
            await give_to_person(session, self.plan, user, fields["number"])
            self.audit.note(session, who, "person.create", user.user_id, {}, facts(user))
        return await self.whole(user.user_id), made

    async def change(self, who: Actor, user_id: str, patch: Fields, version: str = "") -> Fields:
        """What is given is changed. Who is no more active has no session and no live connection from then on."""
        ended: Sequence[str] = ()
        async with _changing(self.store) as session:
            user = await changeable(session, who, user_id)
            before = facts(user)
            check_stamp(version, before)
            await self._apply(session, who, user, patch)
            if user_id == who.user_id and not user.is_active:
                raise ApiError("not-allowed", "nobody switches themselves off")
            if _is_owner(before) and not _is_owner(facts(user)):
                await _leave_an_owner(session)
            if not user.is_active:
                ended = await rows.delete_other_sessions(session, user_id, but="")
            self.audit.note(session, who, "person.change", user_id, before, facts(user))
        await self._take_up(user, ended)
        return await self.whole(user_id)

    async def set_password(self, who: Actor, user_id: str, password: str | None) -> str | None:
        """A new initial password for another. All sessions end; gives the password that was made."""
        if user_id == who.user_id:
            raise ApiError("not-allowed", "one's own password is changed with the old one")
        async with self.store.read() as session:
            user = await changeable(session, who, user_id)
        made, kept = await self._password(user.login, password)
        async with self.store.begin() as session:
            user = await changeable(session, who, user_id)
            user.password_hash, user.password_is_initial = kept, True
            ended = await rows.delete_other_sessions(session, user_id, but="")
            self.audit.note(session, who, "person.password", user_id, {}, {"password": "changed"})
        for session_id in ended:
            await self.drop_session(session_id)
        return made

    # ------------------------------------------------------------ inside

    async def _apply(self, session: AsyncSession, who: Actor, user: rows.UserRow, patch: Fields) -> None:
        if "roles" in patch and exceeds(who, patch["roles"]):
            raise ApiError("not-allowed", "nobody gives rights they lack")
        for name in ("login", "name", "language", "roles", "branch", "is_active"):
            if name in patch:
                setattr(user, name, patch[name])
        await session.flush()
        if "number" in patch:
            await give_to_person(session, self.plan, user, patch["number"])

    async def _password(self, login: str, password: str | None) -> tuple[str | None, str]:
        made = None if password else secrets.token_urlsafe(12)
        if password and (why := complaint(password, login)):
            raise ApiError("bad-request", why)
        return made, await self.passwords.hash(password or made or "")

    async def _take_up(self, user: rows.UserRow, ended: Sequence[str]) -> None:
        person = user.person()
        await self.work.person_changed(user.user_id, is_active=user.is_active)
        self.live.renew(person)
        if user.is_active:
            self.live.publish_user(user.user_id, "me", self.users.me(person))
        for session_id in ended:
            await self.drop_session(session_id)


@asynccontextmanager
async def _changing(store: Store) -> AsyncIterator[AsyncSession]:
    """A transaction in which a login or a number that somebody has already is told as such."""
    try:
        async with store.begin() as session:
            yield session
    except IntegrityError:
        raise ApiError("taken", "somebody has this login or this number already") from None


async def changeable(session: AsyncSession, who: Actor, user_id: str) -> rows.UserRow:
    """The person, for a change by `who`. Raises `not-found`, or `not-allowed` for somebody who may do more."""
    user = await session.get(rows.UserRow, user_id, with_for_update=True)
    if user is None:
        raise ApiError("not-found", "no such person")
    if exceeds(who, user.roles):
        raise ApiError("not-allowed", "this person may do more than you")
    return user


def facts(user: rows.UserRow) -> Fields:
    """What the administration changes of a person."""
    return {name: getattr(user, name) for name in FIELDS} | {"roles": list(user.roles)}


def _is_owner(person: Fields) -> bool:
    return bool(person["is_active"] and "owner" in person["roles"])


def _role(role: str) -> Any:
    """JSON as text, the same in both databases."""
    return cast(rows.UserRow.roles, String).contains(f'"{role}"', autoescape=True)


async def _leave_an_owner(session: AsyncSession) -> None:
    await session.flush()
    owners = select(rows.UserRow.user_id).where(rows.UserRow.is_active, _role("owner")).with_for_update()
    if (await session.scalars(owners)).first() is None:
        raise ApiError("last-owner", "the last owner stays")


def _wanted(q: str, role: str, active: bool | None) -> Select[rows.UserRow, str]:
    user = rows.UserRow
    wanted = select(user, AgentRow.agent_number).outerjoin(AgentRow, AgentRow.user_id == user.user_id)
    if q:
        columns = (user.name, user.login, user.number, user.branch, AgentRow.agent_number)
        wanted = wanted.where(or_(*(column.icontains(q, autoescape=True) for column in columns)))
    if role:
        wanted = wanted.where(_role(role))
    return wanted if active is None else wanted.where(user.is_active == active)

# SPDX-License-Identifier: Apache-2.0
"""Whom the provider means. The first rule that fits decides:

1. Who came before with this provider and this subject is the same person, whatever their name and address are now.
2. Who is not known yet is the person with this login: by the e-mail address, if the provider says that it is verified,
   or by a claim that the provider's administrator alone sets. ([oidc] link_by says which, or neither.)
3. Otherwise a person is made, if the settings want that.

A name that is switched off here stays out, whatever the provider says.
"""

from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from headcall.backend.audit.service import Audit
from headcall.backend.identity import store as rows
from headcall.backend.identity.provider import UnknownPerson
from headcall.backend.settings import Oidc
from headcall.backend.store.base import DEFAULT_TENANT
from headcall.backend.store.engine import Store
from headcall.backend.users.model import Actor
from headcall.backend.users.passwords import NO_PASSWORD
from headcall.backend.users.sessions import MAX_LOGIN
from headcall.backend.users.store import UserRow, any_user_by_login
from headcall.kit.clock import Clock
from headcall.kit.ids import IdMaker


class Arrivals:
    """Finds, links and makes people by what a provider says of them."""

    def __init__(self, store: Store, clock: Clock, ids: IdMaker, audit: Audit, settings: Oidc) -> None:
        self._store, self._clock, self._ids, self._audit, self._settings = store, clock, ids, audit, settings

    async def person(self, claims: dict[str, Any]) -> UserRow:
        """The person. Raises `UnknownPerson`."""
        try:
            return await self._person(claims)
        except (IntegrityError, UnknownPerson):
            # They may have come in twice at once and be half seen: the name taken already, the link not yet there.
            return await self._person(claims)

    async def _person(self, claims: dict[str, Any]) -> UserRow:
        issuer, subject = self._settings.issuer, str(claims["sub"])
        async with self._store.begin() as session:
            user = await rows.linked_user(session, issuer, subject)
            if user is None:
                user = await self._by_login(session, claims) or await self._made(session, claims)
                at = self._clock.wall_ms()
                session.add(rows.LinkRow(issuer=issuer, subject=subject, user_id=user.user_id, linked_at_ms=at))
                self._note(session, user, "user.link", {}, {"issuer": issuer})
            if not user.is_active:
                raise UnknownPerson("this account is switched off")
            if self._settings.follows_roles:
                self._follow(session, user, roles_of(claims, self._settings))
            return user

    async def _by_login(self, session: AsyncSession, claims: dict[str, Any]) -> UserRow | None:
        login = linking_login(claims, self._settings)
        return await any_user_by_login(session, login) if login else None

    async def _made(self, session: AsyncSession, claims: dict[str, Any]) -> UserRow:
        login = new_login(claims, self._settings)
        if not self._settings.creates or not login or await any_user_by_login(session, login):
            raise UnknownPerson("nobody here has this name")
        user = UserRow(
            user_id=self._ids("usr"),
            tenant_id=DEFAULT_TENANT,
            login=login,
            name=" ".join(str(claims.get("name") or login).split())[:100],
            password_hash=NO_PASSWORD,
            roles=roles_of(claims, self._settings),
            number=None,
            is_active=True,
            created_at_ms=self._clock.wall_ms(),
        )
        session.add(user)
        await session.flush()
        self._note(session, user, "user.create", {}, {"login": user.login, "name": user.name, "roles": user.roles})
        return user

    def _follow(self, session: AsyncSession, user: UserRow, roles: list[str]) -> None:
        """The provider decides on the roles at each log-in; never on an owner's, or nobody might be left."""
        if "owner" in user.roles or user.roles == roles:
            return
        self._note(session, user, "user.roles", {"roles": list(user.roles)}, {"roles": roles})
        user.roles = roles

    def _note(
        self, session: AsyncSession, user: UserRow, action: str, before: dict[str, Any], after: dict[str, Any]
    ) -> None:
        person = Actor(user.person(), "", frozenset())
        self._audit.note(session, person, action, user.user_id, before, after)


def linking_login(claims: dict[str, Any], settings: Oidc) -> str:
    """The login that these claims prove, or nothing. Pure."""
    if settings.link_by == "login":
        return _login(claims.get(settings.login_claim))
    if settings.link_by == "email":
        return _verified_login(claims, settings)
    return ""


def new_login(claims: dict[str, Any], settings: Oidc) -> str:
    """The login of a person who is made. Pure."""
    return (
        _verified_login(claims, settings) if settings.link_by == "email" else _login(claims.get(settings.login_claim))
    )


def roles_of(claims: dict[str, Any], settings: Oidc) -> list[str]:
    """The roles by the provider's groups, or the one for everybody else. Pure."""
    groups = claims.get(settings.roles_claim)
    held = (
        {groups} if isinstance(groups, str) else {str(each) for each in groups} if isinstance(groups, list) else set()
    )
    return sorted({role for group, role in settings.roles.items() if group in held}) or [settings.default_role]


def _verified_login(claims: dict[str, Any], settings: Oidc) -> str:
    """The address, or what stands before its @ where the company's own domain stands behind it."""
    email = claims.get("email")
    if claims.get("email_verified") is not True or not isinstance(email, str):
        return ""
    name, at, domain = email.rpartition("@")
    own = {each.lower().removeprefix("@") for each in settings.email_domains}
    if not at or (own and domain.lower() not in own):
        return ""
    return _login(name if own else email)


def _login(value: object) -> str:
    found = value.strip().lower() if isinstance(value, str) else ""
    return found if 0 < len(found) <= MAX_LOGIN and found.isprintable() else ""

# SPDX-License-Identifier: Apache-2.0
"""Signing in, and knowing again who is signed in."""

import hashlib
import secrets
from dataclasses import dataclass

from headcall.backend.audit.service import Audit
from headcall.backend.errors import ApiError
from headcall.backend.store.engine import Store
from headcall.backend.users import store as rows
from headcall.backend.users.model import Actor
from headcall.backend.users.passwords import NO_PASSWORD, Passwords
from headcall.backend.users.rules import complaint
from headcall.backend.users.throttle import Throttle
from headcall.kit.clock import Clock
from headcall.kit.ids import IdMaker

LIFETIME_MS = 30 * 24 * 3600 * 1000
"""A session ends for good after so long, however much it is used."""

IDLE_MS = 24 * 3600 * 1000
"""... and when it was not used for so long."""

TOUCH_MS = 5 * 60 * 1000
"""How exactly we remember the last use: a write for every request would cost more than it tells."""

MAX_LOGIN = 100


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a log-in comes from."""

    address: str = ""
    device: str = ""
    """What the browser says of itself."""


class Sessions:
    """The sessions of all people. A token is 256 bits of chance; the database keeps its hash."""

    def __init__(self, store: Store, clock: Clock, ids: IdMaker, passwords: Passwords) -> None:
        self._store, self._clock, self._ids, self._passwords = store, clock, ids, passwords
        self._throttle = Throttle(clock)
        self._audit = Audit(store, clock, ids)

    async def check_password(self, login: str, password: str, *, address: str) -> rows.UserRow:
        """Whose login and password these are. Raises `bad-credentials` or `too-many-attempts`."""
        login = login.strip().lower()[: MAX_LOGIN + 1]
        if self._throttle.is_closed(login, address):
            raise ApiError("too-many-attempts", "too many failed attempts; wait five minutes")
        async with self._store.read() as session:
            user = await rows.user_by_login(session, login)
        if not await self._passwords.is_right(user.password_hash if user else None, password) or user is None:
            self._throttle.failed(login, address)
            raise ApiError("bad-credentials", "")
        self._throttle.succeeded(login, address)
        if self._passwords.is_outdated(user.password_hash):
            await self._keep_anew(user.user_id, password)
        return user

    async def actor(self, token: str) -> Actor | None:
        """Who holds `token`, or None when it is unknown or its session has ended."""
        now = self._clock.wall_ms()
        async with self._store.read() as session:
            found = await rows.session_by_token(session, _hash(token), now)
        if found is None:
            return None
        held, user = found
        if held.seen_at_ms < now - TOUCH_MS:
            await self._touch(held.session_id, now)
        person = user.person()
        return Actor(person, held.session_id, person.rights)

    async def sign_out(self, session_id: str) -> None:
        """Ends a session; ended twice is ended."""
        async with self._store.begin() as session:
            held = await session.get(rows.SessionRow, session_id)
            if held is not None:
                await session.delete(held)

    async def change_password(self, who: Actor, old: str, new: str, *, address: str) -> list[str]:
        """One's own password. Gives the ids of the person's other sessions, which have ended.

        The old one is asked for: a page left open is not yet its owner. Guessing it counts as at the door.
        """
        if self._throttle.is_closed(who.login, address):
            raise ApiError("too-many-attempts", "too many failed attempts; wait five minutes")
        async with self._store.read() as session:
            user = await session.get(rows.UserRow, who.user_id)
        if user is None or not await self._passwords.is_right(user.password_hash, old):
            self._throttle.failed(who.login, address)
            raise ApiError("bad-credentials", "`old` is not the password")
        return (await self._replace(who, user, new))[1]

    async def replace_initial(self, user: rows.UserRow, new: str) -> rows.UserRow:
        """The initial password of who is just logging in with it gives way to their own."""
        person = user.person()
        return (await self._replace(Actor(person, "", person.rights), user, new))[0]

    async def _replace(self, who: Actor, user: rows.UserRow, new: str) -> tuple[rows.UserRow, list[str]]:
        if why := complaint(new, who.login):
            raise ApiError("bad-request", why, fields=("password",))
        if await self._passwords.is_right(user.password_hash, new):
            raise ApiError("bad-request", "`password` is the old one", fields=("password",))
        kept = await self._passwords.hash(new)
        async with self._store.begin() as session:
            row = await session.get_one(rows.UserRow, who.user_id)
            if row.password_hash != user.password_hash:
                raise ApiError("conflict", "the password was changed meanwhile")
            row.password_hash, row.password_is_initial = kept, False
            ended = await rows.delete_other_sessions(session, who.user_id, but=who.session_id)
            self._audit.note(session, who, "user.password", who.user_id, {}, {"password": "changed"})
        return row, ended

    async def has_password(self, user_id: str) -> bool:
        """Whether the person can log in with one; who came with the company account cannot."""
        async with self._store.read() as session:
            user = await session.get(rows.UserRow, user_id)
        return user is not None and user.password_hash != NO_PASSWORD

    async def begin(self, user: rows.UserRow, origin: Origin, way: str) -> tuple[Actor, str]:
        """A session of someone who has proved who they are, and its token."""
        token, now = secrets.token_urlsafe(32), self._clock.wall_ms()
        held = rows.SessionRow(
            session_id=self._ids("ses"),
            user_id=user.user_id,
            token_sha256=_hash(token),
            created_at_ms=now,
            seen_at_ms=now,
            expires_at_ms=now + IDLE_MS,
            address=origin.address[:64],
            device=origin.device[:200],
            way=way,
        )
        async with self._store.begin() as session:
            await rows.delete_ended_sessions(session, now)
            session.add(held)
        person = user.person()
        return Actor(person, held.session_id, person.rights), token

    async def of(self, user_id: str) -> list[rows.SessionRow]:
        """The sessions of a person that have not ended, the one used last first."""
        async with self._store.read() as session:
            return list(await rows.sessions_of(session, user_id, self._clock.wall_ms()))

    async def end_one(self, who: Actor, session_id: str) -> None:
        """Ends a session of one's own."""
        async with self._store.begin() as session:
            held = await session.get(rows.SessionRow, session_id)
            if held is None or held.user_id != who.user_id:
                raise ApiError("not-found", "no such session of yours")
            await session.delete(held)
            self._audit.note(session, who, "session.end", session_id, {"device": held.device}, {})

    async def end_others(self, who: Actor) -> list[str]:
        """Ends all one's sessions but this one, and gives their ids."""
        async with self._store.begin() as session:
            ended = await rows.delete_other_sessions(session, who.user_id, but=who.session_id)
            self._audit.note(session, who, "session.end_others", who.user_id, {"sessions": len(ended)}, {"sessions": 0})
        return ended

    async def _touch(self, session_id: str, now: int) -> None:
        async with self._store.begin() as session:
            held = await session.get(rows.SessionRow, session_id)
            if held is not None:
                held.seen_at_ms = now
                held.expires_at_ms = min(now + IDLE_MS, held.created_at_ms + LIFETIME_MS)

    async def _keep_anew(self, user_id: str, password: str) -> None:
        kept = await self._passwords.hash(password)
        async with self._store.begin() as session:
            user = await session.get(rows.UserRow, user_id)
            if user is not None:
                user.password_hash = kept


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()

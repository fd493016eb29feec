# SPDX-License-Identifier: Apache-2.0
"""Keys for programs: `hc_` and eight letters by which the row is found, then 256 bits that only the holder knows."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass

from headcall.backend.audit.service import Audit
from headcall.backend.errors import ApiError
from headcall.backend.identity import store as rows
from headcall.backend.identity.pace import Pace
from headcall.backend.store.engine import Store
from headcall.backend.users.model import Actor
from headcall.backend.users.sessions import Sessions
from headcall.kit.clock import Clock
from headcall.kit.ids import IdMaker

DAY_MS = 24 * 3600 * 1000
MAX_DAYS = 731
"""Two years. A key without an end is forgotten and stays."""

MAX_KEYS = 50
"""Of one person."""

USED_MS = 3600 * 1000
"""How exactly the last use is told: "is it still used at all" is the question, and each write costs."""

LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
FORM = re.compile(r"(hc_[a-z0-9]{8})_[A-Za-z0-9_\-]{43}", re.ASCII)
"""A session's token has 43 characters and never this form."""


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key as it is wished for."""

    name: str
    rights: frozenset[str]
    days: int


class Keys:
    """All keys, and who asks with one."""

    def __init__(self, store: Store, clock: Clock, ids: IdMaker, audit: Audit) -> None:
        self._store, self._clock, self._ids, self._audit = store, clock, ids, audit
        self._pace = Pace(clock)

    async def make(self, who: Actor, wanted: NewKey) -> tuple[rows.ApiKeyRow, str]:
        """The row and the key itself, which is known here and now and never again."""
        if not wanted.rights or not wanted.rights <= who.rights:
            raise ApiError("not-allowed" if wanted.rights else "bad-request", "a key has some of its maker's rights")
        prefix = "hc_" + "".join(secrets.choice(LETTERS) for _ in range(8))
        token, now = f"{prefix}_{secrets.token_urlsafe(32)}", self._clock.wall_ms()
        row = rows.ApiKeyRow(
            key_id=self._ids("key"),
            user_id=who.user_id,
            name=wanted.name,
            prefix=prefix,
            key_sha256=_hash(token),
            rights=sorted(wanted.rights),
            created_at_ms=now,
            expires_at_ms=now + wanted.days * DAY_MS,
            last_used_at_ms=None,
        )
        async with self._store.begin() as session:
            if len(await rows.keys_of(session, who.user_id)) >= MAX_KEYS:
                raise ApiError("conflict", f"at most {MAX_KEYS} keys; revoke one first")
            session.add(row)
            self._audit.note(session, who, "key.make", row.key_id, {}, _facts(row))
        return row, token

    async def of(self, user_id: str) -> list[rows.ApiKeyRow]:
        async with self._store.read() as session:
            return list(await rows.keys_of(session, user_id))

    async def revoke(self, who: Actor, key_id: str) -> None:
        """One's own, or, for who manages people, anybody's."""
        async with self._store.begin() as session:
            row = await session.get(rows.ApiKeyRow, key_id)
            if row is None or (row.user_id != who.user_id and not who.may("user.manage")):
                raise ApiError("not-found", "no such key of yours")
            await session.delete(row)
            self._audit.note(session, who, "key.revoke", key_id, _facts(row), {})

    async def actor(self, token: str) -> Actor | None:
        """Whose program holds this key. Raises `too-many-attempts` if it asks too fast."""
        form = FORM.fullmatch(token)
        if form is None:
            return None
        now = self._clock.wall_ms()
        async with self._store.read() as session:
            found = await rows.key_by_prefix(session, form[1])
        if found is None or not hmac.compare_digest(found[0].key_sha256, _hash(token)) or found[0].expires_at_ms <= now:
            return None
        row, user = found
        if not self._pace.allows(row.key_id):
            raise ApiError("too-many-attempts", "this key asks too often: at most 20 a second")
        if row.last_used_at_ms is None or row.last_used_at_ms <= now - USED_MS:
            await self._touch(row.key_id, now - now % USED_MS)
        person = user.person()
        return Actor(person, row.key_id, person.rights & set(row.rights), is_key=True)

    async def _touch(self, key_id: str, at_ms: int) -> None:
        async with self._store.begin() as session:
            row = await session.get(rows.ApiKeyRow, key_id)
            if row is not None:
                row.last_used_at_ms = at_ms


class Bearers:
    """Who holds a token, be it a session's or a key."""

    def __init__(self, sessions: Sessions, keys: Keys) -> None:
        self._sessions, self._keys = sessions, keys

    async def actor(self, token: str) -> Actor | None:
        if FORM.fullmatch(token):
            return await self._keys.actor(token)
        return await self._sessions.actor(token)


def _facts(row: rows.ApiKeyRow) -> dict[str, object]:
    return {"name": row.name, "prefix": row.prefix, "rights": row.rights, "user_id": row.user_id}


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()

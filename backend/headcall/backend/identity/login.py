# SPDX-License-Identifier: Apache-2.0
"""The way in: password, then the second factor where there is one, one's own password in the place of an initial one,
and a second factor where there must be one.

password ─┬─► ticket, "code" ──► code or recovery code ─┐
          └─────────────────────────────────────────────┴─┬─► ticket, "password" ──► one's own ─┐
                                                          └─────────────────────────────────────┴─┬─► signed in
                          ticket, "enrol" ──► picture ──► first code ──► recovery codes shown ◄───┘

The ticket is sealed and not kept: it says who has shown their password and when. It counts for five minutes, and not
after a change of the password.
"""

import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Literal

from headcall.backend.errors import ApiError
from headcall.backend.identity.policy import Policy
from headcall.backend.identity.second import Enrolment, SecondFactors
from headcall.backend.store.engine import Store
from headcall.backend.store.secrets import SealBroken, SecretBox
from headcall.backend.users.model import Actor
from headcall.backend.users.sessions import Origin, Sessions
from headcall.backend.users.store import UserRow
from headcall.kit.clock import Clock

TICKET_MS = 5 * 60 * 1000
MAX_TICKET = 1000
"""Characters; ours have about 350."""

Step = Literal["password", "code", "enrol"]


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who is in, and the token of the session."""

    actor: Actor
    token: str


@dataclass(frozen=True, slots=True)
class Challenge:
    """The password was right; this is asked next."""

    ticket: str
    step: Step


class LogIn:
    """Log-in with a password, in one step or two."""

    def __init__(
        self, store: Store, clock: Clock, box: SecretBox, *, sessions: Sessions, second: SecondFactors, policy: Policy
    ) -> None:
        self._store, self._clock, self._box = store, clock, box
        self._sessions, self._second, self._policy = sessions, second, policy

    async def by_password(self, login: str, password: str, origin: Origin) -> SignedIn | Challenge:
        """Raises `bad-credentials` or `too-many-attempts`."""
        user = await self._sessions.check_password(login, password, address=origin.address)
        if await self._second.has(user.user_id):
            return self._challenge(user, "code")
        return await self._further(user, origin, "password")

    async def by_code(self, ticket: str, code: str, origin: Origin) -> SignedIn | Challenge:
        """The second step. Raises `bad-code`, `log-in-expired` or `too-many-attempts`."""
        user, _ = await self._holder(ticket, "code")
        way = await self._second.check(user.user_id, code, address=origin.address)
        return await self._further(user, origin, way)

    async def by_new_password(self, ticket: str, password: str, origin: Origin) -> SignedIn | Challenge:
        """One's own password instead of the initial one. Raises `bad-request` or `log-in-expired`."""
        user, way = await self._holder(ticket, "password")
        return await self._further(await self._sessions.replace_initial(user, password), origin, way)

    async def _further(self, user: UserRow, origin: Origin, way: str) -> SignedIn | Challenge:
        """What is asked of who has proved who they are, the `way` they did; or they are in."""
        if user.password_is_initial:
            return self._challenge(user, "password", way)
        if way == "password" and await self._policy.requires_second_factor(tuple(user.roles)):
            return self._challenge(user, "enrol")
        return await self._begin(user, origin, way)

    async def enrol(self, ticket: str) -> Enrolment:
        """The picture for someone who must have a second factor and has none yet."""
        user, _ = await self._holder(ticket, "enrol")
        return await self._second.enrol(user.person())

    async def confirm(self, ticket: str, code: str, origin: Origin) -> tuple[SignedIn, list[str]]:
        """The first code of such a one, who is in with it; and their recovery codes."""
        user, _ = await self._holder(ticket, "enrol")
        person = user.person()
        codes = await self._second.confirm(Actor(person, "", person.rights), code, address=origin.address)
        return await self._begin(user, origin, "code"), codes

    async def _begin(self, user: UserRow, origin: Origin, way: str) -> SignedIn:
        return SignedIn(*await self._sessions.begin(user, origin, way))

    def _challenge(self, user: UserRow, step: Step, way: str = "password") -> Challenge:
        now_ms = self._clock.wall_ms()
        said = {"user": user.user_id, "step": step, "way": way, "at": now_ms, "proof": _proof(user)}
        return Challenge(self._box.seal(json.dumps(said)), step)

    async def _holder(self, ticket: str, step: Step) -> tuple[UserRow, str]:
        """Who has this ticket, if it still counts, and the way by which they have come so far."""
        said = self._read(ticket)
        if said.get("step") == step and self._clock.wall_ms() - int(said["at"]) < TICKET_MS:
            async with self._store.read() as session:
                user = await session.get(UserRow, said["user"])
            if user is not None and user.is_active and hmac.compare_digest(_proof(user), str(said["proof"])):
                return user, str(said["way"])
        raise ApiError("log-in-expired", "begin again with the password")

    def _read(self, ticket: str) -> dict[str, str]:
        try:
            found = json.loads(self._box.open(ticket))
        except (SealBroken, UnicodeEncodeError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}


def _proof(user: UserRow) -> str:
    return hashlib.sha256(user.password_hash.encode()).hexdigest()[:32]

# SPDX-License-Identifier: Apache-2.0
"""Second factors: beginning with one, proving it, losing it."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from headcall.backend.audit.service import Audit
from headcall.backend.errors import ApiError
from headcall.backend.identity import store as rows
from headcall.backend.identity import totp
from headcall.backend.store.base import iso, iso_or_none
from headcall.backend.store.engine import Store
from headcall.backend.store.secrets import SecretBox
from headcall.backend.users.model import Actor, Person, exceeds
from headcall.backend.users.store import UserRow, delete_other_sessions
from headcall.backend.users.throttle import Throttle
from headcall.kit.clock import Clock

ENROL_MS = 15 * 60 * 1000
"""How long the picture may be looked at before its first code."""

PER_PERSON = 10
"""Wrong codes of one person within five minutes, from wherever. Whoever tries has the password already, so this is
tight: a year of trying finds one of the three codes that count with about the chance of a coin."""


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What is shown once: the secret for those who type, and its picture."""

    secret: str
    uri: str
    picture: str


class SecondFactors:
    """The second factors of all people."""

    def __init__(self, store: Store, clock: Clock, box: SecretBox, audit: Audit, *, company: str) -> None:
        self._store, self._clock, self._box, self._audit, self._company = store, clock, box, audit, company
        self._throttle = Throttle(clock, per_login=PER_PERSON)

    async def has(self, user_id: str) -> bool:
        """Whether the person is asked for a code."""
        async with self._store.read() as session:
            row = await session.get(rows.SecondFactorRow, user_id)
        return row is not None and row.confirmed_at_ms is not None

    async def state(self, user_id: str) -> tuple[str | None, int]:
        """Since when it is on (None: it is not), and how many recovery codes are left."""
        async with self._store.read() as session:
            row = await session.get(rows.SecondFactorRow, user_id)
            left = await rows.count_recovery_codes(session, user_id)
        return iso_or_none(row.confirmed_at_ms) if row else None, left

    async def enrol(self, person: Person) -> Enrolment:
        """A new secret. It counts from the first right code on; until then, asking again gives another one."""
        secret = totp.new_secret()
        async with self._store.begin() as session:
            row = await session.get(rows.SecondFactorRow, person.user_id)
            if row is not None and row.confirmed_at_ms is not None:
                raise ApiError("conflict", "there is a second factor already; switch it off first")
            if row is None:
                row = rows.SecondFactorRow(user_id=person.user_id, confirmed_at_ms=None, last_step=0)
                session.add(row)
            row.secret_sealed, row.created_at_ms = self._box.seal(secret), self._clock.wall_ms()
        uri = totp.uri(secret, person.login, self._company)
        return Enrolment(secret, uri, totp.picture(uri))

    async def confirm(self, who: Actor, code: str, *, address: str) -> list[str]:
        """The first code: now it counts. Gives the recovery codes, which nobody sees again."""
        self._refuse_if_closed(who.user_id, address)
        now = self._clock.wall_ms()
        async with self._store.read() as session:
            row = await session.get(rows.SecondFactorRow, who.user_id)
        if row is None or row.confirmed_at_ms is not None or row.created_at_ms < now - ENROL_MS:
            raise ApiError("log-in-expired", "ask for a new picture")
        typed, secret = totp.plain(code), self._box.open(row.secret_sealed)
        step = totp.matching_step(secret, typed, now, 0) if totp.is_digits(typed) else None
        if step is None:
            raise self._wrong(who.user_id, address)
        codes = totp.new_recovery_codes()
        async with self._store.begin() as session:
            held = await session.get_one(rows.SecondFactorRow, who.user_id)
            if held.secret_sealed != row.secret_sealed or held.confirmed_at_ms is not None:
                raise ApiError("conflict", "the second factor was changed meanwhile")
            held.confirmed_at_ms, held.last_step = now, step
            await rows.put_recovery_codes(session, who.user_id, self._marks(codes))
            self._note(session, who, who.user_id, before="off", after="on")
        self._throttle.succeeded(who.user_id, address)
        return codes

    async def check(self, user_id: str, typed: str, *, address: str) -> str:
        """How the person proved it: `code` or `recovery`. Each proof is taken once. Raises `bad-code`."""
        self._refuse_if_closed(user_id, address)
        code = totp.plain(typed)
        if totp.is_digits(code) and await self._take_code(user_id, code):
            way = "code"
        elif totp.is_recovery_code(code) and await self._take_recovery(user_id, code):
            way = "recovery"
        else:
            raise self._wrong(user_id, address)
        self._throttle.succeeded(user_id, address)
        return way

    async def renew_codes(self, who: Actor) -> list[str]:
        """New recovery codes; the old ones are worth nothing any more. Whoever asks has proved themselves."""
        codes = totp.new_recovery_codes()
        async with self._store.begin() as session:
            await rows.put_recovery_codes(session, who.user_id, self._marks(codes))
            self._audit.note(session, who, "user.recovery_codes", who.user_id, {}, {"recovery_codes": "renewed"})
        return codes

    async def switch_off(self, who: Actor) -> None:
        """Whoever asks has proved themselves with password and code."""
        async with self._store.begin() as session:
            if await rows.delete_second_factor(session, who.user_id):
                self._note(session, who, who.user_id, before="on", after="off")

    async def reset(self, who: Actor, user_id: str) -> list[str]:
        """Takes somebody's lost second factor away. Ends their sessions, too, and gives their ids.

        Not one's own, for which password and code are asked; and not of someone who may do more than oneself.
        """
        if user_id == who.user_id:
            raise ApiError("not-allowed", "one's own is switched off with password and code")
        async with self._store.begin() as session:
            user = await session.get(UserRow, user_id)
            if user is None:
                raise ApiError("not-found", "no such person")
            if exceeds(who, user.roles):
                raise ApiError("not-allowed", "this person may do more than you")
            if not await rows.delete_second_factor(session, user_id):
                raise ApiError("not-found", "this person has no second factor")
            self._note(session, who, user_id, before="on", after="reset")
            return await delete_other_sessions(session, user_id, but="")

    async def people(self) -> list[dict[str, str]]:
        """Who has one, for the administration."""
        async with self._store.read() as session:
            found = await rows.people_with_second_factor(session)
        return [
            {"user_id": user.user_id, "name": user.name, "login": user.login, "since": iso(row.confirmed_at_ms or 0)}
            for user, row in found
        ]

    async def _take_code(self, user_id: str, code: str) -> bool:
        async with self._store.read() as session:
            row = await session.get(rows.SecondFactorRow, user_id)
        if row is None or row.confirmed_at_ms is None:
            return False
        secret = self._box.open(row.secret_sealed)
        step = totp.matching_step(secret, code, self._clock.wall_ms(), row.last_step)
        if step is None:
            return False
        async with self._store.begin() as session:
            return await rows.take_step(session, user_id, step)

    async def _take_recovery(self, user_id: str, code: str) -> bool:
        async with self._store.begin() as session:
            return await rows.take_recovery_code(session, user_id, self._box.mark(code))

    def _marks(self, codes: list[str]) -> list[str]:
        return [self._box.mark(totp.plain(code)) for code in codes]

    def _refuse_if_closed(self, user_id: str, address: str) -> None:
        if self._throttle.is_closed(user_id, address):
            raise ApiError("too-many-attempts", "too many wrong codes; wait five minutes")

    def _wrong(self, user_id: str, address: str) -> ApiError:
        self._throttle.failed(user_id, address)
        return ApiError("bad-code", "")

    def _note(self, session: AsyncSession, who: Actor, user_id: str, *, before: str, after: str) -> None:
        states = ({"second_factor": before}, {"second_factor": after})
        self._audit.note(session, who, "user.second_factor", user_id, *states)

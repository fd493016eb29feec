# SPDX-License-Identifier: Apache-2.0
"""The sample company: a head office in Shenzhen with a 400 number, three agents and an employee with an IP phone.

Seeding again changes nothing but the passwords that `./headcall demo` has chosen for this data folder.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from headcall.backend.devices.service import Devices
from headcall.backend.numbers.model import NETWORKS, Number
from headcall.backend.numbers.store import put as put_number
from headcall.backend.sample import (
    COMPANY,
    DID,
    PEOPLE,
    QUEUE_ID,
    QUEUE_NAME,
    QUEUE_NUMBER,
    SWITCHBOARD,
    TRUNK,
    Someone,
)
from headcall.backend.store import facts
from headcall.backend.store.base import DEFAULT_TENANT
from headcall.backend.store.engine import Store
from headcall.backend.store.secrets import SealBroken, SecretBox
from headcall.backend.tenants.store import ensure_default
from headcall.backend.trunks.service import Trunks
from headcall.backend.users.passwords import Passwords
from headcall.backend.users.store import UserRow
from headcall.kit.clock import Clock
from headcall.wire.legs import Trunk

FACT = "demo-passwords"
SEEDED = "demo-company"

SeedQueue = Callable[[AsyncSession, str, str, str, list[str]], Awaitable[None]]
"""(session, queue_id, name, number, members): makes the queue if it is not there."""

SeedAgent = Callable[[AsyncSession, str, str], Awaitable[None]]
"""(session, user_id, agent_number): makes the person an agent."""

TRUNK_CALLS = 120
"""As many as four E1 lines carry."""


@dataclass(frozen=True, slots=True)
class Demo:
    """Makes the sample company in the database."""

    store: Store
    clock: Clock
    passwords: Passwords
    devices: Devices
    trunks: Trunks
    box: SecretBox
    domain: str
    seed_queue: SeedQueue
    seed_agent: SeedAgent

    async def seed(self, passwords: Mapping[str, str], sip_passwords: Mapping[str, str], simulator_port: int) -> None:
        """Everything, in one transaction; the slow hashes are made before it begins."""
        are_new = await self._are_new(passwords)
        hashes = await self._hashes(passwords) if are_new else {}
        async with self.store.begin() as session:
            await ensure_default(session, now_ms=self.clock.wall_ms(), name=COMPANY)
            for someone in PEOPLE:
                await self._person(session, someone, hashes.get(someone.login))
            if are_new:
                await facts.remember(session, FACT, {"sealed": self.box.seal(json.dumps(dict(passwords)))})
            await self._telephones(session, sip_passwords)
            if not await facts.recall(session, SEEDED):  # what was made of the company since, stays
                await self._numbers(session)
                await self._calls(session)
                await facts.remember(session, SEEDED, {"seeded": True})
            await self.trunks.put(
                session,
                Trunk(
                    name=TRUNK,
                    host="127.0.0.1",
                    port=simulator_port or 5060,
                    accept_from=("127.0.0.0/8",),
                    max_calls=TRUNK_CALLS,
                ),
            )

    async def _are_new(self, passwords: Mapping[str, str]) -> bool:
        """Whether these are other passwords than the last time: comparing hashes would take half of a start."""
        async with self.store.read() as session:
            kept = (await facts.recall(session, FACT)).get("sealed")
        try:
            return kept is None or json.loads(self.box.open(kept)) != dict(passwords)
        except SealBroken:
            return True

    async def _hashes(self, passwords: Mapping[str, str]) -> dict[str, str]:
        """New hashes, of those passwords only that are not the kept ones."""
        kept: dict[str, str] = {}
        async with self.store.read() as session:
            for someone in PEOPLE:
                row = await session.get(UserRow, someone.user_id)
                if row:
                    kept[someone.login] = row.password_hash
        return {
            login: await self.passwords.hash(password)
            for login, password in passwords.items()
            if login not in kept or not await self.passwords.is_right(kept[login], password)
        }

    async def _person(self, session: AsyncSession, someone: Someone, password_hash: str | None) -> None:
        row = await session.get(UserRow, someone.user_id)
        if row is None:
            row = UserRow(
                user_id=someone.user_id,
                tenant_id=DEFAULT_TENANT,
                login=someone.login,
                name=someone.name,
                password_hash=password_hash or "!",  # no password at all: nobody signs in
                roles=list(someone.roles),
                number=someone.number or None,
                language=someone.language,
                answer_on="browser",
                branch="深圳",
                created_at_ms=self.clock.wall_ms(),
            )
            session.add(row)
        elif password_hash:
            row.password_hash = password_hash
        await session.flush()

    async def _telephones(self, session: AsyncSession, sip_passwords: Mapping[str, str]) -> None:
        for someone in PEOPLE:
            password = sip_passwords.get(someone.number)
            if password:
                await self.devices.put(
                    session, someone.number, user_id=someone.user_id, realm=self.domain, password=password
                )

    async def _numbers(self, session: AsyncSession) -> None:
        await put_number(session, Number(DID, "4008-123456", "did", "number", QUEUE_NUMBER, NETWORKS))
        queue = Number(QUEUE_NUMBER, "4008-123456-0", "queue", "queue", QUEUE_ID, ("phone", "browser"))
        await put_number(session, queue)
        switchboard = Number(SWITCHBOARD, "4008-123456-1", "switchboard", "queue", QUEUE_ID, ("phone", "browser"))
        await put_number(session, switchboard)
        for someone in PEOPLE:
            if someone.number:
                person = Number(
                    someone.number, someone.display, "person", "user", someone.user_id, ("phone", "browser")
                )
                await put_number(session, person)

    async def _calls(self, session: AsyncSession) -> None:
        agents = [someone for someone in PEOPLE if someone.agent_number]
        for someone in agents:
            await self.seed_agent(session, someone.user_id, someone.agent_number)
        members = [someone.user_id for someone in agents]
        await self.seed_queue(session, QUEUE_ID, QUEUE_NAME, QUEUE_NUMBER, members)

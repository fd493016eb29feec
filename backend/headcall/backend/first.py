# SPDX-License-Identifier: Apache-2.0
"""The rows that a new installation begins with: the tenant, an owner who can sign in, and what the settings name."""

import logging
import os
import secrets
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from headcall.backend.control import Control
from headcall.backend.numbers.model import NETWORKS, Number, normal
from headcall.backend.numbers.store import get as get_number
from headcall.backend.numbers.store import put as put_number
from headcall.backend.settings import Carrier
from headcall.backend.store.base import DEFAULT_TENANT
from headcall.backend.store.engine import Store
from headcall.backend.tenants.store import ensure_default
from headcall.backend.trunks.service import Trunks
from headcall.backend.users.passwords import Passwords
from headcall.backend.users.store import UserRow
from headcall.kit.clock import Clock
from headcall.kit.ids import IdMaker
from headcall.kit.role import CannotStart
from headcall.wire.legs import Trunk

log = logging.getLogger(__name__)

LOGIN = "admin"
QUEUE_ID = "que_main"


@dataclass(frozen=True, slots=True)
class FirstRows:
    """Makes what is missing; done again, nothing changes."""

    store: Store
    clock: Clock
    ids: IdMaker
    passwords: Passwords
    trunks: Trunks
    control: Control
    folder: Path
    """Where the first password is left, for its reader's eyes only."""

    async def prepare(self, carrier: Carrier, *, with_owner: bool) -> None:
        """The tenant and the carrier, and, where there is nobody yet, an owner."""
        async with self.store.begin() as session:
            await ensure_default(session, now_ms=self.clock.wall_ms())
            if carrier.host:
                await self.trunks.put(session, _trunk(carrier))
            if carrier.did:
                await self._published_number(session, carrier.did)
        if with_owner:
            await self._owner()

    async def _owner(self) -> None:
        async with self.store.read() as session:
            if await session.scalar(sa.select(UserRow.user_id).limit(1)):
                return
        password = secrets.token_urlsafe(12)
        kept = await self.passwords.hash(password)
        path = self.folder / "first-login.txt"
        _leave(path, f"login: {LOGIN}\npassword: {password}\n")
        async with self.store.begin() as session:
            session.add(
                UserRow(
                    user_id=self.ids("usr"),
                    tenant_id=DEFAULT_TENANT,
                    login=LOGIN,
                    name=LOGIN,
                    password_hash=kept,
                    roles=["owner"],
                    created_at_ms=self.clock.wall_ms(),
                )
            )
        log.warning("first start: the way to sign in is in %s", path)

    async def _published_number(self, session: AsyncSession, did: str) -> None:
        """The mapping of row N1: DID → internal number → queue. What an administrator made of it since, stays."""
        number = normal(did)
        if number is None:
            raise CannotStart(f"[carrier] did: {did!r} is not a telephone number")
        number = number.removeprefix("+")
        if await get_number(session, number) is not None:
            return
        queue_number = f"{number}0"
        await self.control.seed_queue(session, QUEUE_ID, "Call centre", queue_number, [])
        await put_number(session, Number(number, did, "did", "number", queue_number, NETWORKS))
        inside = Number(queue_number, f"{did}-0", "queue", "queue", QUEUE_ID, ("phone", "browser"))
        await put_number(session, inside)


def _trunk(carrier: Carrier) -> Trunk:
    return Trunk(
        name=carrier.name,
        host=carrier.host,
        port=carrier.port,
        transport="tcp" if carrier.transport == "tcp" else "udp",
        username=carrier.username,
        password=carrier.password,
        registers=carrier.registers,
        accept_from=carrier.accept_from,
        max_calls=carrier.max_calls,
    )


def _leave(path: Path, text: str) -> None:
    """Writes a file that only its owner may read."""
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(fd, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())

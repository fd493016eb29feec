# SPDX-License-Identifier: Apache-2.0
"""More agents than the sample company has, for stories in which many talk at once."""

import os
import signal
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import httpx

from headcall.backend.agents import store as agent_rows
from headcall.backend.queues import store as queue_rows
from headcall.backend.sample import PEOPLE, QUEUE_ID
from headcall.backend.store import tables  # noqa: F401 - rows refer to rows of other features
from headcall.backend.store.engine import Store, sqlite_url
from headcall.backend.users.passwords import Passwords
from headcall.backend.users.store import UserRow
from tests.world.desk import Desk
from tests.world.system import Demo, Person, children_of
from tests.world.workday import eventually

PASSWORD = "one for all of them"


@dataclass(frozen=True)
class Staff:
    """Agents beside those of the sample company, all in its queue."""

    system: Demo
    logins: tuple[str, ...]

    async def desk(self, login: str, *, hertz: float) -> Desk:
        """The page of one of them, ready for calls."""
        desk = Desk(await Person.sign_in(self.system.web, login, PASSWORD), self.system.web, hertz=hertz)
        await desk.open()
        await desk.ready()
        return desk

    def sessions(self) -> set[str]:
        """The log-ins that there are, of everybody."""
        with sqlite3.connect(f"file:{_database(self.system)}?mode=ro", uri=True) as rows:
            return {row[0] for row in rows.execute("SELECT session_id FROM sessions")}


async def hire(system: Demo, number: int) -> Staff:
    """Writes them into the database; the backend, which knows its agents from its start, is started again."""
    logins = tuple(f"temp{n}" for n in range(1, number + 1))
    store = Store.open(sqlite_url(_database(system)))
    try:
        await _seed(store, logins)
    finally:
        await store.close()
    await backend_dies(system)
    return Staff(system, logins)


async def _seed(store: Store, logins: tuple[str, ...]) -> None:
    password = await Passwords().hash(PASSWORD)
    async with store.begin() as session:
        for n, login in enumerate(logins, start=1):
            if await session.get(UserRow, f"usr_{login}") is None:
                session.add(_user(login, password))
                await session.flush()
                await agent_rows.put(session, f"usr_{login}", str(2000 + n), seat=2000 + n)
        members = [someone.user_id for someone in PEOPLE if someone.agent_number]
        await queue_rows.put_members(session, QUEUE_ID, [*members, *(f"usr_{login}" for login in logins)])


def _user(login: str, password: str) -> UserRow:
    return UserRow(
        user_id=f"usr_{login}", login=login, name=login, password_hash=password, roles=["agent"], created_at_ms=0
    )


def _database(system: Demo) -> Path:
    return system.data / "backend" / "headcall.db"


async def backend_dies(system: Demo) -> None:
    """`kill -9`, and until another one answers."""
    dead = await system.pid_now("backend")
    os.kill(dead, signal.SIGKILL)
    await eventually(lambda: dead not in children_of(system.process.pid), "it is dead")
    async with httpx.AsyncClient(base_url=system.web, timeout=30) as client:
        (await client.get("/api/v1/health")).raise_for_status()

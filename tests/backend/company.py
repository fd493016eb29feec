# SPDX-License-Identifier: Apache-2.0
"""The sample company, assembled without processes: real parts, a bus that is a table, a clock the test moves."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from argon2 import PasswordHasher
from cryptography.fernet import Fernet

from headcall.backend.control import MakeControl, NoCalls
from headcall.backend.demo import Demo
from headcall.backend.edge.front import front
from headcall.backend.edge.static import Pages
from headcall.backend.parts import Parts, assemble
from headcall.backend.sample import PEOPLE
from headcall.backend.store.migrate import migrate
from headcall.backend.store.secrets import SecretBox
from headcall.backend.users.passwords import Passwords
from headcall.kit.bus.port import Handler, Inbox, NoResponder, Served
from headcall.kit.clock import ManualClock
from headcall.kit.role import RoleContext
from headcall.kit.settings import Settings

PASSWORDS = {someone.login: f"pass-{someone.login}-wörd" for someone in PEOPLE}
SIP_PASSWORDS = {someone.number: f"sip-{someone.login}" for someone in PEOPLE if someone.number}
CHEAP = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
CHANGING = {"X-HeadCall": "1"}


@dataclass
class TableBus:
    """Requests go to the handler of the topic; what is published is kept."""

    handlers: dict[str, Handler] = field(default_factory=dict)
    published: list[tuple[str, bytes]] = field(default_factory=list)
    requests: list[tuple[str, bytes]] = field(default_factory=list)

    async def publish(self, topic: str, message: bytes) -> None:
        self.published.append((topic, message))

    async def subscribe(self, topic: str) -> Inbox:
        raise NotImplementedError

    async def request(self, topic: str, message: bytes, *, timeout: float = 5.0) -> bytes:
        self.requests.append((topic, message))
        if topic not in self.handlers:
            raise NoResponder(topic)
        return await self.handlers[topic](message)

    async def serve(self, topic: str, handler: Handler) -> Served:
        raise NotImplementedError

    async def close(self) -> None: ...


@dataclass
class Company:
    """Everything a test may want to touch."""

    parts: Parts
    bus: TableBus
    clock: ManualClock
    app: Any
    demo: Demo

    def client(self, scheme: str = "http", address: str = "127.0.0.1") -> httpx.AsyncClient:
        """A browser without a session."""
        transport = httpx.ASGITransport(self.app, client=(address, 5000), raise_app_exceptions=True)
        return httpx.AsyncClient(transport=transport, base_url=f"{scheme}://headcall.test", headers=CHANGING)

    async def signed_in(self, login: str) -> httpx.AsyncClient:
        """A browser in which someone is signed in."""
        client = self.client()
        answer = await client.post("/api/v1/session", json={"login": login, "password": PASSWORDS[login]})
        assert answer.status_code == 200, answer.text
        return client


@asynccontextmanager
async def company(
    folder: Path,
    *,
    database_url: str = "",
    pages: Path | None = None,
    make_control: MakeControl = NoCalls,
    is_demo: bool = True,
    values: Mapping[str, Mapping[str, Any]] | None = None,
) -> AsyncIterator[Company]:
    """The sample company over a database of its own in `folder`."""
    bus, clock = TableBus(), ManualClock()
    settings = Settings().with_values("demo", enabled=is_demo, passwords=PASSWORDS, sip_passwords=SIP_PASSWORDS)
    if database_url:
        settings = settings.with_values("store", database_url=database_url)
    for section, given in (values or {}).items():
        settings = settings.with_values(section, **given)
    (folder / "backend").mkdir(exist_ok=True)
    ctx = RoleContext("backend", bus, settings, folder, clock=clock)
    box = SecretBox(Fernet.generate_key())
    parts = assemble(ctx, folder=folder, box=box, make_control=make_control, passwords=CHEAP)
    try:
        await migrate(parts.store)
        demo = Demo(
            store=parts.store,
            clock=clock,
            passwords=CHEAP,
            devices=parts.devices,
            trunks=parts.trunks,
            box=box,
            domain="headcall.local",
            seed_queue=parts.control.seed_queue,
            seed_agent=parts.control.seed_agent,
        )
        await demo.seed(PASSWORDS, SIP_PASSWORDS, 8405)
        app = front(parts.socket, parts.app(), Pages(pages or folder / "no-pages"), clock)
        yield Company(parts, bus, clock, app, demo)
    finally:
        await ctx.tasks.close()
        await parts.store.close()


Scenario = Callable[[Company], Awaitable[None]]


def run_in_company(folder: Path, scenario: Scenario, **how: Any) -> None:
    """Plays a scenario from beginning to end."""

    async def play() -> None:
        async with company(folder, **how) as c:
            await scenario(c)

    asyncio.run(play())

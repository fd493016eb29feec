# SPDX-License-Identifier: Apache-2.0
"""The sample company with call control at work: real parts and a real database, telephones and pages by hand.

Nothing here waits for time: the clock is moved by the test, and `until` is woken by whatever happens.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from headcall.backend.calls.assembly import Telephony, make_control
from headcall.backend.calls.model import Call
from headcall.backend.demo import Demo
from headcall.backend.edge.live import Connection
from headcall.backend.parts import Parts, assemble
from headcall.backend.store.migrate import migrate
from headcall.backend.store.secrets import SecretBox
from headcall.backend.users.model import Actor, Person
from headcall.kit.bus.memory import MemoryBus, MemoryHub
from headcall.kit.clock import ManualClock
from headcall.kit.role import RoleContext
from headcall.kit.settings import Settings
from tests.backend.company import CHEAP, PASSWORDS, SIP_PASSWORDS
from tests.world.bridge import FakeBridge
from tests.world.media_node import FakeMediaNode

HOTLINE = "4008123456"
MEI, LEI, ANNA, WEI = "usr_demo_mei", "usr_demo_lei", "usr_demo_anna", "usr_demo_wei"


class QuietPrompts:
    """Texts as names of files."""

    music = "music.wav"

    def language_of(self, number: str) -> Literal["zh", "en"]:
        return "zh" if number.startswith(("1", "0755", "86")) else "en"

    async def say(self, key: str, language: Literal["zh", "en"], **fields: object) -> str:
        told = "".join(f" {name}={value}" for name, value in fields.items())
        return f"{key}.{language}{told}"


async def never(seconds: float) -> None:
    """The loops of the assembly do not turn by themselves; tests call `tick`."""
    await asyncio.get_running_loop().create_future()


@dataclass
class Page:
    """A browser tab: what it was told, and what it does."""

    office: "Office"
    who: Actor
    connection: Connection
    events: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def read(self) -> None:
        while not self.connection.box.empty():
            name, data = self.connection.box.get_nowait()
            self.events.append((data["type"], data["data"]) if name == "event" else (name, data))

    async def do(self, type: str, **data: object) -> dict[str, Any]:
        reply: dict[str, Any] = await self.office.live.do(self.connection.sid, {"type": type, **data})
        return reply

    async def must(self, type: str, **data: object) -> dict[str, Any]:
        reply = await self.do(type, **data)
        assert reply["ok"], reply
        return reply

    def seen(self, type: str) -> list[dict[str, Any]]:
        self.read()
        return [data for kind, data in self.events if kind == type]

    @property
    def call(self) -> dict[str, Any] | None:
        """The call as the page would show it now."""
        self.read()
        shown: dict[str, Any] | None = None
        for kind, data in self.events:
            if kind == "snapshot":
                shown = data["calls"][0] if data["calls"] else None
            if kind == "call":
                shown = data
            if kind == "call_gone" and shown and data["call_id"] == shown["call_id"]:
                shown = None
        return shown

    async def rung(self) -> dict[str, Any]:
        """Waits until it rings, and connects its media, as a page does."""
        await self.office.until(lambda: self.call is not None and self.call["state"] == "ringing")
        assert self.call is not None
        await self.must("leg.connect", leg_id=self.call["leg_id"], sdp="offer")
        return self.call

    async def answer(self) -> dict[str, Any]:
        call = await self.rung()
        await self.must("call.answer", call_id=call["call_id"])
        assert self.call is not None
        return self.call

    async def close(self) -> None:
        await self.office.live.gone(self.connection.sid)


@dataclass
class Office:
    parts: Parts
    clock: ManualClock
    hub: MemoryHub
    media: FakeMediaNode
    bridge: FakeBridge
    happened: asyncio.Event
    folder: Path
    tabs: int = 0
    ended: set[str] = field(default_factory=set)
    finished: set[str] = field(default_factory=set)

    @property
    def phone(self) -> Telephony:
        control = self.parts.control
        assert isinstance(control, Telephony)
        return control

    @property
    def live(self) -> Any:
        return self.parts.live

    def state(self, user_id: str) -> str:
        agent = self.phone.agents.get(user_id)
        assert agent is not None
        return agent.state

    def calls(self) -> list[Call]:
        return self.phone.calls.calls()

    def call(self) -> Call:
        (only,) = self.calls()
        return only

    def figures(self) -> str:
        """What `/metrics` shows."""
        return self.parts.ctx.metrics.render().decode()

    async def page(self, user_id: str) -> Page:
        """Somebody opens the page."""
        person: Person | None = await self.parts.users.person(user_id)
        assert person is not None
        who = Actor(person, f"ses_{user_id}", person.rights)
        self.tabs += 1
        connection = self.live.connected(f"sid-{self.tabs}", who, f"tab-{self.tabs}")
        await self.live.welcome(connection, None)
        page = Page(self, who, connection)
        page.read()
        return page

    async def ready(self, user_id: str) -> Page:
        """An agent at work."""
        page = await self.page(user_id)
        await page.must("agent.state", state="ready")
        return page

    async def pass_time(self, seconds: float) -> None:
        """Lets time pass, in steps as the clock of the assembly would."""
        self.clock.advance(seconds)
        await self.phone.tick()

    async def until(self, holds: Callable[[], bool], within_s: float = 10.0) -> None:
        """Waits until something holds, looking again whenever something happens."""
        async with asyncio.timeout(within_s):
            while not holds():
                self.happened.clear()
                if holds():
                    return
                await self.happened.wait()

    async def record(self, call_id: str) -> dict[str, Any]:
        """The record of a call that has ended, as its agent's history shows it."""
        from headcall.backend.cdr import store as cdr

        async with self.parts.store.read() as session:
            found = await cdr.read(session, call_id)
        assert found is not None
        return self.parts.records.view(found)

    async def log(self, call_id: str) -> list[str]:
        return [entry["type"] for entry in await self.phone.log_of(call_id)]

    async def over(self) -> None:
        """Waits until no call is open and every agent knows."""
        await self.until(lambda: not self.calls() and self.finished >= self.ended)
        while finishing := self.phone.calls.finishing:
            await asyncio.wait(finishing)
        await self.phone.duty.worker.settled()


def _watch(office: Office) -> None:
    """Everything that happens wakes `until`."""

    def changed(_: Call, after: Call, entries: object) -> None:
        if not after.is_open:
            office.ended.add(after.call_id)
        office.happened.set()

    async def finished(call: Call) -> None:
        office.finished.add(call.call_id)
        office.happened.set()

    office.phone.calls.on_change(changed)
    office.phone.agents.on_change(lambda *_: office.happened.set())

    office.phone.calls.on_finish(finished)
    office.media.happened = office.bridge.happened = office.happened


async def open_parts(folder: Path, bus: MemoryBus, clock: ManualClock, epoch: int = 0) -> Parts:
    """A backend over the database in `folder`."""
    settings = Settings().with_values("demo", enabled=True, passwords=PASSWORDS, sip_passwords=SIP_PASSWORDS)
    (folder / "backend").mkdir(exist_ok=True)
    ctx = RoleContext("backend", bus, settings, folder, clock=clock)

    def control(**given: Any) -> Telephony:
        return make_control(**{**given, "prompts": QuietPrompts(), "sleep": never, "rest": never})

    box = SecretBox.from_file(folder / "backend" / "secrets.key")
    parts = assemble(ctx, folder=folder, box=box, make_control=control, passwords=CHEAP)
    await migrate(parts.store)
    demo = Demo(
        store=parts.store,
        clock=clock,
        passwords=CHEAP,
        devices=parts.devices,
        trunks=parts.trunks,
        box=parts.box,
        domain="headcall.local",
        seed_queue=parts.control.seed_queue,
        seed_agent=parts.control.seed_agent,
    )
    await demo.seed({}, SIP_PASSWORDS, 8405)
    return parts


async def close_parts(parts: Parts) -> None:
    control = parts.control
    await control.drain()
    await parts.ctx.bus.close()
    await parts.store.close()


@contextlib.asynccontextmanager
async def office(folder: Path) -> AsyncIterator[Office]:
    """The company at work."""
    clock, hub = ManualClock(), MemoryHub()
    media_bus, bridge_bus = MemoryBus(hub), MemoryBus(hub)
    media = FakeMediaNode(media_bus)
    bridge = FakeBridge(bridge_bus, media)
    await media.start()
    await bridge.start()
    parts = await open_parts(folder, MemoryBus(hub), clock)
    company = Office(parts, clock, hub, media, bridge, asyncio.Event(), folder)
    _watch(company)
    await parts.control.start()
    try:
        yield company
    finally:
        await close_parts(company.parts)
        await media.stop()
        await bridge.stop()


async def restart(company: Office) -> None:
    """`kill -9` of the backend, and another one over the same database."""
    await close_parts(company.parts)  # nothing of it is told to anyone: what counts is in the database
    company.parts = await open_parts(company.folder, MemoryBus(company.hub), company.clock)
    _watch(company)
    await company.parts.control.start()


Story = Callable[[Office], Awaitable[None]]


def play(folder: Path, story: Story) -> None:
    """Plays a story from beginning to end."""

    async def told() -> None:
        async with office(folder) as company:
            await story(company)

    asyncio.run(told())

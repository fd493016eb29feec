# SPDX-License-Identifier: Apache-2.0
"""What happens in a call centre, in the words of a story: somebody calls, an agent answers."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, Literal

from tests.world.baresip import Baresip
from tests.world.desk import Desk
from tests.world.system import Demo, Person

CALLER_TONE = 620.0  # hertz, far from the agents' own tones and from the 450 Hz of the exchange
AGENT_TONE = 980.0
GAP_LIMIT_MS = 40
PACKET_MS = 20


async def sign_in(system: Demo, login: str) -> Person:
    """The session of an agent, an employee or the administrator."""
    account = system.line["admin"] if login == "admin" else system.agent(login)
    return await Person.sign_in(system.web, account["login"], account["password"])


@contextlib.asynccontextmanager
async def signed_in(system: Demo, login: str) -> AsyncIterator[Person]:
    """The same, signed out of at the end."""
    person = await sign_in(system, login)
    try:
        yield person
    finally:
        await person.close()


@contextlib.asynccontextmanager
async def at_desk(system: Demo, login: str, hertz: float = AGENT_TONE) -> AsyncIterator[Desk]:
    """Somebody's page, open; it takes no calls of a queue yet."""
    desk = Desk(await sign_in(system, login), system.web, hertz=hertz)
    try:
        await desk.open()
        yield desk
    finally:
        await desk.close()


@contextlib.asynccontextmanager
async def at_work(system: Demo, login: str, hertz: float = AGENT_TONE) -> AsyncIterator[Desk]:
    """An agent's page, ready for calls; off duty at the end."""
    async with at_desk(system, login, hertz) as desk:
        await desk.ready()
        yield desk
        with contextlib.suppress(Exception):  # the story may have broken the page on purpose
            await desk.do("agent.state", state="offline")


@contextlib.asynccontextmanager
async def answering_on(person: Person, device: Literal["phone", "both"]) -> AsyncIterator[None]:
    """Has somebody's calls ring at the telephone (too)."""
    await person.client.patch("/me", json={"answer_on": device})
    try:
        yield
    finally:
        await person.client.patch("/me", json={"answer_on": "browser"})


@contextlib.asynccontextmanager
async def telephone(system: Demo, login: str, folder: Path, hertz: float = AGENT_TONE) -> AsyncIterator[Baresip]:
    """Somebody's real telephone, registered."""
    account = system.agent(login)
    sip = system.line["sip"]
    phone = Baresip(
        *(folder / f"phone-{login}", account["sip_user"], account["sip_password"], sip["registrar"]),
        domain=sip["domain"],
        hertz=hertz,
    )
    async with phone:
        await phone.registered()
        yield phone


@contextlib.asynccontextmanager
async def outside_telephone(system: Demo, folder: Path, hertz: float = CALLER_TONE) -> AsyncIterator[Baresip]:
    """A real telephone at the far end of the trunk."""
    trunk = system.line["sip"]["trunk"]
    phone = Baresip(*(folder / "outside", "13912345678", "", trunk), domain="pstn.test", hertz=hertz, registers=False)
    async with phone:
        yield phone


async def customer_calls(person: Person, **how: object) -> str:
    """The caller simulator dials the 400 number over the trunk."""
    how = {"number": "4008-123456", "tone_hz": CALLER_TONE, "hang_up_after_s": 100, **how}
    return str((await person.post("/simulator/calls", **how))["simulated_id"])


async def simulated(person: Person, simulated_id: str) -> dict[str, Any]:
    """How the simulated call stands."""
    calls = (await person.get("/simulator/calls"))["calls"]
    return dict(next(call for call in calls if call["simulated_id"] == simulated_id))


class Gap(AssertionError):
    """The caller heard a gap that was not the page's fault."""


async def longest_gap_ms(desk: Desk, leg_id: str, simulated_id: str) -> float:
    """The longest silence on the way to the caller, less what the agent's page (this process) was late."""
    late = max(0.0, desk.pulses[leg_id].longest_gap_s * 1e3 - PACKET_MS)
    heard = float((await simulated(desk.person, simulated_id))["longest_gap_ms"])
    if heard > GAP_LIMIT_MS:
        print(f"\nthe caller heard a gap of {heard:.0f} ms; the page's own part in it is at most {late:.0f} ms")
    return max(0.0, heard - late)


async def no_gap(desk: Desk, leg_id: str, simulated_id: str) -> None:
    """Raises `Gap`."""
    gap = await longest_gap_ms(desk, leg_id, simulated_id)
    if gap > GAP_LIMIT_MS:
        raise Gap(f"a gap of {gap:.0f} ms at load {os.getloadavg()[0]:.1f}")


async def customer_hangs_up(person: Person, simulated_id: str) -> None:
    (await person.client.delete(f"/simulator/calls/{simulated_id}")).raise_for_status()


async def answer(desk: Desk) -> dict[str, Any]:
    """Waits for the ring, connects at ring time as the page does, and answers."""
    call = await desk.ringing()
    await desk.connect(call["leg_id"])
    await desk.do("call.answer", call_id=call["call_id"])
    await desk.until(lambda: desk.calls.get(call["call_id"], {}).get("state") == "talking")
    return desk.calls[call["call_id"]]


async def talk(desk: Desk, **how: object) -> tuple[str, dict[str, Any]]:
    """A call in which a customer and an agent have heard each other."""
    caller = await customer_calls(desk.person, **how)
    call = await answer(desk)
    await eventually(hears(desk, call["leg_id"], CALLER_TONE), "the agent hears the caller")

    async def caller_hears() -> bool:
        return bool((await simulated(desk.person, caller))["heard_dbov"] > -40)

    await eventually(caller_hears, "the caller hears the agent")
    return caller, call


async def record_of(person: Person, call_id: str) -> dict[str, Any]:
    """The call's record once it has ended."""
    found: dict[str, Any] = {}

    async def has_ended() -> bool:
        found.update(await person.get(f"/calls/{call_id}"))
        return found["ended_at"] is not None

    await eventually(has_ended, f"the record of {call_id} has an end")
    return found


async def eventually(holds: Callable[[], Any], what: str, timeout: float = 10.0) -> None:
    """Waits until something is true; `holds` may be a coroutine function."""
    loop = asyncio.get_running_loop()
    until = loop.time() + timeout
    while True:
        found = holds()
        if asyncio.iscoroutine(found):
            found = await found
        if found:
            return
        if loop.time() > until:
            raise AssertionError(f"never came true in {timeout} s: {what}")
        await asyncio.sleep(0.1)


def hears(desk: Desk, leg_id: str, hertz: float) -> Callable[[], bool]:
    """Whether the agent's ear holds a tone."""
    return lambda: leg_id in desk.ears and abs(desk.ears[leg_id].hertz - hertz) < 8


def phone_hears(phone: Baresip, hertz: float) -> Callable[[], bool]:
    """Whether a telephone's ear holds a tone."""
    return lambda: abs(phone.pitch_heard(0.6) - hertz) < 8


async def closing_time(system: Demo) -> None:
    """Ends all calls and sends all agents home, whatever the story left behind."""
    async with signed_in(system, "admin") as person:
        for call in (await person.get("/simulator/calls"))["calls"]:
            if call["state"] != "ended":
                await person.client.delete(f"/simulator/calls/{call['simulated_id']}")

        async def all_is_quiet() -> bool:
            agents = (await person.get("/agents"))["agents"]
            for agent in agents:
                if agent["state"] != "offline":
                    await person.client.post(f"/agents/{agent['user_id']}/state", json={"state": "offline"})
            queues = (await person.get("/queues"))["queues"]
            return not any(queue["waiting"] for queue in queues) and all(a["state"] == "offline" for a in agents)

        await eventually(all_is_quiet, "after a story nobody waits and nobody works", 15)

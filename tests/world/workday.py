# SPDX-License-Identifier: Apache-2.0
"""What happens in a call centre, in the words of a story: somebody calls, an agent answers."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

from tests.world.desk import Desk
from tests.world.system import Demo, Person

CALLER_TONE = 620.0  # hertz, far from the agents' own tones and from the 450 Hz of the exchange
AGENT_TONE = 980.0


async def sign_in(system: Demo, login: str) -> Person:
    """The session of an agent or of the administrator."""
    account = system.line["admin"] if login == "admin" else system.agent(login)
    return await Person.sign_in(system.web, account["login"], account["password"])


@contextlib.asynccontextmanager
async def at_work(system: Demo, login: str, hertz: float = AGENT_TONE) -> AsyncIterator[Desk]:
    """An agent's page, ready for calls; off duty at the end."""
    desk = Desk(await sign_in(system, login), system.web, hertz=hertz)
    await desk.open()
    await desk.ready()
    try:
        yield desk
    finally:
        with contextlib.suppress(Exception):  # the story may have broken the page on purpose
            await desk.do("agent.state", state="offline")
        await desk.close()


async def customer_calls(person: Person, **how: object) -> str:
    """The caller simulator dials the 400 number over the trunk."""
    how = {"number": "4008-123456", "tone_hz": CALLER_TONE, "hang_up_after_s": 100, **how}
    return str((await person.post("/simulator/calls", **how))["simulated_id"])


async def simulated(person: Person, simulated_id: str) -> dict[str, Any]:
    """How the simulated call stands."""
    calls = (await person.get("/simulator/calls"))["calls"]
    return dict(next(call for call in calls if call["simulated_id"] == simulated_id))


async def answer(desk: Desk) -> dict[str, Any]:
    """Waits for the ring, connects at ring time as the page does, and answers."""
    call = await desk.ringing()
    await desk.connect(call["leg_id"])
    await desk.do("call.answer", call_id=call["call_id"])
    await desk.until(lambda: desk.calls.get(call["call_id"], {}).get("state") == "talking")
    return desk.calls[call["call_id"]]


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

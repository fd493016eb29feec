# SPDX-License-Identifier: Apache-2.0
"""A customer does not want to wait, presses the key, hangs up, and is called back through the trunk."""

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from tests.scenarios.conftest import Run
from tests.world.system import Demo, Person
from tests.world.workday import at_work, customer_calls, eventually, record_of, signed_in

CUSTOMER = "13800138017"
PATIENT_KEYS = "," + ",1" * 20
"""The key again and again: before the offer it means nothing, then it asks for the call, then it confirms it."""


@contextlib.asynccontextmanager
async def offering_call_backs(person: Person) -> AsyncIterator[None]:
    queue = (await person.get("/queues"))["queues"][0]["id"]
    rules: dict[str, Any] = await person.get(f"/queues/{queue}")
    before = {name: value for name, value in rules.items() if name not in ("id", "number", "version")}
    answer = await person.client.put(f"/queues/{queue}", json={**before, "callback_after_s": 1})
    answer.raise_for_status()
    try:
        yield
    finally:
        await person.client.put(f"/queues/{queue}", json=before)


async def waiting(person: Person) -> list[dict[str, Any]]:
    return list((await person.get("/callbacks"))["callbacks"])


def test_a_customer_presses_the_key_hangs_up_and_is_called_back(system: Run) -> None:
    async def story(running: Demo) -> None:
        async with signed_in(running, "anna") as anna, offering_call_backs(anna):
            await customer_calls(anna, caller_number=CUSTOMER, keys=PATIENT_KEYS)

            async def promised() -> bool:
                return any(c["number"] == CUSTOMER and c["state"] == "waiting" for c in await waiting(anna))

            await eventually(promised, "the customer's place is kept", 60)
            async with at_work(running, "mei") as mei:
                call = await mei.ringing(20)
                assert call["callback"] == {"attempt": 1, "tries": 2}
                assert call["peer"]["number"] == CUSTOMER
                await mei.do("call.answer", call_id=call["call_id"])
                await mei.until(lambda: mei.calls[call["call_id"]]["state"] == "talking", 30)
                await mei.do("call.hang_up", call_id=call["call_id"])
                record = await record_of(mei.person, call["call_id"])
                assert (record["direction"], record["to_number"], record["callback"]) == ("out", CUSTOMER, "made")
                assert record["answered_at"]
                assert not [c for c in await waiting(anna) if c["number"] == CUSTOMER]

    system(story)

# SPDX-License-Identifier: Apache-2.0
"""A queue with rules, with real sound: who helps is told, they talk, then the caller is asked and presses a key."""

import contextlib
from collections.abc import AsyncIterator

from headcall.backend.sample import QUEUE_ID
from tests.scenarios.conftest import Run
from tests.world.desk import Desk
from tests.world.system import Demo, Person
from tests.world.workday import at_work, eventually, record_of, talk


@contextlib.asynccontextmanager
async def rules(running: Demo, **changed: object) -> AsyncIterator[None]:
    """The queue with other rules, and afterwards as it was."""
    anna = await Person.sign_in(running.web, "anna", running.agent("anna")["password"])
    before = await anna.get(f"/queues/{QUEUE_ID}")
    kept = {name: value for name, value in before.items() if name not in ("id", "number", "version")}
    try:
        (await anna.client.put(f"/queues/{QUEUE_ID}", json=kept | changed)).raise_for_status()
        yield
    finally:
        back = await anna.client.put(f"/queues/{QUEUE_ID}", json=kept)
        await anna.close()
        back.raise_for_status()  # rules that stay would fail everything after us


async def types_of(desk: Desk, call_id: str) -> list[str]:
    return [entry["type"] for entry in (await desk.person.get(f"/calls/{call_id}"))["log"]]


def test_the_number_of_the_agent_then_the_talk_then_the_mark(system: Run) -> None:
    async def story(running: Demo) -> None:
        wanted = {"whispers": True, "tells_agent_number": True, "survey": True}
        codes = [{"code": "sold", "zh": "成交", "en": "Sold"}]
        async with rules(running, **wanted, dispositions=codes), at_work(running, "mei") as mei:
            _, call = await talk(mei, keys="4," * 32)

            async def both_have_heard_it() -> bool:
                return (await types_of(mei, call["call_id"])).count("intro_over") == 2

            await eventually(both_have_heard_it, "both have heard who it is")
            await mei.do("call.hang_up", call_id=call["call_id"])
            await mei.do("call.dispose", call_id=call["call_id"], disposition="sold", note="两箱")

            async def is_over() -> bool:
                return (await mei.person.get(f"/calls/{call['call_id']}"))["ended_at"] is not None

            await eventually(is_over, "the caller has been asked", timeout=40)
            record = await record_of(mei.person, call["call_id"])
            assert (record["ended_by"], record["cause"]) == ("agent", "normal")
            outcome = record["outcome"]
            assert (outcome["disposition"], outcome["note"], outcome["mark"]) == ("sold", "两箱", 4)

    system(story)

# SPDX-License-Identifier: Apache-2.0
"""Several customers, several agents: in turn, one each, and nobody is lost."""

import asyncio
from functools import partial

from tests.scenarios.conftest import Run
from tests.world.desk import Desk
from tests.world.system import Demo
from tests.world.workday import (
    CALLER_TONE,
    answer,
    at_work,
    customer_calls,
    eventually,
    hears,
    record_of,
    simulated,
    talk,
)

LEI_TONE = 1400.0


async def refusal(desk: Desk, kind: str, **words: object) -> str:
    """The cause with which a command is refused; empty when it is not."""
    reply = await desk.ask(kind, **words)
    return "" if reply["ok"] else str(reply["cause"])


def test_two_agents_and_one_call_ring_one_after_the_other_and_one_has_it(system: Run) -> None:
    async def story(running: Demo) -> None:
        async with at_work(running, "mei") as mei, at_work(running, "lei", LEI_TONE) as lei:
            await customer_calls(mei.person)
            await eventually(lambda: ringing(mei) or ringing(lei), "somebody's page rings")
            first, second = (mei, lei) if ringing(mei) else (lei, mei)
            call = await first.ringing()
            assert not ringing(second), "one call rings at one agent"
            assert await refusal(second, "call.answer", call_id=call["call_id"])
            answers = await asyncio.gather(
                *(refusal(desk, "call.answer", call_id=call["call_id"]) for desk in (first, second, first, second))
            )
            assert answers[0] == ""
            assert answers[1]
            assert answers[3]
            await first.until(lambda: first.agent["state"] == "talking")
            assert second.agent["state"] == "ready"
            await first.do("call.hang_up", call_id=call["call_id"])

    system(story)


def ringing(desk: Desk) -> bool:
    return any(call["state"] == "ringing" for call in desk.calls.values())


def test_three_customers_are_served_in_the_order_of_their_calls(system: Run) -> None:
    async def story(running: Demo) -> None:
        async with at_work(running, "mei") as desk:
            await desk.do("agent.state", state="break")
            numbers = ["13800000001", "13800000002", "13800000003"]
            for place, number in enumerate(numbers, 1):
                await customer_calls(desk.person, caller_number=number)
                await eventually(partial(waiting, desk, place), f"{place} wait")
            await desk.ready()
            for number in numbers:
                call = await answer(desk)
                assert call["peer"]["number"] == number
                assert call["waited_s"] is not None
                await eventually(hears(desk, call["leg_id"], CALLER_TONE), "who waited is heard")
                await desk.do("call.hang_up", call_id=call["call_id"])
                await desk.until(lambda: desk.agent["state"] == "wrap_up")
                await desk.ready()

    system(story)


async def waiting(desk: Desk, number: int) -> bool:
    queues = (await desk.person.get("/queues"))["queues"]
    return bool(sum(queue["waiting"] for queue in queues) == number)


def test_a_blind_transfer_to_a_second_agent(system: Run) -> None:
    async def story(running: Demo) -> None:
        async with at_work(running, "mei") as mei:
            caller, call = await talk(mei)
            async with at_work(running, "lei", LEI_TONE) as lei:
                await mei.do("call.transfer", call_id=call["call_id"], to="1002")
                await mei.until(lambda: call["call_id"] in mei.gone)
                second = await answer(lei)
                await eventually(hears(lei, second["leg_id"], CALLER_TONE), "the second agent hears the customer")
                await eventually(lambda: loud(lei, caller), "the customer hears somebody")
                await lei.do("call.hang_up", call_id=second["call_id"])
                record = await record_of(lei.person, second["call_id"])
                assert (record["direction"], record["ended_by"]) == ("in", "agent")

    system(story)


async def loud(desk: Desk, caller: str) -> bool:
    return bool((await simulated(desk.person, caller))["heard_dbov"] > -40)


def test_a_transfer_to_nowhere_is_refused_and_the_talk_goes_on(system: Run) -> None:
    async def story(running: Demo) -> None:
        async with at_work(running, "mei") as mei:
            _, call = await talk(mei)
            assert await refusal(mei, "call.transfer", call_id=call["call_id"], to="1999")
            assert mei.calls[call["call_id"]]["state"] == "talking"
            assert hears(mei, call["leg_id"], CALLER_TONE)()
            await mei.do("call.hang_up", call_id=call["call_id"])

    system(story)


def test_an_agent_who_refuses_is_passed_over_for_the_next(system: Run) -> None:
    async def story(running: Demo) -> None:
        async with at_work(running, "mei") as mei, at_work(running, "lei", LEI_TONE) as lei:
            await customer_calls(mei.person)
            await eventually(lambda: ringing(mei) or ringing(lei), "somebody's page rings")
            first, second = (mei, lei) if ringing(mei) else (lei, mei)
            call = await first.ringing()
            await first.do("call.refuse", call_id=call["call_id"])
            taken = await answer(second)
            assert taken["call_id"] == call["call_id"]
            await second.do("call.hang_up", call_id=call["call_id"])

    system(story)


def test_an_agent_who_does_not_answer_is_passed_over_and_one_who_talks_is_not_rung(system: Run) -> None:
    async def story(running: Demo) -> None:
        async with at_work(running, "mei") as mei:
            _, talking = await talk(mei, hang_up_after_s=60)
            async with at_work(running, "lei", LEI_TONE) as lei, at_work(running, "anna") as anna:
                await customer_calls(mei.person, caller_number="13800000009")
                await eventually(lambda: ringing(lei) or ringing(anna), "a page rings that is free")
                first, second = (lei, anna) if ringing(lei) else (anna, lei)
                call = await second.ringing(25)  # the first lets it ring for 15 s
                assert call["peer"]["number"] == "13800000009"
                await first.until(lambda: call["call_id"] in first.gone)
                assert first.agent["missed"] == 1
                await answer(second)
                assert list(mei.calls) == [talking["call_id"]]
                assert abs(mei.ears[talking["leg_id"]].hertz - CALLER_TONE) < 8
                await second.do("call.hang_up", call_id=call["call_id"])
                await mei.do("call.hang_up", call_id=talking["call_id"])

    system(story)


def test_a_customer_who_gives_up_leaves_the_queue(system: Run) -> None:
    async def story(running: Demo) -> None:
        async with at_work(running, "mei") as desk:
            await desk.do("agent.state", state="break")
            caller = await customer_calls(desk.person)
            await eventually(lambda: waiting(desk, 1), "one waits")
            await eventually(lambda: loud(desk, caller), "music or words are heard")
            await desk.person.client.delete(f"/simulator/calls/{caller}")
            await eventually(lambda: waiting(desk, 0), "nobody waits")
            await desk.ready()
            await asyncio.sleep(0.5)
            assert not desk.calls

    system(story)

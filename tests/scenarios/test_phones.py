# SPDX-License-Identifier: Apache-2.0
"""Real telephones on the desks: the agent who answers there, and colleagues who call each other."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from tests.scenarios.conftest import Run
from tests.world.baresip import Baresip, write_tone
from tests.world.recorded import pitches
from tests.world.system import Demo, Person
from tests.world.workday import (
    AGENT_TONE,
    CALLER_TONE,
    answer,
    answering_on,
    at_desk,
    customer_calls,
    customer_hangs_up,
    eventually,
    hears,
    outside_telephone,
    phone_hears,
    record_of,
    signed_in,
    simulated,
    telephone,
)

SEAT_TONE = 760.0  # hertz, far from all others


async def last_call(person: Person) -> dict[str, Any]:
    """The newest record that somebody sees of their own calls."""
    calls = (await person.get("/calls", limit=1, scope="mine"))["calls"]
    return dict(await record_of(person, calls[0]["call_id"]))


async def goes_ready(person: Person) -> None:
    await eventually(lambda: _is_ready(person), "the agent can be reached at the telephone")


async def _is_ready(person: Person) -> bool:
    reply = await person.client.post(f"/agents/{person.me['user_id']}/state", json={"state": "ready"})
    return bool(reply.status_code == 200 and reply.json()["state"] == "ready")


async def is_talking(person: Person, simulated_id: str) -> bool:
    state = await simulated(person, simulated_id)
    return bool(state["state"] == "talking" and state["heard_dbov"] > -40)


def test_an_agent_answers_a_customer_at_the_telephone_and_hangs_up(system: Run, tmp_path: Path) -> None:
    async def story(running: Demo) -> None:
        async with (
            signed_in(running, "mei") as mei,
            answering_on(mei, "phone"),
            telephone(running, "mei", tmp_path) as phone,
        ):
            await goes_ready(mei)
            caller = await customer_calls(mei)
            await phone.event("CALL_INCOMING")
            await phone.answer()
            await phone.event("CALL_ESTABLISHED")
            await eventually(phone_hears(phone, CALLER_TONE), "the agent hears the customer")
            await eventually(lambda: is_talking(mei, caller), "the customer hears somebody")
            frames = len(phone.heard())
            await eventually(lambda: len(phone.heard()) > frames + 3 * 8000, "three seconds of talk")
            await phone.hang_up()
            record = await last_call(mei)
            assert (record["direction"], record["ended_by"], record["cause"]) == ("in", "agent", "normal")
            assert record["agent"]["agent_number"] == "1001"
            left, right = await pitches(mei, record)
            assert abs(left - CALLER_TONE) < 8
            assert abs(right - AGENT_TONE) < 8

    system(story)


def test_an_agent_holds_at_the_telephone_and_the_customer_hears_music(system: Run, tmp_path: Path) -> None:
    async def story(running: Demo) -> None:
        async with (
            signed_in(running, "mei") as mei,
            answering_on(mei, "phone"),
            telephone(running, "mei", tmp_path) as phone,
            outside_telephone(running, tmp_path) as customer,
        ):
            await goes_ready(mei)
            await customer.dial("4008123456")
            await phone.event("CALL_INCOMING")
            await phone.answer()
            await eventually(phone_hears(customer, AGENT_TONE), "the customer hears the agent")
            await eventually(phone_hears(phone, CALLER_TONE), "the agent hears the customer")
            await phone.hold(True)
            await eventually(lambda: _hears_other_than(customer, AGENT_TONE), "the customer hears music")
            await phone.hold(False)
            await eventually(phone_hears(customer, AGENT_TONE), "the agent is back")
            await eventually(phone_hears(phone, CALLER_TONE), "the customer is back")
            await customer.hang_up()
            await phone.event("CALL_CLOSED")
            assert (await last_call(mei))["ended_by"] == "caller"

    system(story)


def _hears_other_than(phone: Baresip, hertz: float) -> bool:
    return phone.pitch_heard(0.6) > 0 and not phone_hears(phone, hertz)()


def test_page_and_telephone_ring_together_and_who_answers_first_has_the_call(system: Run, tmp_path: Path) -> None:
    async def story(running: Demo) -> None:
        async with (
            at_desk(running, "mei") as desk,
            answering_on(desk.person, "both"),
            telephone(running, "mei", tmp_path) as phone,
        ):
            await desk.ready()
            caller = await customer_calls(desk.person)
            call = await desk.ringing()
            await phone.event("CALL_INCOMING")
            await phone.answer()
            await desk.until(lambda: desk.calls.get(call["call_id"], {}).get("state") == "talking")
            assert desk.calls[call["call_id"]]["media"] == "phone"
            await eventually(phone_hears(phone, CALLER_TONE), "the agent hears the customer")
            await desk.do("call.hang_up", call_id=call["call_id"])  # the page steers the telephone
            await phone.event("CALL_CLOSED")
            assert (await simulated(desk.person, caller))["state"] == "ended"

    system(story)


def test_a_telephone_calls_a_colleague_by_the_short_number(system: Run, tmp_path: Path) -> None:
    async def story(running: Demo) -> None:
        async with (
            signed_in(running, "lei") as lei,
            answering_on(lei, "phone"),
            telephone(running, "wei", tmp_path, CALLER_TONE) as wei,
            telephone(running, "lei", tmp_path) as phone,
        ):
            await wei.dial("1002")
            incoming = await phone.event("CALL_INCOMING")
            assert "83012342001" in incoming["peeruri"]
            await phone.answer()
            await eventually(phone_hears(phone, CALLER_TONE), "the colleague hears the caller")
            await eventually(phone_hears(wei, AGENT_TONE), "the caller hears the colleague")
            await wei.hang_up()
            await phone.event("CALL_CLOSED")
            record = await last_call(lei)
            assert (record["direction"], record["ended_by"]) == ("internal", "caller")
            assert record["from_name"] == "王伟"

    system(story)


def test_a_page_calls_a_telephone_and_one_page_another(system: Run, tmp_path: Path) -> None:
    async def story(running: Demo) -> None:
        async with (
            at_desk(running, "mei", CALLER_TONE) as mei,
            at_desk(running, "lei") as lei,
            signed_in(running, "wei") as wei,
            answering_on(wei, "phone"),
            telephone(running, "wei", tmp_path) as phone,
        ):
            placed = await mei.do("call.dial", number="8301234-2001")
            await mei.connect(placed["leg_id"])
            await phone.event("CALL_INCOMING")
            await phone.answer()
            await eventually(phone_hears(phone, CALLER_TONE), "the telephone hears the page")
            await eventually(hears(mei, placed["leg_id"], AGENT_TONE), "the page hears the telephone")
            await mei.do("call.hang_up", call_id=placed["call_id"])
            await phone.event("CALL_CLOSED")

            placed = await mei.do("call.dial", number="1002")
            await mei.connect(placed["leg_id"])
            call = await lei.ringing()
            await lei.connect(call["leg_id"])
            await lei.do("call.answer", call_id=call["call_id"])
            await eventually(hears(mei, placed["leg_id"], AGENT_TONE), "the caller hears the colleague")
            await eventually(hears(lei, call["leg_id"], CALLER_TONE), "the colleague hears the caller")
            await lei.do("call.hang_up", call_id=call["call_id"])
            await mei.until(lambda: placed["call_id"] in mei.gone)

    system(story)


def test_an_agent_at_the_telephone_and_the_customer_hangs_up(system: Run, tmp_path: Path) -> None:
    async def story(running: Demo) -> None:
        async with (
            signed_in(running, "mei") as mei,
            answering_on(mei, "phone"),
            telephone(running, "mei", tmp_path) as phone,
        ):
            await goes_ready(mei)
            caller = await customer_calls(mei)
            await phone.event("CALL_INCOMING")
            await phone.answer()
            await eventually(lambda: is_talking(mei, caller), "the customer hears somebody")
            await customer_hangs_up(mei, caller)
            await phone.event("CALL_CLOSED")
            assert (await last_call(mei))["ended_by"] == "caller"

    system(story)


@contextlib.asynccontextmanager
async def own_tone(running: Demo, login: str, folder: Path) -> AsyncIterator[None]:
    """Somebody's seat with a ring-back tone of its own, and afterwards as it was."""
    write_tone(folder / "tone.wav", SEAT_TONE, 4.0)
    async with signed_in(running, login) as person, signed_in(running, "admin") as admin:
        seat = f"/people/{person.me['user_id']}/seat"
        before = (await admin.get(seat))["seat"]
        prompt = (await admin.post("/prompts", name="彩铃", kind="music"))["prompt_id"]
        sound = (folder / "tone.wav").read_bytes()
        try:
            uploaded = await admin.client.post(f"/prompts/{prompt}/sound", params={"language": "zh"}, content=sound)
            uploaded.raise_for_status()
            (await admin.client.put(seat, json=before | {"ringback": prompt})).raise_for_status()
            yield
        finally:
            (await admin.client.put(seat, json=before)).raise_for_status()
            (await admin.client.delete(f"/prompts/{prompt}")).raise_for_status()


def test_a_day_at_the_telephone_with_no_page_open(system: Run, tmp_path: Path) -> None:
    async def story(running: Demo) -> None:
        async with (
            signed_in(running, "anna") as anna,
            telephone(running, "mei", tmp_path) as phone,
            telephone(running, "wei", tmp_path) as wei,
            outside_telephone(running, tmp_path) as customer,
            own_tone(running, "mei", tmp_path),
        ):

            async def is_(state: str) -> bool:
                agents = (await anna.get("/agents"))["agents"]
                return any(each["agent_number"] == "1001" and each["state"] == state for each in agents)

            async def dials(code: str, state: str) -> None:
                await phone.dial(code)
                await phone.event("CALL_ESTABLISHED")
                await eventually(lambda: phone.pitch_heard(0.5) > 0, "the code is answered by a voice")
                await phone.event("CALL_CLOSED", within=20)
                await eventually(lambda: is_(state), f"{code} makes the agent {state}")

            await dials("*45", "ready")
            await wei.dial("1001")
            await phone.event("CALL_INCOMING")
            await eventually(phone_hears(wei, SEAT_TONE), "a colleague hears the seat's tone before the answer")
            await wei.hang_up()
            await phone.event("CALL_CLOSED")
            await customer.dial("4008123456")
            await phone.event("CALL_INCOMING")
            await eventually(phone_hears(customer, SEAT_TONE), "the queue's caller hears the seat's tone")
            await phone.answer()
            await eventually(phone_hears(customer, AGENT_TONE), "the customer hears the agent")
            await eventually(phone_hears(phone, CALLER_TONE), "the agent hears the customer")
            await customer.hang_up()
            await phone.event("CALL_CLOSED")
            await dials("*46", "offline")

    system(story)


def test_a_telephone_goes_by_the_auto_attendant_to_a_colleague_and_to_the_call_centre(
    system: Run, tmp_path: Path
) -> None:
    async def story(running: Demo) -> None:
        async with at_desk(running, "lei") as lei, telephone(running, "wei", tmp_path, CALLER_TONE) as wei:

            async def goes_through(keys: str) -> dict[str, Any]:
                await wei.dial("40081234561")
                await wei.event("CALL_ESTABLISHED")
                await eventually(lambda: wei.pitch_heard(0.5) > 0, "the attendant speaks")
                await wei.press(keys)
                call = await answer(lei)
                await eventually(hears(lei, call["leg_id"], CALLER_TONE), "the colleague hears the caller")
                await eventually(phone_hears(wei, AGENT_TONE), "the caller hears the colleague")
                await wei.hang_up()
                await wei.event("CALL_CLOSED")
                return dict(await record_of(lei.person, call["call_id"]))

            record = await goes_through("1002")
            assert (record["to_number"], record["queue"], record["agent"]["name"]) == ("40081234561", None, "张磊")
            await lei.ready()
            record = await goes_through("0")
            assert record["queue"]["name"] == "呼叫中心"

    system(story)

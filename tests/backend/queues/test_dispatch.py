# SPDX-License-Identifier: Apache-2.0
"""Callers and agents come together: fairly, each once, and with one winner."""

import asyncio
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from headcall.backend.calls.inputs import SetPriority
from headcall.backend.queues import store as queue_rows
from headcall.backend.queues.model import Need
from headcall.backend.sample import QUEUE_ID
from headcall.wire.media import FromLeg
from tests.backend.calls.office import ANNA, HOTLINE, LEI, MEI, Office, play


async def change_queue(office: Office, **rules: object) -> None:
    queue = office.phone.queues.get(QUEUE_ID)
    assert queue is not None
    async with office.parts.store.begin() as session:
        await queue_rows.put(session, replace(queue, **rules))
    await office.phone.queues.load()


def test_callers_are_served_in_the_order_they_came(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        callers = ["13800138001", "13800138002", "13800138003"]
        for number in callers:
            await office.bridge.offer(HOTLINE, from_number=number)
            office.clock.advance(1)
        served = []
        mei = await office.ready(MEI)
        for _ in callers:
            call = await mei.answer()
            served.append(call["peer"]["number"])
            await mei.must("call.hang_up", call_id=call["call_id"])
            await office.until(lambda: office.state(MEI) == "wrap_up")
            await mei.must("agent.state", state="ready")
        assert served == callers

    play(tmp_path, story)


def test_each_caller_rings_one_agent_and_each_agent_one_caller(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        for number in range(3):
            await office.bridge.offer(HOTLINE, from_number=f"1380013800{number}")
        pages = [await office.ready(user) for user in (MEI, LEI, ANNA)]
        calls = [await page.rung() for page in pages]
        assert len({call["call_id"] for call in calls}) == 3
        assert all(call.ring and len(call.ring.user_ids) == 1 for call in office.calls())

    play(tmp_path, story)


def test_two_agents_answer_in_the_same_moment_and_one_has_the_call(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await change_queue(office, strategy="ring-all")
        mei, lei = await office.ready(MEI), await office.ready(LEI)
        customer = await office.bridge.offer(HOTLINE)
        call = await mei.rung()
        await lei.rung()
        replies = await asyncio.gather(
            mei.do("call.answer", call_id=call["call_id"]), lei.do("call.answer", call_id=call["call_id"])
        )
        assert sorted(reply["ok"] for reply in replies) == [False, True]
        loser = next(reply for reply in replies if not reply["ok"])
        assert loser["cause"] in ("call-taken", "call-gone")
        pair = office.call().pair
        assert pair is not None and pair[0] == customer
        await office.until(lambda: office.media.hears(customer) == FromLeg(pair[1]))
        await office.until(lambda: sorted((office.state(MEI), office.state(LEI))) == ["ready", "talking"])
        other = lei if replies[0]["ok"] else mei
        assert other.seen("call_gone") == [{"call_id": call["call_id"], "cause": "call-taken"}]

    play(tmp_path, story)


def test_the_caller_hangs_up_in_the_moment_of_the_answer(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei = await office.ready(MEI)
        customer = await office.bridge.offer(HOTLINE)
        call = await mei.rung()
        await asyncio.gather(mei.do("call.answer", call_id=call["call_id"]), office.bridge.hangs_up(customer))
        await office.over()
        assert mei.call is None
        await office.until(lambda: office.state(MEI) in ("wrap_up", "ready"))

    play(tmp_path, story)


def test_an_agent_who_misses_three_calls_is_put_on_a_break(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei = await office.ready(MEI)
        await office.bridge.offer(HOTLINE)
        for missed in (1, 2, 3):
            await mei.rung()
            await office.pass_time(15.1)
            await office.until(lambda: office.state(MEI) != "ringing")
            agent = office.phone.agents.get(MEI)
            assert agent is not None and agent.missed == missed
            await office.pass_time(5.1)
        agent = office.phone.agents.get(MEI)
        assert agent is not None and (agent.state, agent.reason) == ("break", "missed")
        assert office.call().wait is not None
        await mei.must("agent.state", state="ready")
        await mei.answer()

    play(tmp_path, story)


def test_who_refuses_is_not_rung_again_at_once(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei = await office.ready(MEI)
        await office.bridge.offer(HOTLINE)
        call = await mei.rung()
        await mei.must("call.refuse", call_id=call["call_id"])
        await office.until(lambda: office.state(MEI) == "ready")
        await office.phone.dispatcher.dispatch()
        assert mei.call is None and mei.seen("call_gone") == [{"call_id": call["call_id"], "cause": "rejected"}]
        await office.pass_time(5.1)
        await mei.rung()

    play(tmp_path, story)


def test_the_reasons_are_in_the_log_of_the_call(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei = await office.ready(MEI)
        lei = await office.page(LEI)
        await lei.must("agent.state", state="break", reason="lunch")
        await office.bridge.offer(HOTLINE)
        call = await mei.rung()
        (rung,) = [entry for entry in await office.phone.log_of(call["call_id"]) if entry["type"] == "ring_started"]
        considered = {c["user_id"]: c["obstacle"] for c in rung["data"]["choice"]["considered"]}
        assert considered == {MEI: None, LEI: "break", ANNA: "offline"}

    play(tmp_path, story)


def test_nobody_is_there_for_half_an_hour(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        customer = await office.bridge.offer(HOTLINE)
        await office.pass_time(1799)
        assert office.call().wait is not None
        await office.pass_time(2)
        await office.over()
        assert office.bridge.causes[customer] == "no-agent"
        said = [getattr(c.source, "files", ()) for c in office.media.commands if hasattr(c, "source")]
        assert ("no-agent.zh",) in said

    play(tmp_path, story)


def test_the_place_in_line_is_told_again_and_again(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await office.bridge.offer(HOTLINE)
        second = await office.bridge.offer(HOTLINE, from_number="+4969123456")

        def said() -> list[str]:
            plays = [c for c in office.media.commands if getattr(c, "leg_id", "") == second and hasattr(c, "source")]
            return [c.source.files[0] for c in plays if hasattr(c.source, "files")]

        await office.until(lambda: said()[-1:] == ["music.wav"])
        assert said() == ["welcome.en", "recorded.en", "position.en n=1", "music.wav"]
        await office.pass_time(30.1)
        await office.until(lambda: len(said()) == 7)
        assert said()[4:] == ["still-waiting.en", "position.en n=1", "music.wav"]

    play(tmp_path, story)


def test_who_is_first_stays_first_when_their_agent_slips_away(tmp_path: Path) -> None:
    """Mei goes on a break between the choice and the reservation: the first caller gets Lei, not the second one."""

    async def story(office: Office) -> None:
        dispatcher, agents = office.phone.dispatcher, office.phone.agents
        await dispatcher.worker.close()  # from here on a pass is ours to make
        for number in ("13800138001", "13800138002"):
            await office.bridge.offer(HOTLINE, from_number=number)
            office.clock.advance(1)
        await office.until(lambda: len(office.phone.queues.line()) == 2)
        await office.ready(MEI)
        office.clock.advance(1)
        await office.ready(LEI)
        move = agents.move

        async def slips(user_id: str, trigger: Any, **how: Any) -> Any:
            if (user_id, trigger) == (MEI, "rings"):
                await move(MEI, "go-break")
            return await move(user_id, trigger, **how)

        agents.move = slips  # type: ignore[method-assign]
        await dispatcher.dispatch()
        rung = {call.from_number: call.ring.user_ids for call in office.calls() if call.ring}
        assert rung == {"13800138001": (LEI,)}

    play(tmp_path, story)


def test_a_skill_that_nobody_has_is_asked_for_once_and_a_lapse_for_each(tmp_path: Path) -> None:
    """The second caller is passed over with the first; who was let pass by the only agent hinders nobody behind."""

    async def story(office: Office) -> None:
        chooser, asked = office.phone.chooser, list[str]()
        can = chooser.somebody_can

        def counted(call: Any, queue: Any, ready: Any) -> bool:
            asked.append(call.from_number)
            return can(call, queue, ready)

        chooser.somebody_can = counted  # type: ignore[method-assign]
        await office.phone.dispatcher.worker.close()
        await change_queue(office, needs=(Need("latin", 1, relax_every_s=60),))
        for number in ("13800138001", "13800138002"):
            await office.bridge.offer(HOTLINE, from_number=number)
        await office.until(lambda: len(office.phone.queues.line()) == 2)
        await office.ready(MEI)
        asked.clear()
        await office.phone.dispatcher.dispatch()
        assert asked == ["13800138001"]
        office.clock.advance(61)
        await office.phone.dispatcher.dispatch()
        assert office.state(MEI) == "ringing", "in time less will do"

    play(tmp_path, story)


def test_once_their_agent_was_waited_for_in_vain_a_caller_is_served_in_the_very_pass(tmp_path: Path) -> None:
    """A busy pass goes on and on: who was kept for Mei at its beginning is served within it when the time is over."""

    async def story(office: Office) -> None:
        await change_queue(office, sticky_days=1, sticky_wait_s=30)
        mei = await office.ready(MEI)
        await office.bridge.offer(HOTLINE, from_number="13800138001")
        call = await mei.answer()
        await mei.must("call.hang_up", call_id=call["call_id"])
        await office.over()
        await mei.must("agent.state", state="ready")
        await office.bridge.offer(HOTLINE, from_number="13800138002")
        await mei.answer()
        dispatcher = office.phone.dispatcher
        await dispatcher.worker.close()
        for number in ("13800138001", "13800138003"):
            await office.bridge.offer(HOTLINE, from_number=number)
        await office.until(lambda: len(office.phone.queues.line()) == 2)
        await office.ready(LEI)
        chooser = office.phone.chooser
        look_up = chooser.look_up

        async def slow(call: Any, queue: Any) -> None:
            await look_up(call, queue)
            if call.from_number == "13800138003":
                office.clock.advance(31)

        chooser.look_up = slow  # type: ignore[method-assign]
        await dispatcher.dispatch()
        rung = {call.from_number: call.ring.user_ids for call in office.calls() if call.ring}
        assert rung == {"13800138001": (LEI,)}

    play(tmp_path, story)


def test_whoever_is_moved_forward_while_another_is_looked_up_goes_first(tmp_path: Path) -> None:
    """To whom a caller belongs takes a look into the database: what happens meanwhile counts."""

    async def story(office: Office) -> None:
        await change_queue(office, sticky_days=1)
        dispatcher, last_agents = office.phone.dispatcher, office.phone.chooser._last_agents
        await dispatcher.worker.close()
        for number in ("13800138001", "13800138002"):
            await office.bridge.offer(HOTLINE, from_number=number)
            office.clock.advance(1)
        await office.until(lambda: len(office.phone.queues.line()) == 2)
        await office.ready(MEI)
        second = office.phone.queues.line()[1]
        look = last_agents._look

        async def slow(call: Any, queue: Any) -> str | None:
            await office.phone.calls.box(second.call_id).ask(SetPriority(9, LEI))
            return await look(call, queue)

        last_agents._look = slow  # type: ignore[method-assign]
        await dispatcher.dispatch()
        rung = {call.from_number: call.ring.user_ids for call in office.calls() if call.ring}
        assert rung == {"13800138002": (MEI,)}

    play(tmp_path, story)

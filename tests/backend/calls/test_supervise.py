# SPDX-License-Identifier: Apache-2.0
"""A supervisor at a talk: who hears whom, what stays as it was, and what is left when they go."""

from pathlib import Path
from typing import Any

from headcall.backend.audit.service import Audit
from headcall.wire.media import FromLeg, Mix, Playlist
from tests.backend.calls.office import ANNA, HOTLINE, LEI, MEI, WEI, Office, Page, play, restart


async def supervised(office: Office, mode: str) -> tuple[Page, Page, str, str, str]:
    """The agent's page, the supervisor's, and the legs of customer, agent and supervisor."""
    mei = await office.ready(MEI)
    customer = await office.bridge.offer(HOTLINE)
    agent = (await mei.answer())["leg_id"]
    await office.until(lambda: office.media.hears(customer) == FromLeg(agent))
    boss = await office.page(ANNA)
    leg_id = (await boss.must("call.supervise", call_id=office.call().call_id, mode=mode))["leg_id"]
    await boss.must("leg.connect", leg_id=leg_id, sdp="offer")
    await office.until(lambda: set(heard(office, leg_id)) == {customer, agent})
    return mei, boss, customer, agent, leg_id


def view(page: Page) -> dict[str, Any]:
    assert page.call is not None
    return page.call


def heard(office: Office, leg_id: str) -> tuple[str, ...]:
    source = office.media.hears(leg_id)
    return source.leg_ids if isinstance(source, Mix) else (source.leg_id,) if isinstance(source, FromLeg) else ()


def test_listen_then_whisper_then_barge(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei, boss, customer, agent, leg_id = await supervised(office, "listen")
        call_id = office.call().call_id
        assert heard(office, customer) == (agent,) and heard(office, agent) == (customer,)
        assert [party["role"] for party in view(mei)["parties"]] == ["caller", "agent"]
        assert (view(boss)["supervise"], view(boss)["can"]) == ("listen", ["hang_up"])
        again = await boss.must("call.supervise", call_id=call_id, mode="whisper")
        assert again["leg_id"] == leg_id
        await office.until(lambda: set(heard(office, agent)) == {customer, leg_id})
        assert heard(office, customer) == (agent,), "the customer never hears a whisper"
        assert [(p["role"], p["mode"]) for p in view(mei)["parties"]] == [
            ("caller", None),
            ("agent", None),
            ("supervisor", "whisper"),
        ]
        await boss.must("call.supervise", call_id=call_id, mode="barge")
        await office.until(lambda: set(heard(office, customer)) == {agent, leg_id})
        await boss.must("call.hang_up", call_id=call_id)
        await office.until(lambda: heard(office, customer) == (agent,) and heard(office, agent) == (customer,))
        assert boss.call is None and office.call().pair and office.state(MEI) == "talking"
        await office.bridge.hangs_up(customer)
        await office.over()
        assert (await office.record(call_id))["agent"]["name"] == "李梅"
        assert office.state(MEI) == "wrap_up"

    play(tmp_path, story)


def test_the_supervisor_goes_with_the_talk_and_stays_through_a_restart(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        _, _, customer, _, leg_id = await supervised(office, "whisper")
        await restart(office)
        assert [leg.leg_id for leg in office.call().supervisors()] == [leg_id]
        assert office.call().legs[leg_id].mode == "whisper"
        await office.bridge.hangs_up(customer)
        await office.over()

    play(tmp_path, story)


async def handed_over(office: Office, to: str) -> tuple[Page, Page, str, str, str, str]:
    """The agent asks a third, while the supervisor whispers: both pages, the legs of customer, agent, supervisor, and
    the call."""
    mei, boss, customer, agent, leg_id = await supervised(office, "whisper")
    call_id = office.call().call_id
    await mei.must("call.consult", call_id=call_id, to=to)
    await office.until(lambda: isinstance(office.media.hears(customer), Playlist))
    return mei, boss, customer, agent, leg_id, call_id


def test_the_supervisor_stays_when_the_call_is_handed_over_and_whispers_to_who_serves_now(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        wei = await office.page(WEI)
        mei, boss, customer, agent, leg_id, call_id = await handed_over(office, "2001")
        third = (await wei.answer())["leg_id"]
        await office.until(lambda: heard(office, third) == (agent,))
        commands = len(office.media.commands)
        await mei.must("call.complete", call_id=call_id)
        await office.until(lambda: set(heard(office, third)) == {customer, leg_id})
        await office.until(lambda: set(heard(office, leg_id)) == {customer, third})
        assert heard(office, customer) == (third,)
        told = [str(c) for c in office.media.commands[commands:] if getattr(c, "leg_id", "") == customer]
        assert told and not any(leg_id in words for words in told), "nor for a moment in between"
        assert view(boss)["supervise"] == "whisper" and mei.call is None
        assert ("supervisor", "whisper") in [(p["role"], p["mode"]) for p in view(wei)["parties"]]
        await restart(office)
        assert [leg.leg_id for leg in office.call().supervisors()] == [leg_id]

    play(tmp_path, story)


def test_the_supervisor_goes_when_nobody_of_ours_is_left(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei, boss, customer, _, leg_id, call_id = await handed_over(office, "02161234567")
        await office.until(lambda: bool(office.bridge.placed))
        third = office.bridge.placed[0].leg_id
        await office.bridge.picks_up(third)
        await office.until(lambda: view(mei)["consult"]["state"] == "talking")
        await mei.must("call.complete", call_id=call_id)
        await office.until(lambda: heard(office, customer) == (third,))
        assert boss.call is None and office.call().supervisors() == []
        assert not office.call().legs[leg_id].is_live

    play(tmp_path, story)


def test_the_supervisor_goes_with_a_call_that_is_passed_on_unasked(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        wei = await office.page(WEI)
        mei, boss, _, _, _, call_id = await handed_over(office, "2001")
        await wei.rung()
        await mei.must("call.complete", call_id=call_id)
        await office.until(lambda: boss.call is None)
        assert office.call().supervisors() == []

    play(tmp_path, story)


def test_a_page_that_never_connects_is_dropped_without_harm(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei = await office.ready(MEI)
        await office.bridge.offer(HOTLINE)
        await mei.answer()
        boss = await office.page(ANNA)
        await boss.must("call.supervise", call_id=office.call().call_id, mode="barge")
        await office.pass_time(30.1)
        await office.until(lambda: not office.call().supervisors())
        assert office.call().pair and boss.call is None

    play(tmp_path, story)


def test_take_over_frees_the_agent(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei, boss, customer, _, leg_id = await supervised(office, "listen")
        call_id = office.call().call_id
        assert (await boss.must("call.take_over", call_id=call_id))["leg_id"] == leg_id
        await office.until(lambda: heard(office, customer) == (leg_id,) and heard(office, leg_id) == (customer,))
        await office.until(lambda: office.state(MEI) == "wrap_up")
        assert mei.call is None and boss.call and "transfer" in boss.call["can"]

    play(tmp_path, story)


def test_ending_and_its_trace_in_the_audit_log(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        _, boss, _, _, _ = await supervised(office, "listen")
        call_id = office.call().call_id
        await boss.must("call.end", call_id=call_id)
        await office.over()
        log = await office.log(call_id)
        assert "supervised" in log and "ended_by_supervisor" in log
        audit = Audit(office.parts.store, office.clock, office.phone.given.ids)
        rows = [(row["action"], row["user"]["user_id"]) for row in await audit.newest(object_id=call_id)]
        assert sorted(rows) == [("call.end", ANNA), ("call.listen", ANNA)]

    play(tmp_path, story)


def test_without_the_right_nobody_joins(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei = await office.ready(MEI)
        await office.bridge.offer(HOTLINE)
        await mei.answer()
        lei, call_id = await office.page(LEI), office.call().call_id
        for wish in ("call.supervise", "call.take_over", "call.end"):
            assert (await lei.do(wish, call_id=call_id, mode="listen"))["cause"] == "not-allowed"

    play(tmp_path, story)

# SPDX-License-Identifier: Apache-2.0
"""Asking before a transfer: who hears whom, who is freed, and that the customer never hears what is not for them."""

from pathlib import Path
from typing import Any

from headcall.wire.media import FromLeg, Playlist
from tests.backend.calls.office import HOTLINE, MEI, WEI, Office, Page, play, restart


async def asking(office: Office) -> tuple[Page, Page, str, str, str]:
    """Mei talks with a customer and has Wei rung. Both pages, the legs of customer and agent, the call."""
    mei = await office.ready(MEI)
    customer = await office.bridge.offer(HOTLINE)
    call = await mei.answer()
    wei = await office.page(WEI)
    await office.until(lambda: office.media.hears(customer) == FromLeg(call["leg_id"]))
    await mei.must("call.consult", call_id=call["call_id"], to="2001")
    await office.until(lambda: on_music(office, customer))
    return mei, wei, customer, call["leg_id"], call["call_id"]


async def asked(office: Office) -> tuple[Page, Page, str, str, str, str]:
    """And Wei has answered."""
    mei, wei, customer, agent, call_id = await asking(office)
    third = (await wei.answer())["leg_id"]
    await office.until(lambda: joined(office, agent, third))
    assert on_music(office, customer)
    return mei, wei, customer, agent, third, call_id


def on_music(office: Office, leg_id: str) -> bool:
    return isinstance(office.media.hears(leg_id), Playlist)


def joined(office: Office, one: str, other: str) -> bool:
    return office.media.hears(one) == FromLeg(other) and office.media.hears(other) == FromLeg(one)


def view(page: Page) -> dict[str, Any]:
    assert page.call is not None
    return page.call


def test_complete_puts_the_third_in_the_agents_place(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei, wei, customer, _, third, call_id = await asked(office)
        assert view(mei)["consult"]["state"] == "talking" and view(mei)["can"] == [
            "hang_up",
            "complete",
            "swap",
            "conference",
            "drop",
        ]
        assert view(wei)["state"] == "talking" and view(wei)["peer"]["name"] == "李梅"
        await mei.must("call.complete", call_id=call_id)
        await office.until(lambda: joined(office, customer, third) and office.state(MEI) == "wrap_up")
        assert mei.call is None and view(wei)["peer"]["number"] == "13800138000"
        assert [recording.state for recording in office.call().recordings] == ["on"]
        await office.bridge.hangs_up(customer)
        await office.over()
        assert (await office.record(call_id))["agent"]["name"] == "王伟"

    play(tmp_path, story)


def test_hanging_up_completes(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei, _, customer, _, third, call_id = await asked(office)
        await mei.must("call.hang_up", call_id=call_id)
        await office.until(lambda: joined(office, customer, third))

    play(tmp_path, story)


def test_complete_while_it_rings_is_blind_and_comes_back(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei, wei, customer, agent, call_id = await asking(office)
        await wei.rung()
        await mei.must("call.complete", call_id=call_id)
        await office.until(lambda: office.call().legs[agent].state == "over" and office.call().comeback is not None)
        await wei.must("call.refuse", call_id=call_id)
        back = (await mei.answer())["leg_id"]
        await office.until(lambda: joined(office, customer, back))

    play(tmp_path, story)


def test_a_third_who_refuses_or_lets_it_ring_gives_the_customer_back(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei, wei, customer, agent, call_id = await asking(office)
        await wei.rung()
        await wei.must("call.refuse", call_id=call_id)
        await office.until(lambda: joined(office, customer, agent))
        assert view(mei)["consult"] is None and "consult" in view(mei)["can"] and wei.call is None
        await mei.must("call.consult", call_id=call_id, to="2001")
        await wei.rung()
        await office.pass_time(45.1)
        await office.until(lambda: joined(office, customer, agent))

    play(tmp_path, story)


def test_a_third_who_hangs_up_or_is_dropped_gives_the_customer_back(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei, wei, customer, agent, _, call_id = await asked(office)
        await wei.must("call.hang_up", call_id=call_id)
        await office.until(lambda: joined(office, customer, agent))
        await mei.must("call.consult", call_id=call_id, to="2001")
        third = (await wei.answer())["leg_id"]
        await office.until(lambda: joined(office, agent, third))
        assert (await mei.do("call.drop", call_id=call_id, leg_id=customer))["cause"] == "conflict"
        await mei.must("call.drop", call_id=call_id, leg_id=third)
        await office.until(lambda: joined(office, customer, agent) and wei.call is None)
        await office.bridge.hangs_up(customer)
        await office.over()
        assert (await office.record(call_id))["agent"]["name"] == "李梅"

    play(tmp_path, story)


def test_swap_and_a_restart_in_between(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei, wei, customer, agent, third, call_id = await asked(office)
        await mei.must("call.swap", call_id=call_id)
        await office.until(lambda: joined(office, customer, agent) and on_music(office, third))
        assert view(wei)["held_by_peer"]
        assert (await mei.do("call.hold", call_id=call_id, on=True))["cause"] == "conflict"
        await mei.must("call.swap", call_id=call_id)
        await office.until(lambda: joined(office, agent, third) and on_music(office, customer))
        before = office.call()
        await restart(office)
        assert office.call().consulting == before.consulting and office.call().held_by == agent
        await office.bridge.hangs_up(customer)
        await office.over()
        assert office.state(MEI) == "wrap_up"

    play(tmp_path, story)


def test_the_customer_who_hangs_up_ends_it_for_all(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei, wei, customer, _, _, _ = await asked(office)
        await office.bridge.hangs_up(customer)
        await office.over()
        assert mei.call is None and wei.call is None and office.state(MEI) == "wrap_up"

    play(tmp_path, story)


def test_a_queue_or_an_unknown_number_is_not_consulted(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei = await office.ready(MEI)
        customer = await office.bridge.offer(HOTLINE)
        call = await mei.answer()
        for number, cause in ((HOTLINE, "bad-request"), ("7777", "unknown-number"), ("2001", "offline")):
            assert (await mei.do("call.consult", call_id=call["call_id"], to=number))["cause"] == cause
        await office.until(lambda: joined(office, customer, call["leg_id"]))
        assert (await mei.do("call.complete", call_id=call["call_id"]))["cause"] == "conflict"

    play(tmp_path, story)

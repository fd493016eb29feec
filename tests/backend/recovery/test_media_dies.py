# SPDX-License-Identifier: Apache-2.0
"""Media that stops: a reload, a change of network, a browser that never comes back, a media node that is killed."""

from pathlib import Path

import pytest

from headcall.wire.media import FromLeg, MediaDown, MediaUp, Playlist
from tests.backend.calls.office import HOTLINE, LEI, MEI, Office, Page, play


async def in_talk(office: Office) -> tuple[Page, str, str]:
    mei = await office.ready(MEI)
    customer = await office.bridge.offer(HOTLINE)
    agent = (await mei.answer())["leg_id"]
    await office.until(lambda: office.media.hears(customer) == FromLeg(agent))
    return mei, customer, agent


def test_a_reloaded_page_attaches_to_the_same_leg(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei, customer, agent = await in_talk(office)
        await mei.close()
        await office.media.bring(MediaDown(agent))
        await office.until(lambda: isinstance(office.media.hears(customer), Playlist))  # comfort meanwhile
        await office.pass_time(4)
        again = await office.page(MEI)
        assert again.call is not None and again.call["leg_id"] == agent
        await again.must("leg.connect", leg_id=agent, sdp="a new offer")
        await office.until(lambda: office.media.hears(customer) == FromLeg(agent))
        assert office.media.legs[agent].offers == ["offer", "a new offer"]
        await office.pass_time(60)
        assert office.call().pair == (customer, agent) and len(office.call().recordings) == 1

    play(tmp_path, story)


def test_media_goes_on_without_a_page(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei, customer, agent = await in_talk(office)
        await mei.close()
        await office.pass_time(120)
        assert office.call().pair == (customer, agent)

    play(tmp_path, story)


def test_a_browser_that_is_gone_puts_the_caller_first_in_the_queue(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei, customer, agent = await in_talk(office)
        entered = office.call().queue_entered_at_ms
        office.clock.advance(30)
        await mei.close()
        await office.media.bring(MediaDown(agent))
        await office.bridge.offer(HOTLINE, from_number="13900139000")
        await office.pass_time(20.1)
        await office.until(lambda: office.state(MEI) == "break")
        lost = office.phone.agents.get(MEI)
        assert lost is not None and lost.reason == "lost"
        lei = await office.ready(LEI)
        rung = await lei.answer()
        assert rung["peer"]["number"] == "13800138000"
        await office.until(lambda: office.media.hears(customer) == FromLeg(rung["leg_id"]))
        call = office.phone.calls.box(rung["call_id"]).call
        assert call.queue_entered_at_ms == entered

    play(tmp_path, story)


@pytest.mark.parametrize("is_held", [False, True], ids=["talking", "on hold"])
def test_a_path_that_stays_dead_is_given_up_though_the_page_is_there(tmp_path: Path, is_held: bool) -> None:
    """Another network may let the page through and no sound. On hold, too: music for ever helps nobody."""

    async def story(office: Office) -> None:
        mei, customer, agent = await in_talk(office)
        if is_held:
            await mei.must("call.hold", call_id=office.call().call_id, on=True)
        await office.media.bring(MediaDown(agent))
        await office.pass_time(16.9)
        assert office.call().pair == (customer, agent)
        await office.pass_time(0.2)
        await office.until(lambda: office.state(MEI) == "break")
        assert office.call().wait is not None and office.call().held_by is None
        assert mei.call is None and mei.seen("call_gone")[-1]["cause"] == "media-lost"

    play(tmp_path, story)


def test_a_path_that_comes_back_in_time_is_the_same_talk(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        _, customer, agent = await in_talk(office)
        await office.media.bring(MediaDown(agent))
        await office.pass_time(16)
        await office.media.bring(MediaUp(agent))
        await office.pass_time(60)
        assert office.call().pair == (customer, agent) and len(office.call().recordings) == 1
        assert office.media.hears(customer) == FromLeg(agent)

    play(tmp_path, story)


def test_a_call_of_no_queue_ends_with_a_clear_cause(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei, lei = await office.page(MEI), await office.page(LEI)
        await mei.must("call.dial", number="1002")
        await mei.must("leg.connect", leg_id=office.call().caller_id, sdp="offer")
        rung = await lei.answer()
        await office.media.bring(MediaDown(rung["leg_id"]))
        await office.pass_time(17.1)
        await office.over()
        assert mei.seen("call_gone")[-1]["cause"] == "media-lost"

    play(tmp_path, story)


def test_a_caller_without_media_for_half_a_minute_is_let_go(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        _mei, customer, _agent = await in_talk(office)
        await office.media.bring(MediaDown(customer))
        await office.pass_time(20)
        await office.media.bring(MediaUp(customer))
        await office.pass_time(20)
        assert len(office.calls()) == 1
        await office.media.bring(MediaDown(customer))
        await office.pass_time(30.1)
        await office.over()
        assert office.bridge.causes[customer] == "media-lost"

    play(tmp_path, story)


def test_a_media_node_that_was_killed_ends_telephone_calls_properly(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei, customer, _agent = await in_talk(office)
        office.clock.advance(10)
        office.media.legs.clear()
        await office.phone.recovery.compare_media("sfu-1")
        await office.over()
        assert office.bridge.causes[customer] == "media-lost"
        assert mei.call is None

    play(tmp_path, story)


def test_a_media_node_that_was_killed_gets_the_browsers_back(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei, lei = await office.page(MEI), await office.page(LEI)
        reply = await mei.must("call.dial", number="1002")
        await mei.must("leg.connect", leg_id=reply["leg_id"], sdp="offer")
        rung = await lei.answer()
        office.clock.advance(10)
        office.media.legs.clear()
        await office.phone.recovery.compare_media("sfu-1")
        assert len(office.calls()) == 1
        await mei.must("leg.connect", leg_id=reply["leg_id"], sdp="offer 2")
        await lei.must("leg.connect", leg_id=rung["leg_id"], sdp="offer 2")
        await office.until(lambda: office.media.hears(reply["leg_id"]) == FromLeg(rung["leg_id"]))
        await office.until(lambda: office.media.hears(rung["leg_id"]) == FromLeg(reply["leg_id"]))

    play(tmp_path, story)


def test_a_call_that_had_just_begun_ends_too_when_its_media_node_was_started_after_it(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        _, customer, _ = await in_talk(office)
        office.clock.advance(1)
        office.media.legs.clear()
        await office.phone.recovery.compare_media("sfu-1", epoch_ms=office.clock.wall_ms())
        await office.over()
        assert office.bridge.causes[customer] == "media-lost"

    play(tmp_path, story)

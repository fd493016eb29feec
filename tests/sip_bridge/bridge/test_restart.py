# SPDX-License-Identifier: Apache-2.0
"""The bridge is killed in the middle of calls; the next process knows them, and both sides notice nothing."""

from pathlib import Path

from headcall.wire import legs as words
from tests.sip_bridge.bridge.site import Site, eventually, run, site
from tests.sip_bridge.bridge.test_trunk_calls import caller_dials, carrier, placing, talk


async def restart(here: Site) -> None:
    await here.kill_bridge()
    await here.start_bridge()
    await here.control.hears(words.BridgeUp)


def test_a_talk_goes_on_and_the_next_process_hangs_up(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            _, call, leg_id = await talk(here)
            await restart(here)
            assert [(leg.leg_id, leg.state) for leg in here.bridge.describe().legs] == [(leg_id, "answered")]
            assert call.state == "talking"
            await here.control.does(words.EndLeg(leg_id))
            await call.until("ended")
            assert call.ended_by_peer

    run(story)


def test_a_bye_sent_while_the_bridge_is_away_ends_the_call(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            phone, call, leg_id = await talk(here)
            await here.kill_bridge()
            phone.hang_up(call)
            await here.start_bridge()
            ended = await here.control.hears(words.LegEnded)
            assert (ended.leg_id, ended.by_peer, ended.cause) == (leg_id, True, "normal")
            await eventually(lambda: not here.media.legs, "the media leg is closed")

    run(story)


def test_a_ringing_caller_is_answered_by_the_next_process(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            _, call = await caller_dials(here)
            offered = await here.control.hears(words.LegOffered)
            await here.control.does(words.RingLeg(offered.leg_id))
            await call.until("ringing")
            await restart(here)
            assert [leg.state for leg in here.bridge.describe().legs] == ["ringing"]
            await here.control.does(words.AnswerLeg(offered.leg_id))
            await call.until("talking")

    run(story)


def test_a_caller_who_was_only_just_offered_is_asked_to_try_again(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            _, call = await caller_dials(here)
            offered = await here.control.hears(words.LegOffered)
            await restart(here)
            await call.until("ended")
            assert call.status == 503
            assert (await here.control.hears(words.LegEnded)).leg_id == offered.leg_id

    run(story)


def test_a_leg_that_was_placed_is_answered_to_the_next_process(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            far, rung = await carrier(here)
            await here.control.does(placing())
            await here.control.hears(words.LegRinging)
            await restart(here)
            far.answer(rung[0])
            answered = await here.control.hears(words.LegAnswered)
            assert answered.leg_id == placing().leg_id
            await here.control.does(words.EndLeg(answered.leg_id))
            await rung[0].until("ended")

    run(story)


def test_hold_after_a_restart_goes_on_from_the_last_description(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            phone, call, _ = await talk(here)
            await restart(here)
            phone.hold(call, True)
            assert (await here.control.hears(words.LegHeld)).held

    run(story)


def test_a_leg_whose_dialog_is_lost_is_told_to_have_ended(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            _, _, leg_id = await talk(here)
            for name, _ in here.store.dialogs.items():
                here.store.dialogs.put(name, b'{"version": 99}')
            here.store.barrier()
            await restart(here)
            ended = await here.control.hears(words.LegEnded)
            assert (ended.leg_id, ended.cause, ended.by_peer) == (leg_id, "restarting", False)

    run(story)


def test_a_damaged_file_is_put_aside(tmp_path: Path) -> None:
    (tmp_path / "sip-1.sqlite").write_bytes(b"this is no database" * 100)

    async def story() -> None:
        async with site(tmp_path) as here:
            await talk(here)
        assert (tmp_path / "sip-1.broken").exists()

    run(story)

# SPDX-License-Identifier: Apache-2.0
"""More than two in a talk: who hears whom, what becomes of it when one goes, and that a restart changes nothing."""

from pathlib import Path

from headcall.wire.media import FromLeg, Mix, Playlist
from tests.backend.calls.office import ANNA, LEI, MEI, Office, Page, play, restart
from tests.backend.calls.test_consult import asked, joined, view


def heard(office: Office, leg_id: str) -> set[str]:
    source = office.media.hears(leg_id)
    return set(source.leg_ids) if isinstance(source, Mix) else {source.leg_id} if isinstance(source, FromLeg) else set()


def all_hear_all(office: Office, *legs: str) -> bool:
    return all(heard(office, leg_id) == set(legs) - {leg_id} for leg_id in legs)


async def three(office: Office) -> tuple[Page, Page, str, str, str, str]:
    """Mei, the customer and Wei talk together. Both pages, the legs of customer, agent and third, the call."""
    mei, wei, customer, agent, third, call_id = await asked(office)
    assert not view(mei)["recording"] and not view(wei)["recording"], "what is said aside is on no recording"
    await mei.must("call.conference", call_id=call_id)
    await office.until(lambda: all_hear_all(office, customer, agent, third))
    return mei, wei, customer, agent, third, call_id


def test_three_hear_each_other_and_the_recording_goes_on(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei, wei, customer, agent, third, _ = await three(office)
        for page in (mei, wei):
            assert view(page)["can"] == ["hang_up", "hold", "consult", "drop"] and view(page)["recording"]
            assert [(p["leg_id"], p["role"], p["state"]) for p in view(page)["parties"]] == [
                (customer, "caller", "talking"),
                (agent, "agent", "talking"),
                (third, "other", "talking"),
            ]
        assert view(wei)["peer"]["number"] == "13800138000"
        (recording,) = office.call().recordings
        assert recording.leg_id == customer and recording.state == "on"

    play(tmp_path, story)


def test_the_agent_leaves_and_two_talk_on(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei, wei, customer, _, third, call_id = await three(office)
        await mei.must("call.hang_up", call_id=call_id)
        await office.until(lambda: joined(office, customer, third) and office.state(MEI) == "wrap_up")
        assert mei.call is None and "transfer" in view(wei)["can"] and "drop" not in view(wei)["can"]
        await office.bridge.hangs_up(customer)
        await office.over()
        record = await office.record(call_id)
        assert record["agent"]["name"] == "王伟" and record["ended_by"] == "caller"

    play(tmp_path, story)


def test_the_customer_leaves_and_the_colleagues_talk_on_unrecorded(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        _mei, _wei, customer, agent, third, call_id = await three(office)
        await office.bridge.hangs_up(customer)
        await office.until(lambda: joined(office, agent, third))
        await office.until(lambda: [r.state for r in office.call().recordings] == ["done"])
        await restart(office)
        assert len(office.call().recordings) == 1 and office.call().talkers == (agent, third)
        back = await office.page(MEI)
        await back.must("call.hang_up", call_id=call_id)
        await office.over()
        assert (await office.record(call_id))["agent"]["name"] == "李梅"

    play(tmp_path, story)


def test_any_party_can_be_dropped_by_one_of_ours(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei, wei, customer, agent, third, call_id = await three(office)
        for page, leg_id in ((mei, agent), (mei, "leg_of_nobody"), (wei, third)):
            assert (await page.do("call.drop", call_id=call_id, leg_id=leg_id))["cause"] == "conflict"
        assert (await mei.do("call.drop", call_id=call_id))["cause"] == "bad-request"
        await wei.must("call.drop", call_id=call_id, leg_id=agent)
        await office.until(lambda: joined(office, customer, third) and office.state(MEI) == "wrap_up")
        assert mei.call is None
        assert (await wei.do("call.drop", call_id=call_id, leg_id=customer))["cause"] == "conflict"

    play(tmp_path, story)


def test_who_holds_steps_out_and_no_music_plays_into_the_talk(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei, wei, customer, agent, third, call_id = await three(office)
        await mei.must("call.hold", call_id=call_id, on=True)
        await office.until(lambda: joined(office, customer, third) and not heard(office, agent))
        assert view(mei)["held"] and not view(mei)["recording"] and not view(wei)["held_by_peer"]
        await wei.must("call.hold", call_id=call_id, on=True)
        await office.until(lambda: isinstance(office.media.hears(customer), Playlist))
        await wei.must("call.hang_up", call_id=call_id)
        await office.until(lambda: office.call().held_by == agent)
        assert isinstance(office.media.hears(customer), Playlist), "of two, the other one is on hold"
        await mei.must("call.hold", call_id=call_id, on=False)
        await office.until(lambda: joined(office, customer, agent))

    play(tmp_path, story)


def test_a_fourth_comes_in_by_asking_first_and_all_of_it_survives_a_restart(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei, wei, customer, agent, third, call_id = await three(office)
        lei = await office.page(LEI)
        await mei.must("call.consult", call_id=call_id, to="1002")
        await office.until(lambda: joined(office, customer, third))
        assert (await wei.do("call.consult", call_id=call_id, to="1003"))["cause"] in ("conflict", "offline")
        assert (await mei.do("call.complete", call_id=call_id))["cause"] == "conflict", "who talks cannot be rung for"
        fourth = (await lei.answer())["leg_id"]
        await office.until(lambda: joined(office, agent, fourth))
        assert [p["leg_id"] for p in view(wei)["parties"]] == [customer, agent, third], "who is asked is not there yet"
        assert view(mei)["parties"][-1]["leg_id"] == fourth
        before = office.call()
        await restart(office)
        assert (office.call().talkers, office.call().away) == (before.talkers, (agent,))
        mei = await office.page(MEI)
        await mei.must("call.conference", call_id=call_id)
        await office.until(lambda: all_hear_all(office, customer, agent, third, fourth))
        await mei.must("call.hang_up", call_id=call_id)
        await office.until(lambda: all_hear_all(office, customer, third, fourth))

    play(tmp_path, story)


def test_transfer_keys_and_parking_are_for_two(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei, _wei, _, _, _, call_id = await three(office)
        for type_, fields in (
            ("call.transfer", {"to": "1002"}),
            ("call.digits", {"digits": "1"}),
            ("call.park", {}),
            ("call.swap", {}),
            ("call.conference", {}),
        ):
            await office.page(LEI)
            reply = await mei.do(type_, call_id=call_id, **fields)
            assert reply["cause"] == "conflict", (type_, reply)
        stranger = await office.page(LEI)
        assert (await stranger.do("call.drop", call_id=call_id, leg_id="x"))["cause"] == "call-gone"

    play(tmp_path, story)


def test_a_supervisor_hears_all_is_unheard_and_takes_over_from_the_agent_alone(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei, wei, customer, agent, third, call_id = await three(office)
        boss = await office.page(ANNA)
        leg_id = (await boss.must("call.supervise", call_id=call_id, mode="whisper"))["leg_id"]
        await boss.must("leg.connect", leg_id=leg_id, sdp="offer")
        await office.until(lambda: heard(office, leg_id) == {customer, agent, third})
        await office.until(lambda: heard(office, agent) == {customer, third, leg_id})
        assert heard(office, customer) == {agent, third} and heard(office, third) == {customer, agent}
        await boss.must("call.take_over", call_id=call_id)
        await office.until(lambda: all_hear_all(office, customer, third, leg_id))
        assert mei.call is None and wei.call is not None and office.call().agent_id == ANNA

    play(tmp_path, story)

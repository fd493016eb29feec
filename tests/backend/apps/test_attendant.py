# SPDX-License-Identifier: Apache-2.0
"""The auto attendant: what the keys mean, how often one is asked, where 0 leads, and what happens meanwhile."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from headcall.backend.calls import inputs
from headcall.backend.calls.rules.clock import next_limit
from headcall.backend.hours.model import Closed, Hours
from headcall.backend.numbers.plan import DialPlan
from headcall.backend.numbers.store import NumberRow
from headcall.backend.sample import QUEUE_ID, QUEUE_NUMBER, SWITCHBOARD
from headcall.backend.stats.facts import facts_of
from headcall.wire.legs import AnswerLeg, LegAnswered
from headcall.wire.media import FromLeg, Playlist, Tone
from tests.backend.apps.attending import (
    EVERYWHERE,
    QUESTION,
    WEI_SIP,
    asked,
    change,
    dials,
    lead_zero,
    pause,
    press,
    talks,
    tries,
)
from tests.backend.apps.test_closed import NEVER, keep, said
from tests.backend.calls.dice import World
from tests.backend.calls.office import ANNA, LEI, MEI, Office, play, restart

# ---------------------------------------------------------------- what keys mean


@pytest.mark.parametrize("keys", ["1002", "83012341002", "1002999", "1#*1002", "9*1002", "1A0B02"])
def test_keys_that_are_somebodys_number_ring_them(tmp_path: Path, keys: str) -> None:
    async def story(office: Office) -> None:
        lei = await office.page(LEI)
        leg = await dials(office)
        assert AnswerLeg(leg) in office.bridge.commands, "its keys come as media"
        if keys.startswith("1#"):
            await press(office, leg, "1#")
            await office.until(asked(office, 2))
        await press(office, leg, keys.removeprefix("1#"))
        await office.until(lambda: lei.call is not None)
        await office.until(lambda: office.media.hears(leg) == Tone("ringback"))
        call = await talks(office, lei)
        assert lei.call is not None and lei.call["peer"]["name"] == "王伟" and lei.call["queue"] is None
        assert call.attendant is None and call.queue_id is None
        await office.until(lambda: office.media.hears(leg) == FromLeg(lei.call["leg_id"] if lei.call else ""))
        await lei.must("call.hang_up", call_id=call.call_id)
        await office.over()
        record = await office.record(call.call_id)
        assert (record["direction"], record["to_number"], record["queue"]) == ("internal", SWITCHBOARD, None)
        assert record["answered_at"] and record["cause"] == "normal"

    play(tmp_path, story)


def test_a_number_of_any_length_ends_with_the_hash_or_a_pause(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        async with office.parts.store.begin() as session:
            session.add(
                NumberRow(
                    number="830",
                    display="830",
                    kind="person",
                    target_kind="user",
                    target=LEI,
                    networks=["phone"],
                )
            )
        lei = await office.page(LEI)
        for end in ("#", ""):
            leg = await dials(office)
            await press(office, leg, f"830{end}")
            if not end:
                assert lei.call is None
                await pause(office, 3.6)
            await office.until(lambda: lei.call is not None)
            await office.bridge.hangs_up(leg)
            await office.over()

    play(tmp_path, story)


@pytest.mark.parametrize(
    ("keyed", "whole"),
    [
        ("1002", True),
        ("83012341002", True),
        ("8301", False),  # the beginning of a long number
        ("8302", True),
        ("100", False),
        ("10021", False),
        ("830123410021", False),
        ("", False),
    ],
)
def test_when_keys_may_be_a_number(keyed: str, whole: bool) -> None:
    assert DialPlan().is_whole(keyed) is whole


NOBODY = (
    "9999",  # no such extension
    "110#",  # the police
    "95588#",  # a number outside
    "13800138000",
    "4008123456#",  # the call centre's number
    f"{QUEUE_NUMBER}#",
    f"{SWITCHBOARD}#",  # itself
    "701#",  # a parking slot
    "1" * 25,  # without end
)


@pytest.mark.parametrize("keys", NOBODY)
def test_keys_lead_to_nobody_but_people(tmp_path: Path, keys: str) -> None:
    async def story(office: Office) -> None:
        await office.ready(MEI)
        leg = await dials(office)
        await press(office, leg, keys)
        await pause(office, 3.6)
        await office.until(asked(office, 2))
        assert tries(office) == (1, "unknown-number") and "unknown-number.zh" in said(office)
        assert not office.bridge.placed and office.call().queue_id is None
        await office.bridge.hangs_up(leg)
        await office.over()

    play(tmp_path, story)


# ---------------------------------------------------------------- 0


def test_zero_leads_to_the_call_centre_at_once(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        leg = await dials(office)
        await press(office, leg, "0")
        await office.until(lambda: office.call().wait is not None)
        call_id = office.call().call_id
        mei = await office.ready(MEI)
        call = await talks(office, mei)
        assert (call.queue_id, call.attendant) == (QUEUE_ID, None)
        await office.bridge.hangs_up(leg)
        await office.over()
        types = await office.log(call_id)
        assert types.index("attendant_entered") < types.index("attendant_left") < types.index("queue_entered")

    play(tmp_path, story)


def test_zero_leads_where_the_number_says_and_comes_back_to_nothing(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await lead_zero(office, "number", "83012341002")
        lei = await office.page(LEI)
        leg = await dials(office)
        await press(office, leg, "0")
        await lei.rung()
        await office.pass_time(45.1)
        await office.until(lambda: leg in office.bridge.causes)
        assert office.bridge.causes[leg] == "no-answer" and said(office)[-1] == "no-answer.zh"

    play(tmp_path, story)


@pytest.mark.parametrize("target", [SWITCHBOARD, "40081234562", "40081239999"])
def test_zero_that_leads_in_a_circle_or_nowhere_ends_the_call_in_words(tmp_path: Path, target: str) -> None:
    async def story(office: Office) -> None:
        await lead_zero(office, "number", target)
        async with office.parts.store.begin() as session:
            session.add(
                NumberRow(
                    number="40081234562",
                    display="",
                    kind="switchboard",
                    target_kind="number",
                    target=SWITCHBOARD,
                    networks=EVERYWHERE,
                )
            )
        leg = await dials(office)
        await press(office, leg, "0")
        await office.until(lambda: leg in office.bridge.causes)
        assert office.bridge.causes[leg] == "unavailable" and said(office)[-1] == "unavailable.zh"

    play(tmp_path, story)


def test_the_hours_of_where_zero_leads_hold(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await keep(office, Hours("", "nights", week=NEVER, closed=Closed(zh="夜间请留言")))
        leg = await dials(office)
        await press(office, leg, "0")
        await office.until(lambda: leg in office.bridge.causes)
        assert office.bridge.causes[leg] == "closed" and said(office)[-1] == "as-is.zh text=夜间请留言"

    play(tmp_path, story)


# ---------------------------------------------------------------- trying again


def test_a_busy_a_silent_and_an_absent_extension_come_back_with_the_reason(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei, lei = await office.page(MEI), await office.page(LEI)
        leg = await dials(office)
        await press(office, leg, "1003")  # Anna has no page open
        await office.until(asked(office, 2))
        assert tries(office) == (1, "offline") and said(office)[-2:] == ["unavailable.zh", QUESTION]
        await press(office, leg, "1002")
        await lei.rung()
        await lei.must("call.refuse", call_id=office.call().call_id)
        await office.until(asked(office, 3))
        assert tries(office) == (2, "rejected") and said(office)[-2:] == ["busy.zh", QUESTION]
        await press(office, leg, "1001")
        await mei.rung()
        await office.pass_time(45.1)
        await office.until(lambda: office.call().wait is not None)
        assert "no-answer.zh" in said(office), "after three times it goes on as by 0"
        await office.bridge.hangs_up(leg)
        await office.over()

    play(tmp_path, story)


def test_who_calls_ones_own_extension_is_busy(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        leg = await dials(office)
        await press(office, leg, "2001")
        await office.until(asked(office, 2))
        assert tries(office) == (1, "busy")
        await office.bridge.hangs_up(leg)
        await office.over()

    play(tmp_path, story)


def test_who_presses_nothing_is_asked_three_times_and_then_sent_on(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        leg = await dials(office)
        for n in (2, 3):
            await pause(office, 6.1)
            await office.until(asked(office, n))
        await pause(office, 6.1)
        await office.until(lambda: office.call().wait is not None)
        log = await office.phone.log_of(office.call().call_id)
        missed = [entry["data"]["cause"] for entry in log if entry["type"] == "extension_missed"]
        assert missed == ["incomplete-number"] * 3
        await office.bridge.hangs_up(leg)
        await office.over()

    play(tmp_path, story)


def test_the_first_key_cuts_the_announcement_short_and_counts(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        office.media.plays_to_the_end = False
        lei = await office.page(LEI)
        leg = await dials(office)
        await press(office, leg, "1")
        await office.until(lambda: not isinstance(office.media.hears(leg), Playlist))
        await press(office, leg, "002")
        await lei.rung()
        await office.bridge.hangs_up(leg)
        await office.over()

    play(tmp_path, story)


def test_a_house_may_have_an_announcement_of_its_own(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        path = office.folder / "hello.wav"
        path.write_bytes(b"RIFF")
        office.parts.library._heard = {"prm_hello": {"zh": str(path)}}
        await change(office, prompt_id="prm_hello")
        leg = await office.bridge.offer(SWITCHBOARD, from_number=WEI_SIP, sip_user=WEI_SIP)
        await office.until(lambda: str(path) in said(office))
        await press(office, leg, "0")
        await office.until(lambda: office.call().wait is not None)
        await office.bridge.hangs_up(leg)
        await office.over()

    play(tmp_path, story)


# ---------------------------------------------------------------- what is counted


@pytest.mark.parametrize("presses_zero", [False, True])
def test_a_person_reached_by_it_is_no_call_of_a_queue_and_who_presses_zero_is_one(presses_zero: bool) -> None:
    world = World(1)
    world.tell(replace(world.begin(), target=inputs.WithAttendant(SWITCHBOARD), kind="sip"))
    world.now_ms += 5_000
    if presses_zero:
        world.tell(inputs.GoOn(inputs.WaitInQueue("que_1", "queue", 60_000), "zero"))
        world.now_ms += 7_000
        world.tell(world.ring("queue"))
    else:
        world.tell(inputs.TryExtension(world.ring("direct")))
    rung = world.call.ringing_legs()[0]
    world.tell(LegAnswered(rung.leg_id, "PCMA") if rung.kind == "sip" else inputs.Answer(rung.user_id or ""))
    world.now_ms += 10_000
    world.tell(inputs.AppEnds("normal"))
    facts = facts_of("", world.entries)
    assert [talk.queue_id for talk in facts.talks] == (["que_1"] if presses_zero else [None])
    assert [(visit.queue_id, visit.wait_ms) for visit in facts.visits] == ([("que_1", 7_000)] if presses_zero else [])
    assert bool(facts.rings) is presses_zero


# ---------------------------------------------------------------- hanging up, dying


async def _asking(office: Office) -> str:
    return await dials(office)


async def _keying(office: Office) -> str:
    leg = await dials(office)
    await press(office, leg, "10")
    return leg


async def _ringing(office: Office) -> str:
    lei = await office.page(LEI)
    leg = await dials(office)
    await press(office, leg, "1002")
    await lei.rung()
    return leg


async def _told_why(office: Office) -> str:
    leg = await dials(office)
    office.media.plays_to_the_end = False
    await press(office, leg, "9999")
    await pause(office, 3.6)
    await office.until(lambda: "unknown-number.zh" in said(office))
    return leg


MOMENTS = (_asking, _keying, _ringing, _told_why)


@pytest.mark.parametrize("moment", MOMENTS)
def test_a_caller_may_hang_up_at_any_moment(tmp_path: Path, moment: Callable[[Office], Awaitable[str]]) -> None:
    async def story(office: Office) -> None:
        leg = await moment(office)
        call_id = office.call().call_id
        await office.bridge.hangs_up(leg)
        await office.over()
        record = await office.record(call_id)
        assert (record["ended_by"], record["answered_at"], record["queue"]) == ("caller", None, None)

    play(tmp_path, story)


@pytest.mark.parametrize("moment", MOMENTS)
def test_the_backend_may_die_at_any_moment(tmp_path: Path, moment: Callable[[Office], Awaitable[str]]) -> None:
    async def story(office: Office) -> None:
        leg = await moment(office)
        before, n = office.call(), said(office).count(QUESTION)
        await restart(office)
        office.media.plays_to_the_end = True
        assert office.call().attendant == before.attendant and office.call().ring == before.ring
        anna = await office.page(ANNA)
        if before.ring:
            await office.pass_time(45.1)  # nobody answers there
        await office.until(lambda: said(office).count(QUESTION) > n)
        await press(office, leg, "1003")
        await talks(office, anna)
        await office.bridge.hangs_up(leg)
        await office.over()

    play(tmp_path, story)


def test_an_application_that_is_stuck_does_not_keep_the_caller() -> None:
    world = World(1)
    world.tell(replace(world.begin(), target=inputs.WithAttendant(SWITCHBOARD), kind="sip"))
    assert world.call.phase == "attendant" and world.call.caller.state == "up"
    causes = []
    while world.call.is_open:
        causes.append(world.call.attendant and world.call.attendant.cause)
        world.now_ms = next_limit(world.call) or 0
        world.tell(inputs.Tick())
    assert causes == ["", *["incomplete-number"] * 3]
    assert (world.call.cause, world.call.ended_by) == ("incomplete-number", "system")


def test_what_comes_at_the_wrong_time_is_refused() -> None:
    world = World(1)
    world.tell(replace(world.begin(), target=inputs.WithAttendant(SWITCHBOARD), kind="sip"))
    nobody, queue = inputs.RefuseCaller("unknown-number"), inputs.WaitInQueue("que_1", "queue", 60_000)
    assert world.tell(world.ring("queue")) is None, "no round of a queue"
    world.tell(inputs.TryExtension(world.ring("direct")))
    assert world.call.ring and world.call.attendant
    assert world.tell(inputs.TryExtension(nobody)) is None, "it rings"
    assert world.tell(inputs.GoOn(queue, "zero")) is None, "it rings"
    for _ in range(3):
        world.now_ms += 60_000
        world.tell(inputs.Tick())
        world.tell(inputs.TryExtension(nobody))
    assert world.tell(inputs.TryExtension(world.ring("direct"))) is None, "three times are enough"
    assert world.tell(inputs.GoOn(queue, "busy"))
    assert world.call.wait and not world.call.attendant
    assert world.tell(inputs.TryExtension(nobody)) is None, "no extension is asked for"

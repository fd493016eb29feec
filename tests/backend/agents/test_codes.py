# SPDX-License-Identifier: Apache-2.0
"""Codes at the telephone: what each means, who may, what is said, and that the queue rings who has logged in by one."""

import json
from pathlib import Path
from typing import Any

import pytest

from headcall.backend.agents.codes import CODES, Code, code_of, spoken
from headcall.backend.agents.model import Agent
from headcall.backend.audit.service import Audit
from headcall.backend.prompts.catalogue import TEXTS
from headcall.backend.seats.service import Seats
from headcall.backend.settings import Parking
from headcall.backend.users.model import Actor
from headcall.wire.legs import AnswerLeg, RingLeg, ToPhone
from headcall.wire.media import FromLeg, Hear, Playlist
from tests.backend.calls.office import HOTLINE, LEI, MEI, Office, play, restart

ROOT = Path(__file__).resolve().parents[3]
MEI_PHONE, LEI_PHONE, WEI_PHONE = "83012341001", "83012341002", "83012342001"


@pytest.mark.parametrize(
    ("dialled", "code"),
    [
        ("*45", Code("ready")),
        ("*46", Code("offline")),
        ("*47", Code("break", "rest")),
        ("*471", Code("break", "rest")),
        ("*472", Code("break", "meal")),
        ("*473", Code("break", "meeting")),
        ("*48", Code("wrapped-up")),
        ("*49", Code(None)),
        ("*4 5", Code("ready")),
        ("＊４５", Code("ready")),
        ("*474", None),
        ("*4", None),
        ("*450", None),
        ("*99", None),
        ("45", None),
        ("**45", None),
        ("*45#", None),
        ("", None),
        ("*45" * 100, None),
        ("<b>*45", None),
    ],
)
def test_what_a_code_means(dialled: str, code: Code | None) -> None:
    found = code_of(dialled)
    assert (CODES[found] if found else None) == code


def test_codes_meet_no_slot_and_people_are_told_all_of_them() -> None:
    slots = {str(slot) for slot in range(Parking().first, Parking().last + 1)}
    assert all(code.startswith("*") for code in CODES) and not slots & CODES.keys()
    help_lines = [
        json.loads((ROOT / "frontend/src/i18n" / f"more.{name}.json").read_text())["codes"]["text"]
        for name in ("zh", "en")
    ]
    for text in (*help_lines, (ROOT / "docs/queues.md").read_text()):
        assert not [code for code in CODES if code not in text]


@pytest.mark.parametrize(
    ("agent", "key"),
    [
        (Agent("usr", "1001"), "agent-is-offline"),
        (Agent("usr", "1001", state="wrap_up"), "agent-is-wrap-up"),
        (Agent("usr", "1001", state="talking"), "agent-in-call"),
        (Agent("usr", "1001", state="ringing", wish_after="break"), "agent-then-break"),
    ],
)
def test_what_is_said(agent: Agent, key: str) -> None:
    assert spoken(agent) == key and key in TEXTS


async def dials(office: Office, dialled: str, sip_user: str = MEI_PHONE) -> tuple[str, str, str]:
    """What somebody hears who dials, whether answered or before; and the cause of the end."""
    leg = await office.bridge.offer(dialled, from_number=sip_user, sip_user=sip_user)
    await office.until(lambda: leg in office.bridge.causes)
    how = "answered" if AnswerLeg(leg) in office.bridge.commands else "early"
    assert how == "answered" or RingLeg(leg, early_media=True) in office.bridge.commands
    (said,) = heard(office, leg)
    return said, how, office.bridge.causes[leg]


def heard(office: Office, leg: str) -> list[str]:
    told = [each for each in office.media.commands if isinstance(each, Hear) and each.leg_id == leg]
    return [each.source.files[0] for each in told if isinstance(each.source, Playlist)]


async def has_phone(office: Office, sip_user: str = MEI_PHONE) -> None:
    await office.bridge.registers(sip_user)
    await office.phone.reach.refresh()


def agent(office: Office, user_id: str = MEI) -> Agent:
    found = office.phone.agents.get(user_id)
    assert found is not None
    return found


def test_a_day_at_the_telephone_alone(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await has_phone(office)
        assert await dials(office, "*49") == ("agent-is-offline.zh", "answered", "normal")
        assert await dials(office, "*45") == ("agent-is-ready.zh", "answered", "normal")
        assert await dials(office, "*45") == ("agent-is-ready.zh", "answered", "normal"), "twice is no harm"
        customer = await office.bridge.offer(HOTLINE)
        await office.until(lambda: bool(office.bridge.placed))
        placed = office.bridge.placed[-1]
        assert placed.target == ToPhone(MEI_PHONE) and office.state(MEI) == "ringing"
        await office.bridge.picks_up(placed.leg_id)
        await office.until(lambda: office.media.hears(customer) == FromLeg(placed.leg_id))
        await office.until(lambda: office.state(MEI) == "talking")
        await office.bridge.hangs_up(placed.leg_id)
        await office.until(lambda: office.state(MEI) == "wrap_up")
        assert await dials(office, "*49") == ("agent-is-wrap-up.zh", "answered", "normal")
        assert await dials(office, "*48") == ("agent-is-ready.zh", "answered", "normal")
        assert await dials(office, "*472") == ("agent-is-break.zh", "answered", "normal")
        assert (agent(office).state, agent(office).reason) == ("break", "meal")
        assert await dials(office, "*48") == ("agent-is-break.zh", "answered", "normal"), "there is nothing to end"
        assert await dials(office, "*46") == ("agent-is-offline.zh", "answered", "normal")
        assert (agent(office).state, agent(office).by_phone) == ("offline", False)

    play(tmp_path, story)


def test_wrap_up_at_the_telephone_ends_by_itself(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await has_phone(office)
        await dials(office, "*45")
        await office.bridge.offer(HOTLINE)
        await office.until(lambda: bool(office.bridge.placed))
        await office.bridge.picks_up(office.bridge.placed[-1].leg_id)
        await office.until(lambda: office.state(MEI) == "talking")
        await office.bridge.hangs_up(office.bridge.placed[-1].leg_id)
        await office.until(lambda: office.state(MEI) == "wrap_up")
        await office.pass_time(30.1)
        await office.until(lambda: office.state(MEI) == "ready")

    play(tmp_path, story)


def test_who_lets_it_ring_or_declines_has_missed_it(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await has_phone(office)
        await dials(office, "*45")
        await office.bridge.offer(HOTLINE)
        await office.until(lambda: bool(office.bridge.placed))
        await office.bridge.hangs_up(office.bridge.placed[-1].leg_id, "rejected")
        await office.until(lambda: agent(office).missed == 1)
        await office.pass_time(6)
        await office.until(lambda: len(office.bridge.placed) == 2)
        await office.pass_time(20)
        await office.until(lambda: agent(office).missed == 2)
        assert office.state(MEI) in ("ready", "break")

    play(tmp_path, story)


def test_the_queue_waits_until_the_telephone_is_free(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await has_phone(office)
        await office.bridge.offer(HOTLINE)
        office.media.plays_to_the_end = False
        leg = await office.bridge.offer("*45", from_number=MEI_PHONE, sip_user=MEI_PHONE)
        await office.until(lambda: heard(office, leg) != [])
        assert office.state(MEI) == "ready", "at once, for all who look"
        await office.phone.dispatcher.dispatch()
        assert office.bridge.placed == []
        await office.bridge.hangs_up(leg)
        await office.pass_time(0.2)
        await office.until(lambda: bool(office.bridge.placed))

    play(tmp_path, story)


def test_the_page_follows_and_the_last_who_speaks_decides_where_it_rings(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await has_phone(office)
        mei = await office.page(MEI)
        await dials(office, "*45")
        assert mei.seen("agent")[-1]["state"] == "ready"
        await office.bridge.offer(HOTLINE)
        call = await mei.rung()
        await office.until(lambda: len(office.bridge.placed) == 1)
        await mei.must("call.answer", call_id=call["call_id"])
        await office.until(lambda: office.bridge.causes.get(office.bridge.placed[0].leg_id) == "call-taken")
        await mei.must("call.hang_up", call_id=call["call_id"])
        await office.until(lambda: office.state(MEI) == "wrap_up")
        await mei.must("agent.state", state="ready")
        await office.bridge.offer(HOTLINE, from_number="13900139000")
        await mei.rung()
        assert len(office.bridge.placed) == 1 and not agent(office).by_phone

    play(tmp_path, story)


def test_dialled_while_talking_elsewhere_it_counts_after_the_call(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await has_phone(office)
        mei = await office.ready(MEI)
        await office.bridge.offer(HOTLINE)
        call = await mei.answer()
        assert await dials(office, "*49") == ("agent-in-call.zh", "answered", "normal")
        assert await dials(office, "*47") == ("agent-then-break.zh", "answered", "normal")
        assert mei.call is not None and mei.call["state"] == "talking" and office.state(MEI) == "talking"
        await mei.must("call.hang_up", call_id=call["call_id"])
        await office.until(lambda: office.state(MEI) == "break")

    play(tmp_path, story)


def test_dialled_while_it_rings_it_takes_nothing_away(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await has_phone(office)
        mei = await office.ready(MEI)
        await office.bridge.offer(HOTLINE)
        call = await mei.rung()
        assert await dials(office, "*46") == ("agent-then-offline.zh", "answered", "normal")
        await mei.must("call.answer", call_id=call["call_id"])
        await mei.must("call.hang_up", call_id=call["call_id"])
        await office.until(lambda: office.state(MEI) == "offline")

    play(tmp_path, story)


def test_who_may_not_is_told_so(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await has_phone(office, WEI_PHONE)
        assert await dials(office, "*45", WEI_PHONE) == ("code-no-seat.zh", "early", "not-allowed")
        assert await dials(office, "*49", WEI_PHONE) == ("code-no-seat.zh", "early", "not-allowed")
        assert await dials(office, "*45") == ("code-no-telephone.zh", "early", "not-registered")
        assert office.state(MEI) == "offline"
        await office.parts.users.change_self(MEI, language="en")
        assert await dials(office, "*45") == ("code-no-telephone.en", "early", "not-registered")

    play(tmp_path, story)


@pytest.mark.parametrize("dialled", ["*99", "*474", "*", "*13800138000", "**45", "*45*"])
def test_what_is_no_code_calls_nobody(tmp_path: Path, dialled: str) -> None:
    async def story(office: Office) -> None:
        await has_phone(office)
        assert await dials(office, dialled) == ("unknown-number.zh", "early", "unknown-number")
        assert office.bridge.placed == []
        await office.until(lambda: office.state(MEI) == "offline")

    play(tmp_path, story)


def test_from_outside_and_in_a_page_there_are_no_codes(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await has_phone(office)
        outside = await office.bridge.offer("*45", from_number=MEI_PHONE)
        await office.until(lambda: office.bridge.causes.get(outside) == "unknown-number")
        mei = await office.page(MEI)
        assert (await mei.do("call.dial", number="*45"))["cause"] == "unknown-number"
        assert office.state(MEI) == "offline"

    play(tmp_path, story)


def test_it_holds_while_the_registration_does_and_a_restart_keeps_it(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await has_phone(office)
        await dials(office, "*45")
        await restart(office)
        await office.phone.reach.refresh()
        assert (agent(office).state, agent(office).by_phone) == ("ready", True)
        await has_phone(office)
        await office.pass_time(60)
        assert office.state(MEI) == "ready"
        await office.bridge.registers(MEI_PHONE, contacts=0)
        await office.pass_time(1)
        await office.pass_time(20.1)
        assert (agent(office).state, agent(office).reason) == ("offline", "no-device")
        assert not agent(office).by_phone

    play(tmp_path, story)


def test_a_backend_that_dies_while_it_speaks_says_it_again(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await has_phone(office)
        office.media.plays_to_the_end = False
        leg = await office.bridge.offer("*45", from_number=MEI_PHONE, sip_user=MEI_PHONE)
        await office.until(lambda: heard(office, leg) != [])
        office.media.plays_to_the_end = True
        await restart(office)
        await office.until(lambda: office.bridge.causes.get(leg) == "normal")
        assert office.state(MEI) == "ready" and set(heard(office, leg)) == {"agent-is-ready.zh"}

    play(tmp_path, story)


def test_the_log_says_who_dialled_what_and_it_is_no_call_of_theirs(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await has_phone(office)
        await dials(office, "*45")
        await office.over()
        (call_id,) = office.ended
        log: list[dict[str, Any]] = await office.phone.log_of(call_id)
        (dialled,) = [entry["data"] for entry in log if entry["type"] == "code_dialled"]
        assert dialled == {"code": "*45", "user_id": MEI}
        record = await office.record(call_id)
        assert (record["direction"], record["to_number"], record["cause"]) == ("internal", "*45", "normal")
        assert record["agent"] is None and office.state(MEI) == "ready"

    play(tmp_path, story)


def test_who_has_a_seat_taken_away_has_no_codes(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await has_phone(office, LEI_PHONE)
        assert (await dials(office, "*49", LEI_PHONE))[0] == "agent-is-offline.zh"
        admin, telephony = await office.parts.users.person("usr_demo_admin"), office.phone
        assert admin is not None
        audit = Audit(office.parts.store, office.clock, office.parts.ctx.ids)
        seats = Seats(office.parts.store, telephony.agents, telephony.queues, audit, office.live, office.parts.users)
        await seats.remove(Actor(admin, "ses", admin.rights), LEI)
        assert await dials(office, "*45", LEI_PHONE) == ("code-no-seat.zh", "early", "not-allowed")

    play(tmp_path, story)

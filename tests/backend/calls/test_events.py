# SPDX-License-Identifier: Apache-2.0
"""What nodes bring: twice, late, out of order, about nothing, or not in our words at all."""

import os
import random
from pathlib import Path

from headcall.kit.bus.memory import MemoryBus
from headcall.wire import topics
from headcall.wire.codec import decode, encode
from headcall.wire.legs import LegAnswered, LegEnded, LegHeld, LegRinging, TransferAsked
from headcall.wire.media import DigitPressed, MediaDown, MediaUp, PlayEnded, RecordingEnded
from headcall.wire.nodes import Refused
from tests.backend.calls.office import HOTLINE, MEI, Office, play

STRANGER = "leg_stranger"


def test_what_is_no_event_is_refused_and_counted(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        bus = MemoryBus(office.hub)
        dice = random.Random(1)
        rubbish = [b"", b"\xc1", b"\x00" * 5000, encode(Refused("x", "y")), os.urandom(64)]
        rubbish += [dice.randbytes(dice.randrange(60)) for _ in range(100)]
        for message in rubbish:
            assert isinstance(decode(await bus.request(topics.EVENTS, message), Refused), Refused)
        assert office.phone.events.refused == len(rubbish)
        await bus.close()

    play(tmp_path, story)


def test_events_of_unknown_legs_change_nothing(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        for event in (
            LegRinging(STRANGER),
            LegAnswered(STRANGER, "PCMA"),
            LegHeld(STRANGER, True),
            TransferAsked(STRANGER, "1001"),
            LegEnded(STRANGER, "normal", True),
        ):
            await office.bridge.bring(event)
        for told in (
            MediaUp(STRANGER),
            MediaDown(STRANGER),
            DigitPressed(STRANGER, "1", 80),
            PlayEnded(STRANGER, "play", True),
            RecordingEnded("rec_x", STRANGER, "/x", 1, 1),
        ):
            await office.media.bring(told)
        assert office.calls() == []

    play(tmp_path, story)


def test_every_event_twice_is_every_event_once(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei = await office.ready(MEI)
        customer = await office.bridge.offer(HOTLINE)
        for _ in range(2):
            await office.bridge.bring(office.bridge.offered(customer, HOTLINE, "13800138000", "carrier", None))
        assert len(office.calls()) == 1
        call = await mei.answer()
        for _ in range(2):
            await office.media.bring(MediaDown(customer))
        for _ in range(2):
            await office.media.bring(MediaUp(customer))
        for _ in range(2):
            await office.bridge.hangs_up(customer)
        await office.over()
        log = await office.log(call["call_id"])
        assert log.count("media_lost") == log.count("media_came_back") == 1
        assert log.count("call_started") == log.count("ended") == 1

    play(tmp_path, story)


def test_a_call_whose_end_overtakes_its_beginning_is_no_call_for_long(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        customer = await office.bridge.offer(HOTLINE)
        office.bridge.legs.pop(customer)
        await office.bridge.bring(LegEnded(customer, "caller-cancelled", True))
        await office.over()
        record = await office.record(next(iter(office.ended)))
        assert record["cause"] == "caller-cancelled"

    play(tmp_path, story)


def test_a_hold_key_on_the_customers_telephone_plays_music_to_the_agent(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        from headcall.wire.media import FromLeg, Playlist

        mei = await office.ready(MEI)
        customer = await office.bridge.offer(HOTLINE)
        call = await mei.answer()
        await office.bridge.bring(LegHeld(customer, True))
        await office.until(lambda: isinstance(office.media.hears(call["leg_id"]), Playlist))
        assert mei.call is not None and mei.call["held_by_peer"]
        assert (await mei.do("call.hold", call_id=call["call_id"], on=True))["cause"] == "conflict"
        await office.bridge.bring(LegHeld(customer, False))
        await office.until(lambda: office.media.hears(call["leg_id"]) == FromLeg(customer))

    play(tmp_path, story)


def test_a_bridge_that_comes_up_gets_its_configuration(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        from headcall.wire.legs import BridgeUp, ConfigureBridge

        await office.bridge.bring(BridgeUp("sip-1", 7))
        await office.until(lambda: any(isinstance(c, ConfigureBridge) for c in office.bridge.commands))

    play(tmp_path, story)


def test_bad_messages_of_pages_are_refused(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei = await office.ready(MEI)
        for type_, fields in (
            ("call.dial", {}),
            ("call.dial", {"number": 5}),
            ("call.dial", {"number": "1" * 65}),
            ("call.answer", {"call_id": None}),
            ("call.hold", {"call_id": "call_x", "on": "yes"}),
            ("leg.connect", {"leg_id": "leg_x"}),
            ("leg.connect", {"leg_id": "leg_x", "sdp": "x" * (256 * 1024 + 1)}),
        ):
            assert (await mei.do(type_, **fields))["cause"] == "bad-request", (type_, fields)
        for type_ in ("call.answer", "call.refuse", "call.hang_up"):
            assert (await mei.do(type_, call_id="call_unknown"))["cause"] == "call-gone"
        assert (await mei.do("leg.connect", leg_id="leg_unknown", sdp="x"))["cause"] == "call-gone"
        assert (await mei.do("call.dial", number="not a number"))["cause"] == "unknown-number"

    play(tmp_path, story)


def test_nobody_touches_the_calls_of_others(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        from tests.backend.calls.office import LEI

        mei, lei = await office.ready(MEI), await office.page(LEI)
        await office.bridge.offer(HOTLINE)
        call = await mei.answer()
        for type_, fields in (
            ("call.answer", {}),
            ("call.hang_up", {}),
            ("call.hold", {"on": True}),
            ("call.transfer", {"to": "2001"}),
            ("call.digits", {"digits": "1"}),
        ):
            assert (await lei.do(type_, call_id=call["call_id"], **fields))["cause"] == "call-gone"
        assert (await lei.do("leg.connect", leg_id=call["leg_id"], sdp="offer"))["cause"] == "call-gone"

    play(tmp_path, story)

# SPDX-License-Identifier: Apache-2.0
"""A real telephone (baresip) against the bridge."""

import asyncio
from pathlib import Path
from typing import Literal

import pytest

from headcall.sip_bridge.simulator.speech import tone_packets
from headcall.sip_bridge.uri import NameAddr, Uri
from headcall.wire import legs as words
from headcall.wire.media import SetPlainRemote
from tests.sip_bridge.bridge.site import DOMAIN, Site, eventually, run, site
from tests.world.baresip import Baresip

LEG = "leg_01CCCCCCCCCCCCCCCCCCCCCCCC"
USER = "83012341001"


def registrar(here: Site) -> str:
    here.control.passwords[USER] = "secret"
    return f"127.0.0.1:{here.phone_port}"


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_it_registers_is_called_and_hears_its_own_tone(tmp_path: Path, transport: Literal["udp", "tcp"]) -> None:
    async def story() -> None:
        async with (
            site(tmp_path) as here,
            Baresip(
                tmp_path / "phone", USER, "secret", registrar(here), domain=DOMAIN, transport=transport, hertz=980
            ) as phone,
        ):
            await phone.registered()
            assert (await here.control.hears(words.RegistrationChanged)).contacts == 1
            await here.control.does(
                words.PlaceLeg(LEG, "call_1", "sfu-1", words.ToPhone(USER), "13800138000", "王小明")
            )
            await here.control.hears(words.LegRinging)
            incoming = await phone.event("CALL_INCOMING")
            assert "13800138000" in incoming["peeruri"]
            await phone.answer()
            answered = await here.control.hears(words.LegAnswered)
            assert answered.codec == "PCMA"
            await eventually(lambda: abs(phone.pitch_heard() - 980) < 8, "it hears its tone", 10)
            await here.control.does(words.EndLeg(LEG))
            await phone.event("CALL_CLOSED")

    run(story, 60)


def test_it_calls_and_hangs_up(tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            site(tmp_path) as here,
            Baresip(tmp_path / "phone", USER, "secret", registrar(here), domain=DOMAIN) as phone,
        ):
            await phone.registered()
            await phone.dial("4008123456")
            offered = await here.control.hears(words.LegOffered)
            assert (offered.sip_user, offered.to_number, offered.codec) == (USER, "4008123456", "PCMA")
            await here.control.does(words.RingLeg(offered.leg_id))
            await phone.event("CALL_RINGING")
            await here.control.does(words.AnswerLeg(offered.leg_id))
            await phone.event("CALL_ESTABLISHED")
            await phone.hold(True)
            assert (await here.control.hears(words.LegHeld)).held
            assert any(isinstance(c, SetPlainRemote) and not c.sends for c in here.media.commands)
            await phone.hold(False)
            assert not (await here.control.hears(words.LegHeld)).held
            await phone.hang_up()
            ended = await here.control.hears(words.LegEnded)
            assert (ended.cause, ended.by_peer) == ("normal", True)

    run(story, 60)


def test_a_wrong_password_does_not_register(tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            site(tmp_path) as here,
            Baresip(tmp_path / "phone", USER, "wrong", registrar(here), domain=DOMAIN),
        ):
            await eventually(lambda: here.bridge.passport.counters["wrong_password"] > 0, "it tries", 10)
            assert not here.bridge.describe().registrations

    run(story, 60)


def test_it_wants_its_party_transferred(tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            site(tmp_path) as here,
            Baresip(tmp_path / "phone", USER, "secret", registrar(here), domain=DOMAIN) as phone,
        ):
            await phone.registered()
            await here.control.does(words.PlaceLeg(LEG, "call_1", "sfu-1", words.ToPhone(USER), "13800138000"))
            await phone.event("CALL_INCOMING")
            await phone.answer()
            await here.control.hears(words.LegAnswered)
            await phone.do("transfer", f"sip:1003@127.0.0.1:{here.phone_port}")
            asked = await here.control.hears(words.TransferAsked)
            assert (asked.leg_id, asked.to_number) == (LEG, "1003")
            await here.control.does(words.TransferResult(LEG, "normal"))
            await here.control.does(words.EndLeg(LEG))
            await phone.event("CALL_CLOSED")

    run(story, 60)


def test_it_survives_that_the_bridge_is_killed(tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            site(tmp_path) as here,
            Baresip(tmp_path / "phone", USER, "secret", registrar(here), domain=DOMAIN) as phone,
        ):
            await phone.registered()
            await phone.dial("4008123456")
            offered = await here.control.hears(words.LegOffered)
            await here.control.does(words.AnswerLeg(offered.leg_id))
            await phone.event("CALL_ESTABLISHED")
            await asyncio.sleep(0.3)  # its ACK
            await here.kill_bridge()
            await here.start_bridge()
            assert [leg.leg_id for leg in here.bridge.describe().legs] == [offered.leg_id]
            await here.control.does(words.EndLeg(offered.leg_id))
            await phone.event("CALL_CLOSED")

    run(story, 60)


def test_a_caller_over_the_trunk_without_an_account(tmp_path: Path) -> None:
    async def story() -> None:
        async with (
            site(tmp_path) as here,
            Baresip(
                tmp_path / "caller",
                "13800138000",
                "",
                f"127.0.0.1:{here.trunk_port}",
                domain="pstn.test",
                registers=False,
            ) as phone,
        ):
            await phone.dial("4008123456")
            offered = await here.control.hears(words.LegOffered)
            assert (offered.trunk, offered.from_number) == ("carrier", "13800138000")
            await here.control.does(words.AnswerLeg(offered.leg_id))
            await phone.event("CALL_ESTABLISHED")
            await eventually(lambda: abs(phone.pitch_heard() - 980) < 8, "it hears its tone", 10)
            await phone.hang_up()
            await here.control.hears(words.LegEnded)

    run(story, 60)


def test_our_own_telephone_and_a_real_one_agree_through_the_bridge(tmp_path: Path) -> None:
    """The simulated line calls in over the trunk while baresip is rung: two legs, each with its own codec."""

    async def story() -> None:
        async with (
            site(tmp_path) as here,
            Baresip(tmp_path / "phone", USER, "secret", registrar(here), domain=DOMAIN, codecs="pcmu/8000/1") as phone,
        ):
            await phone.registered()
            line = await here.telephone(name="caller")
            call = line.dial(
                Uri.sip("4008123456", "127.0.0.1", here.trunk_port),
                line.flow_to("127.0.0.1", here.trunk_port),
                NameAddr(Uri.sip("13800138000", "pstn.test")),
                payloads=lambda codec: tone_packets(codec, 620.0),
            )
            offered = await here.control.hears(words.LegOffered)
            await here.control.does(words.PlaceLeg(LEG, "call_1", "sfu-1", words.ToPhone(USER), "13800138000"))
            await phone.event("CALL_INCOMING")
            await phone.answer()
            assert (await here.control.hears(words.LegAnswered)).codec == "PCMU"
            await here.control.does(words.AnswerLeg(offered.leg_id))
            await call.until("talking")

    run(story, 60)

# SPDX-License-Identifier: Apache-2.0
"""A trunk that registers, with a real carrier's proxy (Kamailio) between us and the far end."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

import pytest

from headcall.sip_bridge.simulator.speech import tone_packets
from headcall.sip_bridge.simulator.telephone import PhoneCall, Telephone
from headcall.sip_bridge.uri import NameAddr, Uri
from headcall.wire import legs as words
from tests.sip_bridge.bridge.site import Site, eventually, run, site
from tests.sip_bridge.bridge.test_trunk_calls import placing
from tests.world.carrier import Carrier, carrier


@contextlib.asynccontextmanager
async def registered(
    folder: Path, transport: Literal["udp", "tcp"] = "udp", password: str = "pw-trunk1"
) -> AsyncIterator[tuple[Site, Carrier, Telephone]]:
    """A bridge whose trunk registers with the carrier, and the telephone behind that."""
    async with site(folder) as here:
        far = await here.telephone(name="farend")
        async with carrier(folder / "kamailio", far.port) as provider:
            here.trunks = (
                words.Trunk(
                    "carrier",
                    "127.0.0.1",
                    provider.port,
                    transport=transport,
                    username="trunk1",
                    password=password,
                    registers=True,
                    expires_s=60,  # the carrier wants two minutes, and says so with 423
                ),
            )
            await here.configure(2)
            yield here, provider, far


def state(here: Site) -> words.TrunkState:
    here.bridge.tick()
    return here.bridge.describe().trunks[0]


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_a_call_out_is_challenged_and_goes_through(tmp_path: Path, transport: Literal["udp", "tcp"]) -> None:
    async def story() -> None:
        async with registered(tmp_path, transport) as (here, _, far):
            await eventually(lambda: state(here).up, "the trunk registers", 10)
            rung: list[PhoneCall] = []
            far.on_ring = rung.append
            await here.control.does(placing())
            await here.control.hears(words.LegRinging)
            far.answer(rung[0], lambda codec: tone_packets(codec, 980.0))
            answered = await here.control.hears(words.LegAnswered)
            await eventually(lambda: abs(rung[0].heard.hertz() - 980) < 5, "its tone comes back")
            await here.control.does(words.EndLeg(answered.leg_id))
            await rung[0].until("ended")

    run(story, 60)


@pytest.mark.parametrize(("number", "cause"), [("13900000486", "busy"), ("13900000404", "unknown-number")])
def test_a_number_that_fails(tmp_path: Path, number: str, cause: str) -> None:
    async def story() -> None:
        async with registered(tmp_path) as (here, _, _far):
            await eventually(lambda: state(here).up, "the trunk registers", 10)
            await here.control.does(placing(number=number))
            assert (await here.control.hears(words.LegEnded)).cause == cause

    run(story, 60)


def test_a_call_in_arrives_at_the_registered_contact(tmp_path: Path) -> None:
    async def story() -> None:
        async with registered(tmp_path) as (here, provider, far):
            await eventually(lambda: state(here).up, "the trunk registers", 10)
            call = far.dial(
                Uri.sip("4966612345", "127.0.0.1", provider.port),
                far.flow_to("127.0.0.1", provider.port),
                NameAddr(Uri.sip("13800138000", "pstn.test")),
                payloads=lambda codec: tone_packets(codec, 620.0),
            )
            offered = await here.control.hears(words.LegOffered)
            assert (offered.trunk, offered.to_number, offered.from_number) == ("carrier", "4966612345", "13800138000")
            await here.control.does(words.AnswerLeg(offered.leg_id))
            await call.until("talking")
            far.hang_up(call)
            assert (await here.control.hears(words.LegEnded)).by_peer

    run(story, 60)


def test_a_talk_through_a_proxy_outlives_the_bridge(tmp_path: Path) -> None:
    async def story() -> None:
        async with registered(tmp_path) as (here, _, far):
            await eventually(lambda: state(here).up, "the trunk registers", 10)
            rung: list[PhoneCall] = []
            far.on_ring = rung.append
            await here.control.does(placing())
            await here.control.hears(words.LegRinging)
            far.answer(rung[0])
            answered = await here.control.hears(words.LegAnswered)
            here.store.barrier()
            await here.kill_bridge()
            await here.start_bridge()
            await here.control.does(words.EndLeg(answered.leg_id))
            await rung[0].until("ended")

    run(story, 60)


def test_a_wrong_password_is_told(tmp_path: Path) -> None:
    async def story() -> None:
        async with registered(tmp_path, password="wrong") as (here, _, _far):
            await eventually(lambda: "password" in state(here).text, "the trunk says why", 10)
            assert not state(here).up

    run(story, 60)

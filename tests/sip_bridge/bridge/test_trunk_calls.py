# SPDX-License-Identifier: Apache-2.0
"""Calls over the trunk, both ways, on real sockets."""

from pathlib import Path

from headcall.sip_bridge.simulator.speech import tone_packets
from headcall.sip_bridge.simulator.telephone import PhoneCall, Telephone
from headcall.sip_bridge.uri import NameAddr, Uri
from headcall.wire import legs as words
from headcall.wire import media
from headcall.wire.nodes import Refused

from tests.sip_bridge.bridge.site import Site, eventually, run, site

CALLER = NameAddr(Uri.sip("13800138000", "pstn.test"), "王小明")


async def caller_dials(here: Site, number: str = "4008123456", **how: object) -> tuple[Telephone, PhoneCall]:
    phone = await here.telephone(name="caller")
    uri = Uri.sip(number, "127.0.0.1", here.trunk_port)
    how.setdefault("payloads", lambda codec: tone_packets(codec, 620.0))
    return phone, phone.dial(uri, phone.flow_to("127.0.0.1", here.trunk_port), CALLER, **how)  # type: ignore[arg-type]


def test_a_call_from_the_trunk_is_offered_rung_answered_and_hung_up_by_the_caller(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            phone, call = await caller_dials(here)
            offered = await here.control.hears(words.LegOffered)
            assert (offered.from_number, offered.from_name, offered.to_number) == ("13800138000", "王小明", "4008123456")
            assert (offered.trunk, offered.sip_user, offered.codec) == ("carrier", None, "PCMA")
            await here.control.does(words.RingLeg(offered.leg_id))
            await call.until("ringing")
            assert call.status == 180
            await here.control.does(words.AnswerLeg(offered.leg_id))
            await call.until("talking")
            await eventually(lambda: abs(call.heard.hertz() - 620) < 5, "the caller hears its tone come back")
            phone.hang_up(call)
            ended = await here.control.hears(words.LegEnded)
            assert (ended.leg_id, ended.cause, ended.by_peer) == (offered.leg_id, "normal", True)
            await eventually(lambda: not here.media.legs, "the media leg is closed")
            assert not here.store.legs.items()
            await eventually(lambda: not here.store.dialogs.items(), "no dialog is kept")

    run(story)

# SPDX-License-Identifier: Apache-2.0
"""Telephones behind a NAT name addresses that nobody reaches; where they are seen from is where they are."""

from pathlib import Path

import pytest

from headcall.sip_bridge.legs.sessions import far_end, nat_of
from headcall.sip_bridge.message import Request
from headcall.sip_bridge.parser import parse
from headcall.wire import legs as words
from headcall.wire import media
from tests.sip_bridge.bridge.site import Site, run, site
from tests.sip_bridge.bridge.test_strangers import Stranger

HOME = "192.168.1.5"
SEEN = "203.0.113.9"


def sdp(host: str) -> bytes:
    return (
        f"v=0\r\no=- 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\n"
        "m=audio 4000 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n"
    ).encode()


def invite(*, via: str = HOME, contact: str = HOME, more: tuple[str, ...] = (), body: bytes = b"") -> bytes:
    head = [
        "INVITE sip:4008123456@198.51.100.1 SIP/2.0",
        f"Via: SIP/2.0/UDP {via}:5060;branch=z9hG4bKa;rport",
        *more,
        "From: <sip:13800138000@pstn.test>;tag=a",
        "To: <sip:4008123456@198.51.100.1>",
        "Call-ID: a",
        "CSeq: 1 INVITE",
        "Max-Forwards: 70",
        f"Contact: <sip:13800138000@{contact}:5060>",
        "Content-Type: application/sdp",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join([*head, "", ""]).encode() + body


def request(data: bytes) -> Request:
    parsed = parse(data)
    assert isinstance(parsed, Request)
    return parsed


def test_a_telephone_that_does_not_know_its_address_is_found_where_it_is_seen() -> None:
    nat = nat_of(request(invite()), SEEN)
    assert nat == (HOME, SEEN)
    assert far_end(sdp(HOME), nat).remote == media.Address(SEEN, 4000)


def test_media_that_goes_elsewhere_on_purpose_is_left_alone() -> None:
    nat = nat_of(request(invite()), SEEN)
    assert far_end(sdp("198.51.100.77"), nat).remote == media.Address("198.51.100.77", 4000)


@pytest.mark.parametrize(
    "data",
    [
        invite(via=SEEN, contact=SEEN),
        invite(via=SEEN),  # an SBC that writes its telephone's contact
        invite(more=("Via: SIP/2.0/UDP 192.168.1.9;branch=z9hG4bKb",)),  # the source is a proxy
        invite(more=("Record-Route: <sip:203.0.113.9;lr>",)),
    ],
)
def test_where_nothing_can_be_told_nothing_is_changed(data: bytes) -> None:
    assert nat_of(request(data), SEEN) is None


def test_the_media_node_is_told_the_address_that_is_reached(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            await calls_from_home(here)

    async def calls_from_home(here: Site) -> None:
        with Stranger(here.trunk_port) as phone:
            phone.send(invite(body=sdp(HOME)))
            offered = await here.control.hears(words.LegOffered)
            opened = here.media.commands[0]
            assert isinstance(opened, media.OpenPlain)
            assert opened.remote == media.Address("127.0.0.1", 4000)
            await here.control.does(words.EndLeg(offered.leg_id))

    run(story)

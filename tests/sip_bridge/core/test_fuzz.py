# SPDX-License-Identifier: Apache-2.0
"""Any bytes give a message or a `PeerError`, and nothing that a stranger sends makes the user agent raise."""

import random
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headcall.sip_bridge.errors import PeerError
from headcall.sip_bridge.flow import Flow
from headcall.sip_bridge.message import serialise
from headcall.sip_bridge.parser import parse
from headcall.sip_bridge.sdp import find_audio, make_answer, parse_sdp
from headcall.sip_bridge.sdp.model import Origin
from headcall.sip_bridge.uri import NameAddr, Uri
from headcall.wire.media import Address
from tests.sip_bridge.core.line import OFFER, Line, Phone

MESSAGES = [path.read_bytes() for path in sorted((Path(__file__).parent / "torture").glob("*.sip"))]
FLOW = Flow("udp", ("192.0.2.7", 5060), "trunk")


@st.composite
def damaged(draw: st.DrawFn, originals: list[bytes] = MESSAGES) -> bytes:
    """A good or bad message, with pieces cut out, doubled, or overwritten."""
    data = bytearray(draw(st.sampled_from(originals)))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, len(data)))
        until = min(len(data), at + draw(st.integers(0, 12)))
        data[at:until] = draw(st.one_of(st.binary(max_size=6), st.just(bytes(data[at:until]) * 2)))
    return bytes(data)


@given(st.one_of(st.binary(max_size=600), damaged()))
@settings(max_examples=400, deadline=None)
def test_any_bytes_are_a_message_or_a_fault_of_the_peer(data: bytes) -> None:
    try:
        message = parse(data)
    except PeerError as error:
        assert 400 <= error.status < 600
        return
    again = parse(serialise(message))
    assert (again.headers.without("Content-Length"), again.body) == (
        message.headers.without("Content-Length"),
        message.body,
    )


@given(st.lists(damaged(), max_size=4))
@settings(max_examples=150, deadline=None)
def test_no_bytes_make_the_user_agent_raise(messages: list[bytes]) -> None:
    phone = Phone("bob", ("192.0.2.2", 5060))
    for now, data in enumerate(messages):
        phone.agent.receive(data, FLOW, float(now))
    phone.agent.expire(1000.0)


def test_a_talk_survives_damaged_copies_of_its_own_messages() -> None:
    """Whatever arrives with the right dialog and the right branch, but broken elsewhere."""
    for seed in range(200):
        chance = random.Random(seed)
        line = Line()
        _, bobs = line.talk()
        own = [serialise(message) for message in (*line.alice.sent(), *line.bob.sent())]
        for _ in range(5):
            data = bytearray(chance.choice(own))
            for _ in range(chance.randint(1, 4)):
                data[chance.randrange(len(data))] = chance.choice(b'\r\n <>;,"\\\0:=z9%')
            line.bob.agent.receive(bytes(data), Flow("udp", line.alice.address, "trunk"), line.now)
        line.bob.agent.expire(line.now + 10)
        assert line.bob.agent.knows(bobs)


@given(st.one_of(st.binary(max_size=300), damaged([OFFER, OFFER + b"a=rtpmap:8 PCMA/8000\r\na=ptime:20\r\n"])))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_a_session_description_or_a_fault_of_the_peer(data: bytes) -> None:
    try:
        offer = parse_sdp(data)
        audio = find_audio(offer)
    except PeerError:
        return
    answer = parse_sdp(make_answer(offer, Origin(1, 1, "192.0.2.2"), Address("192.0.2.2", 4000), audio.codecs[:1]))
    assert len(answer.media) == len(offer.media)


@given(st.text(max_size=80))
def test_any_text_is_an_address_or_a_fault_of_the_peer(text: str) -> None:
    for kind in (Uri, NameAddr):
        try:
            value = kind.parse(text)
        except PeerError:
            continue
        assert kind.parse(str(value)) == value


@pytest.mark.parametrize(
    "hostile",
    [
        b"Via: " + b" " * 15_000,
        b"From: " + b'"' * 15_000,
        b"From: " + b'"\\' * 7_000,
        b"From: <" + b"<" * 15_000,
        b"Via: SIP/2.0/UDP h" + b";a" * 7_000,
        b"Via: SIP/2.0/UDP h" + b";a =" * 3_500 + b"\x01",
        b"Contact: " + b"," * 15_000,
        b"Call-ID: " + b"a" * 15_000 + b"@@",
        b"X: y\r\n" * 2_500,
        b"X:" + b"\r\n " * 5_000,
    ],
    ids=range(10),
)
def test_no_header_field_takes_long_to_read(hostile: bytes) -> None:
    data = b"OPTIONS sip:a@b SIP/2.0\r\n" + hostile + b"\r\n\r\n"
    began = time.perf_counter()
    with pytest.raises(PeerError):
        parse(data)
    assert time.perf_counter() - began < 0.5

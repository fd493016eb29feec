# SPDX-License-Identifier: Apache-2.0
"""Session descriptions of real telephones, and offers and answers by RFC 3264."""

import pytest

from headcall.sip_bridge.errors import BadSdp, LocalError
from headcall.sip_bridge.sdp import (
    Direction,
    Origin,
    answer_direction,
    common,
    find_audio,
    make_answer,
    make_offer,
    next_origin,
    parse_sdp,
    revise,
    serialise_sdp,
)
from headcall.wire.media import Address, Codec

LOCAL = Address("192.0.2.2", 30000)
ORIGIN = Origin(77, 1, "192.0.2.2")
PCMA = Codec("PCMA", 8, 8000)
PCMU = Codec("PCMU", 0, 8000)
OPUS = Codec("opus", 96, 48000, 2, "useinbandfec=1")
EVENT = Codec("telephone-event", 101, 8000, 1, "0-16")

LINPHONE = b"""v=0
o=alice 3041 2297 IN IP4 192.168.1.20
s=Talk
c=IN IP4 192.168.1.20
b=AS:380
t=0 0
a=rtcp-xr:rcvr-rtt=all:10000 stat-summary=loss,dup,jitt,TTL voip-metrics
m=audio 7078 RTP/AVPF 96 97 98 0 8 18 101 99 100
a=rtpmap:96 opus/48000/2
a=fmtp:96 useinbandfec=1
a=rtpmap:97 speex/16000
a=fmtp:97 vbr=on
a=rtpmap:98 speex/8000
a=fmtp:18 annexb=yes
a=rtpmap:101 telephone-event/48000
a=rtpmap:99 telephone-event/16000
a=rtpmap:100 telephone-event/8000
a=rtcp-fb:* ccm tmmbr
m=video 9078 RTP/AVPF 96
a=rtpmap:96 VP8/90000
"""

YEALINK = (
    b"v=0\r\no=- 20012 20012 IN IP4 10.2.0.5\r\ns=SDP data\r\nc=IN IP4 10.2.0.5\r\nt=0 0\r\n"
    b"m=audio 11792 RTP/AVP 8 0 9 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:9 G722/8000\r\n"
    b"a=fmtp:101 0-15\r\na=rtpmap:101 telephone-event/8000\r\na=ptime:20\r\na=sendrecv\r\n"
)


def offer(*lines: str) -> bytes:
    head = ["v=0", "o=- 1 1 IN IP4 192.0.2.1", "s=-", "c=IN IP4 192.0.2.1", "t=0 0"]
    return "".join(f"{line}\r\n" for line in [*head, *lines]).encode()


def test_a_telephone_is_understood() -> None:
    audio = find_audio(parse_sdp(YEALINK))
    assert audio.remote == Address("10.2.0.5", 11792)
    assert [(c.name, c.payload_type) for c in audio.codecs] == [
        ("PCMA", 8),
        ("PCMU", 0),
        ("G722", 9),
        ("telephone-event", 101),
    ]
    assert (audio.direction, audio.ptime, audio.is_hold) == ("sendrecv", 20, False)
    assert audio.codecs[-1].fmtp == "0-15"


def test_a_soft_phone_with_bare_line_feeds_and_video_is_understood() -> None:
    audio = find_audio(parse_sdp(LINPHONE))
    assert audio.codecs[0] == Codec("opus", 96, 48000, 2, "useinbandfec=1")
    assert Codec("G729", 18, 8000, 1, "annexb=yes") in audio.codecs
    assert audio.protocol == "RTP/AVPF"


def test_an_answer_takes_the_first_audio_and_refuses_everything_else() -> None:
    description = parse_sdp(LINPHONE)
    answer = parse_sdp(make_answer(description, ORIGIN, LOCAL, [OPUS]))
    assert [(m.kind, m.port, m.protocol) for m in answer.media] == [
        ("audio", 30000, "RTP/AVPF"),
        ("video", 0, "RTP/AVPF"),
    ]
    assert answer.media[0].formats == ("96",)
    assert answer.connection == "192.0.2.2"
    two = parse_sdp(offer("m=image 6000 udptl t38", "m=audio 5000 RTP/AVP 8", "m=audio 5002 RTP/AVP 8"))
    assert [m.port for m in parse_sdp(make_answer(two, ORIGIN, LOCAL, [PCMA])).media] == [0, 30000, 0]


def test_what_both_can_keeps_the_offers_order_and_numbers() -> None:
    offered = find_audio(parse_sdp(LINPHONE)).codecs
    found = common(offered, (PCMU, PCMA, Codec("OPUS", 111, 48000, 2), EVENT, Codec("telephone-event", 110, 48000)))
    assert [(c.name, c.payload_type, c.clock_rate) for c in found] == [
        ("opus", 96, 48000),
        ("PCMU", 0, 8000),
        ("PCMA", 8, 8000),
        ("telephone-event", 101, 48000),
    ]
    assert common(offered, (EVENT,)) == ()


@pytest.mark.parametrize(
    ("offered", "wanted", "answered"),
    [
        ("sendrecv", "sendrecv", "sendrecv"),
        ("sendonly", "sendrecv", "recvonly"),
        ("recvonly", "sendrecv", "sendonly"),
        ("inactive", "sendrecv", "inactive"),
        ("sendrecv", "sendonly", "sendonly"),
        ("sendonly", "sendonly", "inactive"),
        ("recvonly", "recvonly", "inactive"),
        ("sendrecv", "inactive", "inactive"),
    ],
)
def test_the_answers_direction(offered: Direction, wanted: Direction, answered: Direction) -> None:
    assert answer_direction(offered, wanted) == answered


@pytest.mark.parametrize(
    ("lines", "direction"),
    [
        (["m=audio 5000 RTP/AVP 8", "a=sendonly"], "sendonly"),
        (["m=audio 5000 RTP/AVP 8", "a=inactive"], "inactive"),
        (["a=sendonly", "m=audio 5000 RTP/AVP 8"], "sendonly"),
        (["a=sendonly", "m=audio 5000 RTP/AVP 8", "a=sendrecv"], "sendrecv"),
        (["m=audio 5000 RTP/AVP 8", "c=IN IP4 0.0.0.0"], "sendonly"),
        (["m=audio 5000 RTP/AVP 8", "c=IN IP4 0.0.0.0", "a=inactive"], "inactive"),
    ],
)
def test_every_form_of_hold_is_a_hold(lines: list[str], direction: Direction) -> None:
    audio = find_audio(parse_sdp(offer(*lines)))
    assert audio.direction == direction
    assert audio.is_hold == (direction != "sendrecv")


def test_our_next_offer_goes_up_by_one_version_and_only_if_something_changes() -> None:
    first = make_offer(ORIGIN, LOCAL, [PCMA, EVENT])
    held = revise(first, LOCAL, [PCMA, EVENT], direction="sendonly")
    assert parse_sdp(held).origin == Origin(77, 2, "192.0.2.2")
    assert find_audio(parse_sdp(held)).direction == "sendonly"
    assert revise(held, LOCAL, [PCMA, EVENT], direction="sendonly") == held
    assert next_origin(held).version == 3
    assert parse_sdp(revise(held, Address("192.0.2.3", 4), [PCMA], direction="sendrecv")).connection == "192.0.2.3"


def test_refused_streams_keep_their_places_in_later_offers() -> None:
    answer = make_answer(parse_sdp(LINPHONE), ORIGIN, LOCAL, [OPUS])
    later = parse_sdp(revise(answer, LOCAL, [OPUS], direction="sendonly"))
    assert [(m.kind, m.port) for m in later.media] == [("audio", 30000), ("video", 0)]


def test_an_offer_is_written_as_telephones_expect() -> None:
    assert make_offer(ORIGIN, LOCAL, [PCMA, OPUS, EVENT]) == (
        b"v=0\r\no=- 77 1 IN IP4 192.0.2.2\r\ns=-\r\nc=IN IP4 192.0.2.2\r\nt=0 0\r\nm=audio 30000 RTP/AVP 8 96 101\r\n"
        b"a=rtpmap:8 PCMA/8000\r\na=rtpmap:96 opus/48000/2\r\na=fmtp:96 useinbandfec=1\r\n"
        b"a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\na=ptime:20\r\na=sendrecv\r\n"
    )
    v6 = make_offer(Origin(1, 1, "2001:db8::1"), Address("2001:db8::1", 4000), [PCMA])
    assert b"c=IN IP6 2001:db8::1\r\n" in v6
    assert serialise_sdp(parse_sdp(v6)) == v6


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"v=1\r\n",
        b"hello",
        offer("m=audio x RTP/AVP 8"),
        offer("m=audio 70000 RTP/AVP 8"),
        offer("m=audio 5000 RTP/AVP 8", "c=IN IP4"),
        offer("a=x\ry"),
        offer(*["a=x"] * 2000),
        offer(*["m=audio 5000 RTP/AVP 8"] * 40),
        b"v=0\r\no=- 1 IN IP4 x\r\n",
        b"v=0\r\n" + b"a=" + b"x" * 40_000,
    ],
    ids=range(11),
)
def test_what_is_no_description_is_refused(body: bytes) -> None:
    with pytest.raises(BadSdp):
        parse_sdp(body)


@pytest.mark.parametrize(
    "lines",
    [
        ["m=video 5000 RTP/AVP 31"],
        ["m=audio 0 RTP/AVP 8"],
        ["m=audio 5000 RTP/SAVP 8"],
        ["m=audio 5000 RTP/AVP 96"],
        ["m=audio 5000 RTP/AVP 8", "c=IN IP4 phone.example.com"],
        ["m=audio 5000 RTP/AVP 8", "c=IN IP4 224.2.1.1/127"],
    ],
    ids=["video", "port 0", "SAVP", "no rtpmap", "name", "multicast"],
)
def test_an_offer_without_usable_audio_is_refused(lines: list[str]) -> None:
    with pytest.raises(BadSdp):
        find_audio(parse_sdp(offer(*lines)))


def test_asking_for_nonsense_is_our_own_fault() -> None:
    with pytest.raises(LocalError):
        make_offer(ORIGIN, LOCAL, [])
    with pytest.raises(LocalError):
        make_offer(ORIGIN, LOCAL, [Codec("PCMA", 8, 8000, 1, "x\r\nm=video")])
    with pytest.raises(LocalError):
        revise(offer("m=video 1 RTP/AVP 31"), LOCAL, [PCMA], direction="sendrecv")

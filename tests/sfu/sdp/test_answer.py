# SPDX-License-Identifier: Apache-2.0
"""What is taken of an offer, and how the answer says it."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from aiortc import sdp as aiortc_sdp

from headcall.sfu.sdp import Unacceptable
from headcall.sfu.sdp.answer import Local, select, write
from headcall.sfu.sdp.offer import parse

DATA = Path(__file__).parents[1] / "data"
OFFERS = sorted(DATA.glob("*.sdp"))
LOCAL = Local("ourufrag", "p" * 24, "AA:" * 31 + "AA", ("192.0.2.1", "127.0.0.1"), 8402, 1234, "cname", 77)


def read(name: str) -> str:
    return (DATA / f"{name}.sdp").read_bytes().decode()


def answer(text: str, *prefer: str, local: Local = LOCAL) -> list[str]:
    offer = parse(text)
    return write(offer, select(offer, prefer), local, 3).split("\r\n")


def starting(lines: list[str], start: str) -> list[str]:
    return [line for line in lines if line.startswith(start)]


def test_the_answer_to_chromium_in_full() -> None:
    assert answer(read("chromium-156-audio")) == [
        "v=0",
        "o=- 77 3 IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        "a=ice-lite",
        "a=group:BUNDLE 0",
        "a=msid-semantic: WMS *",
        "m=audio 8402 UDP/TLS/RTP/SAVPF 111 9 8 0 110 126",
        "c=IN IP4 192.0.2.1",
        "a=candidate:1 1 udp 2130706175 192.0.2.1 8402 typ host",
        "a=candidate:2 1 udp 2130705919 127.0.0.1 8402 typ host",
        "a=end-of-candidates",
        "a=ice-ufrag:ourufrag",
        "a=ice-pwd:" + "p" * 24,
        "a=fingerprint:sha-256 " + "AA:" * 31 + "AA",
        "a=setup:passive",
        "a=mid:0",
        "a=extmap:1 urn:ietf:params:rtp-hdrext:ssrc-audio-level",
        "a=sendrecv",
        "a=rtcp-mux",
        "a=rtcp-rsize",
        "a=rtpmap:111 opus/48000/2",
        "a=fmtp:111 minptime=10;useinbandfec=1;stereo=0;sprop-stereo=0",
        "a=rtpmap:9 G722/8000",
        "a=rtpmap:8 PCMA/8000",
        "a=rtpmap:0 PCMU/8000",
        "a=rtpmap:110 telephone-event/48000",
        "a=fmtp:110 0-15",
        "a=rtpmap:126 telephone-event/8000",
        "a=fmtp:126 0-15",
        "a=ptime:20",
        "a=msid:cname cname-audio",
        "a=ssrc:1234 cname:cname",
        "",
    ]


def test_the_preferred_codec_comes_first() -> None:
    lines = answer(read("firefox-153-audio"), "pcma", "PCMU")
    assert starting(lines, "m=") == ["m=audio 8402 UDP/TLS/RTP/SAVPF 8 0 109 9 101"]


def test_a_codec_that_was_not_offered_is_not_answered() -> None:
    text = read("chromium-156-audio").replace(" 9 0 8 13", " 0 13")
    assert starting(answer(text, "PCMA"), "m=") == ["m=audio 8402 UDP/TLS/RTP/SAVPF 111 0 110 126"]


def test_key_presses_need_a_voice_of_their_clock() -> None:
    text = read("chromium-156-audio").replace(" 9 0 8 13 110 126", " 110 126")
    assert starting(answer(text), "m=") == ["m=audio 8402 UDP/TLS/RTP/SAVPF 111 110"]


@pytest.mark.parametrize(
    ("offered", "answered"),
    [("sendrecv", "sendrecv"), ("sendonly", "recvonly"), ("recvonly", "sendonly"), ("inactive", "inactive")],
)
def test_the_direction_is_mirrored(offered: str, answered: str) -> None:
    lines = answer(read("chromium-156-audio").replace("a=sendrecv", f"a={offered}"))
    assert f"a={answered}" in lines
    assert bool(starting(lines, "a=ssrc")) == answered.startswith("send")


@pytest.mark.parametrize("name", ["chromium-156-audio-video-data", "firefox-153-audio-video-data"])
def test_video_and_data_are_rejected_in_their_place(name: str) -> None:
    lines = answer(read(name))
    assert [line.split()[:2] for line in starting(lines, "m=")] == [
        [f"m={section.kind}", "8402" if section.kind == "audio" else "0"] for section in parse(read(name)).sections
    ]
    audio = next(section.mid for section in parse(read(name)).sections if section.kind == "audio")
    assert starting(lines, "a=group") == [f"a=group:BUNDLE {audio}"]
    assert len(starting(lines, "a=mid:")) == 3


def test_bundled_audio_may_leave_its_transport_to_the_first_section() -> None:
    first, second = read("chromium-156-audio-video-data").split("m=video")
    second = re.sub(r"a=(ice-ufrag|ice-pwd|fingerprint|setup|candidate)[^\r]*\r\n", "", second)
    sections = first.split("m=audio")
    # Video first, with the transport; audio second, without one.
    bare = re.sub(r"a=(ice-ufrag|ice-pwd|fingerprint|setup|candidate)[^\r]*\r\n", "", sections[1])
    video = first.split("m=audio")[1]
    ice = "".join(re.findall(r"a=(?:ice-ufrag|ice-pwd|fingerprint|setup)[^\r]*\r\n", video))
    head = sections[0].replace("BUNDLE 0 1 2", "BUNDLE 1 0 2")
    video_part, data_part = second.split("m=application")
    chosen = select(parse(f"{head}m=video{video_part}{ice}m=audio{bare}m=application{data_part}"))
    assert chosen.section.kind == "audio"
    assert chosen.transport.ufrag


@pytest.mark.parametrize("path", OFFERS, ids=lambda path: path.stem)
def test_another_implementation_reads_the_answer(path: Path) -> None:
    text = "\r\n".join(answer(path.read_bytes().decode()))
    read_back = aiortc_sdp.SessionDescription.parse(text)
    audio = next(media for media in read_back.media if media.kind == "audio")
    assert audio.ice is not None
    assert audio.ice.iceLite
    assert audio.ice.usernameFragment == "ourufrag"
    assert [(each.ip, each.port) for each in audio.ice_candidates] == [("192.0.2.1", 8402), ("127.0.0.1", 8402)]
    assert audio.dtls is not None
    assert audio.dtls.role == "server"


def test_an_address_of_ipv6_is_called_so() -> None:
    lines = answer(read("chromium-156-audio"), local=replace(LOCAL, addresses=("2001:db8::1",)))
    assert "c=IN IP6 2001:db8::1" in lines


UNACCEPTABLE = {
    "no audio": read("chromium-156-audio").replace("m=audio", "m=video"),
    "audio switched off": read("chromium-156-audio").replace("m=audio 54123", "m=audio 0"),
    "no codec of ours": re.sub(r"SAVPF [\d ]+", "SAVPF 63 13", read("chromium-156-audio"), count=1),
    "only key presses": re.sub(r"SAVPF [\d ]+", "SAVPF 126", read("chromium-156-audio"), count=1),
    "no encryption": read("chromium-156-audio").replace("UDP/TLS/RTP/SAVPF", "RTP/AVP"),
    "no rtcp-mux": read("chromium-156-audio").replace("a=rtcp-mux\r\n", ""),
    "no ICE": re.sub("a=ice-(ufrag|pwd):.*\r\n", "", read("chromium-156-audio")),
    "no fingerprint": re.sub("a=fingerprint:.*\r\n", "", read("chromium-156-audio")),
    "a weak fingerprint": read("chromium-156-audio").replace("sha-256", "sha-1"),
    "a fingerprint cut short": re.sub("(a=fingerprint:.{40}).*\r", r"\1\r", read("chromium-156-audio")),
    "passive like us": read("chromium-156-audio").replace("actpass", "passive"),
}


@pytest.mark.parametrize("text", UNACCEPTABLE.values(), ids=UNACCEPTABLE)
def test_what_cannot_be_served_is_unacceptable(text: str) -> None:
    with pytest.raises(Unacceptable):
        select(parse(text))


def test_a_level_extension_beyond_one_byte_is_left_out() -> None:
    text = read("chromium-156-audio").replace("a=extmap:1 ", "a=extmap:15 ")
    assert select(parse(text)).level_extension is None

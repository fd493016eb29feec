# SPDX-License-Identifier: Apache-2.0
"""What is read of offers, and that no text does more than be refused."""

import random
import re
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headcall.sfu.sdp import Malformed, SdpError
from headcall.sfu.sdp.answer import Local, select, write
from headcall.sfu.sdp.offer import MAX_OCTETS, parse

DATA = Path(__file__).parents[1] / "data"
OFFERS = sorted(DATA.glob("*.sdp"))
LOCAL = Local("ourufrag", "p" * 24, "AA:" * 31 + "AA", ("192.0.2.1",), 8402, 1234, "cname", 1)


def read(name: str) -> str:
    return (DATA / f"{name}.sdp").read_bytes().decode()


def answered(text: str) -> str:
    offer = parse(text)
    return write(offer, select(offer), LOCAL, 1)


def test_chromium_offers_one_audio_section() -> None:
    offer = parse(read("chromium-156-audio"))
    assert offer.bundle == ("0",)
    (audio,) = offer.sections
    assert (audio.kind, audio.mid, audio.direction, audio.has_mux, audio.has_rsize) == (
        "audio",
        "0",
        "sendrecv",
        True,
        True,
    )
    assert audio.transport.ufrag == "pYg9"
    assert audio.transport.setup == "actpass"
    assert [name for name, _ in audio.transport.fingerprints] == ["sha-256"]
    assert [(codec.name, codec.payload_type, codec.clock_rate) for codec in audio.codecs] == [
        ("opus", 111, 48000),
        ("red", 63, 48000),
        ("G722", 9, 8000),
        ("PCMU", 0, 8000),
        ("PCMA", 8, 8000),
        ("CN", 13, 8000),
        ("telephone-event", 110, 48000),
        ("telephone-event", 126, 8000),
    ]
    assert audio.codecs[0].fmtp == "minptime=10;useinbandfec=1"


def test_firefox_puts_its_fingerprint_at_the_top() -> None:
    audio = parse(read("firefox-153-audio")).sections[0]
    assert audio.transport.fingerprints[0][1].startswith("E1:A4:17")
    assert audio.transport.ufrag == "68d4ee18"


@pytest.mark.parametrize("path", OFFERS, ids=lambda path: path.stem)
def test_a_real_offer_is_answered(path: Path) -> None:
    assert answered(path.read_bytes().decode()).startswith("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\n")


def test_static_payload_types_need_no_rtpmap() -> None:
    text = read("chromium-156-audio").replace("a=rtpmap:8 PCMA/8000\r\n", "").replace("a=rtpmap:0 PCMU/8000\r\n", "")
    names = [codec.name for codec in parse(text).sections[0].codecs]
    assert "PCMA" in names
    assert "PCMU" in names


REFUSED = {
    "nothing": "",
    "no SDP": "hello",
    "no section": "v=0\r\ns=-\r\n",
    "a line without type": read("chromium-156-audio") + "nonsense\r\n",
    "a control character": read("chromium-156-audio") + "a=x:\x00\r\n",
    "a lone carriage return": read("chromium-156-audio") + "a=x:\ry\r\n",
    "half an origin": read("chromium-156-audio").replace(" 2 IN IP4 127.0.0.1", ""),
    "a port too large": read("chromium-156-audio").replace("m=audio 54123", "m=audio 70000"),
    "a fingerprint of dots": re.sub("a=fingerprint:.*\r", "a=fingerprint:sha-256 ...\r", read("chromium-156-audio")),
    "a short password": re.sub("a=ice-pwd:.*\r", "a=ice-pwd:short\r", read("chromium-156-audio")),
    "a ufrag with spaces": re.sub("a=ice-ufrag:.*\r", "a=ice-ufrag:a b c d\r", read("chromium-156-audio")),
    "an unknown setup": read("chromium-156-audio").replace("actpass", "holdconn"),
    "two sections with one mid": read("chromium-156-audio-video-data").replace("a=mid:1", "a=mid:0"),
    "a bundle of strangers": read("chromium-156-audio").replace("BUNDLE 0", "BUNDLE 0 7"),
    "a payload type of 8 bits": read("chromium-156-audio").replace("rtpmap:111", "rtpmap:211"),
    "33 sections": "v=0\r\n" + "m=audio 9 UDP/TLS/RTP/SAVPF 8\r\n" * 33,
    "257 sources": read("chromium-156-audio") + "a=ssrc:1 cname:x\r\n" * 257,
    "too many octets": read("chromium-156-audio") + "a=x:" + "y" * MAX_OCTETS,
    "too many octets in few characters": read("chromium-156-audio") + "a=x:" + "中" * (MAX_OCTETS // 2),
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_what_is_no_offer_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        parse(text)


def mutated(text: str, chance: random.Random) -> str:
    """The text with one to eight wounds."""
    lines = text.split("\r\n")
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(lines))
        match chance.randrange(7):
            case 0:
                del lines[at]
            case 1:
                lines.insert(at, chance.choice(lines))
            case 2:
                lines[at] = lines[at][: chance.randrange(len(lines[at]) + 1)]
            case 3:
                where = chance.randrange(len(lines[at]) + 1)
                lines[at] = (
                    lines[at][:where] + chr(chance.choice((0, 10, 32, 58, 255, 0xD7, 0x10FFFF))) + lines[at][where:]
                )
            case 4:
                lines[at] = re.sub(
                    r"\d+", lambda _: str(chance.choice((-1, 0, 255, 65536, 10**30))), lines[at], count=1
                )
            case 5:
                other = chance.randrange(len(lines))
                lines[at], lines[other] = lines[other], lines[at]
            case _:
                lines[at] = "".join(chance.sample(lines[at], len(lines[at])))
        lines = lines or [""]
    return chance.choice(("\r\n", "\r\n", "\n")).join(lines)


@pytest.mark.parametrize("path", OFFERS, ids=lambda path: path.stem)
def test_a_wounded_offer_is_answered_or_refused_and_nothing_else(path: Path) -> None:
    text = path.read_bytes().decode()
    refused = 0
    for seed in range(1500):
        try:
            answered(mutated(text, random.Random(f"{path.stem}/{seed}")))
        except SdpError:
            refused += 1
    assert 0 < refused < 1500


@given(
    st.text(max_size=300) | st.text(max_size=300).map(lambda rest: f"v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 8\r\na={rest}")
)
def test_any_text_is_answered_or_refused_and_nothing_else(text: str) -> None:
    with suppress(SdpError):
        answered(text)

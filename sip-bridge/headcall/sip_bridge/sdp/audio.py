# SPDX-License-Identifier: Apache-2.0
"""What a description says about the audio stream of a telephone call."""

import ipaddress
import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from headcall.sip_bridge.errors import BadSdp
from headcall.sip_bridge.sdp.model import Description, Media
from headcall.wire.media import Address, Codec

Direction: TypeAlias = Literal["sendrecv", "sendonly", "recvonly", "inactive"]

# RFC 3551 table 4: payload types that need no rtpmap. G722 says 8000 there by an old mistake (4.5.2).
STATIC = {
    0: ("PCMU", 8000),
    3: ("GSM", 8000),
    4: ("G723", 8000),
    8: ("PCMA", 8000),
    9: ("G722", 8000),
    13: ("CN", 8000),
    15: ("G728", 8000),
    18: ("G729", 8000),
}
_RTPMAP = re.compile(r"(\d{1,3}) +([A-Za-z0-9\-._]+)/(\d{1,6})(?:/(\d{1,2}))?", re.ASCII)
_FMTP = re.compile(r"(\d{1,3}) +(.*)", re.ASCII)
_PROTOCOLS = ("RTP/AVP", "RTP/AVPF")
"""Plain RTP. SAVP (RFC 4568) is refused until the media node speaks it on telephone legs."""


@dataclass(frozen=True, slots=True)
class Audio:
    """One audio stream, as the sender of the description sees it."""

    index: int
    """Which m= section it is."""
    remote: Address
    """Where its sender wants RTP. In a hold of the old kind the host is `0.0.0.0` (RFC 2543)."""
    codecs: tuple[Codec, ...]
    """In the sender's order; `telephone-event` among them."""
    direction: Direction
    """From the sender's point of view; of the old hold, `inactive` or `sendonly`."""
    ptime: int | None = None
    protocol: str = "RTP/AVP"

    @property
    def is_hold(self) -> bool:
        """Whether its sender does not want to hear us (RFC 3264 8.4)."""
        return self.direction in ("sendonly", "inactive")


def find_audio(description: Description) -> Audio:
    """The first audio stream that can be used. Raises BadSdp if there is none."""
    for index, media in enumerate(description.media):
        if media.kind == "audio" and media.port and media.protocol in _PROTOCOLS:
            codecs = read_codecs(media)
            if codecs:
                return _read_audio(description, index, media, codecs)
    raise BadSdp("no audio that we could use")


def _read_audio(description: Description, index: int, media: Media, codecs: tuple[Codec, ...]) -> Audio:
    host = media.connection or description.connection
    if host is None:
        raise BadSdp("no c= line")
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        raise BadSdp("c= line without an IP address") from None
    if address.is_multicast:
        raise BadSdp("multicast audio")
    direction = read_direction(description, media)
    if address.is_unspecified:  # RFC 3264 8.4: the hold of RFC 2543
        direction = "inactive" if direction in ("recvonly", "inactive") else "sendonly"
    ptime = media.attribute("ptime") or ""
    return Audio(
        index=index,
        remote=Address(str(address), media.port),
        codecs=codecs,
        direction=direction,
        ptime=int(ptime) if re.fullmatch(r"[0-9]{1,3}", ptime) and int(ptime) else None,
        protocol=media.protocol,
    )


def read_direction(description: Description, media: Media) -> Direction:
    """Of the stream, else of the session, else `sendrecv` (RFC 8866 6.7)."""
    for holder in (media, description):
        for name, _ in holder.attributes:
            if name in ("sendrecv", "sendonly", "recvonly", "inactive"):
                return name  # type: ignore[return-value]
    return "sendrecv"


def read_codecs(media: Media) -> tuple[Codec, ...]:
    """The formats of a stream. One without an rtpmap, and without a place in RFC 3551, is left out."""
    maps = {int(m[1]): m for text in media.attribute_values("rtpmap") if (m := _RTPMAP.fullmatch(text))}
    fmtp = {int(m[1]): m[2] for text in media.attribute_values("fmtp") if (m := _FMTP.fullmatch(text))}
    found: dict[int, Codec] = {}
    for text in media.formats:
        if not re.fullmatch(r"[0-9]{1,3}", text) or int(text) > 127:
            continue
        number = int(text)
        if match := maps.get(number):
            codec = Codec(match[2], number, int(match[3]), int(match[4] or 1), fmtp.get(number, ""))
        elif number in STATIC:
            codec = Codec(STATIC[number][0], number, STATIC[number][1], 1, fmtp.get(number, ""))
        else:
            continue
        found.setdefault(number, codec)
    return tuple(found.values())


def is_event(codec: Codec) -> bool:
    """Whether it carries DTMF (RFC 4733) instead of sound."""
    return codec.name.lower() == "telephone-event"


def same_format(a: Codec, b: Codec) -> bool:
    """Whether two descriptions mean the same format; the payload types may differ."""
    return (a.name.lower(), a.clock_rate, a.channels) == (b.name.lower(), b.clock_rate, b.channels)


def common(offered: tuple[Codec, ...], ours: tuple[Codec, ...]) -> tuple[Codec, ...]:
    """What both can, with the payload types and the order of the offer; DTMF only at the clock rate of the sound
    that comes first. Empty if there is no sound in common."""
    both = [codec for codec in offered if any(same_format(codec, own) for own in ours)]
    sound = [codec for codec in both if not is_event(codec)]
    if not sound:
        return ()
    events = [codec for codec in both if is_event(codec) and codec.clock_rate == sound[0].clock_rate]
    return (*sound, *events[:1])

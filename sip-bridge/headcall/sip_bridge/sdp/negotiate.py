# SPDX-License-Identifier: Apache-2.0
"""Offers and answers (RFC 3264)."""

from collections.abc import Iterable
from dataclasses import replace

from headcall.sip_bridge.errors import LocalError
from headcall.sip_bridge.sdp.audio import Direction, find_audio
from headcall.sip_bridge.sdp.model import Attributes, Description, Media, Origin, parse_sdp, serialise_sdp
from headcall.wire.media import Address, Codec

# RFC 3264 6.1: what may be answered to what. The first is what a party that wants to speak and hear answers.
_MIRROR: dict[Direction, Direction] = {
    "sendrecv": "sendrecv",
    "sendonly": "recvonly",
    "recvonly": "sendonly",
    "inactive": "inactive",
}


def answer_direction(offered: Direction, wanted: Direction = "sendrecv") -> Direction:
    """What we answer: as much of `wanted` as `offered` leaves (RFC 3264 6.1)."""
    may_send = offered in ("sendrecv", "recvonly") and wanted in ("sendrecv", "sendonly")
    may_hear = offered in ("sendrecv", "sendonly") and wanted in ("sendrecv", "recvonly")
    if may_send:
        return "sendrecv" if may_hear else "sendonly"
    return "recvonly" if may_hear else "inactive"


def make_offer(
    origin: Origin,
    local: Address,
    codecs: Iterable[Codec],
    *,
    direction: Direction = "sendrecv",
    ptime: int | None = 20,
) -> bytes:
    """A description with one audio stream."""
    media = _audio(local, tuple(codecs), direction, 20, "RTP/AVP")
    return serialise_sdp(Description(origin, local.host, (media,)))


def make_answer(
    offer: Description,
    origin: Origin,
    local: Address,
    codecs: Iterable[Codec],
    *,
    wanted: Direction = "sendrecv",
) -> bytes:
    """Accepts the first usable audio stream with `codecs` (payload types of the offer), refuses every other stream
    by port 0. Raises BadSdp if there is no usable stream."""
    audio = find_audio(offer)
    direction = answer_direction(audio.direction, wanted)
    accepted = _audio(local, tuple(codecs), direction, audio.ptime or 20, audio.protocol)
    media = tuple(accepted if index == audio.index else _refused(stream) for index, stream in enumerate(offer.media))
    return serialise_sdp(Description(origin, local.host, media))


def revise(previous: bytes, local: Address, codecs: Iterable[Codec], *, direction: Direction) -> bytes:
    """Our next offer of a session whose latest description of ours is `previous`: the streams stay in their places
    (RFC 3264 8), the version goes up by one, unless nothing changes."""
    before = parse_sdp(previous)
    index = next((at for at, media in enumerate(before.media) if media.kind == "audio" and media.port), None)
    if index is None:
        raise LocalError("no audio stream to offer again")
    ptime = int(before.media[index].attribute("ptime") or 20)
    audio = _audio(local, tuple(codecs), direction, ptime, before.media[index].protocol)
    media = (*before.media[:index], audio, *before.media[index + 1 :])
    after = replace(before, connection=local.host, media=media)
    return serialise_sdp(after if after == before else replace(after, origin=before.origin.next()))


def next_origin(previous: bytes) -> Origin:
    """The o= line for our next description after `previous`."""
    return parse_sdp(previous).origin.next()


def _audio(local: Address, codecs: tuple[Codec, ...], direction: Direction, ptime: int | None, protocol: str) -> Media:
    if not codecs:
        raise LocalError("a stream needs a codec")
    attributes: list[tuple[str, str]] = []
    for codec in codecs:
        attributes += _describe(codec)
    if ptime:
        attributes.append(("ptime", str(ptime)))
    attributes.append((direction, ""))
    formats = tuple(str(codec.payload_type) for codec in codecs)
    return Media("audio", local.port, protocol, formats, None, tuple(attributes))


def _describe(codec: Codec) -> Attributes:
    channels = f"/{codec.channels}" if codec.channels > 1 else ""
    lines = [("rtpmap", f"{codec.payload_type} {codec.name}/{codec.clock_rate}{channels}")]
    if codec.fmtp:
        lines.append(("fmtp", f"{codec.payload_type} {codec.fmtp}"))
    return tuple(lines)


def _refused(media: Media) -> Media:
    # RFC 3264 6: port zero, and at least one format must stand there.
    return Media(media.kind, 0, media.protocol, media.formats[:1])


def mirror(direction: Direction) -> Direction:
    """The same stream seen from the other end."""
    return _MIRROR[direction]

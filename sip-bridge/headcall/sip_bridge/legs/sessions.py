# SPDX-License-Identifier: Apache-2.0
"""The session descriptions of a leg."""

from dataclasses import replace

from headcall.sip_bridge.errors import BadSdp
from headcall.sip_bridge.legs.leg import Leg
from headcall.sip_bridge.message import Request
from headcall.sip_bridge.sdp import Audio, Origin, find_audio, is_event, make_answer, make_offer, parse_sdp
from headcall.wire.media import Address, Codec


def far_end(sdp: bytes, nat: tuple[str, str] | None = None) -> Audio:
    """What the telephone says of its audio. Raises BadSdp, also when there is nothing but DTMF.

    Behind a NAT (`Leg.nats`) it names an address that is not reachable; its RTP will come from where its signalling
    comes from, and the media node finds out from which port (RFC 4961).
    """
    audio = find_audio(parse_sdp(sdp))
    if all(is_event(codec) for codec in audio.codecs):
        raise BadSdp("no sound in the description")
    if nat is not None and audio.remote.host == nat[0]:
        return replace(audio, remote=Address(nat[1], audio.remote.port))
    return audio


def nat_of(request: Request, source: str) -> tuple[str, str] | None:
    """The address that the sender of a request believes to have, and the one it is seen from, if they differ. Behind
    a proxy nothing can be told: the source is the proxy's."""
    if len(request.vias) > 1 or request.record_route or not request.contacts:
        return None
    believed = request.contacts[0].uri.address
    return (believed, source) if believed != source and believed == request.via.host.strip("[]").lower() else None


def origin_of(leg: Leg) -> Origin:
    """Our o= line: made from the leg's id, so that it is the same whenever it is made."""
    assert leg.local is not None
    return Origin(_number(leg.leg_id), 1, leg.local.host)


def _number(leg_id: str) -> int:
    return int.from_bytes(leg_id.encode()[-7:], "big") & ((1 << 53) - 1)


def our_answer(leg: Leg) -> bytes:
    """To the caller's offer; or our own offer, if it made none. The same in a 183 and in the 200 (RFC 3261 13.2.1)."""
    assert leg.local is not None
    if not leg.offer:
        return make_offer(origin_of(leg), leg.local, leg.codecs)
    return make_answer(parse_sdp(leg.offer), origin_of(leg), leg.local, leg.codecs)


def our_offer(leg: Leg) -> bytes:
    assert leg.local is not None
    return make_offer(origin_of(leg), leg.local, leg.codecs)


def where_to_send(audio: Audio, before: Address | None) -> Address:
    """The old kind of hold names no address (RFC 2543): the one before stays."""
    is_nowhere = audio.remote.host in ("0.0.0.0", "::")
    return before if is_nowhere and before is not None else audio.remote


def sound(codecs: tuple[Codec, ...]) -> str:
    """Name of the codec that comes first."""
    return next((codec.name for codec in codecs if not is_event(codec)), "")

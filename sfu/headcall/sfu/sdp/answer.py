# SPDX-License-Identifier: Apache-2.0
"""Decides what of an offer is taken, and writes the answer (RFC 9429 5.3.1).

A leg of a call is one audio section. Everything else in the offer is rejected with port 0, its section kept in place.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from headcall.sfu.codecs import choose
from headcall.sfu.sdp import Unacceptable
from headcall.sfu.sdp.offer import Offer, Section, Transport
from headcall.wire.media import Codec

# Best first for a browser: Opus conceals loss; the others are what telephones speak. G.722 before G.711, because it
# carries twice the band at the same rate. `prefer` of the command goes ahead of this, so that packets pass through.
ORDER = ("opus", "G722", "PCMA", "PCMU")

LEVEL = "urn:ietf:params:rtp-hdrext:ssrc-audio-level"  # RFC 6464
ONE_BYTE_IDS = range(1, 15)  # RFC 8285 4.2; larger ones would need the two-byte form, which no browser offers alone
HASHES = {"sha-256": 32, "sha-384": 48, "sha-512": 64}  # RFC 8122 5; weaker ones prove nothing
REVERSED = {"sendrecv": "sendrecv", "sendonly": "recvonly", "recvonly": "sendonly", "inactive": "inactive"}
PROFILES = frozenset(("UDP/TLS/RTP/SAVPF", "UDP/TLS/RTP/SAVP", "RTP/SAVPF"))  # RFC 9429 5.1.2 takes them all as one


@dataclass(frozen=True, slots=True)
class Local:
    """Our end of a transport."""

    ufrag: str
    pwd: str
    fingerprint: str
    """SHA-256 of our certificate."""
    addresses: tuple[str, ...]
    """Where browsers reach us, best first."""
    port: int
    ssrc: int
    cname: str
    session_id: int


@dataclass(frozen=True, slots=True)
class Chosen:
    """What was taken of an offer."""

    section: Section
    transport: Transport
    codecs: tuple[Codec, ...]
    """Preferred first, `telephone-event` last."""
    level_extension: int | None
    is_bundled: bool


def select(offer: Offer, prefer: Sequence[str] = ()) -> Chosen:
    """The audio section to serve and how. Raises `Unacceptable` when there is none."""
    order = (*prefer, *ORDER)
    for section in offer.sections:
        if section.kind == "audio" and _is_live(section) and (codecs := choose(section.codecs, order)):
            break
    else:
        raise Unacceptable("no audio section with a codec we speak")
    if not section.has_mux:
        raise Unacceptable("the audio section is without a=rtcp-mux")
    is_bundled = bool(section.mid) and section.mid in offer.bundle
    transport = _transport(offer, section) if is_bundled else section.transport
    _check_transport(transport)
    level = section.extensions.get(LEVEL)
    return Chosen(section, transport, codecs, level if level in ONE_BYTE_IDS else None, is_bundled)


def _is_live(section: Section) -> bool:
    return section.protocol in PROFILES and (section.port != 0 or section.is_bundle_only)


def _transport(offer: Offer, section: Section) -> Transport:
    """Of bundled sections only the first need carry ICE and DTLS attributes (RFC 8843 7.1.3)."""
    if section.transport.ufrag and section.transport.fingerprints:
        return section.transport
    return next(each.transport for each in offer.sections if each.mid == offer.bundle[0])


def _check_transport(transport: Transport) -> None:
    if not transport.ufrag or not transport.pwd:
        raise Unacceptable("no ICE user fragment and password")
    if transport.setup == "passive":
        raise Unacceptable("a=setup:passive, but so are we: the offerer of WebRTC is actpass (RFC 8842 5.3)")
    strong = [value for name, value in transport.fingerprints if name in HASHES]
    if not strong:
        raise Unacceptable("no certificate fingerprint by SHA-256 or better")
    for name, value in transport.fingerprints:
        if name in HASHES and len(value) != 3 * HASHES[name] - 1:
            raise Unacceptable(f"a {name} fingerprint of the wrong length")


def write(offer: Offer, chosen: Chosen, local: Local, version: int) -> str:
    """The answer, its sections in the order of the offer."""
    lines = [
        "v=0",
        f"o=- {local.session_id} {version} IN IP4 127.0.0.1",
        "s=-",
        "t=0 0",
        "a=ice-lite",
    ]
    if chosen.is_bundled:
        lines.append(f"a=group:BUNDLE {chosen.section.mid}")
    lines.append("a=msid-semantic: WMS *")
    for section in offer.sections:
        lines += _taken(chosen, local) if section is chosen.section else _rejected(section)
    return "".join(f"{line}\r\n" for line in lines)


def _rejected(section: Section) -> list[str]:
    # RFC 3264 6: the formats of a rejected section do not matter, but one must be there.
    mid = [f"a=mid:{section.mid}"] if section.mid else []
    return [
        f"m={section.kind} 0 {section.protocol} {' '.join(section.formats)}",
        "c=IN IP4 0.0.0.0",
        "a=inactive",
        *mid,
    ]


def _taken(chosen: Chosen, local: Local) -> list[str]:
    section = chosen.section
    numbers = " ".join(str(codec.payload_type) for codec in chosen.codecs)
    lines = [
        f"m=audio {local.port} {section.protocol} {numbers}",
        f"c=IN {_family(local.addresses[0])} {local.addresses[0]}",
        *_candidates(local),
        f"a=ice-ufrag:{local.ufrag}",
        f"a=ice-pwd:{local.pwd}",
        f"a=fingerprint:sha-256 {local.fingerprint}",
        "a=setup:passive",
    ]
    if section.mid:
        lines.append(f"a=mid:{section.mid}")
    if chosen.level_extension:
        lines.append(f"a=extmap:{chosen.level_extension} {LEVEL}")
    lines += [f"a={REVERSED[section.direction]}", "a=rtcp-mux"]
    if section.has_rsize:
        lines.append("a=rtcp-rsize")
    for codec in chosen.codecs:
        lines += _format(codec)
    lines.append("a=ptime:20")
    if section.direction in ("sendrecv", "recvonly"):
        lines += [f"a=msid:{local.cname} {local.cname}-audio", f"a=ssrc:{local.ssrc} cname:{local.cname}"]
    return lines


def _format(codec: Codec) -> list[str]:
    name = codec.name.lower()
    channels = f"/{codec.channels}" if codec.channels > 1 else ""
    lines = [f"a=rtpmap:{codec.payload_type} {codec.name}/{codec.clock_rate}{channels}"]
    if name == "opus":
        # RFC 7587 6.1: in-band FEC towards us, one channel both ways.
        lines.append(f"a=fmtp:{codec.payload_type} minptime=10;useinbandfec=1;stereo=0;sprop-stereo=0")
    elif name == "telephone-event":
        lines.append(f"a=fmtp:{codec.payload_type} 0-15")
    return lines


def _candidates(local: Local) -> list[str]:
    """Host candidates (RFC 8839 5.1); priority by RFC 8445 5.1.2.1: type 126, our order, component 1."""
    lines = [
        f"a=candidate:{n} 1 udp {(126 << 24) | ((65535 - n) << 8) | 255} {address} {local.port} typ host"
        for n, address in enumerate(local.addresses, 1)
    ]
    return [*lines, "a=end-of-candidates"]


def _family(address: str) -> str:
    return f"IP{ip_address(address).version}"

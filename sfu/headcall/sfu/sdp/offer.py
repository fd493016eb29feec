# SPDX-License-Identifier: Apache-2.0
"""Reads a browser's offer: what we need of it, and nothing else. Raises `SdpError`, whatever the text."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from headcall.sfu.codecs import STATIC
from headcall.sfu.sdp import Malformed
from headcall.wire.media import Codec

# The largest honest offer known is Chromium's with 49 video slots before setCodecPreferences, 247 KB; ours are 2 KB.
MAX_OCTETS = 256 * 1024
MAX_SECTIONS = 32
MAX_SSRC_LINES = 256
MAX_FORMATS = 128  # payload types are 7 bits wide

LINE = re.compile(r"[a-z]=[^\x00-\x08\x0a-\x1f]*\Z")  # RFC 8866 9: type "=" text, without control characters
MID = re.compile(r"[!#-'*+\-.0-9A-Z^_`a-z{|}~]{1,32}", re.ASCII)  # a token; RFC 8843 asks for 3 octets at most
# RFC 8839 5.4:  ice-pwd = 22*256ice-char, ice-ufrag = 4*256ice-char. The ufrag is a key in the engine: at most 64.
UFRAG = re.compile(r"[A-Za-z0-9+/]{4,64}", re.ASCII)
PASSWORD = re.compile(r"[A-Za-z0-9+/]{22,256}", re.ASCII)
# RFC 8122 5:  fingerprint-attribute = "fingerprint" ":" hash-func SP fingerprint
FINGERPRINT = re.compile(r"([A-Za-z0-9-]{1,16}) ((?:[0-9A-Fa-f]{2}:){7,63}[0-9A-Fa-f]{2})", re.ASCII)
# RFC 8866 5.14. The port may carry a number of ports ("/2"), which WebRTC never does.
MEDIA = re.compile(r"([a-z]{1,16}) ([0-9]{1,5}) ([A-Za-z0-9/]{1,32})((?: [!-~]{1,64}){1,128})", re.ASCII)
RTPMAP = re.compile(r"([0-9]{1,3}) ([!-.0-~]{1,32})/([0-9]{1,6})(?:/([0-9]{1,2}))?", re.ASCII)
FMTP = re.compile(r"([0-9]{1,3}) ([ -~]{1,1024})", re.ASCII)
EXTMAP = re.compile(r"([0-9]{1,5})(?:/[a-z]{4,8})? ([!-~]{1,256})(?: [ -~]*)?", re.ASCII)
DIRECTIONS = frozenset(("sendrecv", "sendonly", "recvonly", "inactive"))
SETUPS = frozenset(("actpass", "active", "passive"))


@dataclass(slots=True)
class Transport:
    """ICE and DTLS of the far end (RFC 8839, RFC 8842). At session level it is the default of every section."""

    ufrag: str = ""
    pwd: str = ""
    fingerprints: list[tuple[str, str]] = field(default_factory=list)
    """Hash function in small letters, value in capitals."""
    setup: str = ""


@dataclass(slots=True)
class Section:
    """One `m=` section."""

    kind: str
    port: int
    protocol: str
    formats: list[str]
    direction: str = "sendrecv"
    mid: str = ""
    transport: Transport = field(default_factory=Transport)
    maps: dict[int, Codec] = field(default_factory=dict)
    parameters: dict[int, str] = field(default_factory=dict)
    extensions: dict[str, int] = field(default_factory=dict)
    has_mux: bool = False
    has_rsize: bool = False
    is_bundle_only: bool = False

    @property
    def codecs(self) -> list[Codec]:
        """The formats in the order of the `m=` line, with their names."""
        numbers = [int(text) for text in self.formats if text.isdecimal() and len(text) <= 3]
        named = (self.maps.get(number) or _static(number) for number in numbers)
        return [
            Codec(codec.name, codec.payload_type, codec.clock_rate, codec.channels, self.parameters.get(number, ""))
            for number, codec in zip(numbers, named, strict=True)
            if codec
        ]


@dataclass(slots=True)
class Offer:
    sections: list[Section] = field(default_factory=list)
    bundle: tuple[str, ...] = ()
    """The mids of the first BUNDLE group; empty when nothing is bundled."""
    session: str = ""
    """Which peer connection this is: user name and session id of the `o=` line, the same in all its offers."""


def parse(text: str) -> Offer:
    """The offer, with the session's ICE and DTLS attributes filled in where a section has none of its own."""
    if len(text) > MAX_OCTETS or len(text.encode("utf-8", "replace")) > MAX_OCTETS:
        raise Malformed(f"an offer of over {MAX_OCTETS} octets")
    lines = text.replace("\r\n", "\n").rstrip("\n").split("\n")
    if lines[0] != "v=0":
        raise Malformed("the first line is not v=0")
    if sum(line.startswith("a=ssrc:") for line in lines) > MAX_SSRC_LINES:
        raise Malformed(f"more than {MAX_SSRC_LINES} a=ssrc lines")
    return _read(lines[1:])


def _read(lines: list[str]) -> Offer:
    offer, session = Offer(), Transport()
    for line in lines:
        if not LINE.match(line):
            raise Malformed(f"no line of SDP: {_shown(line)}")
        name, _, value = line[2:].partition(":")
        if line.startswith("m="):
            offer.sections.append(_section(line))
        elif line.startswith("o="):
            offer.session = _session(line)
        elif line.startswith("a=") and offer.sections:
            _section_attribute(offer.sections[-1], name, value)
        elif line.startswith("a="):
            _session_attribute(offer, session, name, value)
    if not 0 < len(offer.sections) <= MAX_SECTIONS:
        raise Malformed(f"{len(offer.sections)} m= sections, not 1 to {MAX_SECTIONS}")
    _check_mids(offer)
    for section in offer.sections:
        _inherit(section.transport, session)
    return offer


def _section(line: str) -> Section:
    found = MEDIA.fullmatch(line, 2)
    if not found or int(found[2]) > 65535:
        raise Malformed(f"no media description: {_shown(line)}")
    return Section(found[1], int(found[2]), found[3], found[4].split())


def _session(line: str) -> str:
    # RFC 8866 5.2:  o=<username> <sess-id> <sess-version> <nettype> <addrtype> <unicast-address>
    words = line[2:].split(" ")
    if len(words) != 6 or len(line) > 256:
        raise Malformed(f"no origin: {_shown(line)}")
    return " ".join(words[:2])


def _section_attribute(section: Section, name: str, value: str) -> None:
    if name in DIRECTIONS:
        section.direction = name
    elif read := ATTRIBUTES.get(name):
        read(section, value)
    elif read_transport := TRANSPORT.get(name):
        read_transport(section.transport, value)


def _session_attribute(offer: Offer, session: Transport, name: str, value: str) -> None:
    if name == "group":
        semantics, *mids = value.split()[: MAX_SECTIONS + 1] or [""]
        if semantics == "BUNDLE" and not offer.bundle:
            offer.bundle = tuple(mids)
    elif read := TRANSPORT.get(name):
        read(session, value)


def _check_mids(offer: Offer) -> None:
    mids = [section.mid for section in offer.sections if section.mid]
    if len(set(mids)) != len(mids):
        raise Malformed("two sections with one mid")
    if not set(offer.bundle) <= set(mids):
        raise Malformed("a=group:BUNDLE names a mid that no section has")


def _inherit(own: Transport, session: Transport) -> None:
    own.ufrag = own.ufrag or session.ufrag
    own.pwd = own.pwd or session.pwd
    own.fingerprints = own.fingerprints or list(session.fingerprints)
    own.setup = own.setup or session.setup


def _static(number: int) -> Codec | None:
    return Codec(STATIC[number][0], number, STATIC[number][1]) if number in STATIC else None


def _shown(line: str) -> str:
    """A piece of a stranger's text, safe in a log."""
    return ascii(line[:60])


# ---------------------------------------------------------------- one reader per attribute


def _read_mid(section: Section, value: str) -> None:
    section.mid = _matching(MID, "mid", value)


def _read_rtpmap(section: Section, value: str) -> None:
    # RFC 8866 6.6:  rtpmap-value = payload-type SP encoding-name "/" clock-rate [ "/" encoding-params ]
    found = RTPMAP.fullmatch(value)
    if not found or int(found[1]) > 127:
        raise Malformed(f"a=rtpmap:{_shown(value)}")
    number = int(found[1])
    section.maps.setdefault(number, Codec(found[2], number, int(found[3]), int(found[4] or 1)))


def _read_fmtp(section: Section, value: str) -> None:
    # Formats are read for audio only, and an unreadable one is only unknown: data channels have had words here.
    if found := FMTP.fullmatch(value):
        section.parameters.setdefault(int(found[1]), found[2])


def _read_extmap(section: Section, value: str) -> None:
    # RFC 8285 8:  extmap = mapentry SP extensionname [SP extensionattributes]
    if not (found := EXTMAP.fullmatch(value)):
        raise Malformed(f"a=extmap:{_shown(value)}")
    section.extensions.setdefault(found[2], int(found[1]))


def _read_mux(section: Section, value: str) -> None:
    section.has_mux = True


def _read_rsize(section: Section, value: str) -> None:
    section.has_rsize = True


def _read_bundle_only(section: Section, value: str) -> None:
    section.is_bundle_only = True


def _read_ufrag(transport: Transport, value: str) -> None:
    transport.ufrag = _matching(UFRAG, "ice-ufrag", value)


def _read_pwd(transport: Transport, value: str) -> None:
    transport.pwd = _matching(PASSWORD, "ice-pwd", value)


def _read_fingerprint(transport: Transport, value: str) -> None:
    if not (found := FINGERPRINT.fullmatch(value)):
        raise Malformed(f"a=fingerprint:{_shown(value)}")
    if len(transport.fingerprints) >= 8:
        raise Malformed("more than 8 fingerprints")
    transport.fingerprints.append((found[1].lower(), found[2].upper()))


def _read_setup(transport: Transport, value: str) -> None:
    if value not in SETUPS:
        raise Malformed(f"a=setup:{_shown(value)}")
    transport.setup = value


def _matching(pattern: re.Pattern[str], name: str, value: str) -> str:
    if not pattern.fullmatch(value):
        raise Malformed(f"a={name}:{_shown(value)}")
    return value


TRANSPORT: Mapping[str, Callable[[Transport, str], None]] = {
    "ice-ufrag": _read_ufrag,
    "ice-pwd": _read_pwd,
    "fingerprint": _read_fingerprint,
    "setup": _read_setup,
}
ATTRIBUTES: Mapping[str, Callable[[Section, str], None]] = {
    "mid": _read_mid,
    "rtpmap": _read_rtpmap,
    "fmtp": _read_fmtp,
    "extmap": _read_extmap,
    "rtcp-mux": _read_mux,
    "rtcp-rsize": _read_rsize,
    "bundle-only": _read_bundle_only,
}

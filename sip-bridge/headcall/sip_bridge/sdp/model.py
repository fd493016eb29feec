# SPDX-License-Identifier: Apache-2.0
"""Session descriptions as telephony needs them (RFC 8866): origin, connection, media, attributes.

Lines that no telephone acts on (i, u, e, p, r, z, k) are read over; b= is not kept.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from headcall.sip_bridge.errors import BadSdp, LocalError

Attributes = tuple[tuple[str, str], ...]
"""`a=` lines in order; a flag has an empty value."""

MAX_SDP = 32_768
MAX_LINES = 1_024
MAX_MEDIA = 32

_LINE = re.compile(r"([a-z])=([^\0-\x08\x0a-\x1f]*)")
# m=  media SP port ["/" integer] SP proto 1*(SP fmt)
_MEDIA = re.compile(r"([A-Za-z0-9\-.+]+) (\d{1,5})(?:/(\d{1,3}))? ([A-Za-z0-9\-.+/]+)((?: [!-~]+)+)", re.ASCII)
_CONNECTION = re.compile(r"IN (IP4|IP6) ([0-9A-Za-z.:\-]+)(?:/\d+)*", re.ASCII)
# RFC 8866 5.2 bounds neither number; 20 digits hold any 64-bit one, and telephones send those.
_ORIGIN = re.compile(r"(\S+) (\d{1,20}) (\d{1,20}) IN (IP4|IP6) (\S+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Origin:
    """Who made a description, and which of its versions this is."""

    session_id: int
    version: int
    address: str
    username: str = "-"

    def next(self) -> "Origin":
        return Origin(self.session_id, self.version + 1, self.address, self.username)


@dataclass(frozen=True, slots=True)
class Media:
    """One m= section."""

    kind: str
    port: int
    protocol: str
    formats: tuple[str, ...]
    connection: str | None = None
    """Of its own c= line."""
    attributes: Attributes = ()

    def attribute(self, name: str) -> str | None:
        """The first `a=name`; empty for a flag, None if missing."""
        return next((value for key, value in self.attributes if key == name), None)

    def attribute_values(self, name: str) -> list[str]:
        return [value for key, value in self.attributes if key == name]


@dataclass(frozen=True, slots=True)
class Description:
    origin: Origin
    connection: str | None
    media: tuple[Media, ...]
    attributes: Attributes = field(default=())

    def attribute(self, name: str) -> str | None:
        return next((value for key, value in self.attributes if key == name), None)


def parse_sdp(body: bytes) -> Description:
    """Raises BadSdp, and nothing else."""
    if len(body) > MAX_SDP:
        raise BadSdp("session description too large")
    lines = [line.rstrip("\r") for line in body.decode("utf-8", "replace").split("\n")]
    while lines and not lines[-1].strip():
        lines.pop()
    if len(lines) > MAX_LINES:
        raise BadSdp("session description too long")
    pairs = [_read_line(line) for line in lines]
    if not pairs or pairs[0] != ("v", "0"):
        raise BadSdp("no v=0")
    starts = [at for at, (letter, _) in enumerate(pairs) if letter == "m"]
    if len(starts) > MAX_MEDIA:
        raise BadSdp("too many media")
    session = pairs[: starts[0]] if starts else pairs
    sections = [pairs[at:until] for at, until in zip(starts, [*starts[1:], len(pairs)], strict=False)]
    return Description(
        origin=_read_origin(session),
        connection=_read_connection(session),
        media=tuple(map(_read_media, sections)),
        attributes=_read_attributes(session),
    )


def _read_line(line: str) -> tuple[str, str]:
    match = _LINE.fullmatch(line)
    if match is None:
        raise BadSdp("bad line in session description")
    return match[1], match[2].strip()


def _read_origin(lines: Iterable[tuple[str, str]]) -> Origin:
    text = next((value for letter, value in lines if letter == "o"), "")
    match = _ORIGIN.fullmatch(text)
    if match is None:
        raise BadSdp("bad o= line")
    return Origin(int(match[2]), int(match[3]), match[5], match[1])


def _read_connection(lines: Iterable[tuple[str, str]]) -> str | None:
    text = next((value for letter, value in lines if letter == "c"), None)
    if text is None:
        return None
    match = _CONNECTION.fullmatch(text)
    if match is None:
        raise BadSdp("bad c= line")
    return match[2]


def _read_attributes(lines: Iterable[tuple[str, str]]) -> Attributes:
    found = (value.partition(":") for letter, value in lines if letter == "a")
    return tuple((name.strip(), value.strip()) for name, _, value in found)


def _read_media(lines: list[tuple[str, str]]) -> Media:
    match = _MEDIA.fullmatch(lines[0][1])
    if match is None or int(match[2]) > 65535:
        raise BadSdp("bad m= line")
    return Media(
        kind=match[1].lower(),
        port=int(match[2]),
        protocol=match[4].upper(),
        formats=tuple(match[5].split()),
        connection=_read_connection(lines),
        attributes=_read_attributes(lines),
    )


def serialise_sdp(description: Description) -> bytes:
    origin = description.origin
    lines = [
        "v=0",
        f"o={origin.username} {origin.session_id} {origin.version} {_net(origin.address)}",
        "s=-",
        *([f"c={_net(description.connection)}"] if description.connection else []),
        "t=0 0",
        *map(_attribute, description.attributes),
    ]
    for media in description.media:
        lines.append(f"m={media.kind} {media.port} {media.protocol} {' '.join(media.formats)}")
        if media.connection:
            lines.append(f"c={_net(media.connection)}")
        lines += map(_attribute, media.attributes)
    if any("\r" in line or "\n" in line for line in lines):
        raise LocalError("line break in a session description")
    return ("\r\n".join(lines) + "\r\n").encode()


def _net(address: str) -> str:
    return f"IN {'IP6' if ':' in address else 'IP4'} {address}"


def _attribute(pair: tuple[str, str]) -> str:
    name, value = pair
    return f"a={name}:{value}" if value else f"a={name}"

# SPDX-License-Identifier: Apache-2.0
"""Header fields: an ordered multi-map without case, and the values that we route by (RFC 3261 section 20)."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from headcall.sip_bridge.errors import LocalError, Malformed
from headcall.sip_bridge.grammar import MAX_CSEQ, TOKEN, Params, read_number, read_params, split_commas, write_params
from headcall.sip_bridge.uri import split_host_port

MAGIC = "z9hG4bK"
"""What a branch of RFC 3261 begins with; one without it comes from an RFC 2543 peer."""

# The compact forms of RFC 3261 20 and of the extensions we meet (IANA registry "Header Fields").
COMPACT = {
    "a": "Accept-Contact",
    "b": "Referred-By",
    "c": "Content-Type",
    "d": "Request-Disposition",
    "e": "Content-Encoding",
    "f": "From",
    "i": "Call-ID",
    "j": "Reject-Contact",
    "k": "Supported",
    "l": "Content-Length",
    "m": "Contact",
    "o": "Event",
    "r": "Refer-To",
    "s": "Subject",
    "t": "To",
    "u": "Allow-Events",
    "v": "Via",
    "x": "Session-Expires",
    "y": "Identity",
}

# Names whose capitals are not those of every word.
_SPECIAL = {
    "call-id": "Call-ID",
    "cseq": "CSeq",
    "www-authenticate": "WWW-Authenticate",
    "mime-version": "MIME-Version",
    "min-se": "Min-SE",
    "rack": "RAck",
    "rseq": "RSeq",
    "sip-etag": "SIP-ETag",
    "sip-if-match": "SIP-If-Match",
    **{short: full for short, full in COMPACT.items()},
}
_VERSION = re.compile(r"\d\.\d", re.ASCII)
_CANONICAL: dict[str, str] = {}
_KNOWN_NAMES = 512
"""How many spellings are remembered; a stranger can send any number of new ones."""


def canonical(name: str) -> str:
    """`call-id` and `i` are `Call-ID`; what we do not know gets a capital for every word."""
    found = _CANONICAL.get(name)
    if found is None:
        lower = name.lower()
        found = _SPECIAL.get(lower) or "-".join(word.capitalize() for word in lower.split("-"))
        if len(_CANONICAL) < _KNOWN_NAMES:
            _CANONICAL[name] = found
    return found


class Headers:
    """Header fields in their order. Names have no case and compact forms are the long ones. Never changes."""

    __slots__ = ("_index", "_items")

    def __init__(self, items: Iterable[tuple[str, str]] = ()) -> None:
        self._items: tuple[tuple[str, str], ...] = tuple((canonical(name), value) for name, value in items)
        self._index: dict[str, list[str]] | None = None

    def get(self, name: str, default: str | None = None) -> str | None:
        """The first field of that name."""
        values = self._values(name)
        return values[0] if values else default

    def all(self, name: str) -> list[str]:
        """Every field of that name, as it stands, in order."""
        return list(self._values(name))

    def elements(self, name: str) -> list[str]:
        """The elements of every field of that name, the comma-separated ones taken apart. Raises Malformed."""
        return [element for value in self._values(name) for element in split_commas(value) if element]

    def replaced(self, name: str, *values: str) -> "Headers":
        """With these fields in the place of all of that name (at the end if there were none)."""
        name = canonical(name)
        items: list[tuple[str, str]] = []
        done = False
        for key, value in self._items:
            if key != name:
                items.append((key, value))
            elif not done:
                items.extend((name, new) for new in values)
                done = True
        if not done:
            items.extend((name, new) for new in values)
        return Headers(items)

    def without(self, *names: str) -> "Headers":
        gone = {canonical(name) for name in names}
        return Headers(item for item in self._items if item[0] not in gone)

    def added(self, *items: tuple[str, str]) -> "Headers":
        """With more fields at the end."""
        return Headers((*self._items, *items))

    def prepended(self, *items: tuple[str, str]) -> "Headers":
        """With more fields at the top, as a Via wants."""
        return Headers((*items, *self._items))

    def _values(self, name: str) -> list[str]:
        index = self._index
        if index is None:
            index = self._index = {}
            for key, value in self._items:
                if key in index:
                    index[key].append(value)
                else:
                    index[key] = [value]
        return index.get(name) or index.get(canonical(name), [])

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and bool(self._values(name))

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Headers) and self._items == other._items

    def __hash__(self) -> int:
        return hash(self._items)

    def __repr__(self) -> str:
        return f"<Headers {', '.join(name for name, _ in self._items)}>"  # values may hold numbers: not in a log


@dataclass(frozen=True, slots=True)
class Via:
    """One hop (RFC 3261 20.42). `sent-protocol` is always SIP/2.0."""

    transport: str
    """In upper case: UDP, TCP, TLS, WS, WSS."""
    host: str
    port: int | None = None
    params: Params = field(default=())

    @staticmethod
    def parse(text: str) -> "Via":
        """Raises Malformed."""
        protocol, _, rest = text.strip().partition(";")
        head, params = _via_head(protocol), read_params(f";{rest}") if rest.strip() else ()
        return Via(*head, params=params)

    def param(self, name: str) -> str | None:
        """The value of a parameter; None if it is missing, empty if it is a flag."""
        for key, value in self.params:
            if key == name:
                return value or ""
        return None

    @property
    def branch(self) -> str | None:
        return self.param("branch")

    @property
    def sent_by(self) -> str:
        """`host:port` in lower case with the port always there, for comparison (RFC 3261 18.1.1)."""
        return f"{self.host.lower()}:{self.port or (5061 if self.transport in ('TLS', 'WSS') else 5060)}"

    def with_param(self, name: str, value: str | None) -> "Via":
        if any(key == name for key, _ in self.params):
            return replace(self, params=tuple((k, value if k == name else v) for k, v in self.params))
        return replace(self, params=(*self.params, (name, value)))

    def __str__(self) -> str:
        port = "" if self.port is None else f":{self.port}"
        return f"SIP/2.0/{self.transport} {self.host}{port}{write_params(self.params)}"


def _via_head(text: str) -> tuple[str, str, int | None]:
    # sent-protocol = protocol-name SLASH protocol-version SLASH transport, and SLASH = SWS "/" SWS
    parts = text.split("/")
    if len(parts) != 3:
        raise Malformed("bad Via")
    name, version, rest = (part.strip() for part in parts)
    transport, _, sent_by = rest.replace("\t", " ").partition(" ")
    # A Via of another version is read too: it is where a 505 goes.
    if name.upper() != "SIP" or not _VERSION.fullmatch(version) or not TOKEN.fullmatch(transport):
        raise Malformed("bad Via")
    host, colon, port = sent_by.strip().rpartition(":")
    hostport = f"{host.strip()}:{port.strip()}" if colon and not sent_by.rstrip().endswith("]") else sent_by.strip()
    return (transport.upper(), *split_host_port(hostport))


@dataclass(frozen=True, slots=True)
class CSeq:
    """A command sequence (RFC 3261 20.16)."""

    number: int
    method: str

    @staticmethod
    def parse(text: str) -> "CSeq":
        """Raises Malformed."""
        parts = text.split()
        if len(parts) != 2 or not TOKEN.fullmatch(parts[1]):
            raise Malformed("bad CSeq")
        return CSeq(read_number(parts[0], most=MAX_CSEQ, what="CSeq"), parts[1])

    def __str__(self) -> str:
        return f"{self.number} {self.method}"


def check_value(value: str) -> str:
    """A value of ours for a header field; a line break in it would be another header field."""
    if "\r" in value or "\n" in value:
        raise LocalError("line break in a header value")
    return value

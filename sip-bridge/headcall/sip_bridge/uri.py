# SPDX-License-Identifier: Apache-2.0
"""SIP, SIPS and tel URIs, and the name-addr form that wraps them (RFC 3261 sections 19.1 and 25.1, RFC 3966)."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from urllib.parse import unquote as unescape

from headcall.sip_bridge.errors import Malformed
from headcall.sip_bridge.grammar import (
    HOST,
    QUOTED,
    Params,
    quote,
    read_number,
    read_params,
    unquote,
    write_params,
)

MAX_URI = 2048

# user  =  1*( unreserved / escaped / user-unreserved ); the password adds nothing we need to tell apart
_USER = re.compile(r"(?:[A-Za-z0-9\-_.!~*'()&=+$,;?/#]|%[0-9A-Fa-f]{2})+")
# '#' is not in the grammar, but telephones dial it unescaped.
_PASSWORD = re.compile(r"(?:[A-Za-z0-9\-_.!~*'()&=+$,]|%[0-9A-Fa-f]{2})*")
_URI_PARAM = re.compile(r"(?:[A-Za-z0-9\-_.!~*'()\[\]/:&+$]|%[0-9A-Fa-f]{2})+")
_URI_HEADERS = re.compile(r"(?:[A-Za-z0-9\-_.!~*'()\[\]/:?+$&=]|%[0-9A-Fa-f]{2})+")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*")
_TEL = re.compile(r"\+?[0-9A-Fa-f*#\-.()]+")
_OPAQUE = re.compile(r"[!-~]+")

_MUST_MATCH = ("user", "ttl", "method", "maddr")


@dataclass(frozen=True, slots=True, repr=False)
class Uri:
    """Any URI. Of `sip` and `sips` the parts are known; of the others only `scheme`, and the rest in `opaque`."""

    scheme: str
    """In lower case."""
    user: str | None = None
    """As on the wire, that is with its escapes; `number` undoes them."""
    host: str = ""
    """As on the wire; IPv6 in brackets. `address` has no brackets."""
    port: int | None = None
    params: Params = ()
    headers: str = ""
    """What stands behind the `?`."""
    password: str | None = None
    opaque: str = ""

    @staticmethod
    def parse(text: str) -> "Uri":
        """Raises Malformed."""
        return _parse(text)

    @staticmethod
    def sip(user: str | None, host: str, port: int | None = None, **params: str | None) -> "Uri":
        """A URI of ours: `user` is escaped as needed, an IPv6 address gets its brackets."""
        if ":" in host and not host.startswith("["):
            host = f"[{host}]"
        return Uri("sip", None if user is None else escape_user(user), host, port, tuple(params.items()))

    @property
    def number(self) -> str:
        """The user part without escapes and without the parameters of a telephone-subscriber."""
        if self.scheme == "tel":
            return self.opaque.partition(";")[0]
        return unescape(self.user or "").partition(";")[0]

    @property
    def address(self) -> str:
        """The host without brackets, in lower case."""
        return self.host.strip("[]").lower()

    @property
    def is_sip(self) -> bool:
        return self.scheme in ("sip", "sips")

    @property
    def is_loose(self) -> bool:
        """Whether the `lr` parameter is there (RFC 3261 16.12)."""
        return any(name == "lr" for name, _ in self.params)

    def param(self, name: str) -> str | None:
        """The value of a parameter; None if it is missing, empty if it is a flag."""
        for key, value in self.params:
            if key == name:
                return value or ""
        return None

    def with_params(self, params: Iterable[tuple[str, str | None]]) -> "Uri":
        return replace(self, params=tuple(params))

    def without_param(self, name: str) -> "Uri":
        return replace(self, params=tuple(pair for pair in self.params if pair[0] != name))

    def same_as(self, other: "Uri") -> bool:
        """Equality of RFC 3261 19.1.4. It is not transitive, so it is not `==`."""
        if self.scheme != other.scheme:
            return False
        if not self.is_sip:
            return self.opaque.lower() == other.opaque.lower()
        return (
            unescape(self.user or "") == unescape(other.user or "")
            and (self.user is None) == (other.user is None)
            and self.password == other.password
            and self.address == other.address
            and self.port == other.port
            and self._params_match(other)
            and self._header_set() == other._header_set()
        )

    def _params_match(self, other: "Uri") -> bool:
        mine = {name: unescape(value or "").lower() for name, value in self.params}
        theirs = {name: unescape(value or "").lower() for name, value in other.params}
        if any((name in mine) != (name in theirs) for name in _MUST_MATCH):
            return False
        return all(mine[name] == theirs[name] for name in mine.keys() & theirs.keys())

    def _header_set(self) -> list[str]:
        return sorted(unescape(part).lower() for part in self.headers.split("&"))

    def __repr__(self) -> str:
        """For logs: whom it means stays private, as `kit.private` masks it."""
        return f"<{self.scheme}:•••{self.number[-2:]}{'@' if self.host else ''}{self.host}>"

    def __str__(self) -> str:
        if not self.is_sip:
            return f"{self.scheme}:{self.opaque}"
        user = "" if self.user is None else self.user + ("" if self.password is None else f":{self.password}") + "@"
        port = "" if self.port is None else f":{self.port}"
        headers = f"?{self.headers}" if self.headers else ""
        return f"{self.scheme}:{user}{self.host}{port}{write_params(self.params)}{headers}"


@lru_cache(maxsize=2048)
def _parse(text: str) -> Uri:
    if len(text) > MAX_URI:
        raise Malformed("URI too long")
    scheme, colon, rest = text.partition(":")
    if not colon or not _SCHEME.fullmatch(scheme) or not rest:
        raise Malformed("bad URI")
    scheme = scheme.lower()
    if scheme in ("sip", "sips"):
        return _parse_sip(scheme, rest)
    if scheme == "tel" and not _TEL.fullmatch(rest.partition(";")[0]):
        raise Malformed("bad telephone number")
    if not _OPAQUE.fullmatch(rest):
        raise Malformed("bad URI")
    return Uri(scheme, opaque=rest)


def _parse_sip(scheme: str, rest: str) -> Uri:
    userinfo, at, hostpart = rest.rpartition("@")
    user, password = _split_user(userinfo) if at else (None, None)
    hostpart, mark, headers = hostpart.partition("?")
    if mark and not _URI_HEADERS.fullmatch(headers):
        raise Malformed("bad headers in URI")
    hostport, semicolon, tail = hostpart.partition(";")
    host, port = split_host_port(hostport)
    params = tuple(map(_uri_param, tail.split(";"))) if semicolon else ()
    if len({name for name, _ in params}) != len(params):
        raise Malformed("repeated parameter in URI")
    return Uri(scheme, user, host, port, params, headers, password)


def _split_user(userinfo: str) -> tuple[str, str | None]:
    user, colon, password = userinfo.partition(":")
    if not _USER.fullmatch(user) or not _PASSWORD.fullmatch(password):
        raise Malformed("bad user in URI")
    return user, password if colon else None


def _uri_param(text: str) -> tuple[str, str | None]:
    name, equals, value = text.partition("=")
    if not _URI_PARAM.fullmatch(name) or (equals and not _URI_PARAM.fullmatch(value)):
        raise Malformed("bad parameter in URI")
    return name.lower(), value if equals else None


def split_host_port(text: str) -> tuple[str, int | None]:
    """`host[:port]`, the host as it was written."""
    match = HOST.match(text)
    if match is None:
        raise Malformed("bad host")
    rest = text[match.end() :]
    if not rest:
        return match[0], None
    if rest[0] != ":":
        raise Malformed("bad host")
    port = read_number(rest[1:], most=65535, what="port")
    return match[0], port


def escape_user(user: str) -> str:
    """The user part of a URI, with everything escaped that the grammar does not allow there."""
    allowed = "-_.!~*'()&=+$,;?/"
    return "".join(
        c if c.isascii() and (c.isalnum() or c in allowed) else "".join(f"%{octet:02X}" for octet in c.encode())
        for c in user
    )


# name-addr    =  [ display-name ] LAQUOT addr-spec RAQUOT
# display-name =  *(token LWS)/ quoted-string
#
# Display names of real telephones hold characters that no token may, dots and letters of any
# script above all; we take whatever is not a delimiter. RFC 4475 3.1.2.15 (`baddn`) wants the
# ones with a comma or a bare quote refused, and so they are.
_QUOTED = re.compile(QUOTED, re.DOTALL)
_NOT_IN_DISPLAY = re.compile(r"[\",;:@\\()\[\]?=/>]")
_ADDR_SPEC = re.compile(r"(?P<uri>[^\s<>\",;?]+)\s*(?P<params>;.*)?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class NameAddr:
    """The value of From, To, Contact, Route, Refer-To and their like."""

    uri: Uri
    display: str = field(default="", repr=False)
    """Without its quotes."""
    params: Params = field(default=())
    """Of the header field, not of the URI."""

    @staticmethod
    def parse(text: str) -> "NameAddr":
        """Raises Malformed."""
        return _parse_name_addr(text)

    @property
    def tag(self) -> str | None:
        return self.param("tag")

    def param(self, name: str) -> str | None:
        """The value of a parameter, unquoted; None if it is missing, empty if it is a flag."""
        for key, value in self.params:
            if key == name:
                return unquote(value or "")
        return None

    def with_param(self, name: str, value: str | None) -> "NameAddr":
        others = tuple(pair for pair in self.params if pair[0] != name)
        return replace(self, params=(*others, (name, value)))

    def without_param(self, name: str) -> "NameAddr":
        return replace(self, params=tuple(pair for pair in self.params if pair[0] != name))

    def __str__(self) -> str:
        display = f"{quote(self.display)} " if self.display else ""
        return f"{display}<{self.uri}>{write_params(self.params)}"


@lru_cache(maxsize=2048)
def _parse_name_addr(text: str) -> NameAddr:
    text = text.strip()
    if "<" in text:
        return _parse_bracketed(text)
    # RFC 3261 20: a URI outside <> with a comma, question mark or semicolon has none of them:
    # what follows the first ";" belongs to the header field.
    match = _ADDR_SPEC.fullmatch(text)
    if match is None:
        raise Malformed("bad address")
    return NameAddr(Uri.parse(match["uri"]), "", read_params((match["params"] or "").strip()))


def _printable(text: str) -> str:
    """Display names go to screens and databases; control characters, which a quoted-pair may hold, do not."""
    return text if text.isprintable() else "".join(c for c in text if c.isprintable())


def _parse_bracketed(text: str) -> NameAddr:
    if quoted := _QUOTED.match(text):
        display, rest = _printable(unquote(quoted[0])), text[quoted.end() :].lstrip()
    else:
        plain, _, rest = text.partition("<")
        if _NOT_IN_DISPLAY.search(plain):
            raise Malformed("bad display name")
        display, rest = " ".join(plain.split()), "<" + rest
    uri, closing, params = rest[1:].partition(">")
    if not rest.startswith("<") or not closing:
        raise Malformed("bad address")
    return NameAddr(Uri.parse(uri), display, read_params(params.strip()))

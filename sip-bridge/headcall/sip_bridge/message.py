# SPDX-License-Identifier: Apache-2.0
"""Requests and responses (RFC 3261 section 7). Values that never change; typed fields are read when first asked for."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TypeVar

from headcall.sip_bridge.errors import Malformed
from headcall.sip_bridge.grammar import MAX_SECONDS, read_number
from headcall.sip_bridge.headers import CSeq, Headers, Via, check_value
from headcall.sip_bridge.multipart import part_of
from headcall.sip_bridge.uri import NameAddr, Uri

M = TypeVar("M", bound="Message")


class Message:
    """What requests and responses share. Every typed property may raise Malformed; the parser has read the ones that
    every message must have (`via`, `from_`, `to`, `call_id`, `cseq`) before anybody sees the message."""

    headers: Headers
    body: bytes

    @cached_property
    def via(self) -> Via:
        """The topmost Via."""
        return self.vias[0]

    @cached_property
    def vias(self) -> tuple[Via, ...]:
        found = tuple(Via.parse(text) for text in self.headers.elements("Via"))
        if not found:
            raise Malformed("Via missing")
        return found

    @cached_property
    def from_(self) -> NameAddr:
        return NameAddr.parse(self._one("From"))

    @cached_property
    def to(self) -> NameAddr:
        return NameAddr.parse(self._one("To"))

    @cached_property
    def call_id(self) -> str:
        return self._one("Call-ID").strip()

    @cached_property
    def cseq(self) -> CSeq:
        return CSeq.parse(self._one("CSeq"))

    @cached_property
    def contacts(self) -> tuple[NameAddr, ...]:
        """The Contact addresses; empty for `Contact: *`, which `is_wildcard` tells."""
        if self.is_wildcard:
            return ()
        return self._addresses("Contact")

    @property
    def is_wildcard(self) -> bool:
        return [value.strip() for value in self.headers.all("Contact")] == ["*"]

    @cached_property
    def route(self) -> tuple[NameAddr, ...]:
        return self._addresses("Route")

    @cached_property
    def record_route(self) -> tuple[NameAddr, ...]:
        return self._addresses("Record-Route")

    @cached_property
    def max_forwards(self) -> int | None:
        text = self.headers.get("Max-Forwards")
        return None if text is None else read_number(text.strip(), most=255, what="Max-Forwards")

    @cached_property
    def expires(self) -> int | None:
        """Seconds. A value that is no number counts as missing (RFC 3261 20.19 says so of Contact's `expires`)."""
        text = (self.headers.get("Expires") or "").strip()
        return min(int(text[:20]), MAX_SECONDS) if text.isascii() and text.isdigit() else None

    @cached_property
    def content_type(self) -> str:
        """`type/subtype` in lower case, without parameters; empty if there is none."""
        return (self.headers.get("Content-Type") or "").partition(";")[0].strip().lower()

    @cached_property
    def sdp(self) -> bytes:
        """The session description in the body, alone or among other parts; else nothing."""
        if self.content_type.startswith("multipart/"):
            return part_of(self.headers.get("Content-Type") or "", self.body, "application/sdp")
        return self.body if self.content_type == "application/sdp" else b""

    def options(self, name: str) -> frozenset[str]:
        """The option tags or methods in a list such as Supported, Require or Allow, in lower case."""
        return frozenset(element.lower() for element in self.headers.elements(name))

    def _one(self, name: str) -> str:
        value = self.headers.get(name)
        if value is None:
            raise Malformed(f"{name} missing")
        return value

    def _addresses(self, name: str) -> tuple[NameAddr, ...]:
        return tuple(NameAddr.parse(text) for text in self.headers.elements(name))


@dataclass(frozen=True)
class Request(Message):
    method: str
    """Case matters (RFC 3261 7.1)."""
    uri: Uri
    headers: Headers = field(default_factory=Headers)
    body: bytes = field(default=b"", repr=False)

    def with_headers(self, headers: Headers) -> "Request":
        return replace(self, headers=headers)


@dataclass(frozen=True)
class Response(Message):
    status: int
    reason: str
    headers: Headers = field(default_factory=Headers)
    body: bytes = field(default=b"", repr=False)

    @property
    def is_final(self) -> bool:
        return self.status >= 200

    def with_headers(self, headers: Headers) -> "Response":
        return replace(self, headers=headers)


REASONS = {
    100: "Trying",
    180: "Ringing",
    181: "Call Is Being Forwarded",
    182: "Queued",
    183: "Session Progress",
    200: "OK",
    202: "Accepted",
    300: "Multiple Choices",
    301: "Moved Permanently",
    302: "Moved Temporarily",
    305: "Use Proxy",
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    407: "Proxy Authentication Required",
    408: "Request Timeout",
    410: "Gone",
    413: "Request Entity Too Large",
    414: "Request-URI Too Long",
    415: "Unsupported Media Type",
    416: "Unsupported URI Scheme",
    420: "Bad Extension",
    421: "Extension Required",
    422: "Session Interval Too Small",
    423: "Interval Too Brief",
    469: "Bad Info Package",
    480: "Temporarily Unavailable",
    481: "Call/Transaction Does Not Exist",
    482: "Loop Detected",
    483: "Too Many Hops",
    484: "Address Incomplete",
    485: "Ambiguous",
    486: "Busy Here",
    487: "Request Terminated",
    488: "Not Acceptable Here",
    489: "Bad Event",
    491: "Request Pending",
    493: "Undecipherable",
    500: "Server Internal Error",
    501: "Not Implemented",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Server Time-out",
    505: "Version Not Supported",
    513: "Message Too Large",
    600: "Busy Everywhere",
    603: "Decline",
    604: "Does Not Exist Anywhere",
    606: "Not Acceptable",
}


def respond(
    request: Request,
    status: int,
    *,
    reason: str = "",
    to_tag: str = "",
    headers: Iterable[tuple[str, str]] = (),
    body: bytes = b"",
) -> Response:
    """A response to a request (RFC 3261 8.2.6.2): Via, From, To, Call-ID and CSeq are the request's own.

    `to_tag` is added to To unless it has one already.
    """
    kept = [(name, value) for name, value in request.headers if name in ("Via", "From", "To", "Call-ID", "CSeq")]
    if to_tag and request.to.tag is None:
        kept = [(name, f"{value};tag={to_tag}" if name == "To" else value) for name, value in kept]
    return Response(status, reason or REASONS.get(status, "Unknown"), Headers((*kept, *headers)), body)


def serialise(message: Request | Response) -> bytes:
    """The message as it goes over the wire, with its Content-Length."""
    if isinstance(message, Request):
        lines = [f"{message.method} {message.uri} SIP/2.0"]
    else:
        lines = [f"SIP/2.0 {message.status} {check_value(message.reason)}"]
    lines += [f"{name}: {check_value(value)}" for name, value in message.headers if name != "Content-Length"]
    lines += [f"Content-Length: {len(message.body)}", "", ""]
    return "\r\n".join(lines).encode("utf-8", "replace") + message.body

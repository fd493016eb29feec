# SPDX-License-Identifier: Apache-2.0
"""From octets to a message (RFC 3261 section 7): strict on what we route by, lenient elsewhere.

Read at once, and refused when wrong: the start line, Via, From, To, Call-ID, CSeq, Content-Length; in requests also
Contact, Route, Record-Route and Max-Forwards. Everything else is text until somebody asks.
"""

import re

from headcall.sip_bridge.errors import Malformed, NotVersionTwo, PeerError, TooLarge
from headcall.sip_bridge.grammar import CALL_ID, TOKEN, read_number
from headcall.sip_bridge.headers import Headers
from headcall.sip_bridge.message import REASONS, Message, Request, Response
from headcall.sip_bridge.uri import Uri

MAX_MESSAGE = 65_535
"""What a datagram can hold; streams are held to the same."""
MAX_HEAD = 16_384
MAX_FIELDS = 256
"""RFC 4475's longest message has 50; the head's size alone would allow thousands of empty ones."""

_END_OF_HEAD = b"\r\n\r\n"
_FOLD = re.compile(r"[ \t]*\r\n[ \t]+")
_STATUS_LINE = re.compile(r"SIP/(\d+\.\d+) ([1-6]\d\d)(?: ([^\r\n]*))?", re.IGNORECASE)
_VERSION = re.compile(r"SIP/(\d+\.\d+)", re.IGNORECASE)
# A bare CR or LF would be a line break to whoever reads the message next. NUL is legal after a backslash.
_BROKEN = re.compile(r"[\r\n]")
# Values of which a message has one. A second one is an attack on whoever reads the other (RFC 4475 3.3.8).
_SINGLE = ("From", "To", "Call-ID", "CSeq", "Max-Forwards", "Content-Length", "Content-Type", "Expires")


def parse(data: bytes) -> Request | Response:
    """One whole message. Octets behind its Content-Length are not looked at (RFC 3261 18.3).

    Raises PeerError, and nothing else.
    """
    head, body = _split(data)
    start, headers = _read_head(head)
    body = _cut(body, headers)
    if start[:4].upper() == "SIP/":
        response = _read_status_line(start, headers, body)
        _check(response)
        return response
    request = _read_request_line(start, headers, body)
    _check(request)
    _check_request(request)
    return request


def excuse(data: bytes, error: PeerError) -> Response | None:
    """The refusal of a request that cannot be read, if enough of it can be for an answer to find its way back."""
    try:
        start, headers = _read_head(_split(data)[0])
        method = start.partition(" ")[0]
        if method.upper().startswith("SIP/") or method == "ACK":
            return None
        kept = Headers(item for item in headers if item[0] in ("Via", "From", "To", "Call-ID", "CSeq"))
        reason = REASONS[error.status] if error.status != 400 else f"Bad Request ({error})"
        response = Response(error.status, reason, kept)
        _ = response.via
    except PeerError:
        return None
    return response


def _split(data: bytes) -> tuple[str, bytes]:
    if len(data) > MAX_MESSAGE:
        raise TooLarge("message too large")
    data = data.lstrip(b"\r\n")  # RFC 3261 7.5: CRLF before the start line
    end = data.find(_END_OF_HEAD)
    if end < 0:
        raise Malformed("no end of header fields")
    if end > MAX_HEAD:
        raise TooLarge("header fields too large")
    return _decode(data[:end]), data[end + 4 :]


def _decode(head: bytes) -> str:
    """SIP is UTF-8. Gateways in China put names in GBK, so that is tried next; Latin-1 takes anything."""
    for encoding in ("utf-8", "gb18030"):
        try:
            return head.decode(encoding)
        except UnicodeDecodeError:
            continue
    return head.decode("latin-1")


def _read_head(head: str) -> tuple[str, Headers]:
    start, *lines = _FOLD.sub(" ", head).split("\r\n") if "\r\n " in head or "\r\n\t" in head else head.split("\r\n")
    if len(lines) > MAX_FIELDS:
        raise TooLarge("too many header fields")
    if _BROKEN.search(start):
        raise Malformed("bad start line")
    return start, Headers(map(_field, lines))


def _field(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    name = name.rstrip(" \t")
    if not colon or not TOKEN.fullmatch(name):
        raise Malformed("bad header name")
    if _BROKEN.search(value):
        raise Malformed("bad header value")
    return name, value.strip(" \t")


def _cut(body: bytes, headers: Headers) -> bytes:
    text = headers.get("Content-Length")
    if text is None:
        return body
    length = read_number(text, most=MAX_MESSAGE, what="Content-Length")
    if length > len(body):
        raise Malformed("body shorter than its Content-Length")
    return body[:length]


def _read_status_line(start: str, headers: Headers, body: bytes) -> Response:
    _check_version(start.partition(" ")[0])
    match = _STATUS_LINE.fullmatch(start)
    if match is None:
        raise Malformed("bad status line")
    return Response(int(match[2]), match[3] or "", headers, body)


def _read_request_line(start: str, headers: Headers, body: bytes) -> Request:
    parts = start.split(" ")
    if len(parts) < 3 or not _VERSION.fullmatch(parts[-1]):
        raise Malformed("bad request line")
    _check_version(parts[-1])
    if len(parts) != 3 or not TOKEN.fullmatch(parts[0]):
        raise Malformed("bad request line")
    return Request(parts[0], Uri.parse(parts[1]), headers, body)


def _check_version(text: str) -> None:
    match = _VERSION.fullmatch(text)
    if match is None:
        raise Malformed("bad version")
    if match[1] != "2.0":
        raise NotVersionTwo("version not supported")


def _check(message: Message) -> None:
    headers = message.headers
    for name in _SINGLE:
        if len(headers.all(name)) > 1:
            raise Malformed(f"more than one {name}")
    _ = message.vias, message.from_, message.to, message.cseq
    if not CALL_ID.fullmatch(message.call_id):
        raise Malformed("bad Call-ID")


def _check_request(request: Request) -> None:
    if request.cseq.method != request.method:
        raise Malformed("CSeq is of another method")
    if request.uri.headers:
        raise Malformed("headers in the Request-URI")  # RFC 3261 19.1.1: not allowed there
    _ = request.contacts, request.route, request.record_route, request.max_forwards

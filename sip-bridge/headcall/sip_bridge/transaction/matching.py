# SPDX-License-Identifier: Apache-2.0
"""Which transaction a message belongs to (RFC 3261 17.1.3 and 17.2.3), and where its responses go (18.2, RFC 3581)."""

from dataclasses import replace

from headcall.sip_bridge.flow import Flow
from headcall.sip_bridge.grammar import split_commas
from headcall.sip_bridge.headers import MAGIC, Headers, Via
from headcall.sip_bridge.message import Request, Response


def client_key(message: Request | Response) -> str:
    """Of our own requests, and of the responses to them."""
    return f"{message.via.branch}|{message.cseq.method}"


def server_key(request: Request, method: str = "") -> str:
    """Of a request from a peer; an ACK has the key of its INVITE. `method` asks for that of another method's."""
    method = method or ("INVITE" if request.method == "ACK" else request.method)
    branch = request.via.branch or ""
    if branch.startswith(MAGIC) and len(branch) > len(MAGIC):
        return f"{branch}|{request.via.sent_by}|{method}"
    return _old_key(request, method)


def _old_key(request: Request, method: str) -> str:
    # RFC 2543, and RFC 4475 3.2.1 whose branch is the bare cookie. The To tag is left out: an ACK has
    # the one that we chose.
    via = request.via
    parts = (via.sent_by, via.branch or "", str(request.uri), request.from_.tag or "", request.call_id)
    return "|".join((*parts, str(request.cseq.number), method))


def merge_key(request: Request) -> tuple[str, str, int, str] | None:
    """What two copies of one request have in common that came by different ways (RFC 3261 8.2.2.2)."""
    if request.to.tag is not None or request.from_.tag is None:
        return None
    return request.from_.tag, request.call_id, request.cseq.number, request.method


def stamp(request: Request, source: Flow) -> Request:
    """Writes into the topmost Via where the request came from (RFC 3261 18.2.1, RFC 3581 section 4)."""
    via = request.via
    host, port = source.remote
    asks_port = via.param("rport") is not None
    if not asks_port and via.host.strip("[]").lower() == host:
        return request
    via = via.with_param("received", host)
    if asks_port:
        via = via.with_param("rport", str(port))
    return request.with_headers(replace_top_via(request.headers, via))


def replace_top_via(headers: Headers, via: Via) -> Headers:
    first, *others = headers.all("Via")
    _, *rest = split_commas(first)
    return headers.replaced("Via", ", ".join([str(via), *rest]), *others)


def reply_flow(request: Request, source: Flow) -> Flow:
    """Where responses go. `maddr` is not obeyed: it would let a stranger aim our answers at anybody."""
    if source.is_reliable or request.via.param("rport") is not None:
        return source
    return replace(source, remote=(source.remote[0], request.via.port or 5060))

# SPDX-License-Identifier: Apache-2.0
"""Dialogs (RFC 3261 section 12): what two user agents have agreed on about the messages between them.

A dialog is a value. What changes it gives a new one; its owner keeps the latest, and may keep it on disk.
"""

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from headcall.sip_bridge.errors import Malformed, PeerError
from headcall.sip_bridge.flow import Flow
from headcall.sip_bridge.headers import Headers
from headcall.sip_bridge.message import Message, Request, Response
from headcall.sip_bridge.uri import NameAddr, Uri

DialogId: TypeAlias = tuple[str, str, str]
"""Call-ID, our tag, their tag. A peer of RFC 2543 may have no tag: the empty one (12.1.1)."""

CSEQ_GAP = 100
"""A dialog taken back from disk goes on this much higher: requests sent after the last record must not be repeated."""


@dataclass(frozen=True, slots=True)
class Dialog:
    call_id: str
    local: NameAddr
    """With our tag: From of our requests, To of theirs."""
    remote: NameAddr
    target: Uri
    """Where requests go: the peer's Contact."""
    route_set: tuple[Uri, ...]
    flow: Flow
    """The way the peer was last reached or heard."""
    local_cseq: int
    remote_cseq: int | None
    is_natted: bool = False
    """Whether the peer's Contact cannot be reached from here, so that requests go back over `flow` whatever it says."""

    @property
    def id(self) -> DialogId:
        return self.call_id, self.local.tag or "", self.remote.tag or ""

    @property
    def next_hop(self) -> Uri:
        """Where the next request is sent to (RFC 3261 12.2.1.1, 8.1.2)."""
        return self.route_set[0] if self.route_set else self.target

    def next_request(
        self, method: str, headers: Iterable[tuple[str, str]] = (), body: bytes = b""
    ) -> tuple["Dialog", Request]:
        """A request within the dialog, still without Via and Contact, and the dialog after it."""
        after = replace(self, local_cseq=self.local_cseq + 1)
        return after, after.request(method, after.local_cseq, headers, body)

    def request(self, method: str, cseq: int, headers: Iterable[tuple[str, str]] = (), body: bytes = b"") -> Request:
        """The same with a number of one's own choice: an ACK has that of its INVITE (RFC 3261 13.2.2.4)."""
        uri, routes = self.target, self.route_set
        if routes and not routes[0].is_loose:  # a strict router of RFC 2543
            uri, routes = strip_for_request_line(routes[0]), (*routes[1:], self.target)
        fields = [
            *(("Route", f"<{route}>") for route in routes),
            ("Max-Forwards", "70"),
            ("From", str(self.local)),
            ("To", str(self.remote)),
            ("Call-ID", self.call_id),
            ("CSeq", f"{cseq} {method}"),
            *headers,
        ]
        return Request(method, uri, Headers(fields), body)

    def heard(self, request: Request, source: Flow) -> "Dialog | None":
        """The dialog after a request of the peer; None if it came out of order (RFC 3261 12.2.2)."""
        number = request.cseq.number
        if self.remote_cseq is not None and number < self.remote_cseq:
            return None
        return replace(self, remote_cseq=number, flow=source)

    def refreshed(self, message: Message) -> "Dialog":
        """After a message that may move the peer's target: INVITE, UPDATE and the 2xx to them (12.2.1.2, 12.2.2)."""
        target = only_contact(message)
        return self if target is None else replace(self, target=target)


def uas_dialog(request: Request, local_tag: str, flow: Flow) -> Dialog:
    """Of an INVITE that we received (RFC 3261 12.1.1). Raises Malformed if it has not exactly one Contact."""
    target = only_contact(request)
    if target is None and "Contact" not in request.headers and request.from_.tag is None:
        target = request.from_.uri  # RFC 2543: a caller without Contact is reached where From says
    if target is None or not target.is_sip:
        raise Malformed("one Contact wanted")
    return Dialog(
        call_id=request.call_id,
        local=request.to.with_param("tag", local_tag),
        remote=request.from_,
        target=target,
        route_set=tuple(route.uri for route in request.record_route),
        flow=flow,
        local_cseq=0,
        remote_cseq=request.cseq.number,
        is_natted=_is_natted(request, flow),
    )


def uac_dialog(request: Request, response: Response, flow: Flow, *, is_natted: bool = False) -> Dialog:
    """Of an INVITE of ours and a response with a To tag (RFC 3261 12.1.2). `flow` is the way the INVITE went.

    A provisional response may be without Contact: then the target is what was called.
    """
    return Dialog(
        call_id=request.call_id,
        local=request.from_,
        remote=response.to,
        target=only_contact(response) or request.uri,
        route_set=tuple(route.uri for route in reversed(response.record_route)),
        flow=flow,
        local_cseq=request.cseq.number,
        remote_cseq=None,
        is_natted=is_natted,
    )


def only_contact(message: Message) -> Uri | None:
    """The one SIP Contact that a message has to have when it makes or refreshes a dialog."""
    try:
        contacts = message.contacts
    except PeerError:
        return None
    return contacts[0].uri if len(contacts) == 1 and contacts[0].uri.is_sip else None


def strip_for_request_line(uri: Uri) -> Uri:
    """A Request-URI has no headers and no `method` parameter (RFC 3261 19.1.1)."""
    return replace(uri.without_param("method"), headers="")


def _is_natted(request: Request, flow: Flow) -> bool:
    """The peer itself sent this (one Via), and its address is not the one it believes to have."""
    if len(request.vias) != 1 or flow.transport != "udp":
        return False
    try:
        return ipaddress.ip_address(request.via.host.strip("[]")) != ipaddress.ip_address(flow.remote[0])
    except ValueError:
        return False  # a name: nothing can be told


# ---------------------------------------------------------------- on disk


def dump_flow(flow: Flow) -> list[str | int]:
    """Without the connection: in the life that reads this, its number may be another peer's."""
    return [flow.transport, flow.remote[0], flow.remote[1], flow.local]


def load_flow(data: Any) -> Flow:
    transport, host, port, local = data
    return Flow(transport, (host, port), local)


def dump(dialog: Dialog) -> dict[str, object]:
    """Plain data that JSON can carry."""
    return {
        "call_id": dialog.call_id,
        "local": str(dialog.local),
        "remote": str(dialog.remote),
        "target": str(dialog.target),
        "route_set": [str(route) for route in dialog.route_set],
        "flow": dump_flow(dialog.flow),
        "local_cseq": dialog.local_cseq,
        "remote_cseq": dialog.remote_cseq,
        "is_natted": dialog.is_natted,
    }


def load(data: Mapping[str, Any]) -> Dialog:
    """The dialog of a record, ready to go on."""
    return Dialog(
        call_id=data["call_id"],
        local=NameAddr.parse(data["local"]),
        remote=NameAddr.parse(data["remote"]),
        target=Uri.parse(data["target"]),
        route_set=tuple(map(Uri.parse, data["route_set"])),
        flow=load_flow(data["flow"]),
        local_cseq=data["local_cseq"] + CSEQ_GAP,
        remote_cseq=data["remote_cseq"],
        is_natted=data["is_natted"],
    )

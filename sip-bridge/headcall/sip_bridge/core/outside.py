# SPDX-License-Identifier: Apache-2.0
"""Requests outside of dialogs, in both directions: what is asked of us before anybody looks at it (RFC 3261 section
8.2), and REGISTER, OPTIONS and the like of ours."""

from dataclasses import dataclass

from headcall.sip_bridge.core.effects import RequestReceived, ResponseReceived, TransactionFailed
from headcall.sip_bridge.core.ground import ALLOW, OPTION_TAGS, Ground, Question
from headcall.sip_bridge.core.timers import MIN_INTERVAL, session_interval
from headcall.sip_bridge.errors import PeerError
from headcall.sip_bridge.flow import Flow
from headcall.sip_bridge.headers import Headers
from headcall.sip_bridge.message import Request, Response, respond
from headcall.sip_bridge.uri import NameAddr, Uri

TO_THE_OWNER = frozenset({"REGISTER", "OPTIONS", "SUBSCRIBE", "MESSAGE", "NOTIFY", "PUBLISH", "REFER"})
"""Methods that need no dialog and are for the owner to answer."""

ONLY_IN_DIALOGS = frozenset({"BYE", "INFO", "UPDATE", "PRACK"})


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A request outside of calls."""

    method: str
    uri: Uri
    from_: NameAddr
    """Without a tag."""
    to: NameAddr
    flow: Flow
    call_id: str = ""
    """Empty: a new one. Registrations keep theirs (RFC 3261 10.2)."""
    cseq: int = 1
    route: tuple[Uri, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    """A Contact among them is the asker's affair (`UserAgent.contact_of` gives ours)."""
    body: bytes = b""


class Outside:
    def __init__(self, ground: Ground) -> None:
        self.ground = ground

    # ------------------------------------------------------------ theirs

    def objection(self, request: Request) -> Response | None:
        """The refusal of a request that no part of ours could understand, whatever it is about (RFC 3261 8.2.2)."""
        tag = self.ground.around.token()
        try:
            required = request.options("Require")
        except PeerError as error:
            return respond(request, error.status, to_tag=tag)
        if unknown := sorted(required - OPTION_TAGS):
            return respond(request, 420, to_tag=tag, headers=[("Unsupported", ", ".join(unknown))])
        if not request.uri.is_sip and request.uri.scheme != "tel":
            return respond(request, 416, to_tag=tag)
        if request.method in ("INVITE", "UPDATE"):
            return self._objection_to_offer(request, tag)
        return None

    def _objection_to_offer(self, request: Request, tag: str) -> Response | None:
        if request.max_forwards == 0 and request.to.tag is None:
            # A call that we place for this one would be the next hop (RFC 7332)
            return respond(request, 483, to_tag=tag)
        if request.body and not request.sdp:
            return respond(request, 415, to_tag=tag, headers=[("Accept", "application/sdp")])
        if (request.headers.get("Content-Encoding") or "identity").strip().lower() != "identity":
            return respond(request, 415, to_tag=tag, headers=[("Accept-Encoding", "identity")])
        interval, _ = session_interval(request)
        if 0 < interval < MIN_INTERVAL:
            return respond(request, 422, to_tag=tag, headers=[("Min-SE", str(MIN_INTERVAL))])
        return None

    def receive(self, key: str, request: Request, source: Flow, now: float) -> None:
        if request.method in TO_THE_OWNER:
            self.ground.emit(RequestReceived(key, request, source))
            return
        tag = self.ground.around.token()
        status = 481 if request.method in ONLY_IN_DIALOGS else 501
        fields = [("Allow", ALLOW)] if status == 501 else []
        self.ground.reply(key, respond(request, status, to_tag=tag, headers=fields), now)

    def respond(self, key: str, response: Response, now: float) -> None:
        server = self.ground.layer.server(key)
        if server is None:
            return
        if response.to.tag is None and response.status > 100:
            to = f"{response.headers.get('To')};tag={self.ground.around.token()}"
            response = response.with_headers(response.headers.replaced("To", to))
        self.ground.reply(key, response, now)

    # ------------------------------------------------------------ ours

    def ask(self, name: str, inquiry: Inquiry, now: float) -> None:
        fields = [
            *(("Route", f"<{route}>") for route in inquiry.route),
            ("Max-Forwards", "70"),
            ("From", str(inquiry.from_.with_param("tag", self.ground.around.token()))),
            ("To", str(inquiry.to)),
            ("Call-ID", inquiry.call_id or self.ground.around.token()),
            ("CSeq", f"{inquiry.cseq} {inquiry.method}"),
            self.ground.agent_field(),
            *inquiry.headers,
        ]
        request = Request(inquiry.method, inquiry.uri, Headers(fields), inquiry.body)

        def hear(response: Response, now: float) -> None:
            if response.is_final:
                self.ground.emit(ResponseReceived(name, response))

        question = Question(
            self.ground,
            name,
            request,
            inquiry.flow,
            hear,
            fail=lambda status, now: self.ground.emit(TransactionFailed(name, status)),
            next_cseq=lambda: question.request.cseq.number + 1,
        )
        self.ground.ask(question, now)

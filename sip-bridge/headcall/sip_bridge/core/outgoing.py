# SPDX-License-Identifier: Apache-2.0
"""Calls that we place: the client side of INVITE and CANCEL (RFC 3261 sections 9.1 and 13.2)."""

from dataclasses import dataclass

from headcall.sip_bridge.core.call import Call, Phase
from headcall.sip_bridge.core.effects import Answered, Rejected, Ringing
from headcall.sip_bridge.core.ground import ALLOW, SUPPORTED, Alarm, Ground, Question
from headcall.sip_bridge.core.within import Within
from headcall.sip_bridge.dialog import Dialog, uac_dialog
from headcall.sip_bridge.errors import PeerError, WrongState
from headcall.sip_bridge.flow import Flow
from headcall.sip_bridge.headers import CSeq, Headers
from headcall.sip_bridge.message import Request, Response
from headcall.sip_bridge.uri import NameAddr, Uri

RING_FOR = 180.0
"""Seconds: timer C of RFC 3261 16.6, for a party that is as good as a proxy here."""


@dataclass(frozen=True, slots=True)
class Invitation:
    """A call to be placed."""

    uri: Uri
    """Request-URI: the contact of a telephone, or `sip:number@carrier`."""
    from_: NameAddr
    """Without a tag."""
    to: NameAddr
    flow: Flow
    """The way the INVITE goes."""
    sdp: bytes
    """The offer. There must be one: an ACK with our answer in it is not made here."""
    route: tuple[Uri, ...] = ()
    """A preloaded route (outbound proxy, Path of a registration)."""
    headers: tuple[tuple[str, str], ...] = ()
    """More header fields, P-Asserted-Identity for example."""
    is_pinned: bool = False
    """Whether everything in the call goes over `flow`, whatever Contact the peer names: right for a telephone that
    registered over that flow, and may be behind a NAT."""
    timeout: float = RING_FOR
    """Seconds after which an unanswered call is cancelled (`Rejected` 408 follows)."""
    max_forwards: int = 70
    """Of a call that another call caused: one less than that had, so that loops come to an end."""


MAX_EARLY = 16
"""Forks of one call that we keep apart."""


class Outgoing:
    def __init__(self, ground: Ground, within: Within) -> None:
        self.ground = ground
        self.within = within

    # ------------------------------------------------------------ from the owner

    def invite(self, name: str, invitation: Invitation, now: float) -> None:
        tag = self.ground.around.token()
        request = self._request(invitation, tag)
        call = Call(name, Phase.CALLING, request, invitation.flow, local_tag=tag, local_sdp=invitation.sdp)
        call.is_pinned = invitation.is_pinned
        self.ground.calls[name] = call
        question = self._question(call, request)
        call.question = question
        # The record must be on the disk before the INVITE is in the air, and it holds the INVITE's branch.
        question.request = call.invite = self.ground.with_via(request, invitation.flow)
        self.ground.persist(call)
        self.ground.set_alarm(call, Alarm.RING_OUT, now + invitation.timeout)
        self.ground.launch(question, now)

    def cancel(self, call: Call, now: float) -> None:
        """The call is over for its owner; the INVITE is cancelled as soon as that is allowed (9.1)."""
        if call.phase is not Phase.CALLING:
            raise WrongState("only an unanswered call of ours can be cancelled")
        self.ground.finish(call)
        call.is_cancelled = True
        if call.has_provisional:
            self._send_cancel(call, now)

    def ring_out(self, call: Call, now: float) -> None:
        self.ground.emit(Rejected(call.name, 408, None))
        self.cancel(call, now)

    def give_up(self, call: Call, now: float) -> None:
        """RFC 3261 9.1: a cancelled INVITE without a final response is over after 64*T1."""
        if call.question is not None:
            self.ground.pass_on(self.ground.layer.abandon(call.question.key, now))
        self.ground.drop(call)

    def _request(self, invitation: Invitation, tag: str) -> Request:
        fields = [
            *(("Route", f"<{route}>") for route in invitation.route),
            ("Max-Forwards", str(invitation.max_forwards)),
            ("From", str(invitation.from_.with_param("tag", tag))),
            ("To", str(invitation.to)),
            ("Call-ID", self.ground.around.token()),
            ("CSeq", "1 INVITE"),
            self.ground.contact_field(invitation.flow),
            ("Allow", ALLOW),
            ("Supported", SUPPORTED.replace("timer, ", "")),
            self.ground.agent_field(),
            *invitation.headers,
        ]
        if invitation.sdp:
            fields.append(("Content-Type", "application/sdp"))
        return Request("INVITE", invitation.uri, Headers(fields), invitation.sdp)

    def _question(self, call: Call, request: Request) -> Question:
        def before_again() -> None:
            assert call.question is not None
            call.invite = call.question.request
            call.early.clear()
            call.has_provisional = False
            self.ground.persist(call)

        return Question(
            self.ground,
            call.name,
            request,
            call.flow,
            hear=lambda response, now: self.hear(call, response, now),
            fail=lambda status, now: self._failed(call, status, now),
            next_cseq=lambda: call.invite.cseq.number + 1,
            before_again=before_again,
            is_wanted=lambda: not call.is_over,
        )

    def _send_cancel(self, call: Call, now: float) -> None:
        """CANCEL has the INVITE's own Via, and its CSeq number (9.1)."""
        invite = call.invite
        kept = ("Route", "Max-Forwards", "From", "To", "Call-ID", "Authorization", "Proxy-Authorization")
        fields = [
            ("Via", str(invite.via)),
            *((name, value) for name, value in invite.headers if name in kept),
            ("CSeq", str(CSeq(invite.cseq.number, "CANCEL"))),
            self.ground.agent_field(),
            *call.last_words,
        ]
        cancel = Request("CANCEL", invite.uri, Headers(fields))
        listener = Question(
            self.ground, call.name, cancel, call.flow, lambda r, now: None, lambda s, now: None, lambda: 0, challenges=2
        )
        self.ground.pass_on(self.ground.layer.request(cancel, call.flow, listener, now)[1])
        self.ground.set_alarm(call, Alarm.GIVE_UP_CANCEL, now + self.ground.timing.patience)

    # ------------------------------------------------------------ from the network

    def hear(self, call: Call, response: Response, now: float) -> None:
        try:
            if response.status < 200:
                self._provisional(call, response, now)
            elif response.status < 300:
                self._success(call, response, now)
            else:
                self._refused(call, response)
        except PeerError:
            self.ground.counters["bad_responses"] += 1

    def _provisional(self, call: Call, response: Response, now: float) -> None:
        is_first, call.has_provisional = not call.has_provisional, True
        if call.is_cancelled:
            if is_first:
                self._send_cancel(call, now)
            return
        if is_first and call.phase is Phase.CALLING:
            self.ground.persist(call)
        if response.status == 100 or call.phase is not Phase.CALLING:
            return
        tag = response.to.tag
        if tag is not None and (tag in call.early or len(call.early) < MAX_EARLY):
            dialog = uac_dialog(call.invite, response, call.flow, is_natted=call.is_pinned)
            call.early[tag] = dialog
            self.ground.by_dialog[dialog.id] = call
            if response.sdp:
                call.early_sdp[tag] = response.sdp
        self.ground.emit(Ringing(call.name, response, response.sdp))

    def _success(self, call: Call, response: Response, now: float) -> None:
        if self.within.acknowledge_again(call, response):
            return
        dialog = uac_dialog(call.invite, response, call.flow, is_natted=call.is_pinned)
        if call.phase is Phase.ANSWERED or call.is_over:
            self._end_fork(call, dialog, now)
            if call.phase is Phase.CALLING:
                self.ground.drop(call)
            return
        self.ground.clear_alarm(call, Alarm.RING_OUT)
        for early in call.early.values():
            self.ground.by_dialog.pop(early.id, None)
        call.early.clear()
        call.dialog, call.phase = dialog, Phase.ANSWERED
        call.remote_sdp = response.sdp or call.early_sdp.get(response.to.tag or "", b"")
        self.ground.by_dialog[dialog.id] = call
        ack = self.within.make_ack(call, dialog, call.invite)
        self.ground.persist(call)
        self.ground.emit(ack, Answered(call.name, response, call.remote_sdp))

    def _end_fork(self, call: Call, dialog: Dialog, now: float) -> None:
        """A second fork has answered, or the answer crossed our CANCEL: ACK, then BYE (13.2.2.4, 15)."""
        self.ground.emit(self.within.make_ack(call, dialog, call.invite))
        fork = Call(f"{call.name}/{dialog.remote.tag}", Phase.ANSWERED, call.invite, call.flow, dialog)
        self.ground.calls[fork.name] = fork
        self.ground.by_dialog[dialog.id] = fork
        self.within.bye(fork, now)

    def _refused(self, call: Call, response: Response) -> None:
        if call.phase is Phase.ANSWERED:
            return
        if not call.is_over:
            self.ground.emit(Rejected(call.name, response.status, response))
        self.ground.drop(call)

    def _failed(self, call: Call, status: int, now: float) -> None:
        if call.phase is Phase.ANSWERED:
            return
        if not call.is_over:
            self.ground.emit(Rejected(call.name, status, None))
        self.ground.drop(call)

    # ------------------------------------------------------------ from the disk

    def resume(self, call: Call, now: float) -> None:
        """A call of ours from a record. If it was still unanswered, its final response may come yet."""
        self.ground.calls[call.name] = call
        if call.phase is Phase.ANSWERED:
            assert call.dialog is not None
            self.ground.by_dialog[call.dialog.id] = call
            return
        question = call.question = self._question(call, call.invite)
        question.request = call.invite
        if call.has_provisional:
            question.key = self.ground.layer.resume_client(call.invite, call.flow, question)
        else:  # it may never have left: the same INVITE again is a repetition at worst
            self.ground.launch(question, now)
        self.ground.set_alarm(call, Alarm.RING_OUT, now + RING_FOR)

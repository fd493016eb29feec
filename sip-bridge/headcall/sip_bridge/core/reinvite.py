# SPDX-License-Identifier: Apache-2.0
"""Changing the session of an answered call: re-INVITE from either side (RFC 3261 section 14), UPDATE from the peer
(RFC 3311), and the session timer that either refreshes (RFC 4028)."""

from headcall.sip_bridge.core.call import Call, Offer, Phase
from headcall.sip_bridge.core.effects import ReinviteAnswered, ReinviteReceived, ReinviteRefused
from headcall.sip_bridge.core.ground import ALLOW, SUPPORTED, Alarm, Ground, Question
from headcall.sip_bridge.core.timers import session_fields, session_interval
from headcall.sip_bridge.core.within import Within
from headcall.sip_bridge.errors import PeerError, WrongState
from headcall.sip_bridge.flow import Flow
from headcall.sip_bridge.message import Request, Response, respond
from headcall.sip_bridge.transaction.matching import reply_flow

SDP = (("Content-Type", "application/sdp"),)


class Reinvite:
    def __init__(self, ground: Ground, within: Within) -> None:
        self.ground = ground
        self.within = within
        within.went_on = self.go_on

    # ------------------------------------------------------------ ours

    def offer(self, call: Call, sdp: bytes, now: float, *, is_refresh: bool = False) -> None:
        """Sends a re-INVITE, or keeps it for later while another offer is on its way (RFC 3261 14.1)."""
        if call.phase is not Phase.ANSWERED or call.dialog is None:
            raise WrongState("only an answered call can be changed")
        if call.ours is not None or call.theirs is not None or call.unacked is not None:
            call.next_sdp = sdp
            return
        self.ground.clear_alarm(call, Alarm.GLARE)
        headers = [("Allow", ALLOW), ("Supported", SUPPORTED), *SDP]
        if call.session_expires:
            refresher = "uac" if call.we_refresh else "uas"
            headers.append(("Session-Expires", f"{call.session_expires};refresher={refresher}"))
        request, way = self.within.make(call, "INVITE", tuple(headers), sdp)
        question = Question(
            self.ground,
            call.name,
            request,
            way,
            hear=lambda response, now: self._hear(call, question, response, now),
            fail=lambda status, now: self._failed(call, question, status, now),
            next_cseq=call.next_cseq,
        )
        call.ours, call.ours_sdp, call.next_sdp, call.is_refresh = question, sdp, b"", is_refresh
        self.ground.set_alarm(call, Alarm.REINVITE_OUT, now + self.ground.timing.patience)
        self.ground.ask(question, now)

    def time_out(self, call: Call, now: float) -> None:
        """A peer that says 100 and then nothing (it was restarted, say) must not block every later change."""
        if call.ours is None:
            return
        self.within.abandon(call, now)
        if not call.is_refresh:
            self.ground.emit(ReinviteRefused(call.name, 408))
        self.go_on(call, now)

    def go_on(self, call: Call, now: float) -> None:
        """An offer has been dealt with; the next may go."""
        if call.next_sdp and not call.is_over:
            self.offer(call, call.next_sdp, now)

    def _hear(self, call: Call, question: Question, response: Response, now: float) -> None:
        if response.status < 200:
            return
        try:
            if response.status < 300:
                self._accepted(call, question, response, now)
            elif call.ours is question:
                self._refused(call, response, now)
        except PeerError:
            self.ground.counters["bad_responses"] += 1

    def _accepted(self, call: Call, question: Question, response: Response, now: float) -> None:
        if self.within.acknowledge_again(call, response):
            return
        assert call.dialog is not None
        call.dialog = call.dialog.refreshed(response)
        ack = self.within.make_ack(call, call.dialog, question.request)
        if call.is_over or call.ours is not question:
            self.ground.emit(ack)
            return
        call.ours, call.local_sdp = None, call.ours_sdp
        call.remote_sdp = response.sdp or call.remote_sdp
        if call.session_expires:
            interval, refresher = session_interval(response)
            call.session_expires, call.we_refresh = interval, refresher == "uac"
            self.watch(call, now)
        self.ground.persist(call)
        self.ground.emit(ack)
        if not call.is_refresh:
            self.ground.emit(ReinviteAnswered(call.name, response.sdp))
        self.go_on(call, now)

    def _refused(self, call: Call, response: Response, now: float) -> None:
        call.ours = None
        if call.is_over:
            return
        if response.status == 491:
            call.next_sdp = call.next_sdp or call.ours_sdp
            self.ground.set_alarm(call, Alarm.GLARE, now + self._glare_pause(call))
        elif response.status in (408, 481):
            self.within.lose(call, response.status, now, with_bye=response.status == 408)
        else:
            if not call.is_refresh:
                self.ground.emit(ReinviteRefused(call.name, response.status))
            self.go_on(call, now)

    def _glare_pause(self, call: Call) -> float:
        """RFC 3261 14.1: who chose the Call-ID waits 2.1 to 4 seconds, the other 0 to 2, in steps of 10 ms."""
        is_owner = not call.invite_key and call.invite.from_.tag == call.local_tag
        low, high = (210, 400) if is_owner else (0, 200)
        return round(low + self.ground.fraction() * (high - low)) / 100

    def _failed(self, call: Call, question: Question, status: int, now: float) -> None:
        if call.ours is question:
            call.ours = None
            self.within.lose(call, status, now, with_bye=True)

    # ------------------------------------------------------------ theirs

    def receive(self, call: Call, key: str, request: Request, source: Flow, now: float) -> None:
        """A re-INVITE or an UPDATE in its turn."""
        if refusal := self._glare(call, request):
            self.ground.reply(key, refusal, now)
            return
        if request.method == "INVITE":
            self.ground.reply(key, respond(request, 100), now)
        call.theirs = Offer(key, request, source)
        self.ground.by_invite[key] = call
        if self._is_known(call, request):
            self.accept(call, call.local_sdp if request.sdp else b"", now)
            return
        self.ground.emit(ReinviteReceived(call.name, request, request.sdp))

    def _glare(self, call: Call, request: Request) -> Response | None:
        if call.theirs is not None or call.phase is Phase.OFFERED or call.unacked is not None:
            # RFC 3261 14.2, RFC 3311 5.2: our final response (or its ACK) is still to come
            pause = str(int(self.ground.fraction() * 10))
            return respond(request, 500, headers=[("Retry-After", pause)])
        if call.ours is not None:
            return respond(request, 491)
        return None

    def _is_known(self, call: Call, request: Request) -> bool:
        """Nothing new is offered: an UPDATE without SDP, or the same SDP again. That is how a session is refreshed,
        and needs nobody's decision."""
        if request.method == "UPDATE" and not request.sdp:
            return True
        return bool(request.sdp) and request.sdp == call.remote_sdp and bool(call.local_sdp)

    def accept(self, call: Call, sdp: bytes, now: float) -> None:
        offer = self._take_theirs(call)
        assert call.dialog is not None
        call.dialog = call.dialog.refreshed(offer.request)
        call.local_sdp = sdp or call.local_sdp
        call.remote_sdp = offer.request.sdp or call.remote_sdp
        response = self._response(call, offer, sdp, now)
        if offer.request.method == "INVITE":
            flow = reply_flow(offer.request, offer.source)
            self.within.await_ack(call, response, flow, not offer.request.sdp, now)
        self.ground.persist(call)
        self.ground.reply(offer.key, response, now)
        if call.unacked is None:
            self.go_on(call, now)

    def refuse(self, call: Call, status: int, now: float) -> None:
        offer = self._take_theirs(call)
        self.ground.reply(offer.key, respond(offer.request, status), now)
        self.go_on(call, now)

    def _take_theirs(self, call: Call) -> Offer:
        if call.theirs is None:
            raise WrongState("no offer of the peer is waiting")
        offer, call.theirs = call.theirs, None
        self.ground.by_invite.pop(offer.key, None)
        return offer

    def _response(self, call: Call, offer: Offer, sdp: bytes, now: float) -> Response:
        interval, refresher = session_interval(offer.request)
        call.session_expires, call.we_refresh = interval, refresher == "uas"
        self.watch(call, now)
        fields = [
            self.ground.contact_field(offer.source),
            ("Allow", ALLOW),
            ("Supported", SUPPORTED),
            self.ground.agent_field(is_server=True),
            *session_fields(offer.request, interval, refresher),
            *(SDP if sdp else ()),
        ]
        return respond(offer.request, 200, headers=fields, body=sdp)

    # ------------------------------------------------------------ session timer

    def watch(self, call: Call, now: float) -> None:
        """Sets the session timer anew, after a 2xx that agreed on one (RFC 4028 section 10)."""
        self.ground.clear_alarm(call, Alarm.REFRESH)
        self.ground.clear_alarm(call, Alarm.EXPIRED)
        if not call.session_expires:
            return
        if call.we_refresh:
            self.ground.set_alarm(call, Alarm.REFRESH, now + call.session_expires / 2)
        spare = min(32.0, call.session_expires / 3)
        self.ground.set_alarm(call, Alarm.EXPIRED, now + call.session_expires - spare)

    def refresh(self, call: Call, now: float) -> None:
        if call.ours is None and not call.next_sdp:
            self.offer(call, call.local_sdp, now, is_refresh=True)

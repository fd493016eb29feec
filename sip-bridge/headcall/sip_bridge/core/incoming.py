# SPDX-License-Identifier: Apache-2.0
"""Calls that come in: the server side of INVITE and CANCEL (RFC 3261 sections 9.2 and 13.3)."""

from collections.abc import Iterable

from headcall.sip_bridge.core.call import Call, Phase
from headcall.sip_bridge.core.effects import CancelReceived, InviteReceived
from headcall.sip_bridge.core.ground import ALLOW, SUPPORTED, Alarm, Ground
from headcall.sip_bridge.core.reinvite import Reinvite
from headcall.sip_bridge.core.reliable import Provisional
from headcall.sip_bridge.core.timers import session_fields, session_interval
from headcall.sip_bridge.core.within import Within
from headcall.sip_bridge.dialog import uas_dialog
from headcall.sip_bridge.errors import LocalError, PeerError, WrongState
from headcall.sip_bridge.flow import Flow
from headcall.sip_bridge.message import Request, Response, respond
from headcall.sip_bridge.transaction.matching import reply_flow, server_key

RING_EVERY = 60.0  # seconds

Fields = Iterable[tuple[str, str]]


class Incoming:
    def __init__(self, ground: Ground, within: Within, reinvite: Reinvite, provisionals: Provisional) -> None:
        self.ground = ground
        self.within = within
        self.reinvite = reinvite
        self.provisionals = provisionals
        provisionals.confirmed = self._accept_at_last

    # ------------------------------------------------------------ from the network

    def receive(self, key: str, request: Request, source: Flow, now: float) -> None:
        """An INVITE outside of any dialog, of which we understand everything it requires."""
        tag = self.ground.around.token()
        try:
            dialog = uas_dialog(request, tag, source)
        except PeerError as error:
            self.ground.reply(key, respond(request, error.status, to_tag=tag), now)
            return
        call = Call(
            name=self.ground.around.name_call(),
            phase=Phase.OFFERED,
            invite=request,
            flow=source,
            dialog=dialog,
            invite_key=key,
            local_tag=tag,
            remote_sdp=request.sdp,
        )
        self.adopt(call)
        self.ground.reply(key, respond(request, 100), now)
        self.ground.emit(InviteReceived(call.name, request, source, request.sdp))

    def adopt(self, call: Call) -> None:
        """Makes the call known by its name, its dialog and its INVITE."""
        assert call.dialog is not None
        self.ground.calls[call.name] = call
        self.ground.by_dialog[call.dialog.id] = call
        if call.invite_key:
            self.ground.by_invite[call.invite_key] = call

    def receive_cancel(self, key: str, cancel: Request, now: float) -> None:
        invite_key = server_key(cancel, "INVITE")
        call = self.ground.by_invite.get(invite_key)
        if call is None and self.ground.layer.server(invite_key) is None:
            self.ground.reply(key, respond(cancel, 481, to_tag=self.ground.around.token()), now)
            return
        tag = self.ground.around.token() if call is None else call.local_tag
        self.ground.reply(key, respond(cancel, 200, to_tag=tag), now)
        if call is None or call.is_over:
            return
        if call.theirs is not None:  # the session stays as it was
            self.reinvite.refuse(call, 487, now)
        elif call.phase is Phase.OFFERED:
            self._final(call, 487, now)
            self.ground.emit(CancelReceived(call.name))
            self.ground.drop(call)

    # ------------------------------------------------------------ from the owner

    def provisional(self, call: Call, status: int, sdp: bytes, now: float) -> None:
        self._must_be_open(call)
        if sdp:
            call.local_sdp = sdp
        if not call.is_kept:
            self.ground.persist(call)
        self.provisionals.send(call, self._response(call, status, body=sdp), now)
        self.ground.set_alarm(call, Alarm.RING_ON, now + RING_EVERY)

    def ring_on(self, call: Call, now: float) -> None:
        """RFC 3261 13.3.1.1: a proxy that hears nothing for three minutes cancels, so it hears us every minute."""
        if call.phase is Phase.OFFERED and call.provisional is not None:
            self.provisionals.send(call, call.provisional, now)
            self.ground.set_alarm(call, Alarm.RING_ON, now + RING_EVERY)

    def accept(self, call: Call, sdp: bytes, now: float) -> None:
        self._must_be_open(call)
        if not self.provisionals.leave(call):
            call.accepted_sdp = sdp
            return
        call.accepted_sdp = None
        call.local_sdp = sdp
        call.phase = Phase.ANSWERED
        interval, refresher = session_interval(call.invite)
        call.session_expires, call.we_refresh = interval, refresher == "uas"
        response = self._response(
            call, 200, session_fields(call.invite, interval, refresher), b"" if call.is_answered_early else sdp
        )
        flow = reply_flow(call.invite, call.flow)
        self.within.await_ack(call, response, flow, not call.invite.sdp, now)
        self.reinvite.watch(call, now)
        self.ground.persist(call)
        self.ground.reply(call.invite_key, response, now)

    def _accept_at_last(self, call: Call, now: float) -> None:
        if call.accepted_sdp is not None and not call.is_over:
            self.accept(call, call.accepted_sdp, now)

    def refuse(self, call: Call, status: int, now: float, reason: str, headers: Fields) -> None:
        self._must_be_open(call)
        if not 300 <= status <= 699:
            raise LocalError("a refusal has a status from 300 to 699")
        self._final(call, status, now, reason, headers)
        self.ground.drop(call)

    def _final(self, call: Call, status: int, now: float, reason: str = "", headers: Fields = ()) -> None:
        response = respond(call.invite, status, reason=reason, to_tag=call.local_tag, headers=headers)
        self.ground.reply(call.invite_key, response, now)

    def _response(self, call: Call, status: int, headers: Fields = (), body: bytes = b"") -> Response:
        """A response that makes a dialog (RFC 3261 12.1.1): with Record-Route and Contact."""
        fields = [
            *(("Record-Route", value) for value in call.invite.headers.all("Record-Route")),
            self.ground.contact_field(call.flow),
            ("Allow", ALLOW),
            ("Supported", SUPPORTED),
            self.ground.agent_field(is_server=True),
            *headers,
        ]
        if body:
            fields.append(("Content-Type", "application/sdp"))
        return respond(call.invite, status, to_tag=call.local_tag, headers=fields, body=body)

    def _must_be_open(self, call: Call) -> None:
        if call.phase is not Phase.OFFERED:
            raise WrongState("the call is not one that waits for our answer")

    # ------------------------------------------------------------ from the disk

    def resume(self, call: Call, now: float) -> None:
        """A call from a record: it waits for our answer still, or has had it."""
        if call.phase is Phase.OFFERED or call.unacked is not None:
            is_accepted = call.phase is Phase.ANSWERED
            call.invite_key = self.ground.layer.resume_server(call.invite, call.flow, now, is_accepted=is_accepted)
        self.adopt(call)
        if call.unacked is not None:
            self.within.watch_ack(call, now)
            self.within.repeat_2xx(call, now)

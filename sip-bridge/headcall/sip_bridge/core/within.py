# SPDX-License-Identifier: Apache-2.0
"""What both directions of a call share: the handshake of a 2xx, requests within the dialog, the end.

RFC 3261 sections 13.3.1.4 (2xx until ACK), 14 (re-INVITE), 15 (BYE); RFC 4028 (session timers) as far as a server
must; the forking and the crossing of messages that makes them hard.
"""

from collections.abc import Callable

from headcall.sip_bridge.core.call import Call, Phase, Unacked
from headcall.sip_bridge.core.effects import AckReceived, Lost
from headcall.sip_bridge.core.ground import Alarm, Ground, Question
from headcall.sip_bridge.core.routing import way_of
from headcall.sip_bridge.dialog import Dialog
from headcall.sip_bridge.flow import Flow, Send
from headcall.sip_bridge.message import Request, Response, respond, serialise


class Within:
    """Requests of ours inside a dialog, and the three-way handshake."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.went_on: Callable[[Call, float], None] = lambda call, now: None
        """Told when a handshake is complete, so that what had to wait for it can go."""

    # ------------------------------------------------------------ asking

    def make(
        self, call: Call, method: str, headers: tuple[tuple[str, str], ...] = (), body: bytes = b""
    ) -> tuple[Request, Flow]:
        """The next request of the dialog, and its way."""
        assert call.dialog is not None
        way = way_of(call.dialog)
        fields = (self.ground.contact_field(way), self.ground.agent_field(), *headers)
        call.dialog, request = call.dialog.next_request(method, fields, body)
        return request, way

    def ask_plainly(
        self, call: Call, method: str, now: float, headers: tuple[tuple[str, str], ...] = (), body: bytes = b""
    ) -> None:
        """A request whose success nobody waits for; a peer that no longer knows the call ends it (12.2.1.2)."""
        request, way = self.make(call, method, headers, body)

        def hear(response: Response, now: float) -> None:
            if response.status in (408, 481):
                self.lose(call, response.status, now, with_bye=response.status == 408)

        def fail(status: int, now: float) -> None:
            self.lose(call, status, now, with_bye=True)

        self.ground.ask(Question(self.ground, call.name, request, way, hear, fail, call.next_cseq), now)

    # ------------------------------------------------------------ 2xx until ACK

    def await_ack(self, call: Call, response: Response, flow: Flow, holds_offer: bool, now: float) -> None:
        """Notes the 2xx that is about to be sent; it is repeated until its ACK comes."""
        call.unacked = Unacked(response.cseq.number, serialise(response), flow, holds_offer)
        self.watch_ack(call, now)

    def watch_ack(self, call: Call, now: float) -> None:
        assert call.unacked is not None
        timing = self.ground.timing
        call.unacked.gap = timing.t1
        self.ground.set_alarm(call, Alarm.REPEAT_2XX, now + timing.t1)
        self.ground.set_alarm(call, Alarm.NO_ACK, now + timing.patience)

    def repeat_2xx(self, call: Call, now: float) -> None:
        if call.unacked is None:
            return
        self.ground.emit(Send(call.unacked.data, call.unacked.flow))
        call.unacked.gap = min(2 * call.unacked.gap, self.ground.timing.t2)
        self.ground.set_alarm(call, Alarm.REPEAT_2XX, now + call.unacked.gap)

    def take_ack(self, call: Call, ack: Request, now: float) -> None:
        unacked = call.unacked
        if unacked is None or unacked.cseq != ack.cseq.number:
            return
        call.unacked = None
        self.ground.clear_alarm(call, Alarm.REPEAT_2XX)
        self.ground.clear_alarm(call, Alarm.NO_ACK)
        if call.wants_bye:
            self.bye(call, now)
            return
        if call.is_over:  # our BYE is on its way
            return
        if unacked.holds_offer and ack.sdp:
            call.remote_sdp = ack.sdp
        self.ground.persist(call)
        self.ground.emit(AckReceived(call.name, ack.sdp if unacked.holds_offer else b""))
        self.went_on(call, now)

    def no_ack(self, call: Call, now: float) -> None:
        """RFC 3261 13.3.1.4: the session is terminated, by BYE."""
        call.unacked = None
        if call.wants_bye:
            self.bye(call, now)
        else:
            self.lose(call, 408, now, with_bye=True)

    # ------------------------------------------------------------ ACK of 2xx

    def make_ack(self, call: Call, dialog: Dialog, invite: Request) -> Send:
        """The ACK of a 2xx to an INVITE of ours, with the credentials that the INVITE had (22.1). It has no
        transaction; its octets are noted for when the 2xx comes again."""
        kept = tuple(item for item in invite.headers if item[0] in ("Authorization", "Proxy-Authorization"))
        ack = dialog.request("ACK", invite.cseq.number, kept)
        way = way_of(dialog)
        data = serialise(self.ground.with_via(ack, way))
        call.acks[dialog.remote.tag or ""] = (invite.cseq.number, data, way)
        return Send(data, way)

    def acknowledge_again(self, call: Call, response: Response) -> bool:
        """Whether it was a 2xx that has had its ACK already; it gets the same again."""
        cseq, data, way = call.acks.get(response.to.tag or "", (0, b"", call.flow))
        if cseq != response.cseq.number or response.cseq.method != "INVITE":
            return False
        self.ground.emit(Send(data, way))
        return True

    def acknowledge_late(self, call: Call, response: Response) -> None:
        """A 2xx to a re-INVITE that we have given up, or sent in another life: without ACK the peer would hang up."""
        dialog = call.dialog
        if dialog is not None and response.cseq.method == "INVITE" and response.cseq.number <= dialog.local_cseq:
            ack = dialog.request("ACK", response.cseq.number)
            way = way_of(dialog)
            self.ground.emit(Send(serialise(self.ground.with_via(ack, way)), way))

    # ------------------------------------------------------------ the end

    def hang_up(self, call: Call, now: float) -> None:
        """BYE, but not before the ACK of the 200 that we answered the call with (RFC 3261 15)."""
        if call.unacked is None or call.unacked.cseq != call.invite.cseq.number or not call.invite_is_theirs:
            self.bye(call, now)
            return
        call.wants_bye = call.is_over = True
        self.ground.persist(call)

    def bye(self, call: Call, now: float) -> None:
        """Sends BYE; the dialog lingers until that is answered, so that a BYE that crosses it is understood."""
        call.wants_bye = False
        self.settle(call, now)
        request, way = self.make(call, "BYE", call.last_words)
        self.ground.finish(call)

        def hear(response: Response, now: float) -> None:
            if response.is_final:
                self.ground.drop(call)

        self.ground.ask(
            Question(
                self.ground, call.name, request, way, hear, lambda status, now: self.ground.drop(call), call.next_cseq
            ),
            now,
        )

    def settle(self, call: Call, now: float) -> None:
        """What the peer still waits for is refused, since the call ends (RFC 3261 15.1.2)."""
        if call.theirs is not None:
            offer, call.theirs = call.theirs, None
            self.ground.by_invite.pop(offer.key, None)
            self.ground.reply(offer.key, respond(offer.request, 487), now)
        self.abandon(call, now)
        if call.transfer is not None and call.transfer.key:
            self.ground.reply(call.transfer.key, respond(call.transfer.request, 487), now)
            call.transfer = None

    def abandon(self, call: Call, now: float) -> None:
        """Nobody waits for the answer to our re-INVITE any more."""
        if call.ours is not None:
            self.ground.pass_on(self.ground.layer.abandon(call.ours.key, now))
            call.ours = None

    def lose(self, call: Call, status: int, now: float, *, with_bye: bool) -> None:
        """The call cannot go on; its owner is told, unless it has done with it already."""
        if call.is_over:
            return
        self.ground.emit(Lost(call.name, status))
        if with_bye and call.dialog is not None and call.phase is Phase.ANSWERED:
            self.bye(call, now)
        else:
            self.settle(call, now)
            self.ground.drop(call)

# SPDX-License-Identifier: Apache-2.0
"""Provisional responses that arrive (RFC 3262), for callers that require them: carriers' IMS trunks above all.

One of them is on its way at a time; the next waits for the PRACK of the one before, and so does a 200 while an answer
is on its way.
"""

from collections.abc import Callable

from headcall.sip_bridge.core.call import Call, Phase, Reliable
from headcall.sip_bridge.core.effects import Lost
from headcall.sip_bridge.core.ground import Alarm, Ground
from headcall.sip_bridge.errors import Malformed
from headcall.sip_bridge.flow import Flow
from headcall.sip_bridge.grammar import MAX_CSEQ, read_number
from headcall.sip_bridge.message import Request, Response, respond


class Provisional:
    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.confirmed: Callable[[Call, float], None] = lambda call, now: None
        """Told when nothing is on its way any more."""

    def send(self, call: Call, response: Response, now: float) -> None:
        """Sends a provisional response, reliably if the caller requires it."""
        call.provisional = response
        if "100rel" not in call.invite.options("Require"):
            self.ground.reply(call.invite_key, response, now)
        elif call.reliable is not None:
            call.reliable.waiting = response
        else:
            self._send_reliably(call, response, now)

    def _send_reliably(self, call: Call, response: Response, now: float) -> None:
        call.rseq += 1
        numbered = response.headers.added(("Require", "100rel"), ("RSeq", str(call.rseq)))
        call.reliable = Reliable(call.rseq, response.with_headers(numbered), self.ground.timing.t1)
        self.ground.reply(call.invite_key, call.reliable.response, now)
        self.ground.set_alarm(call, Alarm.REPEAT_1XX, now + call.reliable.gap)
        self.ground.set_alarm(call, Alarm.NO_PRACK, now + self.ground.timing.patience)

    def repeat(self, call: Call, now: float) -> None:
        if call.reliable is not None:
            self.ground.reply(call.invite_key, call.reliable.response, now)
            call.reliable.gap *= 2
            self.ground.set_alarm(call, Alarm.REPEAT_1XX, now + call.reliable.gap)

    def leave(self, call: Call) -> bool:
        """Whether a 2xx may go now: not while an answer is on its way (RFC 3262 section 3)."""
        if call.reliable is not None and call.reliable.response.sdp:
            return False
        self.ground.clear_alarm(call, Alarm.REPEAT_1XX)
        self.ground.clear_alarm(call, Alarm.NO_PRACK)
        return True

    def give_up(self, call: Call, now: float) -> None:
        """RFC 3262 section 3: without a PRACK the INVITE is refused with a 5xx."""
        if call.phase is Phase.OFFERED and call.reliable is not None:
            self.ground.reply(call.invite_key, respond(call.invite, 504, to_tag=call.local_tag), now)
            if not call.is_over:
                self.ground.emit(Lost(call.name, 504))
            self.ground.drop(call)

    def receive_prack(self, call: Call, key: str, request: Request, source: Flow, now: float) -> None:
        reliable = call.reliable
        if reliable is None or not self._is_about(request, reliable, call.invite):
            self.ground.reply(key, respond(request, 481), now)
            return
        self.ground.reply(key, respond(request, 200), now)
        call.reliable = None
        call.is_answered_early = call.is_answered_early or bool(reliable.response.sdp)
        self.ground.clear_alarm(call, Alarm.REPEAT_1XX)
        self.ground.clear_alarm(call, Alarm.NO_PRACK)
        if reliable.waiting is not None:
            self._send_reliably(call, reliable.waiting, now)
        if call.reliable is None:
            self.confirmed(call, now)

    def _is_about(self, prack: Request, reliable: Reliable, invite: Request) -> bool:
        """RAck = response-num LWS CSeq-num LWS Method"""
        words = (prack.headers.get("RAck") or "").split()
        if len(words) != 3:
            raise Malformed("bad RAck")
        numbers = [read_number(word, most=MAX_CSEQ, what="RAck") for word in words[:2]]
        return [*numbers, words[2]] == [reliable.rseq, invite.cseq.number, "INVITE"]

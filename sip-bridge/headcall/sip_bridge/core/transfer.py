# SPDX-License-Identifier: Apache-2.0
"""REFER within a call (RFC 3515): a telephone wants its party transferred, and is told how that goes."""

from headcall.sip_bridge.core.call import Call, Phase, Transfer
from headcall.sip_bridge.core.effects import ReferReceived
from headcall.sip_bridge.core.ground import Alarm, Ground, Question
from headcall.sip_bridge.core.within import Within
from headcall.sip_bridge.errors import Malformed, WrongState
from headcall.sip_bridge.message import REASONS, Request, respond
from headcall.sip_bridge.uri import NameAddr

REPORT_WITHIN = 180.0
"""Seconds for which the peer is promised NOTIFYs; then the subscription ends by itself."""


class Transfers:
    def __init__(self, ground: Ground, within: Within) -> None:
        self.ground = ground
        self.within = within

    def receive(self, call: Call, key: str, request: Request, now: float) -> None:
        if call.phase is not Phase.ANSWERED or call.transfer is not None:
            self.ground.reply(key, respond(request, 491), now)
            return
        try:
            (text,) = request.headers.elements("Refer-To")
            refer_to = NameAddr.parse(text)
        except (ValueError, Malformed):
            self.ground.reply(key, respond(request, 400, reason="Bad Request (one Refer-To wanted)"), now)
            return
        is_silent = (request.headers.get("Refer-Sub") or "").strip().lower() == "false"
        call.transfer = Transfer(key, request, is_silent)
        self.ground.emit(ReferReceived(call.name, request, refer_to))

    def accept(self, call: Call, now: float) -> None:
        transfer = self._waiting(call)
        fields = [self.ground.contact_field(call.flow), self.ground.agent_field(is_server=True)]
        if transfer.is_silent:
            fields.append(("Refer-Sub", "false"))
        self.ground.reply(transfer.key, respond(transfer.request, 202, headers=fields), now)
        transfer.key = ""
        self.ground.set_alarm(call, Alarm.REFER_OVER, now + REPORT_WITHIN)
        self.notify(call, 100, now)

    def refuse(self, call: Call, status: int, now: float) -> None:
        transfer = self._waiting(call)
        call.transfer = None
        self.ground.reply(transfer.key, respond(transfer.request, status), now)

    def notify(self, call: Call, status: int, now: float) -> None:
        transfer = call.transfer
        if transfer is None or transfer.key:
            raise WrongState("no accepted transfer")
        if status >= 200:
            call.transfer = None
            self.ground.clear_alarm(call, Alarm.REFER_OVER)
        if transfer.is_silent:
            return
        state = f"active;expires={REPORT_WITHIN:.0f}" if status < 200 else "terminated;reason=noresource"
        headers = (
            ("Event", f"refer;id={transfer.request.cseq.number}"),
            ("Subscription-State", state),
            ("Content-Type", "message/sipfrag;version=2.0"),
        )
        body = f"SIP/2.0 {status} {REASONS.get(status, 'Unknown')}\r\n".encode()
        request, way = self.within.make(call, "NOTIFY", headers, body)
        # Telephones that have hung up, or forgotten that they asked, answer 481: that ends the subscription only.
        question = Question(
            self.ground, call.name, request, way, lambda r, now: None, lambda s, now: None, call.next_cseq
        )
        self.ground.ask(question, now)

    def time_out(self, call: Call, now: float) -> None:
        if call.transfer is not None:
            self.notify(call, 408, now)

    def _waiting(self, call: Call) -> Transfer:
        if call.transfer is None or not call.transfer.key:
            raise WrongState("no transfer is waiting for an answer")
        return call.transfer

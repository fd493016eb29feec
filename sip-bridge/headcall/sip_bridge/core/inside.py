# SPDX-License-Identifier: Apache-2.0
"""Requests of the peer within a dialog (RFC 3261 section 12.2.2)."""

from collections.abc import Callable
from typing import TypeAlias

from headcall.sip_bridge.core.call import Call, Phase
from headcall.sip_bridge.core.effects import ByeReceived, InfoReceived
from headcall.sip_bridge.core.ground import ALLOW, SUPPORTED, Ground
from headcall.sip_bridge.core.reinvite import Reinvite
from headcall.sip_bridge.core.reliable import Provisional
from headcall.sip_bridge.core.transfer import Transfers
from headcall.sip_bridge.core.within import Within
from headcall.sip_bridge.flow import Flow
from headcall.sip_bridge.message import Request, Response, respond

Handler: TypeAlias = Callable[[Call, str, Request, Flow, float], None]


class Inside:
    def __init__(
        self, ground: Ground, within: Within, reinvite: Reinvite, transfers: Transfers, provisional: Provisional
    ) -> None:
        self.ground = ground
        self.within = within
        self.reinvite = reinvite
        self.transfers = transfers
        self._handlers: dict[str, Handler] = {
            "BYE": self._bye,
            "INVITE": reinvite.receive,
            "UPDATE": reinvite.receive,
            "INFO": self._info,
            "OPTIONS": self._options,
            "REFER": lambda call, key, request, source, now: transfers.receive(call, key, request, now),
            "NOTIFY": self._notify,
            "PRACK": provisional.receive_prack,
        }

    def find(self, request: Request) -> Call | None:
        """The call whose dialog a request belongs to."""
        return self.ground.by_dialog.get((request.call_id, request.to.tag or "", request.from_.tag or ""))

    def receive_ack(self, request: Request, now: float) -> None:
        call = self.find(request)
        if call is not None:
            self.within.take_ack(call, request, now)

    def receive(self, key: str, request: Request, source: Flow, now: float) -> None:
        call = self.find(request)
        if call is None or call.dialog is None or (call.is_over and request.method != "BYE"):
            self.ground.reply(key, respond(request, 481), now)
            return
        after = call.dialog.heard(request, source)
        if after is None:
            self.ground.reply(key, respond(request, 500, reason="CSeq Out Of Order"), now)
            return
        call.dialog = after
        handler = self._handlers.get(request.method)
        if handler is None:
            self.ground.reply(key, self.not_allowed(request), now)
        else:
            handler(call, key, request, source, now)

    def not_allowed(self, request: Request) -> Response:
        """405 for what RFCs know, 501 for what nobody does (RFC 3261 8.2.1, 21.5.2)."""
        if request.method in ("MESSAGE", "SUBSCRIBE", "PUBLISH", "REGISTER", *self._handlers):
            return respond(request, 405, headers=[("Allow", ALLOW)])
        return respond(request, 501, headers=[("Allow", ALLOW)])

    def _bye(self, call: Call, key: str, request: Request, source: Flow, now: float) -> None:
        """The end is told and the record gone before it is confirmed: what was promised is durable."""
        ok = respond(request, 200, headers=[self.ground.agent_field(is_server=True)])
        if call.is_over:
            if call.wants_bye:
                self.ground.drop(call)  # there is nobody left to send ours to
            self.ground.reply(key, ok, now)
            return
        if call.phase is Phase.OFFERED:
            gone = respond(call.invite, 487, to_tag=call.local_tag)
            self.ground.reply(call.invite_key, gone, now)
        self.within.settle(call, now)
        self.ground.emit(ByeReceived(call.name, request))
        self.ground.drop(call)
        self.ground.reply(key, ok, now)

    def _info(self, call: Call, key: str, request: Request, source: Flow, now: float) -> None:
        if "Info-Package" in request.headers:  # RFC 6086 4.2.2: we have announced none
            self.ground.reply(key, respond(request, 469, headers=[("Recv-Info", "")]), now)
            return
        self.ground.reply(key, respond(request, 200), now)
        self.ground.emit(InfoReceived(call.name, request))

    def _options(self, call: Call, key: str, request: Request, source: Flow, now: float) -> None:
        fields = [("Allow", ALLOW), ("Supported", SUPPORTED), ("Accept", "application/sdp")]
        self.ground.reply(key, respond(request, 200, headers=fields), now)

    def _notify(self, call: Call, key: str, request: Request, source: Flow, now: float) -> None:
        """We subscribe to nothing within calls."""
        self.ground.reply(key, respond(request, 481), now)

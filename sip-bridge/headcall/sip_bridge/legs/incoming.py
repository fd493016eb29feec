# SPDX-License-Identifier: Apache-2.0
"""Legs that come in: INVITE → admission → media → offered to call control, which lets them ring or answers."""

import logging

from headcall.kit.clock import Clock
from headcall.kit.log import Sparse
from headcall.kit.private import Private
from headcall.sip_bridge.core.effects import InviteReceived
from headcall.sip_bridge.errors import BadSdp
from headcall.sip_bridge.legs.admission import Admission, Guest
from headcall.sip_bridge.legs.board import Board
from headcall.sip_bridge.legs.leg import Leg
from headcall.sip_bridge.legs.media import NoMedia
from headcall.sip_bridge.legs.numbers import called, caller
from headcall.sip_bridge.legs.sessions import far_end, nat_of, our_answer
from headcall.sip_bridge.legs.statuses import refusal
from headcall.sip_bridge.message import Request
from headcall.sip_bridge.registrar.passport import Turned
from headcall.sip_bridge.sdp import Audio
from headcall.wire.legs import AnswerLeg, LegOffered, LegReply, RingLeg
from headcall.wire.media import OpenPlain
from headcall.wire.nodes import Done, Refused

log = logging.getLogger(__name__)


class Incoming:
    def __init__(self, board: Board, admission: Admission, clock: Clock) -> None:
        self._board = board
        self._admission = admission
        self._sparse = Sparse(log, clock)

    # ------------------------------------------------------------ from the network

    def invited(self, event: InviteReceived) -> None:
        leg = Leg(event.call, "in", self._board.setup.media_node, "offered", dialog=event.call, offer=event.sdp)
        self._board.add(leg)
        self._board.work(self._receive(leg, event), f"offer {leg.leg_id}")

    async def _receive(self, leg: Leg, event: InviteReceived) -> None:
        guest = await self._admission.of(event)
        if not self._board.is_here(leg):
            return
        if isinstance(guest, Turned):
            self._refuse(leg, guest)
            return
        leg.trunk = guest.circuit.name if guest.circuit else None
        leg.sip_user = guest.sip_user
        if nat := nat_of(event.request, event.flow.remote[0]):
            leg.nats[leg.dialog] = nat
        try:
            audio = far_end(event.sdp, nat) if event.sdp else None
            await self._open(leg, audio)
        except BadSdp as error:
            self._board.counters["bad_sdp"] += 1
            self._sparse.info("bad sdp", "leg %s: %s", leg.leg_id, error)
            self._refuse(leg, Turned(*refusal("media-refused")))
        except NoMedia as error:
            log.warning("leg %s gets no media: %s", leg.leg_id, error)
            leg.has_media = error.may_be_open
            self._refuse(leg, Turned(*refusal(error.cause)))
        else:
            await self._offer(leg, guest, event.request)

    def _refuse(self, leg: Leg, turned: Turned) -> None:
        """Before call control has heard of it."""
        if not self._board.is_here(leg):
            return
        board = self._board
        board.counters[f"refused {turned.status}"] += 1
        board.do(lambda: board.agent.refuse(leg.dialog, turned.status, board.now(), headers=turned.headers))
        board.ended_by_peer(leg, "not-allowed")

    async def _open(self, leg: Leg, audio: Audio | None) -> None:
        if audio is None:  # the caller wants the offer from us: our 200 will hold it
            opened = await self._board.media.open(leg.media_node, OpenPlain(leg.leg_id))
        else:
            command = OpenPlain(leg.leg_id, audio.codecs, audio.remote, sends=not audio.is_hold)
            opened = await self._board.media.open(leg.media_node, command)
            leg.remote, leg.is_held = audio.remote, audio.is_hold
        leg.has_media, leg.local, leg.codecs = True, opened.local, opened.codecs
        if not self._board.is_here(leg):
            await self._board.media.close(leg.media_node, leg.leg_id)

    async def _offer(self, leg: Leg, guest: Guest, request: Request) -> None:
        board = self._board
        if not board.is_here(leg):
            return
        number, name = caller(request, is_trusted=guest.circuit is not None)
        offered = LegOffered(
            leg_id=leg.leg_id,
            bridge=board.setup.node,
            media_node=leg.media_node,
            from_number=number,
            from_name=name,
            to_number=called(request, guest.circuit),
            codec=leg.codec,
            trunk=leg.trunk,
            sip_user=leg.sip_user,
            sip_call_id=request.call_id[:200],
        )
        leg.is_known = True
        board.keep(leg)
        board.do(lambda: board.agent.keep(leg.dialog))
        log.info(
            "leg %s: %s calls %s over %s",
            leg.leg_id,
            Private(number),
            Private(offered.to_number),
            leg.trunk or "a phone",
        )
        if not await board.events.taken(offered, board.setup.patience_s):
            log.warning("leg %s: call control does not take it", leg.leg_id)
            board.end(leg, "restarting")

    # ------------------------------------------------------------ from call control

    def ring(self, leg: Leg, command: RingLeg) -> LegReply:
        if leg.state == "answered" or leg.direction != "in":
            return Done()
        board, name = self._board, leg.dialog
        wants_media = command.early_media and bool(leg.offer)
        if leg.has_early_media or (leg.has_rung and not wants_media):
            return Done()
        leg.state, leg.has_rung = "ringing", True
        if wants_media:
            leg.has_early_media = True
            answer = our_answer(leg)
            is_done = board.do(lambda: board.agent.progress(name, answer, board.now()))
        else:
            is_done = board.do(lambda: board.agent.ring(name, board.now()))
        board.keep(leg)
        return Done() if is_done else Refused("call-gone", f"{leg.leg_id} has ended")

    def answer(self, leg: Leg, command: AnswerLeg) -> LegReply:
        if leg.direction != "in":
            return Refused("bad-request", "we have placed this leg")
        if leg.state == "answered":
            return Done()
        board = self._board
        leg.state = "answered"
        board.keep(leg)
        answer = our_answer(leg)
        if board.do(lambda: board.agent.accept(leg.dialog, answer, board.now())):
            return Done()
        return Refused("call-gone", f"{leg.leg_id} has ended")

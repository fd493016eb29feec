# SPDX-License-Identifier: Apache-2.0
"""Sorts: each event of the core to the part that knows about it, each command of call control likewise."""

import logging
from collections.abc import Callable
from typing import Any

from headcall.sip_bridge.core import effects as told
from headcall.sip_bridge.legs.board import Board
from headcall.sip_bridge.legs.incoming import Incoming
from headcall.sip_bridge.legs.leg import Leg
from headcall.sip_bridge.legs.outgoing import Outgoing
from headcall.sip_bridge.legs.statuses import cause_of_end
from headcall.sip_bridge.legs.within import Within
from headcall.wire.causes import from_sip
from headcall.wire.legs import AnswerLeg, EndLeg, LegReply, LegState, PlaceLeg, RingLeg, TransferResult
from headcall.wire.nodes import Done, Refused

log = logging.getLogger(__name__)

CallEvent = Any
"""An event of `core.effects` that has a `call`."""


class Switch:
    def __init__(self, board: Board, incoming: Incoming, outgoing: Outgoing, within: Within) -> None:
        self._board = board
        self._incoming = incoming
        self._outgoing = outgoing
        self._handlers: dict[type, Callable[[Leg, CallEvent], None]] = {
            told.CancelReceived: lambda leg, event: board.ended_by_peer(leg, "caller-cancelled"),
            told.AckReceived: within.acknowledged,
            told.Ringing: outgoing.ringing,
            told.Answered: outgoing.answered,
            told.Rejected: outgoing.rejected,
            told.ByeReceived: lambda leg, event: board.ended_by_peer(leg, cause_of_end(event.request)),
            told.Lost: lambda leg, event: board.ended_by_peer(leg, from_sip(event.status).id),
            told.ReinviteReceived: within.reinvited,
            told.ReinviteAnswered: within.reinvite_answered,
            told.ReinviteRefused: lambda leg, event: log.info("leg %s refuses our offer", leg.leg_id),
            told.ReferReceived: within.referred,
            told.InfoReceived: within.informed,
        }
        self._within = within

    # ------------------------------------------------------------ from the core

    def told(self, event: told.Event) -> None:
        """An event about a call."""
        if isinstance(event, told.InviteReceived):
            self._incoming.invited(event)
            return
        handler = self._handlers.get(type(event))
        if handler is None:
            return
        name = str(event.call)  # type: ignore[union-attr]
        leg = self._board.of(name)
        if leg is not None:
            handler(leg, event)
        elif isinstance(event, told.Answered | told.ReinviteReceived):
            # A call that no leg stands for: it must not go on without anybody knowing.
            self._board.hang_up(name)

    # ------------------------------------------------------------ from call control

    def command(self, command: PlaceLeg | RingLeg | AnswerLeg | EndLeg | TransferResult) -> LegReply:
        if isinstance(command, PlaceLeg):
            return self._outgoing.place(command)
        leg = self._board.legs.get(command.leg_id)
        if isinstance(command, EndLeg):
            if leg is not None:
                self._board.end(leg, command.cause)
            return Done()  # it had ended already: its `LegEnded` is on its way, or was told
        if leg is None:
            return Refused("call-gone", f"no leg {command.leg_id[:40]}")
        match command:
            case RingLeg():
                return self._incoming.ring(leg, command)
            case AnswerLeg():
                return self._incoming.answer(leg, command)
            case TransferResult():
                return self._within.transferred(leg, command)

    def states(self) -> tuple[LegState, ...]:
        """The legs that call control knows of."""
        return tuple(LegState(leg.leg_id, leg.call_id, leg.state) for leg in self._board.legs.values() if leg.is_known)

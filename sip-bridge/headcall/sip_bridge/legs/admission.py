# SPDX-License-Identifier: Apache-2.0
"""May this call come in: from a trunk by its address and its free circuits, from a telephone by its password."""

import logging
from dataclasses import dataclass
from typing import Final

from headcall.kit.clock import Clock
from headcall.kit.log import Sparse
from headcall.sip_bridge.core.effects import InviteReceived
from headcall.sip_bridge.legs.board import Board
from headcall.sip_bridge.legs.statuses import refusal
from headcall.sip_bridge.registrar.passport import Passport, Turned
from headcall.sip_bridge.trunks.model import Circuit
from headcall.sip_bridge.trunks.service import Trunks

log = logging.getLogger(__name__)

CALLS_OF_AN_ACCOUNT: Final = 8
"""A telephone has two to four lines; a stolen password shall not be worth more."""
MOST_LEGS: Final = 2000
"""Of one bridge, against whatever goes round in circles."""


@dataclass(frozen=True, slots=True)
class Guest:
    """Where a call that may come in comes from."""

    circuit: Circuit | None = None
    sip_user: str | None = None


class Admission:
    def __init__(self, board: Board, trunks: Trunks, passport: Passport, clock: Clock) -> None:
        self._board = board
        self._trunks = trunks
        self._passport = passport
        self._sparse = Sparse(log, clock)

    async def of(self, event: InviteReceived) -> Guest | Turned:
        """Waits for nothing but the account's hash, where it is not known yet."""
        if self._board.setup.is_draining:
            return Turned(*refusal("restarting"))
        if len(self._board.legs) > MOST_LEGS:
            self._board.counters["full"] += 1
            return Turned(*refusal("overload"))
        if not self._board.setup.version:
            return Turned(*refusal("restarting"))  # nobody has told us yet who we are
        if event.flow.local == "trunk":
            return self._over_trunk(event)
        verdict = await self._passport.check(event.request, event.flow, status=407)
        if isinstance(verdict, Turned):
            return verdict
        if self._board.of_account(verdict.sip_user) >= CALLS_OF_AN_ACCOUNT:
            self._board.counters["account_full"] += 1
            return Turned(*refusal("busy"))
        return Guest(sip_user=verdict.sip_user)

    def _over_trunk(self, event: InviteReceived) -> Guest | Turned:
        circuit = self._trunks.source(event.flow)
        if circuit is None:
            self._board.counters["stranger_at_trunk"] += 1
            self._sparse.warning(
                "stranger", "a call from %s at the trunk port: no trunk is there", event.flow.remote[0]
            )
            return Turned(*refusal("not-allowed"))
        if self._board.on_trunk(circuit.name) >= circuit.config.max_calls:
            self._board.counters["trunk_full"] += 1
            return Turned(*refusal("no-circuit"))
        self._trunks.lives(circuit)
        return Guest(circuit=circuit)

# SPDX-License-Identifier: Apache-2.0
"""Tells the board to those who may see it, once a second at most, and forces agents' states (browser API)."""

from typing import Any, Final

from headcall.backend.agents.force import force
from headcall.backend.agents.live import agent_view
from headcall.backend.agents.service import Agents
from headcall.backend.audit.service import Audit
from headcall.backend.board.service import Board
from headcall.backend.calls.socket import text
from headcall.backend.edge.live import Live
from headcall.backend.errors import ApiError
from headcall.backend.users.model import Actor
from headcall.kit.clock import Clock

RIGHT: Final = "agent.supervise"

EVERY_MS: Final = 1_000


class BoardSocket:
    def __init__(self, board: Board, agents: Agents, audit: Audit, live: Live, clock: Clock) -> None:
        self._board, self._agents, self._audit, self._live, self._clock = board, agents, audit, live, clock
        self._told_at_ms = 0

    def register(self) -> None:
        """Joins the live line."""
        self._live.on_do("board.read", self._read)
        self._live.on_do("agent.force", self._force)

    def tick(self) -> None:
        """Time has passed. Nothing is made while nobody is there to see it."""
        now_ms = self._clock.wall_ms()
        if 0 <= now_ms - self._told_at_ms < EVERY_MS or not self._live.somebody_may(RIGHT):
            return
        self._told_at_ms = now_ms
        change = self._board.take()
        if change is not None:
            self._live.publish_right(RIGHT, "board", change)

    async def _read(self, who: Actor, _data: dict[str, Any]) -> dict[str, Any]:
        must_supervise(who)
        return {"board": self._board.whole()}

    async def _force(self, who: Actor, data: dict[str, Any]) -> dict[str, Any]:
        must_supervise(who)
        state, reason = data.get("state"), data.get("reason")
        if state not in ("ready", "break", "offline"):
            raise ApiError("bad-request", "`state` is ready, break or offline")
        if reason is not None:
            reason = text(data, "reason", 100)
        agent = await force(self._agents, self._audit, who, text(data, "user_id", 40), state, reason)
        return {"agent": agent_view(agent)}


def must_supervise(who: Actor) -> None:
    """Raises `ApiError` for who is no supervisor."""
    if not who.may(RIGHT):
        raise ApiError("not-allowed", f"needs the right {RIGHT}")

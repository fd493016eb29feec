# SPDX-License-Identifier: Apache-2.0
"""`call.dispose` of the browser API."""

from typing import Any

from headcall.backend.edge.live import Live
from headcall.backend.errors import ApiError
from headcall.backend.outcomes.service import Outcomes
from headcall.backend.users.model import Actor


class OutcomeSocket:
    def __init__(self, outcomes: Outcomes) -> None:
        self._outcomes = outcomes

    def register(self, live: Live) -> None:
        """Joins the live line."""
        live.on_do("call.dispose", self._dispose)

    async def _dispose(self, who: Actor, data: dict[str, Any]) -> dict[str, Any]:
        call_id, code, note = (data.get(name, "") for name in ("call_id", "disposition", "note"))
        if not (isinstance(call_id, str) and isinstance(code, str) and isinstance(note, str)):
            raise ApiError("bad-request", "`call_id`, `disposition` and `note` are texts")
        if not who.may("call.control"):
            raise ApiError("not-allowed", "needs the right call.control")
        return {"outcome": await self._outcomes.dispose(who, call_id, code, note)}

# SPDX-License-Identifier: Apache-2.0
"""`agent.message` and `message.seen` of the browser API."""

from typing import Any

from headcall.backend.calls.socket import text
from headcall.backend.edge.live import Live
from headcall.backend.errors import ApiError
from headcall.backend.notices.service import LONGEST, Notices
from headcall.backend.users.model import Actor


class NoticeSocket:
    def __init__(self, notices: Notices) -> None:
        self._notices = notices

    def register(self, live: Live) -> None:
        """Joins the live line."""
        live.on_snapshot("messages", self._snapshot)
        live.on_do("agent.message", self._send)
        live.on_do("message.seen", self._seen)

    async def _snapshot(self, who: Actor) -> list[dict[str, Any]]:
        return await self._notices.today(who.user_id)

    async def _send(self, who: Actor, data: dict[str, Any]) -> dict[str, Any]:
        if not who.may("agent.supervise"):
            raise ApiError("not-allowed", "needs the right agent.supervise")
        words = text(data, "text", LONGEST).strip()
        if not words:
            raise ApiError("bad-request", "`text` says nothing")
        return {"message": await self._notices.send(who, data.get("to"), words)}

    async def _seen(self, who: Actor, data: dict[str, Any]) -> dict[str, Any]:
        await self._notices.acknowledge(who, text(data, "id", 40))
        return {}

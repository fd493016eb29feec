# SPDX-License-Identifier: Apache-2.0
"""What supervisors ask of calls (browser API): checked, carried out, and written into the audit log."""

from collections.abc import Callable
from typing import Any, Final

from headcall.backend.audit.service import Audit
from headcall.backend.calls.errors import NotNow
from headcall.backend.calls.inputs import EndCall, Supervise, TakeOver
from headcall.backend.calls.model import Mode
from headcall.backend.calls.service import CallControl
from headcall.backend.calls.socket import text
from headcall.backend.edge.live import Live
from headcall.backend.errors import ApiError
from headcall.backend.users.model import Actor

Data = dict[str, Any]

MODES: Final[dict[str, Mode]] = {"listen": "listen", "whisper": "whisper", "barge": "barge"}


class Supervision:
    def __init__(self, calls: CallControl, audit: Audit, new_id: Callable[[str], str]) -> None:
        self._calls, self._audit, self._new_id = calls, audit, new_id

    def register(self, live: Live) -> None:
        """Joins the live line."""
        live.on_do("call.supervise", self._supervise)
        live.on_do("call.take_over", self._take_over)
        live.on_do("call.end", self._end)

    async def _supervise(self, who: Actor, data: Data) -> Data:
        _may(who)
        mode = MODES.get(text(data, "mode", 10))
        if mode is None:
            raise ApiError("bad-request", "`mode` is listen, whisper or barge")
        leg_id = await self._join(who, text(data, "call_id", 40), mode)
        return {"call_id": data["call_id"], "leg_id": leg_id}

    async def _join(self, who: Actor, call_id: str, mode: Mode) -> str:
        box = self._calls.box(call_id)
        if any(other is not box for other in self._calls.boxes_of_user(who.user_id)):
            raise NotNow("you are in another call", cause="busy", call_id=call_id)
        was = box.call.leg_of(who.user_id)
        wish = Supervise(who.user_id, self._new_id("leg"), mode, who.number or "", who.name)
        leg = (await box.ask(wish)).leg_of(who.user_id)
        if leg is None:
            raise NotNow("the talk is over", call_id=call_id)
        await self._audit.note_alone(who, f"call.{mode}", call_id, {"mode": was.mode if was else ""}, {"mode": mode})
        return leg.leg_id

    async def _take_over(self, who: Actor, data: Data) -> Data:
        _may(who)
        call_id = text(data, "call_id", 40)
        box = self._calls.box(call_id)
        if box.call.leg_of(who.user_id) is None:
            await self._join(who, call_id, "listen")
        was = box.call.agent_id
        leg = (await box.ask(TakeOver(who.user_id))).leg_of(who.user_id)
        await self._audit.note_alone(who, "call.take_over", call_id, {"agent": was}, {"agent": who.user_id})
        return {"call_id": call_id, "leg_id": leg.leg_id if leg else ""}

    async def _end(self, who: Actor, data: Data) -> Data:
        _may(who)
        call_id = text(data, "call_id", 40)
        await self._calls.box(call_id).ask(EndCall(who.user_id))
        await self._audit.note_alone(who, "call.end", call_id, {"open": True}, {"open": False})
        return {}


def _may(who: Actor) -> None:
    if not who.may("agent.supervise"):
        raise ApiError("not-allowed", "needs the right agent.supervise")

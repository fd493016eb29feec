# SPDX-License-Identifier: Apache-2.0
"""What pages ask of a consultation before a transfer, and of the conference it may become: checked, and done."""

from typing import Any

from headcall.backend.calls.errors import NotNow, NowhereToGo
from headcall.backend.calls.inputs import Complete, Confer, Consult, Drop, RefuseCaller, RingDevices, Swap
from headcall.backend.calls.mailbox import Box
from headcall.backend.calls.routing import Routing
from headcall.backend.calls.rules.conference import talking
from headcall.backend.calls.service import CallControl
from headcall.backend.calls.socket import LONGEST_NUMBER, may_control, text
from headcall.backend.edge.live import Live
from headcall.backend.users.model import Actor

Data = dict[str, Any]


class Consultation:
    def __init__(self, calls: CallControl, routing: Routing) -> None:
        self._calls, self._routing = calls, routing

    def register(self, live: Live) -> None:
        """Joins the live line."""
        live.on_do("call.consult", self._consult)
        live.on_do("call.complete", self._complete)
        live.on_do("call.swap", self._swap)
        live.on_do("call.drop", self._drop)
        live.on_do("call.conference", self._confer)

    async def _consult(self, who: Actor, data: Data) -> Data:
        box = self._mine(who, data)
        number = text(data, "to", LONGEST_NUMBER)
        talking(box.call, who.user_id)
        target = await self._routing.target(number, "browser", but_not=who.user_id)
        if isinstance(target, RefuseCaller):
            raise NowhereToGo(target.cause)
        if not isinstance(target, RingDevices):
            raise NotNow(
                "a queue or an attendant cannot be consulted: transfer to it",
                cause="bad-request",
                call_id=box.call.call_id,
            )
        await box.ask(Consult(who.user_id, number, target))
        return {}

    async def _complete(self, who: Actor, data: Data) -> Data:
        await self._mine(who, data).ask(Complete(who.user_id))
        return {}

    async def _swap(self, who: Actor, data: Data) -> Data:
        await self._mine(who, data).ask(Swap(who.user_id))
        return {}

    async def _confer(self, who: Actor, data: Data) -> Data:
        await self._mine(who, data).ask(Confer(who.user_id))
        return {}

    async def _drop(self, who: Actor, data: Data) -> Data:
        await self._mine(who, data).ask(Drop(who.user_id, text(data, "leg_id", 40)))
        return {}

    def _mine(self, who: Actor, data: Data) -> Box:
        may_control(who)
        return self._calls.box_of(who.user_id, text(data, "call_id", 40))

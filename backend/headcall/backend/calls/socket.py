# SPDX-License-Identifier: Apache-2.0
"""The `do` messages of calls and legs (browser API), checked before they go anywhere."""

from typing import Any

from headcall.backend.calls.live import CallViews
from headcall.backend.calls.phone import Phone
from headcall.backend.edge.live import Live
from headcall.backend.errors import ApiError
from headcall.backend.users.model import Actor

Data = dict[str, Any]

LONGEST_SDP = 256 * 1024
LONGEST_NUMBER = 64


class CallSocket:
    def __init__(self, phone: Phone, views: CallViews) -> None:
        self._phone, self._views = phone, views

    def register(self, live: Live) -> None:
        """Joins the live line."""
        live.on_snapshot("calls", self._views.snapshot)
        live.on_do("call.dial", self._dial)
        live.on_do("call.answer", self._answer)
        live.on_do("call.refuse", self._refuse)
        live.on_do("call.hang_up", self._hang_up)
        live.on_do("call.hold", self._hold)
        live.on_do("call.transfer", self._transfer)
        live.on_do("call.digits", self._digits)
        live.on_do("call.park", self._park)
        live.on_do("call.pick_up", self._pick_up)
        live.on_do("leg.connect", self._connect)
        live.on_do("leg.quality", self._quality)

    async def _dial(self, who: Actor, data: Data) -> Data:
        may_control(who)
        call_id, leg_id = await self._phone.dial(who, text(data, "number", LONGEST_NUMBER))
        return {"call_id": call_id, "leg_id": leg_id}

    async def _answer(self, who: Actor, data: Data) -> Data:
        await self._phone.answer(who, text(data, "call_id", 40))
        return {}

    async def _refuse(self, who: Actor, data: Data) -> Data:
        await self._phone.refuse(who, text(data, "call_id", 40))
        return {}

    async def _hang_up(self, who: Actor, data: Data) -> Data:
        await self._phone.hang_up(who, text(data, "call_id", 40))
        return {}

    async def _hold(self, who: Actor, data: Data) -> Data:
        on = data.get("on")
        if not isinstance(on, bool):
            raise ApiError("bad-request", "`on` is true or false")
        await self._phone.hold(who, text(data, "call_id", 40), on)
        return {}

    async def _transfer(self, who: Actor, data: Data) -> Data:
        may_control(who)
        await self._phone.transfer(who, text(data, "call_id", 40), text(data, "to", LONGEST_NUMBER))
        return {}

    async def _park(self, who: Actor, data: Data) -> Data:
        may_control(who)
        return {"slot": await self._phone.parking.park(who, text(data, "call_id", 40))}

    async def _pick_up(self, who: Actor, data: Data) -> Data:
        may_control(who)
        call_id, leg_id = await self._phone.parking.pick_up(who, text(data, "slot", 8))
        return {"call_id": call_id, "leg_id": leg_id}

    async def _digits(self, who: Actor, data: Data) -> Data:
        await self._phone.send_keys(who, text(data, "call_id", 40), text(data, "digits", 64))
        return {}

    async def _connect(self, who: Actor, data: Data) -> Data:
        answer = await self._phone.connect(who, text(data, "leg_id", 40), text(data, "sdp", LONGEST_SDP))
        return {"sdp": answer}

    async def _quality(self, who: Actor, data: Data) -> Data:
        """What the page measures. Taken, and kept from the second cut on; the media node measures too."""
        text(data, "leg_id", 40)
        return {}


def text(data: Data, name: str, longest: int) -> str:
    """A field that must be a text. Raises `ApiError`."""
    value = data.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= longest:
        raise ApiError("bad-request", f"`{name}` is a text of 1 to {longest} characters")
    return value


def may_control(who: Actor) -> None:
    """Raises `ApiError` for who has no telephone."""
    if not who.may("call.control"):
        raise ApiError("not-allowed", "needs the right call.control")

# SPDX-License-Identifier: Apache-2.0
"""What a signed-in user does with the telephone in the page: dial, answer, hold, transfer, connect its media."""

from collections.abc import Callable

from headcall.backend.calls.errors import NoSuchCall, NotNow, NowhereToGo
from headcall.backend.calls.inputs import (
    Answer,
    Attached,
    Begin,
    HangUp,
    Hold,
    PageCame,
    RefuseCaller,
    RingDevices,
    SendKeys,
    Target,
    Transfer,
    UseCode,
)
from headcall.backend.calls.inputs import Refuse as RefuseWish
from headcall.backend.calls.mailbox import Box
from headcall.backend.calls.model import Call, Direction, Leg
from headcall.backend.calls.parking import Parking
from headcall.backend.calls.routing import Routing
from headcall.backend.calls.rules.talk import checked_keys, talking_leg
from headcall.backend.calls.service import CallControl
from headcall.backend.errors import CallFailed
from headcall.backend.media.service import MediaNodes
from headcall.backend.numbers.model import normal
from headcall.backend.users.model import Actor
from headcall.wire.media import CloseLeg, ConnectPeer, DigitPressed

KEY_MS = 100
"""How long a key is that was clicked."""


class Phone:
    def __init__(
        self,
        calls: CallControl,
        routing: Routing,
        media: MediaNodes,
        parking: Parking,
        *,
        new_id: Callable[[str], str],
    ) -> None:
        self._calls, self._routing, self._media, self._new_id = calls, routing, media, new_id
        self.parking = parking

    async def dial(self, who: Actor, number: str) -> tuple[str, str]:
        """Begins a call from the page, or picks up who is parked. Returns the ids of the call and of the page's leg."""
        if self._calls.boxes_of_user(who.user_id):
            raise NotNow("you are in a call, or called, already", cause="busy")
        if slot := self.parking.slot_of(number):
            return await self.parking.pick_up(who, slot)
        target = await self._routing.target(number, "browser", but_not=who.user_id)
        if isinstance(target, RefuseCaller):
            raise NowhereToGo(target.cause)
        leg_id = self._new_id("leg")
        call = await self._calls.begin(
            self._new_id("call"),
            Begin(
                leg_id=leg_id,
                kind="browser",
                direction=direction_to(target),
                language=who.language,
                media_node=self._media.choose(),
                from_number=who.number or "",
                from_name=who.name,
                to_number=normal(number) or number,
                target=target,
                user_id=who.user_id,
            ),
        )
        return call.call_id, leg_id

    async def answer(self, who: Actor, call_id: str) -> None:
        await self._calls.box_of(who.user_id, call_id).ask(Answer(who.user_id))

    async def refuse(self, who: Actor, call_id: str) -> None:
        await self._calls.box_of(who.user_id, call_id).ask(RefuseWish(who.user_id))

    async def hang_up(self, who: Actor, call_id: str) -> None:
        await self._calls.box_of(who.user_id, call_id).ask(HangUp(who.user_id))

    async def hold(self, who: Actor, call_id: str, on: bool) -> None:
        await self._calls.box_of(who.user_id, call_id).ask(Hold(who.user_id, on))

    async def send_keys(self, who: Actor, call_id: str, digits: str) -> None:
        """To the other side; at the attendant there is none, and it is as if the telephone had told of them."""
        box = self._calls.box_of(who.user_id, call_id)
        leg = box.call.asked
        if leg is None or leg.user_id != who.user_id:
            await box.ask(SendKeys(who.user_id, digits))
            return
        for digit in checked_keys(box.call, digits):
            await box.ask(DigitPressed(leg.leg_id, digit, KEY_MS))

    async def transfer(self, who: Actor, call_id: str, number: str) -> None:
        """Blind. Raises with the cause when the number leads nowhere: the talk then goes on."""
        box = self._calls.box_of(who.user_id, call_id)
        leg = talking_leg(box.call, who.user_id)
        target = await self._routing.target(number, "browser", but_not=who.user_id)
        if isinstance(target, RefuseCaller):
            raise NowhereToGo(target.cause)
        await box.ask(Transfer(leg.leg_id, number, target))

    async def connect(self, who: Actor, leg_id: str, offer: str) -> str:
        """Attaches the page's transport to its leg, the first time or again; the SDP answer."""
        box = self._calls.box_of_leg(leg_id)
        leg = box.call.legs.get(leg_id) if box else None
        if box is None or leg is None or leg.user_id != who.user_id or leg.kind != "browser" or not leg.is_live:
            raise NoSuchCall()
        answer = await self._media.connect_peer(leg.media_node, ConnectPeer(leg_id, offer, _prefer(box.call, leg)))
        if not await _attach(box, leg_id):
            # It ended while it connected: nobody else would ever close what the node has just opened.
            await self._media.perform(leg.media_node, CloseLeg(leg_id))
            raise NoSuchCall()
        await box.ask(PageCame(who.user_id))
        return answer


async def _attach(box: Box, leg_id: str) -> bool:
    """Whether the leg is there still to be attached to."""
    try:
        call = await box.ask(Attached(leg_id))
    except CallFailed:
        return False
    return call.legs[leg_id].is_live


def direction_to(target: Target | UseCode) -> Direction:
    return "out" if isinstance(target, RingDevices) and target.kind == "outside" else "internal"


def _prefer(call: Call, leg: Leg) -> tuple[str, ...]:
    """The codec of whom this leg talks with or will talk with, so that packets can pass through untouched."""
    other = call.other(leg.leg_id) or call.customer
    return (other.codec,) if other.codec and other.leg_id != leg.leg_id else ()

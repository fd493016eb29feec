# SPDX-License-Identifier: Apache-2.0
"""Callers set down in slots: which slot is free, who may pick up and how, and what every desk sees of it.

Nothing is kept here that is not in the calls: after a restart the slots are as they were.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from headcall.backend.calls.errors import NotNow
from headcall.backend.calls.inputs import Park, PickUp
from headcall.backend.calls.log import Entry
from headcall.backend.calls.mailbox import Box
from headcall.backend.calls.model import Call, Leg
from headcall.backend.calls.service import CallControl
from headcall.backend.edge.live import Live
from headcall.backend.errors import ApiError, CallFailed
from headcall.backend.numbers.model import normal
from headcall.backend.settings import Parking as Slots
from headcall.backend.store.base import iso
from headcall.backend.users.model import Actor, Person
from headcall.kit.settings import Settings
from headcall.wire.legs import LegOffered

Data = dict[str, Any]


class Parking:
    def __init__(self, calls: CallControl, settings: Settings, live: Live, new_id: Callable[[str], str]) -> None:
        self._calls, self._slots, self._live, self._new_id = calls, settings.section(Slots), live, new_id
        self._promised: set[str] = set()
        """Slots of calls that are just being parked."""
        self._shown_to: set[str] = set()

    def register(self) -> None:
        """Joins the live line."""
        self._live.on_snapshot("parked", self._snapshot)
        self._calls.on_change(self._changed)

    def slot_of(self, dialled: str) -> str | None:
        """The slot that was dialled, whether somebody is in it or not; None for any other number."""
        number = normal(dialled)
        return number if number and number in {str(slot) for slot in self._every()} else None

    # ------------------------------------------------------------ to park

    async def park(self, who: Actor, call_id: str) -> str:
        """Sets the other side down; the slot. Raises `NotNow` also when every slot is taken."""
        box = self._calls.box_of(who.user_id, call_id)
        taken = self._taken()
        slot = next((str(number) for number in self._every() if str(number) not in taken), None)
        if slot is None:
            raise NotNow("every slot is taken", cause="overload")
        await self._park(box, Park(who.user_id, slot, self._slots.ring_back_s * 1000))
        return slot

    async def park_by_phone(self, box: Box, leg_id: str, user_id: str, slot: str) -> str | None:
        """A telephone of ours transfers to the slot's number. The cause when that cannot be."""
        if slot in self._taken():
            return "busy"
        try:
            await self._park(box, Park(user_id, slot, self._slots.ring_back_s * 1000, by_transfer=leg_id))
        except CallFailed as refusal:
            return refusal.cause
        return None

    async def _park(self, box: Box, wish: Park) -> None:
        self._promised.add(wish.slot)
        try:
            await box.ask(wish)
        finally:
            self._promised.discard(wish.slot)

    def _taken(self) -> set[str]:
        return self._promised | {parked.slot for call in self._parked() if (parked := call.parked)}

    def _every(self) -> Iterable[int]:
        return range(self._slots.first, self._slots.last + 1)

    def _parked(self) -> list[Call]:
        return [call for call in self._calls.calls() if call.parked]

    # ------------------------------------------------------------ to pick up

    async def pick_up(self, who: Actor, slot: str) -> tuple[str, str]:
        """In the page. Returns the ids of the call and of the page's leg, which the page then connects."""
        box = self._box_in(slot)
        if any(other is not box for other in self._calls.boxes_of_user(who.user_id)):
            raise NotNow("you are in another call", cause="busy")
        leg = Leg(
            leg_id=self._new_id("leg"),
            kind="browser",
            role="callee",
            media_node=box.call.media_node,
            user_id=who.user_id,
            number=who.number or "",
            name=who.name,
            has_media=False,
        )
        await box.ask(PickUp(slot, leg))
        return box.call.call_id, leg.leg_id

    async def picked_up_by_phone(self, slot: str, event: LegOffered, person: Person | None) -> None:
        """A telephone of ours has dialled the slot: its leg goes into that call. Raises `CallFailed`."""
        if person is None or "call.control" not in person.rights:
            raise ApiError("not-allowed", "needs the right call.control")
        box = self._box_in(slot)
        if event.media_node != box.call.media_node:
            raise NotNow("the caller's media is at another node", cause="unavailable")
        leg = Leg(
            leg_id=event.leg_id,
            kind="sip",
            role="callee",
            media_node=event.media_node,
            bridge=event.bridge,
            user_id=person.user_id,
            number=person.number or "",
            name=person.name,
            codec=event.codec,
        )
        await box.ask(PickUp(slot, leg))

    def _box_in(self, slot: str) -> Box:
        for call in self._parked():
            if call.parked and call.parked.slot == slot:
                return self._calls.box(call.call_id)
        raise NotNow("nobody is parked there", cause="call-gone")

    # ------------------------------------------------------------ for pages

    async def _snapshot(self, who: Actor) -> list[Data]:
        if not who.may("call.control"):
            self._shown_to.discard(who.user_id)
            return []
        self._shown_to.add(who.user_id)
        return self._list()

    def _changed(self, before: Call, after: Call, entries: Sequence[Entry]) -> None:
        if before.parked == after.parked:
            return
        for user_id in sorted(self._shown_to):
            self._live.publish_user(user_id, "parked", {"calls": self._list()})

    def _list(self) -> list[Data]:
        return sorted((parked_view(call) for call in self._parked()), key=lambda view: str(view["slot"]))


def parked_view(call: Call) -> Data:
    """A parked caller as every desk sees it. Pure."""
    assert call.parked is not None
    parked, customer = call.parked, call.customer
    return {
        "slot": parked.slot,
        "call_id": call.call_id,
        "number": customer.number,
        "name": customer.name,
        "queue": {"id": call.queue_id, "name": call.queue_name} if call.queue_id else None,
        "by": {"user_id": parked.by, "name": parked.by_name},
        "since": iso(parked.since_ms),
        "rings_back_at": iso(parked.until_ms) if call.comeback is None else None,
    }

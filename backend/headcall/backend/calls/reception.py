# SPDX-License-Identifier: Apache-2.0
"""A telephone calls: who it is, what language they speak, and where their call goes."""

from collections.abc import Callable
from typing import Literal

import msgspec

from headcall.backend.agents.codes import code_of
from headcall.backend.calls.errors import Overloaded
from headcall.backend.calls.inputs import Begin, RefuseCaller, Target, UseCode
from headcall.backend.calls.model import Direction
from headcall.backend.calls.parking import Parking
from headcall.backend.calls.phone import direction_to
from headcall.backend.calls.routing import Routing
from headcall.backend.calls.service import CallControl
from headcall.backend.errors import ApiError
from headcall.backend.numbers.model import normal
from headcall.backend.users.model import Person
from headcall.kit.tasks import Tasks
from headcall.wire.legs import EndLeg, LegOffered

LanguageOf = Callable[[str], Literal["zh", "en"]]


class Reception:
    def __init__(
        self,
        calls: CallControl,
        routing: Routing,
        parking: Parking,
        *,
        language_of: LanguageOf,
        new_id: Callable[[str], str],
        tasks: Tasks,
    ) -> None:
        self._calls, self._routing, self.parking = calls, routing, parking
        self._language_of, self._new_id, self._tasks = language_of, new_id, tasks

    async def offered(self, event: LegOffered) -> None:
        """Begins a call, or picks up who is parked, unless this leg has done so already."""
        if await self._calls.knows_leg(event.leg_id):
            return
        if event.sip_user is None:
            event = msgspec.structs.replace(event, from_number=self._routing.numbers.plan.caller(event.from_number))
        person = await self._person(event)
        target = await self._target(event, person)
        if target is None:
            return
        direction: Direction = direction_to(target) if event.sip_user is not None else "in"
        start = Begin(
            leg_id=event.leg_id,
            kind="sip",
            direction=direction,
            language=person.language if person else self._language_of(event.from_number),
            media_node=event.media_node,
            from_number=(person.number if person else None) or shown(event.from_number, 64),
            from_name=person.name if person else shown(event.from_name, 100),
            to_number=normal(event.to_number) or shown(event.to_number, 64),
            target=target,
            bridge=event.bridge,
            user_id=person.user_id if person and not isinstance(target, UseCode) else None,
            trunk=event.trunk,
            codec=event.codec,
        )
        try:
            await self._calls.begin(self._new_id("call"), start)
        except Overloaded:
            refusal = EndLeg(event.leg_id, "overload")
            self._tasks.start(self._routing.bridges.perform(event.bridge, refusal), "refusing a call")

    async def _target(self, event: LegOffered, person: Person | None) -> Target | UseCode | None:
        """Where it goes; None when it has picked up a parked caller. From outside there are neither slots nor codes."""
        if person and (code := code_of(event.to_number)):
            return UseCode(code, person.user_id)
        slot = self.parking.slot_of(event.to_number) if event.sip_user is not None else None
        if slot:
            try:
                await self.parking.picked_up_by_phone(slot, event, person)
            except ApiError as refusal:
                return RefuseCaller(refusal.cause)
            return None
        network: Literal["pstn", "phone"] = "phone" if event.sip_user is not None else "pstn"
        return await self._routing.target(
            event.to_number, network, but_not=person.user_id if person else None, caller=event.from_number
        )

    async def _person(self, event: LegOffered) -> Person | None:
        """Whose telephone it is."""
        if event.sip_user is None:
            return None
        user_id = await self._routing.accounts.owner(event.sip_user)
        return await self._routing.people.person(user_id) if user_id else None


def shown(text: str, longest: int) -> str:
    """What a stranger calls themselves, fit for a row and a page: no control characters, and not without end."""
    return "".join(c for c in text[: 4 * longest] if c.isprintable())[:longest]

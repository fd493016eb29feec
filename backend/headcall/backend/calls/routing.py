# SPDX-License-Identifier: Apache-2.0
"""From what was dialled to what the rules can take: whom a number means, and which of their devices can ring now."""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from msgspec.structs import replace

from headcall.backend.bridges.service import Bridges
from headcall.backend.calls.inputs import Device, RefuseCaller, RingDevices, Target, WaitInQueue, WithAttendant
from headcall.backend.calls.model import Call
from headcall.backend.errors import ApiError
from headcall.backend.numbers.model import Destination, Network, ToAttendant, ToOutside, ToQueue, ToUser
from headcall.backend.numbers.plan import DialPlan
from headcall.backend.queues.doors import priority_of, terms_of
from headcall.backend.queues.model import Queue
from headcall.backend.queues.service import Queues
from headcall.backend.users.model import Person
from headcall.wire.legs import ToPhone, ToTrunk

log = logging.getLogger(__name__)

RING_FOR_MS = 45_000
"""How long a person is rung. Carriers give up after 60 s."""

OUTSIDE_RING_FOR_MS = 90_000

MOST_STEPS = 3
"""Queues that are full may lead to each other in a circle."""


async def _now(_queue: Queue, _caller: str) -> int | None:
    return None


ToneOf = Callable[[str, str], str]
"""(user, language): the file that who calls them hears while it rings, or empty."""


def no_tone(_user_id: str, _language: str) -> str:
    return ""


class NumberPlan(Protocol):
    plan: DialPlan

    async def resolve(self, dialled: str, network: Network, origin: Network | None = None) -> Destination: ...

    async def behind(self, number: str, origin: Network) -> Destination: ...

    async def extension(self, keyed: str) -> ToUser | None: ...


class People(Protocol):
    async def person(self, user_id: str) -> Person | None: ...


class Accounts(Protocol):
    async def sip_users(self, user_id: str) -> tuple[str, ...]: ...

    async def owner(self, sip_user: str) -> str | None: ...


@dataclass(frozen=True)
class Routing:
    """Finds targets and devices."""

    numbers: NumberPlan
    people: People
    accounts: Accounts
    bridges: Bridges
    queues: Queues
    has_page: Callable[[str], bool]
    is_in_call: Callable[[str], bool]
    outside_number: str
    """What the public network is shown as the caller: a number the company owns."""
    new_id: Callable[[str], str]

    can_wake: Callable[[str], bool] = lambda _: False
    """Whether a browser without a page can be rung all the same (`push`)."""
    has_sound_page: Callable[[str], bool] = lambda _: True
    """Whether the page could take a call: it says so itself (`devices.fitness`)."""
    is_by_phone: Callable[[str], bool] = lambda _: False
    """Whether an agent has logged in at the telephone (`agents.codes`): queues ring it, whatever else they ring."""
    tone_of: ToneOf = no_tone
    """The ring-back tone of somebody's seat."""
    refusal_of: Callable[[Queue], str | None] = lambda _: None
    """Why nobody may join a queue now, or None."""
    is_closed: Callable[[str], bool] = lambda _: False
    """Whether it is outside these opening hours."""

    entered_at: Callable[[Queue, str], Awaitable[int | None]] = _now
    """From when the place of a caller from outside counts who had waited before; None: from now."""

    async def onward(self, number: str, call: Call) -> Target:
        """Where a queue's overflow number leads. An administrator wrote it, so every network may use it; but a
        switchboard number is reached by those networks alone that may."""
        return await self.target(number, "browser", caller=call.from_number, origin=_origin(call))

    async def behind(self, number: str, call: Call) -> Target:
        """Where 0 leads at the attendant of a switchboard number."""
        try:
            destination = await self.numbers.behind(number, _origin(call))
        except ApiError:
            return RefuseCaller("unavailable")
        return await self._to(destination, _origin(call), _origin(call), caller=call.from_number)

    async def extension(self, keyed: str) -> RingDevices | RefuseCaller:
        """Whom keys at the attendant mean: a person of the house, and nothing else."""
        found = await self.numbers.extension(keyed)
        if found is None:
            return RefuseCaller("unknown-number")
        return (
            RefuseCaller("closed")
            if self.is_closed(found.hours_id)
            else await self.to_user(found.user_id, found.number)
        )

    async def target(
        self,
        dialled: str,
        network: Network,
        *,
        but_not: str | None = None,
        caller: str = "",
        steps: int = 0,
        origin: Network | None = None,
    ) -> Target:
        """Where a call to `dialled` goes; a refusal with its cause if nowhere. Never raises for what was dialled.

        `origin`: from where the caller came, if it was somebody else who dialled."""
        try:
            destination = await self.numbers.resolve(dialled, network, origin)
        except ApiError as refusal:
            return RefuseCaller(refusal.cause)
        return await self._to(destination, origin or network, network, but_not=but_not, caller=caller, steps=steps)

    async def _to(
        self,
        destination: Destination,
        origin: Network,
        network: Network,
        *,
        but_not: str | None = None,
        caller: str = "",
        steps: int = 0,
    ) -> Target:
        if not isinstance(destination, ToOutside) and self.is_closed(destination.hours_id):
            return RefuseCaller("closed", destination.hours_id)
        match destination:
            case ToQueue(queue_id=queue_id, number=number):
                found = await self._to_queue(queue_id, number, caller, steps, origin)
                return await self._with_place(found, caller) if network == "pstn" else found
            case ToUser(user_id=user_id, number=number):
                return RefuseCaller("busy") if user_id == but_not else await self.to_user(user_id, number)
            case ToOutside(trunk=trunk, number=number):
                return self._to_outside(trunk, number)
            case ToAttendant(number=number, prompt_id=prompt_id):
                return WithAttendant(number, prompt_id)

    async def _with_place(self, found: Target, caller: str) -> Target:
        queue = self.queues.get(found.queue_id) if isinstance(found, WaitInQueue) else None
        if queue is None or not isinstance(found, WaitInQueue):
            return found
        return replace(found, entered_at_ms=await self.entered_at(queue, caller))

    async def _to_queue(self, queue_id: str, number: str, caller: str, steps: int, origin: Network) -> Target:
        queue = self.queues.get(queue_id)
        if queue is None:
            return RefuseCaller("unknown-number")
        if self.is_closed(queue.hours_id):
            return RefuseCaller("closed", queue.hours_id, queue_id)
        if refusal := self.refusal_of(queue):
            if not queue.overflow or steps >= MOST_STEPS:
                return RefuseCaller(refusal, queue_id=queue_id)
            return await self.target(queue.overflow, "browser", caller=caller, steps=steps + 1, origin=origin)
        return WaitInQueue(
            queue_id,
            queue.name,
            queue.max_wait_s * 1000,
            to_number=number,
            to_name=queue.name,
            priority=priority_of(queue, caller),
            terms=terms_of(queue),
        )

    async def to_user(self, user_id: str, number: str = "") -> RingDevices | RefuseCaller:
        """Rings all that a person has."""
        person = await self.people.person(user_id)
        if person is None:
            return RefuseCaller("unknown-number")
        if self.is_in_call(user_id):
            return RefuseCaller("busy")
        devices = await self.devices(person, kinds=("browser", "sip"), wakes=self.can_wake(user_id))
        if not devices:
            return RefuseCaller("offline")
        return RingDevices(
            ring_id=self.new_id("ring"),
            kind="direct",
            devices=devices,
            user_ids=(user_id,),
            ring_for_ms=RING_FOR_MS,
            tone=self.tone_of(user_id, person.language),
            to_number=number or person.number or "",
            to_name=person.name,
        )

    def _to_outside(self, trunk: str, number: str) -> Target:
        device = Device(
            leg_id=self.new_id("leg"),
            kind="sip",
            bridge=self.bridges.for_trunk(trunk),
            dials=ToTrunk(trunk, number),
            number=number,
            presents_number=self.outside_number,
        )
        return RingDevices(
            ring_id=self.new_id("ring"),
            kind="outside",
            devices=(device,),
            user_ids=(),
            ring_for_ms=OUTSIDE_RING_FOR_MS,
            to_number=number,
        )

    async def devices_to_answer_on(self, user_id: str) -> tuple[Device, ...]:
        """What rings when a queue offers a caller: where the agent wants to answer."""
        person = await self.people.person(user_id)
        if person is None:
            return ()
        kinds: dict[str, tuple[Literal["browser", "sip"], ...]] = {
            "browser": ("browser",),
            "phone": ("sip",),
            "both": ("browser", "sip"),
        }
        wanted = kinds[person.answer_on]
        if not self.has_sound_page(user_id):
            wanted = tuple(kind for kind in wanted if kind != "browser")
        if "sip" not in wanted and self.is_by_phone(user_id):
            wanted = (*wanted, "sip")
        return await self.devices(person, kinds=wanted)

    async def devices(
        self, person: Person, *, kinds: tuple[Literal["browser", "sip"], ...], wakes: bool = False
    ) -> tuple[Device, ...]:
        """`wakes`: a browser may also be rung by push; its page has the length of the ring to open."""
        found = []
        if "browser" in kinds and (wakes or self.has_page(person.user_id)):
            found.append(self._device(person, "browser"))
        if "sip" in kinds:
            for sip_user in await self.accounts.sip_users(person.user_id):
                if bridge := self.bridges.where_registered(sip_user):
                    found.append(self._device(person, "sip", bridge=bridge, dials=ToPhone(sip_user)))
        return tuple(found)

    def _device(
        self, person: Person, kind: Literal["browser", "sip"], *, bridge: str = "", dials: ToPhone | None = None
    ) -> Device:
        return Device(
            leg_id=self.new_id("leg"),
            kind=kind,
            bridge=bridge,
            dials=dials,
            user_id=person.user_id,
            number=person.number or "",
            name=person.name,
        )


def _origin(call: Call) -> Network:
    return "pstn" if call.customer.is_outside else "browser"

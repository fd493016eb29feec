# SPDX-License-Identifier: Apache-2.0
"""Serves `topics.EVENTS`: what bridges and media nodes bring. A reply means: durable, never tell it again.

Bytes that are no event of ours are refused, counted, and acknowledged, so that they hold up nothing.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from headcall.backend.bridges.service import Bridges
from headcall.backend.calls.inputs import RefuseCaller, Target, Transfer
from headcall.backend.calls.model import Leg
from headcall.backend.calls.reception import Reception
from headcall.backend.calls.routing import Routing
from headcall.backend.calls.service import CallControl
from headcall.backend.errors import CallFailed
from headcall.kit.clock import Clock
from headcall.kit.log import Sparse
from headcall.wire import legs as leg_words
from headcall.wire import media as media_words
from headcall.wire.codec import UnknownWord, decode, encode
from headcall.wire.nodes import Done, Refused

log = logging.getLogger(__name__)

WORDS: Any = leg_words.LegEvent | media_words.MediaEvent

BridgeUp = Callable[[str, int], None]
"""(bridge, when its process was started)"""
RecordingEnded = Callable[[media_words.RecordingEnded], Awaitable[None]]


@dataclass
class Events:
    """Takes events to the calls they are about."""

    calls: CallControl
    reception: Reception
    routing: Routing
    bridges: Bridges
    clock: Clock
    on_bridge_up: BridgeUp
    on_recording_ended: RecordingEnded
    on_registration: Callable[[], None]
    refused: int = 0
    """Messages that were no events."""

    def __post_init__(self) -> None:
        self._sparse = Sparse(log, self.clock)

    async def answer(self, message: bytes) -> bytes:
        """One message. Raises only when it could not be written down: then it is brought again."""
        try:
            event = decode(message, WORDS)
        except UnknownWord as error:
            self.refused += 1
            self._sparse.warning("event", "not an event: %s", error)
            return encode(Refused("bad-request", "not an event"))
        await self.take(event)
        return encode(Done())

    async def take(self, event: object) -> None:
        match event:
            case leg_words.LegOffered():
                self.bridges.heard(event.bridge)
                await self.reception.offered(event)
            case leg_words.RegistrationChanged():
                self.bridges.registration_changed(event)
                self.on_registration()
            case leg_words.BridgeUp(bridge=bridge, epoch=epoch):
                self.bridges.heard(bridge)
                self.on_bridge_up(bridge, epoch)
            case leg_words.TransferAsked():
                await self._transfer(event)
            case media_words.RecordingEnded():
                await self.on_recording_ended(event)
                await self._tell(event.leg_id, event)
            case _:
                await self._tell(getattr(event, "leg_id", ""), event)

    async def _tell(self, leg_id: str, event: object) -> None:
        box = self.calls.box_of_leg(leg_id)
        if box is None:
            return  # the call has ended; nothing that comes now changes that
        try:
            await box.ask(event)
        except CallFailed as refusal:
            log.debug("an event came too late: %s", refusal, extra={"leg_id": leg_id})

    async def _transfer(self, event: leg_words.TransferAsked) -> None:
        box = self.calls.box_of_leg(event.leg_id)
        leg = box.call.legs.get(event.leg_id) if box else None
        if box is None or leg is None:
            return
        parking, target = self.reception.parking, None
        if leg.user_id and (slot := parking.slot_of(event.to_number)):
            cause = await parking.park_by_phone(box, leg.leg_id, leg.user_id, slot)
            if cause is None:
                return
            target = RefuseCaller(cause)
        await self._tell(
            event.leg_id, Transfer(event.leg_id, event.to_number, target or await self._target(event, leg))
        )

    async def _target(self, event: leg_words.TransferAsked, leg: Leg) -> Target:
        network = "phone" if leg.user_id else "pstn"
        if network == "pstn":  # the public network may not send our customers elsewhere
            return RefuseCaller("not-allowed")
        return await self.routing.target(event.to_number, "phone", but_not=leg.user_id)

# SPDX-License-Identifier: Apache-2.0
"""Going on after something died: the log says what was, the nodes say what is, and the calls are told the difference.

| died         | what happens here                                                                                  |
|--------------|----------------------------------------------------------------------------------------------------|
| the backend  | `take_over` folds the log of every open call; timers, places in queues, ringing go on from there    |
| a bridge     | `compare_bridge`: legs it lost end; legs we ended while it was away are ended now                    |
| a media node | `compare_media`: its telephones' calls end with `media-lost`, browsers attach again by themselves    |
"""

import asyncio
import logging
from collections.abc import Iterator

import msgspec

from headcall.backend.agents.duty import Duty
from headcall.backend.agents.model import Agent, Trigger
from headcall.backend.agents.service import Agents
from headcall.backend.bridges.service import Bridges
from headcall.backend.calls import store as rows
from headcall.backend.calls.fold import fold
from headcall.backend.calls.inputs import Attached, Forgotten, PageWent, TakenOver
from headcall.backend.calls.mailbox import Box
from headcall.backend.calls.model import Call, Leg
from headcall.backend.calls.service import CallControl
from headcall.backend.errors import CallFailed
from headcall.backend.media.errors import NodeFailed
from headcall.backend.media.probe import PROBE
from headcall.backend.media.service import MediaNodes
from headcall.backend.store.engine import Store
from headcall.kit.clock import Clock
from headcall.wire.legs import EndLeg, LegEnded
from headcall.wire.media import CloseLeg, MediaDescribed, MediaDown, MediaUp

log = logging.getLogger(__name__)

WRAP_UP_S = 10
"""Given to an agent whose call was found to be over."""

YOUNG_MS = 5_000
"""A leg younger than this may not have come to its node yet: the command is still on its way."""


class Recovery:
    def __init__(
        self, calls: CallControl, *, store: Store, clock: Clock, bridges: Bridges, media: MediaNodes, name: str
    ) -> None:
        self._calls, self._store, self._clock = calls, store, clock
        self._bridges, self._media, self._name = bridges, media, name

    # ------------------------------------------------------------ our own death

    async def take_over(self) -> int:
        """Opens every call that the log does not bring to an end; how many there were.

        The calendar begins after all they tell of: if it was set back meanwhile, who comes now still stands behind.
        """
        taken = list[Call]()
        latest_ms = 0
        async with self._store.read() as session:
            call_ids = await rows.open_calls(session)
        for call_id in call_ids:
            try:
                async with self._store.read() as session:
                    entries = await rows.entries(session, call_id)
                call = fold(call_id, entries)
            except (msgspec.ValidationError, KeyError):
                # Written by a version we do not understand. Its legs are ended when the bridges are compared.
                log.exception("call %s cannot be taken over", call_id)
                continue
            taken.append(call)
            latest_ms = max(latest_ms, *(entry.at_ms for entry in entries))
        self._clock.not_before(latest_ms + 1)
        for call in taken:
            self._adopt(call)
        return len(taken)

    def _adopt(self, call: Call) -> None:
        box = self._calls.adopt(call)
        if not call.is_open:
            return  # only its record was not written; closing its box does that
        box.tell(TakenOver(self._name))
        for leg in call.live_legs():
            if leg.kind == "browser" and leg.user_id:
                box.tell(PageWent(leg.user_id))  # its page comes back and says so, or its time runs out
        box.resync()

    async def mend_agents(self, agents: Agents, duty: Duty, *, settled_for_ms: float = 0) -> int:
        """Frees agents whose call is over; finds those whose call runs. How many there were.

        While calls go on, what is just changing is left alone: only what has stood for `settled_for_ms` is wrong.
        """
        await duty.worker.settled()
        limit, mended = self._clock.wall_ms() - settled_for_ms, 0
        for user_id in list(agents.all()):
            running = [box.call for box in self._calls.boxes_of_user(user_id)]
            if trigger := _left_behind(agents.all()[user_id], running, limit):
                mended += await agents.move(user_id, trigger, wrap_up_s=WRAP_UP_S) is not None
            call = next((call for call in running if _talks_since(call, user_id, limit)), None)
            if call and agents.all()[user_id].state != "talking":
                mended += await agents.move(user_id, "talks", call_id=call.call_id) is not None
        return mended

    # ------------------------------------------------------------ a bridge's death, or ours as a bridge sees it

    async def compare_bridge(self, bridge: str, epoch_ms: int | None = None) -> None:
        """Tells the calls which telephones are gone, and the bridge which calls are.

        `epoch_ms`: when its process was started, if that is why we ask.
        """
        try:
            described = await self._bridges.describe(bridge)
        except NodeFailed as error:
            log.warning("cannot compare with %s: %s", bridge, error)
            return
        held = {leg.leg_id for leg in described.legs}
        for box, leg in list(self._legs()):
            if (
                leg.kind == "sip"
                and leg.bridge == bridge
                and leg.leg_id not in held
                and not self._is_young(leg, epoch_ms)
            ):
                await _tell(box, LegEnded(leg.leg_id, "unavailable", by_peer=False))
        for leg_id in held:
            if await self._is_over(leg_id):
                await self._try_bridge(bridge, leg_id)
        for box in {box for box, leg in self._legs() if leg.bridge == bridge}:
            box.resync()

    async def _try_bridge(self, bridge: str, leg_id: str) -> None:
        try:
            await self._bridges.perform(bridge, EndLeg(leg_id))
        except NodeFailed as error:
            log.warning("could not end a leg at %s: %s", bridge, error, extra={"leg_id": leg_id})

    # ------------------------------------------------------------ a media node's death

    async def compare_media(self, node: str, epoch_ms: int | None = None) -> None:
        """Tells the calls which legs have no media any more, and the node which legs are over."""
        try:
            described = await self._media.describe(node)
        except NodeFailed as error:
            log.warning("cannot compare with %s: %s", node, error)
            return
        await self._tell_of_media(node, described, epoch_ms)
        for held in described.legs:
            if held.leg_id.startswith(f"{PROBE}_") or await self._is_over(held.leg_id):
                try:
                    await self._media.perform(node, CloseLeg(held.leg_id))
                except NodeFailed as error:
                    log.warning("could not close a leg at %s: %s", node, error, extra={"leg_id": held.leg_id})
        for box in {box for box, leg in self._legs() if leg.media_node == node}:
            box.resync()

    async def _tell_of_media(self, node: str, described: MediaDescribed, epoch_ms: int | None) -> None:
        held = {leg.leg_id: leg for leg in described.legs}
        for box, leg in list(self._legs()):
            if leg.media_node != node:
                continue
            if not leg.has_media:
                if leg.leg_id in held:  # it connected in the moment in which we died
                    await _tell(box, Attached(leg.leg_id))
            elif leg.leg_id not in held:
                if leg.state != "outgoing" and not self._is_young(leg, epoch_ms):
                    await _tell(box, Forgotten(leg.leg_id))
            elif held[leg.leg_id].up and leg.lost_at_ms is not None:
                await _tell(box, MediaUp(leg.leg_id))
            elif not held[leg.leg_id].up and leg.lost_at_ms is None and not self._is_young(leg, None):
                await _tell(box, MediaDown(leg.leg_id))

    # ------------------------------------------------------------ all together

    async def compare_all(self, media_nodes: set[str]) -> None:
        """After a start of ours, once the bridges' waiting events have had time to arrive: they know the causes."""
        await asyncio.gather(
            *(self.compare_bridge(bridge) for bridge in sorted(self._bridges.names)),
            *(self.compare_media(node) for node in sorted(media_nodes)),
        )

    def media_nodes(self) -> set[str]:
        """The nodes on which open calls have legs."""
        return {leg.media_node for _, leg in self._legs()}

    def _legs(self) -> Iterator[tuple[Box, Leg]]:
        for call in self._calls.calls():
            box = self._calls.box(call.call_id)
            yield from ((box, leg) for leg in call.live_legs())

    def _is_young(self, leg: Leg, epoch_ms: int | None) -> bool:
        """Whether the node may not know of the leg yet. One that was started later than the leg will not hear of it."""
        newest = max(leg.added_at_ms, leg.answered_at_ms or 0)
        return newest > (epoch_ms if epoch_ms is not None else self._clock.wall_ms() - YOUNG_MS * self._clock.speed)

    async def _is_over(self, leg_id: str) -> bool:
        """Whether it was a leg of ours and is none any more. A leg we never heard of is just about to be offered."""
        box = self._calls.box_of_leg(leg_id)
        if box is not None:
            return not box.call.legs[leg_id].is_live
        return await self._calls.knows_leg(leg_id)


def _left_behind(agent: Agent, running: list[Call], limit_ms: float) -> Trigger | None:
    """What leads an agent out of a call that is over."""
    if agent.state not in ("ringing", "talking") or agent.since_ms > limit_ms:
        return None
    if agent.call_id in [call.call_id for call in running]:
        return None
    return "talk-over" if agent.state == "talking" else "call-over"


def _talks_since(call: Call, user_id: str, limit_ms: float) -> bool:
    leg = call.leg_of(user_id)
    return leg is not None and leg.state == "up" and (leg.answered_at_ms or leg.added_at_ms) <= limit_ms


async def _tell(box: Box, told: object) -> None:
    try:
        await box.ask(told)
    except CallFailed as refusal:
        log.info("call %s had ended: %s", box.call.call_id, refusal)

# SPDX-License-Identifier: Apache-2.0
"""The switchboard: all legs, and what every part of their machinery stands on."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any, Final

from msgspec import Struct

from headcall.kit.tasks import Tasks
from headcall.sip_bridge.core.agent import UserAgent
from headcall.sip_bridge.core.effects import Effect
from headcall.sip_bridge.errors import LocalError
from headcall.sip_bridge.legs.events import Events
from headcall.sip_bridge.legs.leg import Leg
from headcall.sip_bridge.legs.media import MediaNodes
from headcall.sip_bridge.legs.statuses import refusal
from headcall.sip_bridge.shell.line import Line
from headcall.sip_bridge.store import Store
from headcall.wire.codec import UnknownWord, decode, encode
from headcall.wire.legs import LegEnded

log = logging.getLogger(__name__)

ENDED_REMEMBERED: Final = 1000


@dataclass(frozen=True)
class Setup:
    """What a bridge is at the moment: from `ConfigureBridge`, and from its process."""

    node: str
    domain: str = ""
    media_node: str = ""
    version: int = 0
    is_draining: bool = False
    """No new calls."""
    patience_s: float = 10.0
    """How long call control may take to acknowledge an offered leg."""


class Board:
    """The legs by id, and by the names under which the core knows them."""

    def __init__(self, line: Line, store: Store, media: MediaNodes, events: Events, setup: Setup) -> None:
        self.line = line
        self.store = store
        self.media = media
        self.events = events
        self.setup = setup
        self.legs: dict[str, Leg] = {}
        self.ended: dict[str, None] = {}
        """The legs that were here: a command that was repeated does not call again."""
        self.counters: Counter[str] = Counter()
        self._by_name: dict[str, Leg] = {}
        self._tasks = Tasks("legs")

    @property
    def agent(self) -> UserAgent:
        return self.line.agent

    def now(self) -> float:
        return self.line.now()

    # ------------------------------------------------------------ the table

    def of(self, name: str) -> Leg | None:
        """The leg that the core's call belongs to."""
        return self._by_name.get(name)

    def is_here(self, leg: Leg) -> bool:
        """Whether it has not ended meanwhile."""
        return self.legs.get(leg.leg_id) is leg

    def add(self, leg: Leg) -> None:
        self.legs[leg.leg_id] = leg
        for name in leg.names:
            self._by_name[name] = leg

    def name(self, leg: Leg, name: str) -> None:
        """One more name of the core's for it."""
        leg.branches.append(name)
        self._by_name[name] = leg

    def unname(self, leg: Leg, name: str) -> None:
        leg.branches.remove(name)
        self._by_name.pop(name, None)

    def keep(self, leg: Leg) -> None:
        """On disk before the next message leaves."""
        self.store.legs.put(leg.leg_id, encode(leg))

    def restore(self) -> list[Leg]:
        """The legs of before the restart; the caller knows which of them still have a dialog."""
        found = []
        for leg_id, data in self.store.legs.items():
            try:
                found.append(decode(data, Leg))
            except UnknownWord as error:
                log.error("leg %s cannot be read back: %s", leg_id, error)
                self.store.legs.remove(leg_id)
        return found

    def on_trunk(self, trunk: str) -> int:
        """How many legs a trunk carries."""
        return sum(1 for leg in self.legs.values() if leg.trunk == trunk)

    def of_account(self, sip_user: str) -> int:
        """How many legs an account has begun."""
        return sum(1 for leg in self.legs.values() if leg.sip_user == sip_user and leg.direction == "in")

    # ------------------------------------------------------------ doing

    def do(self, ask: Callable[[], Iterable[Effect]]) -> bool:
        """Asks the core for something; False if the call does not allow it (it has ended a moment ago, say)."""
        try:
            effects = ask()
        except LocalError as error:
            self.counters["not_possible"] += 1
            log.info("not possible: %s", error)
            return False
        self.line.do(effects)
        return True

    def tell(self, event: Struct) -> None:
        self.events.put(event)

    def work(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Something that takes a while; what goes wrong in it is logged and does not touch other legs."""
        self._tasks.start(work, name)

    # ------------------------------------------------------------ the end

    def end(self, leg: Leg, cause: str) -> None:
        """We end it, in whatever state it is."""
        if not self.is_here(leg):
            return
        self._remove(leg)
        status, fields = refusal(cause)
        for name in leg.names:
            self.hang_up(name, status, fields)
        self._wind_up(leg, cause, by_peer=False)

    def hang_up(self, name: str, status: int = 480, fields: Iterable[tuple[str, str]] = ()) -> None:
        """Ends a call of the core's, in whatever state."""
        self.do(lambda: self.agent.end(name, self.now(), status, headers=fields))

    def ended_by_peer(self, leg: Leg, cause: str, *, by_peer: bool = True) -> None:
        """The core has told us that the call is over."""
        if not self.is_here(leg):
            return
        self._remove(leg)
        self._wind_up(leg, cause, by_peer=by_peer)

    def _remove(self, leg: Leg) -> None:
        del self.legs[leg.leg_id]
        for name in leg.names:
            self._by_name.pop(name, None)

    def _wind_up(self, leg: Leg, cause: str, *, by_peer: bool) -> None:
        if leg.is_known:  # else it was refused at the door; how often, a stranger decides: no log line, no disk
            self._told(leg, cause, by_peer)
        if leg.has_media:
            self.work(self.media.close(leg.media_node, leg.leg_id), f"close {leg.leg_id}")

    def _told(self, leg: Leg, cause: str, by_peer: bool) -> None:
        self.ended[leg.leg_id] = None
        if len(self.ended) > ENDED_REMEMBERED:
            del self.ended[next(iter(self.ended))]
        self.store.legs.remove(leg.leg_id)
        self.counters[f"ended {cause}"] += 1
        facts = {"leg_id": leg.leg_id, "cause": cause, "by_peer": by_peer}
        log.info("leg %s ended: %s", leg.leg_id, cause, extra=facts)
        self.tell(LegEnded(leg.leg_id, cause, by_peer, self.line.wall_ms()))

    async def close(self) -> None:
        """Lets what is being wound up come to its end."""
        async with asyncio.timeout(2.0):
            while len(self._tasks):
                await asyncio.sleep(0.02)
        await self._tasks.close()

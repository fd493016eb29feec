# SPDX-License-Identifier: Apache-2.0
"""One open call at work: it takes what it is told one after the other, writes, and then tells.

tell/ask ──► box ──► decide ──► log (durable) ──► observers
                                   │
                                   └──► orders ──► bridges, media nodes      (a task of its own: a node that
                                                                              is slow never delays deciding)
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from typing import Protocol

from headcall.backend.calls import store as rows
from headcall.backend.calls.decide import decide
from headcall.backend.calls.errors import NotNow, Overloaded
from headcall.backend.calls.inputs import Failed, Tick
from headcall.backend.calls.log import Entry
from headcall.backend.calls.model import EMPTY, Call
from headcall.backend.calls.orders import Order, Sounds, orders
from headcall.backend.calls.plan import Plan
from headcall.backend.calls.rules.clock import next_limit
from headcall.backend.errors import CallFailed
from headcall.backend.queues.offers import OfferTaken
from headcall.backend.store.engine import Store
from headcall.kit.clock import Clock

log = logging.getLogger(__name__)

BOX = 256
"""Messages that may wait for one call. A telephone sends a few a second; a loop that fills this is a fault."""

Changed = Callable[[Call, Call, Sequence[Entry]], None]
"""Told of each written change: before, after, the new entries. Quick, and never raises."""


class Nodes(Protocol):
    """Where orders go."""

    async def perform(self, order: Order) -> object | None:
        """Gives the command; what comes of it that the call must be told (a leg that could not be placed), or None.

        Never raises: a node that is away is told again when it is back (`recovery`)."""


class Box:
    """The call, its waiting messages, and its two tasks (`work`, `order_about`), which the registry runs."""

    def __init__(self, call: Call, *, store: Store, clock: Clock, nodes: Nodes, sounds: Sounds) -> None:
        self.call = call
        self._store, self._clock, self._nodes, self._sounds = store, clock, nodes, sounds
        self._box: asyncio.Queue[tuple[object, asyncio.Future[Call] | None]] = asyncio.Queue(BOX)
        self._orders: asyncio.Queue[Order | None] = asyncio.Queue()
        self._changed: list[Changed] = []
        self._told: list[Callable[[object], None]] = []
        self._due = next_limit(call)
        self._tick_waits = False
        self._is_closed = False
        self._is_over = False

    def on_change(self, observer: Changed) -> None:
        self._changed.append(observer)

    def on_told(self, listener: Callable[[object], None]) -> None:
        """Registers who hears everything the call is told, after the rules."""
        self._told.append(listener)

    # ------------------------------------------------------------ for whoever knows the call

    def tell(self, told: object) -> None:
        """Something happened. Raises `NotNow` when the call is over, `Overloaded` when too much waits."""
        self._put(told, None)

    async def ask(self, told: object) -> Call:
        """Something happened or is wished; returns once it is durable. Raises `CallFailed` if it cannot be."""
        done: asyncio.Future[Call] = asyncio.get_running_loop().create_future()
        self._put(told, done)
        return await done

    def tick(self, now_ms: int) -> None:
        """Time has passed; costs nothing until something is due."""
        if self._due is not None and self._due <= now_ms and not self._tick_waits:
            with contextlib.suppress(CallFailed):
                self.tell(Tick())
                self._tick_waits = True

    def close(self) -> None:
        """Stops working; for a call that never began."""
        self._is_closed = True
        with contextlib.suppress(CallFailed):
            self.tell(Tick())

    def resync(self) -> None:
        """Gives again every command that the present state implies."""
        self._give(orders(EMPTY, self.call, self._sounds))

    def _put(self, told: object, done: asyncio.Future[Call] | None) -> None:
        if self._is_over:
            raise self._gone()
        try:
            self._box.put_nowait((told, done))
        except asyncio.QueueFull:
            raise Overloaded(f"{BOX} messages wait for call {self.call.call_id}") from None

    # ------------------------------------------------------------ tasks

    async def work(self) -> None:
        """Takes messages until the call has ended."""
        while self.call.is_open and not self._is_closed:
            told, done = await self._box.get()
            await self._take(told, done)
        self._is_over = True
        while not self._box.empty():
            _settle(self._box.get_nowait()[1], self._gone())
        self._orders.put_nowait(None)

    async def order_about(self) -> None:
        """Gives orders, in order, until the last one of an ended call is given."""
        while (order := await self._orders.get()) is not None:
            told = await self._nodes.perform(order)
            if told is not None:
                with contextlib.suppress(CallFailed):
                    self.tell(told)

    # ------------------------------------------------------------ inside

    def _gone(self) -> NotNow:
        return NotNow("the call is over", cause="call-gone", call_id=self.call.call_id)

    async def _take(self, told: object, done: asyncio.Future[Call] | None) -> None:
        if isinstance(told, Tick):
            self._tick_waits = False
        try:
            await self._do(told)
        except CallFailed as refusal:
            _settle(done, refusal)
        except Exception as error:
            # A disk that is full for a moment must cost no call: nothing has changed, whoever told it tells it again.
            log.exception("call %s could not be told %s", self.call.call_id, type(told).__name__)
            _settle(done, error)
        else:
            _settle(done, self.call)
            for listener in self._told:
                listener(told)

    async def _do(self, told: object) -> None:
        plan = self._decide(told)
        if plan.entries:
            try:
                async with self._store.begin() as session:
                    await rows.append(session, self.call.call_id, plan.entries)
            except OfferTaken:
                raise NotNow("another was faster", cause="call-taken", call_id=self.call.call_id) from None
        self._happened(plan)

    def _decide(self, told: object) -> Plan:
        now_ms = self._clock.wall_ms()
        try:
            return decide(self.call, told, now_ms)
        except CallFailed:
            raise
        except Exception:
            # A broken rule costs this one call, properly ended, and its trace is in the log.
            log.exception("no rule of call %s could take %s", self.call.call_id, type(told).__name__)
            return decide(self.call, Failed(), now_ms)

    def _happened(self, plan: Plan) -> None:
        before, self.call = self.call, plan.call
        self._due = next_limit(plan.call)
        for leg_id, command in plan.once:  # before the rest: a telephone learns how its transfer went, then it is ended
            leg = plan.call.legs[leg_id]
            node = leg.media_node if type(command).__name__ == "SendDigits" else leg.bridge
            self._orders.put_nowait(Order(leg_id, node, command))
        self._give(orders(before, plan.call, self._sounds))
        if plan.entries:
            for observer in self._changed:
                observer(before, plan.call, plan.entries)

    def _give(self, wanted: Sequence[Order]) -> None:
        for order in wanted:
            self._orders.put_nowait(order)


def _settle(done: asyncio.Future[Call] | None, result: Call | Exception) -> None:
    if done is None or done.done():
        return
    if isinstance(result, Exception):
        done.set_exception(result)
    else:
        done.set_result(result)

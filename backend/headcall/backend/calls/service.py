# SPDX-License-Identifier: Apache-2.0
"""The open calls of this backend: found by their id, their legs and their people; begun, adopted, and finished."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence

from msgspec.structs import replace

from headcall.backend.calls import store as rows
from headcall.backend.calls.errors import NoSuchCall, Overloaded
from headcall.backend.calls.inputs import Begin, BeginCallback
from headcall.backend.calls.log import Entry
from headcall.backend.calls.mailbox import Box, Changed, Nodes
from headcall.backend.calls.model import EMPTY, Call
from headcall.backend.calls.orders import Sounds
from headcall.backend.store.engine import Store
from headcall.kit.clock import Clock
from headcall.kit.tasks import Tasks

log = logging.getLogger(__name__)

MOST_CALLS = 5000
"""Open calls at once; one more is refused. Each costs about 20 KiB here; the media nodes are full long before."""

CLOSING_S = 3.0

Finisher = Callable[[Call], Awaitable[None]]
Opened = Callable[[Box, bool], None]


class CallControl:
    def __init__(self, *, store: Store, clock: Clock, nodes: Nodes, sounds: Sounds, tasks: Tasks) -> None:
        self._store, self._clock, self._nodes, self._sounds, self._tasks = store, clock, nodes, sounds, tasks
        self._boxes: dict[str, Box] = {}
        self._legs: dict[str, str] = {}
        self._changed: list[Changed] = []
        self._finishers: list[Finisher] = []
        self._opened: list[Opened] = []
        self.finishing: set[asyncio.Task[None]] = set()
        """The tasks of all calls that are not finished, record and all."""

    def on_change(self, observer: Changed) -> None:
        """Registers who is told of every written change of every call."""
        self._changed.append(observer)

    def on_open(self, listener: Opened) -> None:
        """Registers who is given each call's box, and whether it was adopted from another backend."""
        self._opened.append(listener)

    def on_finish(self, finisher: Finisher) -> None:
        """Registers what must be done once a call has ended. Done again if the backend dies before the end of it."""
        self._finishers.append(finisher)

    # ------------------------------------------------------------ finding

    def __len__(self) -> int:
        return len(self._boxes)

    def calls(self) -> list[Call]:
        """All open calls."""
        return [box.call for box in self._boxes.values()]

    def box(self, call_id: str) -> Box:
        """Raises `NoSuchCall`."""
        box = self._boxes.get(call_id)
        if box is None:
            raise NoSuchCall(call_id)
        return box

    def box_of(self, user_id: str, call_id: str) -> Box:
        """One in which this user has a leg. Raises `NoSuchCall` for the calls of others too."""
        box = self.box(call_id)
        if box.call.leg_of(user_id) is None:
            raise NoSuchCall(call_id)
        return box

    def get(self, call_id: str) -> Call | None:
        """An open call as it is now."""
        box = self._boxes.get(call_id)
        return box.call if box else None

    def box_of_leg(self, leg_id: str) -> Box | None:
        call_id = self._legs.get(leg_id)
        return self._boxes.get(call_id) if call_id else None

    def boxes_of_user(self, user_id: str) -> list[Box]:
        """Calls in which the user has a leg."""
        return [box for box in self._boxes.values() if box.call.leg_of(user_id)]

    async def knows_leg(self, leg_id: str) -> bool:
        """Whether a call has this leg or had it."""
        if leg_id in self._legs:
            return True
        async with self._store.read() as session:
            return await rows.call_of_leg(session, leg_id) is not None

    # ------------------------------------------------------------ beginning and ending

    async def begin(self, call_id: str, start: Begin | BeginCallback) -> Call:
        """A new call; returns once it is in the log."""
        if len(self._boxes) >= MOST_CALLS:
            raise Overloaded(f"{MOST_CALLS} calls are open")
        box = self._open(replace(EMPTY, call_id=call_id), adopted=False)
        try:
            return await box.ask(start)
        except BaseException:
            box.close()
            raise

    def adopt(self, call: Call) -> Box:
        """Goes on with a call that the log tells of."""
        return self._open(call, adopted=True)

    def tick(self) -> None:
        """Time has passed. Called a few times a second."""
        now_ms = self._clock.wall_ms()
        for box in list(self._boxes.values()):
            box.tick(now_ms)

    def _open(self, call: Call, *, adopted: bool) -> Box:
        box = Box(call, store=self._store, clock=self._clock, nodes=self._nodes, sounds=self._sounds)
        self._boxes[call.call_id] = box
        self._index(call)
        box.on_change(self._tell)
        for listener in self._opened:
            listener(box, adopted)
        task = self._tasks.start(self._live(box), f"call {call.call_id}")
        self.finishing.add(task)
        task.add_done_callback(self.finishing.discard)
        return box

    async def close(self) -> None:
        """Stops every call after the message it is taking now. The log is as it is: another backend goes on."""
        for box in list(self._boxes.values()):
            box.close()
        if self.finishing:
            await asyncio.wait(self.finishing, timeout=CLOSING_S)

    def _index(self, call: Call) -> None:
        for leg_id in call.legs:
            self._legs[leg_id] = call.call_id

    def _tell(self, before: Call, after: Call, entries: Sequence[Entry]) -> None:
        self._index(after)
        for observer in self._changed:
            try:
                observer(before, after, entries)
            except Exception:
                # The change is in the log already; whoever looks at it must not undo the call.
                log.exception("an observer of call %s failed", after.call_id)

    async def _live(self, box: Box) -> None:
        orders = self._tasks.start(box.order_about(), f"orders of {box.call.call_id}")
        try:
            await box.work()
        finally:
            self._forget(box.call)
        if box.call.seq and not box.call.is_open:
            await self._finish(box.call)
        await orders

    def _forget(self, call: Call) -> None:
        self._boxes.pop(call.call_id, None)
        for leg_id in call.legs:
            self._legs.pop(leg_id, None)

    async def _finish(self, call: Call) -> None:
        for finisher in self._finishers:
            await finisher(call)
        async with self._store.begin() as session:
            await rows.close(session, call.call_id)

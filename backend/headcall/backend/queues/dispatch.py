# SPDX-License-Identifier: Apache-2.0
"""Brings waiting callers and ready agents together: one pass at a time, the caller who is first in line first."""

import logging
from collections import Counter
from typing import Literal

from msgspec.structs import replace

from headcall.backend.agents.service import Agents
from headcall.backend.calls.inputs import CallbackUnreachable
from headcall.backend.calls.model import Call
from headcall.backend.calls.service import CallControl
from headcall.backend.calls.worker import Worker
from headcall.backend.errors import ApiError, CallFailed
from headcall.backend.queues.chooser import Chooser
from headcall.backend.queues.model import Choice, Queue
from headcall.backend.queues.rounds import NothingToDial, Rounds
from headcall.backend.queues.service import Queues, place

log = logging.getLogger(__name__)

SLIPS = 3
"""How often in one pass a caller is tried again whose offer came to nothing."""


class Dispatcher:
    def __init__(
        self,
        queues: Queues,
        agents: Agents,
        calls: CallControl,
        *,
        chooser: Chooser,
        rounds: Rounds,
    ) -> None:
        self._queues, self._agents, self._calls = queues, agents, calls
        self.chooser, self._rounds = chooser, rounds
        self.worker: Worker[str] = Worker("dispatching", self._pass)
        calls.on_change(queues.tally.changed)  # before whatever wakes us: the next decision counts what was done
        self.wake()

    def wake(self, *_: object) -> None:
        """Something changed that may bring a caller to an agent."""
        if self.worker.is_idle:
            self.worker.put("pass")

    async def _pass(self, _: str) -> None:
        await self.dispatch()

    async def dispatch(self) -> None:
        """One pass over all who wait, in the one order of `Queues.line`.

        Serving somebody takes time, in which callers come, go and change places: then the line is read anew.
        """
        tried: set[str] = set()
        slips: Counter[str] = Counter()
        while (found := self._next(tried)) is not None:
            call, queue, before = found
            if not self.chooser.knows(call, queue):
                await self.chooser.look_up(call, queue)  # takes time, so who is first is asked anew
                continue
            if await self._serve(call, queue, before) or slips[call.call_id] == SLIPS:
                tried.add(call.call_id)
            slips[call.call_id] += 1

    def _next(self, tried: set[str]) -> tuple[Call, Queue, int] | None:
        """The first in line for whom somebody can be rung, with how many stand before; `tried` are passed over.

        Spares a line of a hundred the making of a hundred explanations why nobody can be rung, and asks once for all
        callers of a queue who need the same and have let nobody pass: who stands behind them is as hopeless.
        """
        hopeless: set[tuple[object, ...] | None] = set()
        ready = {user for user, agent in self._agents.all().items() if agent.state == "ready"}
        for before, call in enumerate(self._queues.line() if ready else ()):
            queue = self._queues.get(call.wait.queue_id) if call.wait and not call.ring else None
            if (
                queue is None
                or queue.by_hand
                or call.call_id in tried
                or self._queues.rests(call, queue)
                or ready.isdisjoint(self._queues.members(queue.queue_id))
            ):
                continue
            alike = self.chooser.alike(call, queue)
            if alike in hopeless:
                continue
            if self.chooser.somebody_can(call, queue, ready):
                return call, queue, before
            if alike is not None:
                hopeless.add(alike)
        return None

    async def _serve(self, call: Call, queue: Queue, before: int) -> bool:
        """Offers the caller. False when that came to nothing, as the agents chosen slipped away, or as only the agent
        this caller belongs to will do, which was not known before: then it may be this caller's turn again."""
        choice = replace(await self.chooser.choose(call, queue), line=before)
        return not self._waits_still(call) or await self._ring(call, queue, choice) != "slipped"

    async def take(self, user_id: str, call_id: str) -> None:
        """Rings this agent for a caller of their own choosing, out of the line's order. Raises `ApiError`."""
        call = self._calls.get(call_id)
        queue = self._queues.get(call.wait.queue_id) if call and call.wait else None
        if call is None or queue is None or not self._waits_still(call):
            raise ApiError("call-gone", "nobody of this id waits any more")
        if user_id not in self._queues.members(queue.queue_id):
            raise ApiError("not-allowed", "you do not serve this queue")
        if self._queues.rests(call, queue):
            raise ApiError("closed", "nobody is called back outside of the opening hours")
        choice = await self.chooser.choose(call, queue)
        mine = next((each for each in choice.considered if each.user_id == user_id), None)
        if mine is not None and not mine.eligible:
            raise ApiError("conflict", f"you cannot be rung now: {mine.obstacle}")
        before = sum(place(other) < place(call) for other in self._queues.line())
        chosen = replace(choice, user_ids=(user_id,), by_hand=True, line=before)
        if not self._waits_still(call) or await self._ring(call, queue, chosen) != "rung":
            raise ApiError("call-taken", "somebody was faster")

    async def _ring(self, call: Call, queue: Queue, choice: Choice) -> Literal["rung", "refused", "slipped"]:
        """Reserves whom the choice names and rings them. `slipped`: none of them could be reserved any more."""
        reserved = [user for user in choice.user_ids if await self._agents.move(user, "rings", call_id=call.call_id)]
        if not reserved:
            return "slipped"
        is_rung = False
        try:
            ring = await self._rounds.make(call, queue, choice, reserved)
            await self._calls.box(call.call_id).ask(ring)
            is_rung = True
        except NothingToDial as refusal:
            self._calls.box(call.call_id).tell(CallbackUnreachable(refusal.cause))
        except CallFailed as refusal:
            log.info("call %s was not offered: %s", call.call_id, refusal)
        finally:
            if not is_rung:
                for user in reserved:
                    await self._agents.move(user, "call-over", only_for=call.call_id)
        return "rung" if is_rung else "refused"

    def _waits_still(self, call: Call) -> bool:
        """The line was read a moment ago; callers hang up at any moment."""
        now = self._calls.get(call.call_id)
        return now is not None and now.wait is not None and now.ring is None

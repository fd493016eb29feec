# SPDX-License-Identifier: Apache-2.0
"""Looks each second whether everything holds that must hold, mends what does not, and says so.

Nothing here should ever be needed: each finding is a fault elsewhere, counted in
`headcall_invariants_mended_total{kind}` and told in the log. A finding must be seen twice, a second apart, before it
is believed: between two steps of the ordinary work much looks wrong for a moment.

| kind          | what is wrong                                              | what is done                   |
|---------------|------------------------------------------------------------|--------------------------------|
| agent-stuck   | an agent rings or talks, and no such call is open           | the agent is freed             |
| wrap-up-late  | the wrap-up is over, and the agent is not free              | the agent is freed             |
| lease-expired | a round of ringing is past its end                          | the call is told the time      |
| caller-late   | a caller could be rung for by an agent who idles            | the dispatcher is woken        |
| unstaffed     | callers wait in a queue that sends them away when unstaffed | they are sent on (no fault)    |
"""

import contextlib
import logging
from collections.abc import AsyncIterator, Iterator
from typing import NamedTuple

from headcall.backend.calls.inputs import LeaveQueue, Tick
from headcall.backend.calls.model import Call
from headcall.backend.calls.service import CallControl
from headcall.backend.calls.worker import Worker
from headcall.backend.errors import CallFailed
from headcall.backend.queues.dispatch import Dispatcher
from headcall.backend.queues.doors import Doors
from headcall.backend.queues.service import Queues
from headcall.kit.clock import Clock
from headcall.kit.metrics import Metrics

log = logging.getLogger(__name__)

EVERY_MS = 1_000
LATE_MS = 1_000
"""How long an idle agent and a caller for them may be apart."""

MOST_LOOKED_AT = 50
"""Callers for whom each look makes the whole decision again; those behind them are served after them anyway."""


class Finding(NamedTuple):
    kind: str
    ref: str
    """The agent or the call."""
    call_id: str = ""


class Watch:
    def __init__(
        self,
        calls: CallControl,
        queues: Queues,
        doors: Doors,
        dispatcher: Dispatcher,
        metrics: Metrics,
        clock: Clock,
    ) -> None:
        self._calls, self._agents, self._queues, self._doors = calls, doors.agents, queues, doors
        self._dispatcher, self._clock = dispatcher, clock
        self._suspects: set[Finding] = set()
        self._looked_at_ms = 0
        self.worker: Worker[int] = Worker("watching", self._look)
        self._mended = metrics.counter("invariants_mended", "What did not hold and was mended", ["kind"])

    def tick(self) -> None:
        """Time has passed."""
        now_ms = self._clock.wall_ms()
        if now_ms - self._looked_at_ms >= EVERY_MS and self.worker.is_idle:
            self._looked_at_ms = now_ms
            self.worker.put(now_ms)

    async def _look(self, now_ms: int) -> None:
        await self.look(now_ms)

    async def look(self, now_ms: int) -> list[Finding]:
        """One look; what was mended."""
        found = {finding async for finding in self._all(now_ms)}
        sure = sorted(found & self._suspects)
        self._suspects = found - set(sure)
        for finding in sure:
            self._mended.labels(finding.kind).inc()
            log.warning("%s: %s is put right", finding.kind, finding.ref, extra={"call_id": finding.call_id})
            await self._mend(finding)
        self._send_away()
        return sure

    # ------------------------------------------------------------ looking

    async def _all(self, now_ms: int) -> AsyncIterator[Finding]:
        for finding in self._agents_stuck(now_ms):
            yield finding
        for call in self._calls.calls():
            if call.ring and call.ring.expires_at_ms + EVERY_MS < now_ms:
                yield Finding("lease-expired", call.ring.ring_id, call.call_id)
        async for finding in self._callers_late(now_ms):
            yield finding

    def _agents_stuck(self, now_ms: int) -> Iterator[Finding]:
        open_calls = {call.call_id: call for call in self._calls.calls()}
        for agent in self._agents.all().values():
            if agent.state in ("ringing", "talking"):
                call = open_calls.get(agent.call_id or "")
                if call is None or not _has(call, agent.user_id):
                    yield Finding("agent-stuck", agent.user_id, agent.call_id or "")
            elif agent.wrap_up_until_ms is not None and agent.wrap_up_until_ms + EVERY_MS < now_ms:
                yield Finding("wrap-up-late", agent.user_id)

    async def _callers_late(self, now_ms: int) -> AsyncIterator[Finding]:
        for call in self._queues.line()[:MOST_LOOKED_AT]:
            queue = self._queues.get(call.wait.queue_id) if call.wait and not call.ring else None
            if queue is None or call.wait is None or now_ms - call.wait.joined_at_ms < LATE_MS:
                continue
            if self._queues.rests(call, queue) or "ready" not in self._doors.states(queue):
                continue
            choice = await self._dispatcher.chooser.choose(call, queue)
            if any(self._idles(user, now_ms) for user in choice.user_ids):
                yield Finding("caller-late", call.call_id, call.call_id)

    def _idles(self, user_id: str, now_ms: int) -> bool:
        agent = self._agents.get(user_id)
        return agent is not None and agent.state == "ready" and now_ms - agent.since_ms >= LATE_MS

    # ------------------------------------------------------------ mending

    async def _mend(self, finding: Finding) -> None:
        match finding.kind:
            case "agent-stuck":
                await self._agents.move(finding.ref, "call-over", only_for=finding.call_id or None)
            case "wrap-up-late":
                await self._agents.move(finding.ref, "wrapped-up")
            case "lease-expired":
                with contextlib.suppress(CallFailed):
                    self._calls.box(finding.call_id).tell(Tick())
            case _:
                self._dispatcher.wake()

    def _send_away(self) -> None:
        """Not a fault: the rule of the queue. Here, as it follows from the agents and not from the call."""
        for queue in self._queues.all():
            if queue.leave == "never" or not self._doors.must_leave(queue):
                continue
            for call in self._queues.line(queue.queue_id):
                if call.is_placeholder:
                    continue  # they hold no line; their own time runs out (`Queue.callback_keep_s`)
                with contextlib.suppress(CallFailed):
                    self._calls.box(call.call_id).tell(LeaveQueue("no-agent"))


def _has(call: Call, user_id: str) -> bool:
    return call.leg_of(user_id) is not None or (call.ring is not None and user_id in call.ring.user_ids)

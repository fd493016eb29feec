# SPDX-License-Identifier: Apache-2.0
"""What calls make of agents: reads the log's new entries and moves the agents, in order, behind the calls' backs."""

from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from headcall.backend.agents.model import Trigger
from headcall.backend.agents.service import Agents
from headcall.backend.calls.log import (
    CallStarted,
    Entry,
    Event,
    LegClosed,
    PickedUp,
    RingOver,
    RingStarted,
    RingWon,
    Supervised,
    TookOver,
)
from headcall.backend.calls.model import Call, Leg
from headcall.backend.calls.worker import Worker
from headcall.backend.queues.model import Queue

QueueOf = Callable[[str | None], Queue | None]


class Move(Struct, frozen=True):
    user_id: str
    trigger: Trigger
    call_id: str
    reason: str | None = None
    wrap_up_s: int = 0
    miss_limit: int = 0


class Duty:
    def __init__(self, agents: Agents, queue_of: QueueOf) -> None:
        self._agents, self._queue_of = agents, queue_of
        self.worker: Worker[Move] = Worker("moving an agent", self._carry_out)

    def changed(self, before: Call, after: Call, entries: Sequence[Entry]) -> None:
        """Observer of all calls."""
        for entry in entries:
            for move in moves_of(entry.event, before, after, self._queue_of(after.queue_id)):
                self.worker.put(move)

    async def _carry_out(self, move: Move) -> None:
        agent = self._agents.get(move.user_id)
        if agent is None:
            return
        trigger, reason = move.trigger, move.reason
        if trigger == "lapses" and move.miss_limit and agent.missed + 1 >= move.miss_limit:
            trigger, reason = "pause", "missed"
        only_for = None if trigger in ("rings", "talks") else move.call_id
        await self._agents.move(
            move.user_id, trigger, reason=reason, call_id=move.call_id, wrap_up_s=move.wrap_up_s, only_for=only_for
        )


def moves_of(event: Event, before: Call, after: Call, queue: Queue | None) -> Iterator[Move]:
    """What one event means for agents. Pure."""
    call_id = after.call_id
    match event:
        case CallStarted(leg=leg) if leg.user_id:
            yield Move(leg.user_id, "talks", call_id)
        case RingStarted(ring=ring):
            yield from (Move(user, "rings", call_id) for user in ring.user_ids)
        case RingWon(ring_id=ring_id, leg_id=leg_id):
            winner = after.legs[leg_id].user_id
            rung = {leg.user_id for leg in after.legs.values() if leg.ring_id == ring_id and leg.user_id}
            yield from (Move(user, "call-over", call_id) for user in sorted(rung - {winner}))
            if winner:
                yield Move(winner, "talks", call_id)
        case RingOver(outcome=outcome) if before.ring:
            fault = before.ring.kind == "queue" and outcome != "cancelled"
            trigger: Trigger = "lapses" if fault else "call-over"
            limit = queue.miss_limit if queue else 0
            yield from (Move(user, trigger, call_id, miss_limit=limit) for user in before.ring.user_ids)
        case Supervised(leg_id=leg_id) | TookOver(leg_id=leg_id) if after.legs[leg_id].user_id:
            # Whoever listens to a talk is in it: no queue offers them a caller meanwhile.
            yield Move(after.legs[leg_id].user_id or "", "talks", call_id)
        case PickedUp(leg_id=leg_id) if after.legs[leg_id].user_id:
            yield Move(after.legs[leg_id].user_id or "", "talks", call_id)
        case LegClosed(leg_id=leg_id, cause=cause):
            left = after.legs[leg_id]
            # Who was only rung is freed with the round; who dialled at a telephone talks from the first tone on.
            if left.user_id and (left.answered_at_ms is not None or left.role != "callee"):
                yield _leaving(left, left.user_id, cause, call_id, queue)
        case _:
            pass


def _leaving(leg: Leg, user_id: str, cause: str, call_id: str, queue: Queue | None) -> Move:
    if cause == "media-lost" and leg.role == "callee" and (leg.lost_at_ms is not None) == leg.has_media:
        # Their own browser went (or never came): not the customer's telephone, and not the media node under both.
        return Move(user_id, "lost", call_id, reason="lost")
    if queue and leg.role == "callee":
        return Move(user_id, "talk-over", call_id, wrap_up_s=queue.wrap_up_s)
    return Move(user_id, "call-over", call_id)

# SPDX-License-Identifier: Apache-2.0
"""Takes the snapshot upon which a strategy decides: the queue's agents as they are for this caller at this moment."""

from collections.abc import Mapping, Set
from random import Random

from msgspec.structs import replace

from headcall.backend.agents.model import Agent
from headcall.backend.agents.service import Agents
from headcall.backend.calls.model import Call
from headcall.backend.queues.model import Candidate, Choice, Queue
from headcall.backend.queues.service import Queues
from headcall.backend.queues.sticky import LastAgents
from headcall.backend.queues.store import Member
from headcall.backend.queues.strategies import Moment, choose, is_waited_for, obstacle, required
from headcall.kit.clock import Clock


class Chooser:
    def __init__(
        self, queues: Queues, agents: Agents, last_agents: LastAgents, clock: Clock, chance: Random | None = None
    ) -> None:
        self._queues, self._agents, self._last_agents, self._clock = queues, agents, last_agents, clock
        self._chance = chance or Random()

    def knows(self, call: Call, queue: Queue) -> bool:
        """Whether `choose` needs no look into the database: then nothing can happen within it."""
        return self._last_agents.is_known(call, queue)

    async def look_up(self, call: Call, queue: Queue) -> None:
        """Has `choose` know."""
        await self._last_agents.of(call, queue)

    async def choose(self, call: Call, queue: Queue) -> Choice:
        """Who would be rung for this caller now, and why."""
        last_agent = await self._last_agents.of(call, queue)
        members, agents, now_ms = self._queues.members(queue.queue_id), self._agents.all(), self._clock.wall_ms()
        lapsed = _lapsed(call)
        candidates = [
            self._candidate(agents[user], member, lapsed, last_agent)
            for user, member in members.items()
            if user in agents
        ]
        moment = Moment(
            now_ms=now_ms,
            needs=queue.needs,
            waited_ms=_waited_ms(call, now_ms),
            sticky_wait_ms=queue.sticky_wait_s * 1000,
            chance=self._chance,
        )
        choice = choose(queue.strategy, candidates, now_ms, moment)
        return replace(choice, priority=call.wait.priority if call.wait else 0)

    def alike(self, call: Call, queue: Queue) -> tuple[object, ...] | None:
        """Equal for callers for whom the same agents will do now; None for one who is a case of their own."""
        if call.lapses or self._kept_for(call, queue):
            return None
        needs = required(queue.needs, _waited_ms(call, self._clock.wall_ms()))
        return (queue.queue_id, *needs.items())

    def _kept_for(self, call: Call, queue: Queue) -> str | None:
        """The agent this caller waits for, and who alone will do, as far as was looked up."""
        last_agent = self._last_agents.known(call, queue)
        agent = self._agents.get(last_agent) if last_agent else None
        if agent is None or last_agent not in self._queues.members(queue.queue_id):
            return None
        now_ms = self._clock.wall_ms()
        moment = Moment(now_ms, waited_ms=_waited_ms(call, now_ms), sticky_wait_ms=queue.sticky_wait_s * 1000)
        candidate = self._candidate(
            agent, self._queues.members(queue.queue_id)[agent.user_id], _lapsed(call), last_agent
        )
        return last_agent if is_waited_for(candidate, moment) else None

    def somebody_can(self, call: Call, queue: Queue, ready: Set[str]) -> bool:
        """Whether any of these agents could be rung for this caller now."""
        now_ms, agents = self._clock.wall_ms(), self._agents.all()
        wanted = required(queue.needs, _waited_ms(call, now_ms))
        kept_for, members, lapsed = self._kept_for(call, queue), self._queues.members(queue.queue_id), _lapsed(call)
        return any(
            obstacle(self._candidate(agents[user], members[user], lapsed, None), now_ms, wanted) is None
            for user in ready & ({kept_for} if kept_for else members.keys())
        )

    def _candidate(self, agent: Agent, member: Member, lapsed: Mapping[str, int], last_agent: str | None) -> Candidate:
        done = self._queues.tally.of(agent.user_id)
        return Candidate(
            user_id=agent.user_id,
            name=agent.name,
            state=agent.state,
            reason=agent.reason,
            idle_since_ms=agent.idle_since_ms,
            has_device=self._agents.has_device(agent.user_id),
            is_fit=self._agents.is_fit(agent.user_id),
            level=agent.level,
            seat=agent.seat,
            lapsed_at_ms=lapsed.get(agent.user_id),
            position=member.position,
            weight=member.weight,
            skills=self._queues.skills(agent.user_id),
            calls=done.calls,
            talk_ms=done.talk_ms,
            offered_at_ms=done.offered_at_ms,
            is_last_agent=agent.user_id == last_agent,
        )


def _lapsed(call: Call) -> dict[str, int]:
    """When each agent last let this caller pass."""
    found: dict[str, int] = {}
    for lapse in call.lapses:
        found[lapse.user_id] = max(lapse.at_ms, found.get(lapse.user_id, 0))
    return found


def _waited_ms(call: Call, now_ms: int) -> int:
    return max(0, now_ms - call.wait.entered_at_ms) if call.wait else 0

# SPDX-License-Identifier: Apache-2.0
"""Which chat goes to which agent. Pure: the same line and the same agents always give the same pairs.

An agent can be offered a chat who serves its queue, is ready (not ringing, not talking, not in wrap-up: a telephone
call has the whole agent), has a page open, has the skills, and holds fewer chats than the queue allows. Of those the
one with the fewest chats is next, then who has been idle longest, then the seat.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Protocol

from headcall.backend.agents.model import Agent
from headcall.backend.chats.model import JUST_MISSED_MS, Chat, place
from headcall.backend.queues.model import Queue
from headcall.backend.queues.strategies import required


class Lines(Protocol):
    """The queues, their members, and what those can."""

    def get(self, queue_id: str) -> Queue | None: ...

    def members(self, queue_id: str) -> Iterable[str]: ...

    def skills(self, user_id: str) -> Mapping[str, int]: ...


def load_of(chats: Iterable[Chat]) -> dict[str, int]:
    """User id → chats that fill a place: open ones, and those that ring."""
    load: dict[str, int] = {}
    for chat in chats:
        holds = chat.agent_id if chat.state in ("open", "offered") else None
        for user_id in {user for user in (holds, chat.offered_to) if user}:
            load[user_id] = load.get(user_id, 0) + 1
    return load


def pairs(
    chats: Iterable[Chat],
    agents: Mapping[str, Agent],
    *,
    queues: Lines,
    has_page: Callable[[str], bool],
    now_ms: int,
) -> Iterator[tuple[Chat, str]]:
    """Who is offered what now, the first in line first."""
    everything = list(chats)
    load = load_of(everything)
    for chat in sorted((chat for chat in everything if chat.state == "waiting"), key=place):
        queue = queues.get(chat.queue_id)
        if queue is None:
            continue
        wanted = required(queue.needs, now_ms - chat.entered_at_ms)
        fit = [
            agents[user]
            for user in queues.members(chat.queue_id)
            if user in agents
            and agents[user].state == "ready"
            and load.get(user, 0) < queue.chats_at_once
            and has_page(user)
            and all(queues.skills(user).get(skill, 0) >= level for skill, level in wanted.items())
        ]
        missed = {lapse.user_id for lapse in chat.lapses if now_ms - lapse.at_ms < JUST_MISSED_MS}
        fit = [agent for agent in fit if agent.user_id not in missed]
        if not fit:
            continue
        best = min(fit, key=lambda agent: (load.get(agent.user_id, 0), agent.idle_since_ms, agent.seat, agent.user_id))
        load[best.user_id] = load.get(best.user_id, 0) + 1
        yield chat, best.user_id

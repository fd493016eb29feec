# SPDX-License-Identifier: Apache-2.0
"""Who is offered the next caller. Pure: the same agents at the same moment always give the same choice.

A strategy is a row of `STRATEGIES`: how the eligible agents are ordered, and how many are rung side by side.
"""

from collections.abc import Callable, Iterable
from typing import Final

from msgspec import Struct

from headcall.backend.queues.model import Candidate, Choice, Considered, Obstacle, StrategyName

RETRY_AFTER_MS: Final = 5_000
"""An agent who let this very caller pass is not rung again for so long, so that a queue served by one agent
does not ring him without a pause, and one served by several tries the others first."""

OBSTACLES: Final[dict[str, Obstacle]] = {
    "offline": "offline",
    "break": "break",
    "ringing": "ringing",
    "talking": "talking",
    "wrap_up": "wrap-up",
}

Order = Callable[[Candidate], tuple[int | str, ...]]


class Strategy(Struct, frozen=True):
    order: Order
    at_once: int | None
    """How many are rung side by side; None: all."""


def longest_idle(candidate: Candidate) -> tuple[int | str, ...]:
    """Idle since the earliest moment comes first; the seat, then the id decide between equals."""
    return (candidate.idle_since_ms, candidate.seat, candidate.user_id)


STRATEGIES: Final[dict[StrategyName, Strategy]] = {
    "longest-idle": Strategy(order=longest_idle, at_once=1),
    "ring-all": Strategy(order=longest_idle, at_once=None),
}


def choose(strategy: StrategyName, candidates: Iterable[Candidate], now_ms: int) -> Choice:
    """Orders the eligible and says why the others are not."""
    rule = STRATEGIES[strategy]
    agents = sorted(candidates, key=rule.order)
    obstacles = {agent.user_id: obstacle(agent, now_ms) for agent in agents}
    fit = [agent.user_id for agent in agents if obstacles[agent.user_id] is None]
    places = {user_id: place for place, user_id in enumerate(fit, start=1)}
    return Choice(
        strategy=strategy,
        user_ids=tuple(fit[: rule.at_once]),
        considered=tuple(
            Considered(
                user_id=agent.user_id,
                name=agent.name,
                eligible=agent.user_id in places,
                obstacle=obstacles[agent.user_id],
                idle_ms=max(0, now_ms - agent.idle_since_ms) if agent.state == "ready" else 0,
                place=places.get(agent.user_id),
            )
            for agent in agents
        ),
    )


def obstacle(agent: Candidate, now_ms: int) -> Obstacle | None:
    """What keeps this agent from being rung now, or None."""
    if agent.state != "ready":
        return OBSTACLES.get(agent.state, "offline")
    if not agent.has_device:
        return "no-device"
    if agent.lapsed_at_ms is not None and now_ms - agent.lapsed_at_ms < RETRY_AFTER_MS:
        return "just-missed"
    return None

# SPDX-License-Identifier: Apache-2.0
"""Who is offered the next caller. Pure: the same agents at the same moment always give the same choice.

A strategy is a row of `STRATEGIES`: what is compared, in that order, the lower first; and how many are rung side by
side. The seat, then the id decide between equals, so that there are none. What was compared is in the explanation.
"""

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from random import Random
from typing import Final

from msgspec import Struct

from headcall.backend.queues.model import Candidate, Choice, Considered, Need, Obstacle, StrategyName

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


class Moment(Struct, frozen=True):
    """What a decision depends on, besides the agents."""

    now_ms: int
    needs: tuple[Need, ...] = ()
    waited_ms: int = 0
    sticky_wait_ms: int = 0
    """How long only the agent to whom the caller belongs will do."""
    chance: Random | None = None
    """For `random`; without it, the order of the ids."""


Key = Callable[[Candidate, Moment], float]

# fmt: off
KEYS: Final[dict[str, Key]] = {
    "last_agent": lambda agent, _: 0 if agent.is_last_agent else 1,
    "level":      lambda agent, _: agent.level,
    "seat":       lambda agent, _: agent.seat,
    "idle_since": lambda agent, _: agent.idle_since_ms,
    "offered_at": lambda agent, _: agent.offered_at_ms,
    "calls":      lambda agent, _: agent.calls,
    "talk_ms":    lambda agent, _: agent.talk_ms,
    "position":   lambda agent, _: agent.position,
    "share":      lambda agent, _: agent.calls / max(1, agent.weight),
    "skill":      lambda agent, moment: -sum(agent.skills.get(need.skill, 0) for need in moment.needs),
    "chance":     lambda _, moment: moment.chance.random() if moment.chance else 0.0,
}
# fmt: on


class Strategy(Struct, frozen=True):
    keys: tuple[str, ...]
    at_once: int | None = 1
    """How many are rung side by side; None: all."""


# fmt: off
STRATEGIES: Final[dict[StrategyName, Strategy]] = {
    "levels":       Strategy(("level", "seat")),                   # 等级、座次
    "longest-idle": Strategy(("idle_since",)),
    "round-robin":  Strategy(("offered_at",)),
    "fewest-calls": Strategy(("calls", "idle_since")),
    "least-talk":   Strategy(("talk_ms", "idle_since")),
    "ring-all":     Strategy(("idle_since",), at_once=None),
    "random":       Strategy(("chance",)),
    "weighted":     Strategy(("share", "idle_since")),
    "linear":       Strategy(("position",)),
    "skills":       Strategy(("skill", "idle_since")),
}
# fmt: on


def choose(
    strategy: StrategyName, candidates: Iterable[Candidate], now_ms: int, moment: Moment | None = None
) -> Choice:
    """Orders the eligible and says why the others are not."""
    moment = moment or Moment(now_ms)
    rule = STRATEGIES[strategy]
    wanted = required(moment.needs, moment.waited_ms)
    by_id = sorted(candidates, key=attrgetter("user_id"))  # chance is drawn in the order of the ids
    names = ("last_agent", *rule.keys) if any(agent.is_last_agent for agent in by_id) else rule.keys
    keys = [KEYS[name] for name in names]
    ranked = sorted(([key(agent, moment) for key in keys], agent.seat, agent.user_id, agent) for agent in by_id)
    obstacles = _obstacles(by_id, wanted, moment)
    fit = [user_id for _, _, user_id, _ in ranked if obstacles[user_id] is None]
    places = {user_id: place for place, user_id in enumerate(fit, start=1)}
    return Choice(
        strategy=strategy,
        user_ids=tuple(fit[: rule.at_once]),
        considered=tuple(
            Considered(
                user_id=user_id,
                name=agent.name,
                eligible=obstacles[user_id] is None,
                obstacle=obstacles[user_id],
                idle_ms=max(0, now_ms - agent.idle_since_ms) if agent.state == "ready" else 0,
                place=places.get(user_id),
                ranks=dict(zip(names, ranks, strict=True)),
                lacks=_lacks(agent, wanted) if obstacles[user_id] == "skill" else "",
            )
            for ranks, _, user_id, agent in ranked
        ),
        waited_ms=moment.waited_ms,
        decided_at_ms=now_ms,
        needs=wanted,
        sticky_wait_ms=moment.sticky_wait_ms,
        candidates=tuple(by_id),
    )


def required(needs: Sequence[Need], waited_ms: int) -> dict[str, int]:
    """The levels asked for after so much waiting."""
    found = {}
    for need in needs:
        eased = waited_ms // (need.relax_every_s * 1000) if need.relax_every_s > 0 else 0
        found[need.skill] = max(0, need.level - eased)
    return found


def _lacks(agent: Candidate, wanted: dict[str, int]) -> str:
    for skill, level in wanted.items():
        if agent.skills.get(skill, 0) < level:
            return skill
    return ""


def _obstacles(agents: Sequence[Candidate], wanted: dict[str, int], moment: Moment) -> dict[str, Obstacle | None]:
    found = {agent.user_id: obstacle(agent, moment.now_ms, wanted) for agent in agents}
    if not any(is_waited_for(agent, moment) for agent in agents):
        return found
    for agent in agents:
        if not agent.is_last_agent and found[agent.user_id] is None:
            found[agent.user_id] = "kept-for-last-agent"
    return found


def is_waited_for(agent: Candidate, moment: Moment) -> bool:
    """Whether this caller waits for this very agent: at work, and nothing keeps them from being rung soon."""
    at_work = agent.state in ("ready", "ringing", "talking", "wrap_up") and agent.has_device and agent.is_fit
    return agent.is_last_agent and at_work and agent.lapsed_at_ms is None and moment.waited_ms < moment.sticky_wait_ms


def obstacle(agent: Candidate, now_ms: int, wanted: dict[str, int] | None = None) -> Obstacle | None:
    """What keeps this agent from being rung now, or None."""
    if agent.state != "ready":
        return OBSTACLES.get(agent.state, "offline")
    if not agent.has_device:
        return "no-device"
    if not agent.is_fit:
        return "unfit"
    if _lacks(agent, wanted or {}):
        return "skill"
    if agent.lapsed_at_ms is not None and now_ms - agent.lapsed_at_ms < RETRY_AFTER_MS:
        return "just-missed"
    return None

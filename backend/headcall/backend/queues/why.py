# SPDX-License-Identifier: Apache-2.0
"""Why a call went where it went: what is kept of a decision, each offer as the log tells of it, and the same decision
made again by other rules. Pure; nothing here changes anything.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from random import Random
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from headcall.backend.calls.log import Entry, LegAdded, LegClosed, RingOver, RingStarted, RingWon
from headcall.backend.queues.model import Candidate, Choice, Considered, Need, StrategyName
from headcall.backend.queues.strategies import KEYS, STRATEGIES, Moment, choose, obstacle

MOST_KEPT: Final = 60
"""Agents in the record of one offer, and in its snapshot: about 20 kB. With a thousand agents an offer costs no more
than with sixty."""

Outcome = Literal["ringing", "answered", "refused", "missed", "cancelled", "failed"]


# ---------------------------------------------------------------- what is kept


def kept(choice: Choice) -> Choice:
    """The choice as its call's log holds it: bounded, with the numbers of all."""
    out = [each.obstacle for each in choice.considered if each.obstacle is not None]
    candidates, is_whole = _snapshot(choice)
    return replace(
        choice,
        considered=tuple(sorted(choice.considered, key=_first_the_eligible)[:MOST_KEPT]),
        total=len(choice.considered),
        left_out={name: out.count(name) for name in sorted(set(out))},
        candidates=candidates,
        is_whole=is_whole,
    )


def _first_the_eligible(each: Considered) -> tuple[bool, int]:
    return (each.place is None, each.place or 0)


def _snapshot(choice: Choice) -> tuple[tuple[Candidate, ...], bool]:
    """The agents whom some rule could have named come first; if those are too many, the best by each thing compared."""
    if len(choice.candidates) <= MOST_KEPT:
        return choice.candidates, True
    free = [agent for agent in choice.candidates if obstacle(agent, choice.decided_at_ms) is None]
    if len(free) > MOST_KEPT:
        return _best(free, _moment(choice)), False
    others = (agent for agent in choice.candidates if agent not in free)
    return tuple([*free, *others][:MOST_KEPT]), True


def _best(free: Sequence[Candidate], moment: Moment) -> tuple[Candidate, ...]:
    """Those whom each strategy would name first: by another strategy alone the decision still comes out right."""
    found: dict[str, Candidate] = {}
    for strategy in STRATEGIES.values():
        best = sorted(free, key=partial(_ranked, strategy.keys, moment))[: MOST_KEPT // len(STRATEGIES)]
        found |= {agent.user_id: agent for agent in best}
    return tuple(found.values())


def _ranked(names: tuple[str, ...], moment: Moment, agent: Candidate) -> tuple[object, ...]:
    keys = ("last_agent", *names)
    return (*(KEYS[name](agent, moment) for name in keys), agent.seat, agent.user_id)


def _moment(choice: Choice, needs: Sequence[Need] | None = None, chance: Random | None = None) -> Moment:
    relaxed = [Need(skill, level) for skill, level in choice.needs.items()]
    return Moment(
        now_ms=choice.decided_at_ms,
        needs=tuple(relaxed if needs is None else needs),
        waited_ms=choice.waited_ms,
        sticky_wait_ms=choice.sticky_wait_ms,
        chance=chance,
    )


# ---------------------------------------------------------------- what the log tells


class Offer(Struct, frozen=True):
    """One round of ringing that a queue decided, from the decision to its end."""

    n: int
    """1 for the call's first one."""
    ring_id: str
    at_ms: int
    choice: Choice
    outcome: Outcome = "ringing"
    cause: str = ""
    user_id: str | None = None
    """Who answered."""
    refused: tuple[str, ...] = ()
    """Who declined, while others perhaps rang on."""
    over_at_ms: int | None = None


EVENTS: Final = ("ring_started", "leg_added", "leg_closed", "ring_won", "ring_over")
"""The kinds of entries `offers_of` reads."""

OUTCOMES: Final[dict[str, Outcome]] = {"cancelled": "cancelled", "no-answer": "missed", "rejected": "refused"}


def offers_of(entries: Iterable[Entry]) -> list[Offer]:
    """Every offer of a call, in order."""
    found: dict[str, Offer] = {}
    legs: dict[str, tuple[str, str]] = {}
    for entry in entries:
        match entry.event:
            case RingStarted(ring=ring, choice=choice) if choice is not None:
                found[ring.ring_id] = Offer(len(found) + 1, ring.ring_id, entry.at_ms, choice)
            case LegAdded(leg=leg) if leg.ring_id in found and leg.user_id:
                legs[leg.leg_id] = (leg.ring_id or "", leg.user_id)
            case LegClosed(leg_id=leg_id, cause="rejected") if leg_id in legs:
                ring_id, user_id = legs[leg_id]
                found[ring_id] = _declined(found[ring_id], user_id)
            case RingWon(ring_id=ring_id, leg_id=leg_id) if ring_id in found:
                winner = legs.get(leg_id, ("", None))[1]
                found[ring_id] = replace(found[ring_id], outcome="answered", user_id=winner, over_at_ms=entry.at_ms)
            case RingOver(ring_id=ring_id, outcome=cause) if ring_id in found:
                outcome = OUTCOMES.get(cause, "failed")
                found[ring_id] = replace(found[ring_id], outcome=outcome, cause=cause, over_at_ms=entry.at_ms)
            case _:
                pass
    return list(found.values())


def _declined(offer: Offer, user_id: str) -> Offer:
    if offer.outcome != "ringing" or user_id in offer.refused:
        return offer
    return replace(offer, refused=(*offer.refused, user_id))


# ---------------------------------------------------------------- other rules


class Rules(Struct, frozen=True):
    """What is to be different; None: as it was."""

    strategy: StrategyName | None = None
    needs: tuple[Need, ...] | None = None
    """As asked for at that moment: nothing is relaxed further."""
    weights: dict[str, int] = {}
    """By user."""
    skills: dict[str, dict[str, int]] = {}
    """By user; the others keep theirs."""


def replay(offer: Offer, rules: Rules) -> Choice:
    """Who would have been rung then. Chance falls the same way each time it is asked."""
    choice = offer.choice
    needs = None if rules.needs is None else [replace(need, relax_every_s=0) for need in rules.needs]
    return choose(
        rules.strategy or choice.strategy,
        list(_changed(choice.candidates, rules)),
        choice.decided_at_ms,
        _moment(choice, needs, Random(offer.ring_id)),
    )


def _changed(candidates: Iterable[Candidate], rules: Rules) -> Iterator[Candidate]:
    for agent in candidates:
        weight = rules.weights.get(agent.user_id, agent.weight)
        yield replace(agent, weight=weight, skills=rules.skills.get(agent.user_id, agent.skills))

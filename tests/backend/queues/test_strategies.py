# SPDX-License-Identifier: Apache-2.0
"""Who is rung, in which order, and why the others are not."""

import pytest

from headcall.backend.queues.model import Candidate
from headcall.backend.queues.strategies import RETRY_AFTER_MS, STRATEGIES, choose

NOW = 1_000_000


def agent(user_id: str, **facts: object) -> Candidate:
    return Candidate(**{"user_id": user_id, "name": user_id, "state": "ready", **facts})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("agents", "chosen"),
    [
        ([], ()),
        ([agent("a", state="offline")], ()),
        ([agent("a", idle_since_ms=5), agent("b", idle_since_ms=3)], ("b",)),
        ([agent("b", idle_since_ms=3), agent("a", idle_since_ms=5)], ("b",)),
        ([agent("a", seat=2), agent("b", seat=1)], ("b",)),
        ([agent("b"), agent("a")], ("a",)),
        ([agent("a", has_device=False), agent("b", idle_since_ms=9)], ("b",)),
        ([agent("a", lapsed_at_ms=NOW - 1), agent("b", idle_since_ms=9)], ("b",)),
        ([agent("a", lapsed_at_ms=NOW - RETRY_AFTER_MS)], ("a",)),
    ],
)
def test_longest_idle(agents: list[Candidate], chosen: tuple[str, ...]) -> None:
    assert choose("longest-idle", agents, NOW).user_ids == chosen


def test_ring_all_rings_all_who_can() -> None:
    agents = [agent("a", idle_since_ms=2), agent("b", idle_since_ms=1), agent("c", state="talking")]
    assert choose("ring-all", agents, NOW).user_ids == ("b", "a")


@pytest.mark.parametrize(
    ("facts", "obstacle"),
    [
        ({}, None),
        ({"state": "offline"}, "offline"),
        ({"state": "break"}, "break"),
        ({"state": "ringing"}, "ringing"),
        ({"state": "talking"}, "talking"),
        ({"state": "wrap_up"}, "wrap-up"),
        ({"state": "something new"}, "offline"),
        ({"has_device": False}, "no-device"),
        ({"lapsed_at_ms": NOW - 10}, "just-missed"),
    ],
)
def test_the_explanation_says_what_keeps_an_agent_from_being_rung(facts: dict[str, object], obstacle: str) -> None:
    (considered,) = choose("longest-idle", [agent("a", **facts)], NOW).considered
    assert considered.obstacle == obstacle and considered.eligible == (obstacle is None)


def test_the_explanation_has_everyone_with_place_and_idle_time() -> None:
    agents = [agent("a", idle_since_ms=NOW - 10), agent("b", idle_since_ms=NOW - 90), agent("c", state="break")]
    considered = choose("longest-idle", agents, NOW).considered
    told = {c.user_id: (c.place, c.idle_ms) for c in considered}
    assert told == {"b": (1, 90), "a": (2, 10), "c": (None, 0)}


@pytest.mark.parametrize("name", list(STRATEGIES))
def test_the_same_agents_at_the_same_moment_always_give_the_same_choice(name: str) -> None:
    agents = [agent(f"usr_{n}", idle_since_ms=n % 3, seat=n % 2) for n in range(9)]
    backwards = list(reversed(agents))
    assert choose(name, agents, NOW) == choose(name, backwards, NOW)  # type: ignore[arg-type]

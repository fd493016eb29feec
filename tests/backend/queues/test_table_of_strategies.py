# SPDX-License-Identifier: Apache-2.0
"""Each strategy against a table that a person wrote, and all of them against a slow twin."""

from collections.abc import Callable
from random import Random
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from headcall.backend.queues.model import Candidate, Need, StrategyName
from headcall.backend.queues.strategies import STRATEGIES, Moment, choose, required

NOW = 1_000_000

# fmt: off
TEAM = {
    "ada":   Candidate("ada",   "ada",   "ready", level=2, seat=1, position=3, idle_since_ms=100, calls=4,
                       talk_ms=900, weight=4, offered_at_ms=70, skills={"en": 2}),
    "bo":    Candidate("bo",    "bo",    "ready", level=1, seat=3, position=2, idle_since_ms=300, calls=2,
                       talk_ms=500, weight=1, offered_at_ms=90, skills={"en": 5, "tax": 1}),
    "chen":  Candidate("chen",  "chen",  "ready", level=1, seat=2, position=0, idle_since_ms=200, calls=2,
                       talk_ms=800, weight=1, offered_at_ms=80, skills={"tax": 3}),
    "dong":  Candidate("dong",  "dong",  "ready", level=3, seat=4, position=1, idle_since_ms=400, calls=9,
                       talk_ms=100, weight=9, offered_at_ms=60, skills={}),
}

EXPECTED: dict[StrategyName, list[str]] = {
    "levels":       ["chen", "bo", "ada", "dong"],     # level 1 by seat, then 2, then 3
    "longest-idle": ["ada", "chen", "bo", "dong"],     # since 100, 200, 300, 400
    "round-robin":  ["dong", "ada", "chen", "bo"],     # rung at 60, 70, 80, 90
    "fewest-calls": ["chen", "bo", "ada", "dong"],     # 2 (idle longer), 2, 4, 9
    "least-talk":   ["dong", "bo", "chen", "ada"],     # 100, 500, 800, 900
    "ring-all":     ["ada", "chen", "bo", "dong"],     # all of them; told in the order of idleness
    "weighted":     ["ada", "dong", "chen", "bo"],     # shares 1 (idle longer), 1, 2 (idle longer), 2
    "linear":       ["chen", "dong", "bo", "ada"],     # positions 0, 1, 2, 3
    "skills":       ["bo", "ada", "chen", "dong"],     # English 5, 2, 0 (idle longer), 0; nothing is required here
    "random":       [],                                # has a test of its own
}
# fmt: on

EASY = (Need("en", 0),)


def order(name: StrategyName, moment: Moment) -> list[str]:
    considered = choose(name, TEAM.values(), NOW, moment).considered
    assert [c.place for c in considered] == list(range(1, len(considered) + 1))
    return [c.user_id for c in considered]


@pytest.mark.parametrize("name", [name for name in EXPECTED if name != "random"])
def test_the_order_is_the_one_in_the_table(name: StrategyName) -> None:
    assert order(name, Moment(NOW, needs=EASY if name == "skills" else ())) == EXPECTED[name]


def test_every_strategy_is_in_the_table() -> None:
    assert set(EXPECTED) == set(STRATEGIES) == set(get_args(StrategyName))


def test_all_are_rung_by_ring_all_and_one_by_every_other() -> None:
    for name in STRATEGIES:
        rung = choose(name, TEAM.values(), NOW).user_ids
        assert len(rung) == (4 if name == "ring-all" else 1)


def test_chance_is_an_argument_and_everyone_has_the_same() -> None:
    def first(seed: int) -> str:
        return choose("random", TEAM.values(), NOW, Moment(NOW, chance=Random(seed))).user_ids[0]

    assert first(7) == first(7)
    counted = {user: [first(seed) for seed in range(400)].count(user) for user in TEAM}
    assert all(60 <= count <= 140 for count in counted.values()), counted


@pytest.mark.parametrize(("waited_s", "level"), [(0, 5), (29, 5), (30, 4), (60, 3), (149, 1), (150, 0), (10_000, 0)])
def test_a_need_relaxes_with_the_waiting(waited_s: int, level: int) -> None:
    assert required((Need("en", 5, relax_every_s=30),), waited_s * 1000) == {"en": level}


@pytest.mark.parametrize(
    ("waited_s", "eligible"),
    [(0, ["bo"]), (30, ["bo"]), (90, ["bo", "ada"]), (150, ["bo", "ada", "chen", "dong"])],
)
def test_who_can_too_little_is_rung_later(waited_s: int, eligible: list[str]) -> None:
    moment = Moment(NOW, needs=(Need("en", 5, relax_every_s=30),), waited_ms=waited_s * 1000)
    choice = choose("skills", TEAM.values(), NOW, moment)
    assert [c.user_id for c in choice.considered if c.eligible] == eligible
    left_out = {c.user_id: (c.obstacle, c.lacks) for c in choice.considered if not c.eligible}
    assert set(left_out.values()) <= {("skill", "en")}


def last_agent(user: str, **facts: object) -> list[Candidate]:
    return [replace(c, is_last_agent=True, **facts) if c.user_id == user else c for c in TEAM.values()]


def test_the_last_agent_goes_first_in_every_strategy() -> None:
    for name in STRATEGIES:
        assert choose(name, last_agent("dong"), NOW).considered[0].user_id == "dong"


@pytest.mark.parametrize(
    ("state", "waited_s", "rung"),
    [
        ("ready", 0, ("dong",)),
        ("talking", 0, ()),
        ("wrap_up", 29, ()),
        ("talking", 30, ("ada",)),
        ("break", 0, ("ada",)),
        ("offline", 0, ("ada",)),
    ],
)
def test_a_caller_waits_a_while_for_the_last_agent(state: str, waited_s: int, rung: tuple[str, ...]) -> None:
    moment = Moment(NOW, waited_ms=waited_s * 1000, sticky_wait_ms=30_000)
    choice = choose("longest-idle", last_agent("dong", state=state), NOW, moment)
    assert choice.user_ids == rung
    if not rung:
        assert [c.obstacle for c in choice.considered].count("kept-for-last-agent") == 3


def test_the_explanation_has_what_was_compared() -> None:
    choice = choose("weighted", TEAM.values(), NOW, Moment(NOW, waited_ms=5000))
    assert choice.considered[0].ranks == {"share": 1.0, "idle_since": 100}
    assert (choice.waited_ms, choice.decided_at_ms) == (5000, NOW)


small = st.integers(0, 3)
agents = st.lists(
    st.builds(
        Candidate,
        user_id=st.sampled_from("abcdefgh"),
        name=st.just(""),
        state=st.sampled_from(("ready", "ready", "talking", "break")),
        level=small,
        seat=small,
        position=small,
        idle_since_ms=small,
        calls=small,
        talk_ms=small,
        weight=st.integers(1, 3),
        offered_at_ms=small,
        has_device=st.booleans(),
    ),
    unique_by=lambda agent: agent.user_id,
)

# The slow twin: for each strategy, whether one agent stands before another. Written from docs/queues.md.
BEFORE: dict[str, Callable[[Candidate], tuple[float, ...]]] = {
    "levels": lambda a: (a.level, a.seat),
    "longest-idle": lambda a: (a.idle_since_ms,),
    "round-robin": lambda a: (a.offered_at_ms,),
    "fewest-calls": lambda a: (a.calls, a.idle_since_ms),
    "least-talk": lambda a: (a.talk_ms, a.idle_since_ms),
    "ring-all": lambda a: (a.idle_since_ms,),
    "weighted": lambda a: (a.calls / a.weight, a.idle_since_ms),
    "linear": lambda a: (a.position,),
}


@given(name=st.sampled_from(sorted(BEFORE)), team=agents)
def test_the_chosen_one_stands_before_every_other_who_could(name: StrategyName, team: list[Candidate]) -> None:
    able = [agent for agent in team if agent.state == "ready" and agent.has_device]
    best: Candidate | None = None
    for agent in able:
        if best is None or (*BEFORE[name](agent), agent.seat, agent.user_id) < (
            *BEFORE[name](best),
            best.seat,
            best.user_id,
        ):
            best = agent
    rung = choose(name, team, NOW).user_ids
    assert rung[:1] == ((best.user_id,) if best else ())

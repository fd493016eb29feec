# SPDX-License-Identifier: Apache-2.0
"""Which chat goes to which agent, by tables written by hand."""

import random
from collections.abc import Mapping

import pytest
from msgspec.structs import replace

from headcall.backend.agents.model import Agent
from headcall.backend.chats.choosing import load_of, pairs
from headcall.backend.chats.model import (
    TABLE,
    Chat,
    Lapse,
    State,
    Visitor,
    accepted,
    ended,
    given_back,
    lapsed,
    offered,
)
from headcall.backend.errors import ApiError
from headcall.backend.queues.model import Need, Queue

NOW = 1_000_000


class Lines:
    """Two queues: anybody takes those of `help`, `tax` needs a skill."""

    def get(self, queue_id: str) -> Queue | None:
        needs = (Need("tax", 2, relax_every_s=60),) if queue_id == "tax" else ()
        known = {name: Queue(queue_id=name, name=name, chats_at_once=2, needs=needs) for name in ("help", "tax")}
        return known.get(queue_id)

    def members(self, queue_id: str) -> tuple[str, ...]:
        return ("mei", "lei", "wei")

    def skills(self, user_id: str) -> Mapping[str, int]:
        return {"tax": 1} if user_id == "lei" else {}


def agent(user_id: str, idle_since_ms: int = 0, state: State | str = "ready") -> Agent:
    return Agent(user_id, "8001", state=state, idle_since_ms=idle_since_ms)  # type: ignore[arg-type]


def chat(name: str, at_ms: int, queue_id: str = "help") -> Chat:
    return Chat(name, queue_id, Visitor(), at_ms)


def open_with(user_id: str, name: str) -> Chat:
    return accepted(offered(chat(name, 0), user_id, 9), user_id, 1)


def found(chats: list[Chat], agents: list[Agent], without_page: str = "") -> list[tuple[str, str]]:
    team = {each.user_id: each for each in agents}
    chosen = pairs(chats, team, queues=Lines(), has_page=lambda user: user != without_page, now_ms=NOW)
    return [(each.chat_id, user_id) for each, user_id in chosen]


@pytest.mark.parametrize(
    ("why", "chats", "agents", "expected"),
    [
        ("the first word goes first", [chat("b", 20), chat("a", 10)], [agent("mei")], [("a", "mei"), ("b", "mei")]),
        (
            "the fewest chats go first",
            [open_with("mei", "x"), chat("a", 10)],
            [agent("mei", 1), agent("lei", 2)],
            [("a", "lei")],
        ),
        ("then who is idle for longest", [chat("a", 10)], [agent("mei", 7), agent("lei", 5)], [("a", "lei")]),
        ("two at once, not three", [open_with("mei", "x"), open_with("mei", "y"), chat("a", 1)], [agent("mei")], []),
        (
            "what rings fills a place",
            [offered(chat("x", 0), "mei", 9), open_with("mei", "y"), chat("a", 1)],
            [agent("mei")],
            [],
        ),
        (
            "a call has the whole agent",
            [chat("a", 1)],
            [agent("mei", state="talking"), agent("lei", state="ringing")],
            [],
        ),
        ("nobody on a break", [chat("a", 1)], [agent("mei", state="break")], []),
        (
            "handed back goes to the front",
            [chat("a", 1), given_back(open_with("lei", "z"))],
            [agent("mei")],
            [("z", "mei"), ("a", "mei")],
        ),
        (
            "not again who just let it pass",
            [replace(chat("a", 1), lapses=(Lapse("mei", NOW - 1),))],
            [agent("mei"), agent("lei", 5)],
            [("a", "lei")],
        ),
        (
            "but later again",
            [replace(chat("a", 1), lapses=(Lapse("mei", NOW - 30_000),))],
            [agent("mei")],
            [("a", "mei")],
        ),
        ("the skill is missing", [chat("a", NOW - 1_000, "tax")], [agent("mei"), agent("lei")], []),
        ("less will do after a minute", [chat("a", NOW - 61_000, "tax")], [agent("mei"), agent("lei")], [("a", "lei")]),
        ("no such queue", [chat("a", 1, "gone")], [agent("mei")], []),
    ],
)
def test_who_is_offered_what(why: str, chats: list[Chat], agents: list[Agent], expected: list[tuple[str, str]]) -> None:
    assert found(chats, agents) == expected, why


def test_nobody_without_a_page_is_offered_a_chat() -> None:
    assert found([chat("a", 1)], [agent("mei"), agent("lei", 9)], without_page="mei") == [("a", "lei")]


def test_every_state_is_reached_and_all_but_the_last_are_left() -> None:
    assert {to for to in TABLE.values()} | {"waiting"} == {"waiting", "offered", "open", "ended"}
    assert {state for state, _ in TABLE} == {"waiting", "offered", "open"}


@pytest.mark.parametrize("seed", range(50))
def test_in_any_order_of_steps_a_chat_rings_at_one_or_is_held_by_one_or_waits(seed: int) -> None:
    chance, it = random.Random(seed), chat("a", 10)
    for at_ms in range(60):
        user = chance.choice(("mei", "lei"))
        step = chance.choice(
            (
                lambda c, u, t: offered(c, u, t + 5),
                accepted,
                lambda c, u, t: lapsed(c, t),
                lambda c, u, t: given_back(c),
                lambda c, u, t: ended(c, "agent", "normal", t) if chance.random() < 0.05 else c,
            )
        )
        before = it
        try:
            it = step(it, user, at_ms)
        except ApiError:
            assert it is before
        assert (it.offered_to is not None) == (it.state == "offered") == (it.offer_expires_at_ms is not None)
        assert (it.state == "waiting") <= (it.agent_id is None)
        assert (it.state == "open") <= (it.agent_id is not None and it.opened_at_ms is not None)
        assert it.entered_at_ms == 10
        assert sum(load_of([it]).values()) <= 2

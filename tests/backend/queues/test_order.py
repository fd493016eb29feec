# SPDX-License-Identifier: Apache-2.0
"""The order of callers across queues: the worked example of docs/queues.md, and an independent model."""

from hypothesis import given
from hypothesis import strategies as st

from headcall.backend.calls.model import Call, Wait
from headcall.backend.queues.model import Candidate
from headcall.backend.queues.service import place
from headcall.backend.queues.strategies import choose


def caller(name: str, queue: str, entered: int, priority: int = 0, rank: int = 0) -> Call:
    return Call(call_id=name, wait=Wait(queue, queue, entered, entered, 10**9, rank, priority))


EXAMPLE = [
    caller("1", "A", 1000),
    caller("2", "B", 1002, priority=2),
    caller("3", "A", 1003, priority=2),
    caller("4", "A", 1001, rank=-1),
]


def ready(user: str, idle_since: int) -> Candidate:
    return Candidate(user, user, "ready", idle_since_ms=idle_since)


def one_pass(line: list[Call], serves: dict[str, list[Candidate]]) -> dict[str, str]:
    """As the dispatcher does it: the line from its front, each with the strategy of the queue."""
    busy: set[str] = set()
    served = {}
    for call in sorted(line, key=place):
        assert call.wait is not None
        team = [agent for agent in serves[call.wait.queue_id] if agent.user_id not in busy]
        rung = choose("longest-idle", team, 10_000).user_ids
        if rung:
            served[call.call_id] = rung[0]
            busy.add(rung[0])
    return served


def test_the_example_of_the_handbook() -> None:
    assert [call.call_id for call in sorted(EXAMPLE, key=place)] == ["4", "2", "3", "1"]
    lei_first = {"A": [ready("mei", 2), ready("lei", 1)], "B": [ready("mei", 2)]}
    assert one_pass(EXAMPLE, lei_first) == {"4": "lei", "2": "mei"}
    mei_first = {"A": [ready("mei", 1), ready("lei", 2)], "B": [ready("mei", 1)]}
    assert one_pass(EXAMPLE, mei_first) == {"4": "mei", "3": "lei"}


callers = st.lists(
    st.builds(
        caller,
        st.text("abcdefgh", min_size=1, max_size=3),
        st.sampled_from("AB"),
        st.integers(0, 3),
        st.integers(-2, 2),
        st.sampled_from((0, 0, -1)),
    ),
    unique_by=lambda call: call.call_id,
    max_size=12,
)


def stands_before(one: Call, other: Call) -> bool:
    """The handbook's four rules, one after the other, by somebody who has not read the code."""
    a, b = one.wait, other.wait
    assert a and b
    if (a.rank == -1) != (b.rank == -1):
        return a.rank == -1
    if a.priority != b.priority:
        return a.priority > b.priority
    if a.entered_at_ms != b.entered_at_ms:
        return a.entered_at_ms < b.entered_at_ms
    return one.call_id < other.call_id


@given(callers)
def test_the_line_is_in_the_order_of_the_handbook(waiting: list[Call]) -> None:
    line = sorted(waiting, key=place)
    for nearer, call in enumerate(line):
        assert sum(stands_before(other, call) for other in waiting if other is not call) == nearer


@given(callers, st.lists(st.integers(0, 5), max_size=6), st.lists(st.integers(0, 5), max_size=6))
def test_nobody_is_served_before_who_could_have_been(waiting: list[Call], in_a: list[int], in_b: list[int]) -> None:
    serves = {
        "A": [ready(f"u{n}", n) for n in sorted(set(in_a))],
        "B": [ready(f"u{n}", n) for n in sorted(set(in_b))],
    }
    served = one_pass(waiting, serves)
    assert len(set(served.values())) == len(served), "an agent is rung for one caller"
    for passed_over in (call for call in waiting if call.call_id not in served):
        assert passed_over.wait is not None
        for agent in serves[passed_over.wait.queue_id]:
            (whose,) = [call for call in waiting if served.get(call.call_id) == agent.user_id]
            assert stands_before(whose, passed_over), "an agent who could have served them served somebody behind"

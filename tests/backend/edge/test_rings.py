# SPDX-License-Identifier: Apache-2.0
from hypothesis import given
from hypothesis import strategies as st

from headcall.backend.edge.rings import MOST_RINGS, Rings


def _with_events(count: int, size: int = 1000) -> Rings:
    rings = Rings(first_id=100, size=size)
    rings.open("mei")
    for n in range(count):
        rings.add(["mei"], "call", {"n": n})
    return rings


def test_a_page_gets_what_it_missed() -> None:
    missed = _with_events(5).after("mei", 103)
    assert missed is not None
    assert [event.id for event in missed] == [104, 105]


def test_a_page_that_missed_nothing_gets_nothing() -> None:
    assert _with_events(5).after("mei", 105) == []


def test_a_page_that_missed_more_than_is_remembered_needs_a_snapshot() -> None:
    rings = _with_events(20, size=10)
    assert rings.after("mei", 109) is None
    assert len(rings.after("mei", 110) or []) == 10


def test_an_id_of_another_life_of_the_backend_needs_a_snapshot() -> None:
    rings = _with_events(5)
    for strange in (0, -1, 99, 106, 2**63):
        assert rings.after("mei", strange) is None
    assert rings.after("nobody", 103) is None


def test_events_before_the_first_visit_are_not_missed() -> None:
    rings = _with_events(5)
    rings.open("lei")
    assert rings.after("lei", 104) is None
    assert rings.after("lei", 105) == []


def test_only_so_many_users_are_remembered() -> None:
    rings = Rings(first_id=0)
    for n in range(MOST_RINGS):
        rings.open(f"user {n}")
    rings.open("user 0")
    rings.open("one more")
    assert len(list(rings.users())) == MOST_RINGS
    assert rings.after("user 0", 0) == [] and rings.after("user 1", 0) is None


@given(st.integers(0, 60), st.integers(1, 20), st.integers(90, 170))
def test_what_comes_after_is_complete_or_unknown(count: int, size: int, asked: int) -> None:
    rings = _with_events(count, size)
    missed = rings.after("mei", asked)
    if missed is None:
        assert asked < 100 or asked > 100 + count or 100 + count - asked > size
    else:
        assert [event.id for event in missed] == list(range(asked + 1, 101 + count))

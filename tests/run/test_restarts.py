# SPDX-License-Identifier: Apache-2.0
"""When a child is started again."""

from headcall.run.restarts import GAPS_S, LIMIT, REST_S, WINDOW_S, WORKED_S, Restarts


def test_the_first_time_at_once_then_with_growing_gaps() -> None:
    restarts = Restarts()
    assert [restarts.gap(float(n)) for n in range(8)] == [0.0, 0.2, 0.5, 1.0, 2.0, 5.0, 5.0, 5.0]


def test_beyond_the_limit_it_is_left_alone_for_a_while() -> None:
    restarts = Restarts()
    gaps = [restarts.gap(n * 0.1) for n in range(LIMIT + 3)]
    assert gaps[LIMIT - 1] == GAPS_S[-1] and gaps[LIMIT:] == [REST_S] * 3


def test_one_that_ran_for_long_begins_anew() -> None:
    restarts = Restarts()
    for n in range(LIMIT + 3):
        restarts.gap(float(n))
    assert restarts.gap(LIMIT + 3 + WINDOW_S) == 0.0
    assert restarts.recent == 1


def test_one_that_had_worked_is_never_left_alone_for_long() -> None:
    restarts = Restarts()
    gaps = [restarts.gap(n * 0.1, has_worked=True) for n in range(LIMIT + 3)]
    assert gaps[0] == 0.0 and max(gaps) == WORKED_S
    assert restarts.gap(LIMIT * 0.1 + 1) == REST_S, "and one that does not even start, is"

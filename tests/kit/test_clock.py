# SPDX-License-Identifier: Apache-2.0
"""The machine's time, and a test's own."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headcall.kit.clock import ManualClock, SystemClock

HOUR = 3600 * 10**9
SECOND = 10**9


class Machine:
    """Its time that passes, and its calendar, which somebody sets."""

    def __init__(self) -> None:
        self.passed, self.calendar = 7 * HOUR, 497_000 * HOUR
        self.clock = SystemClock(passed_ns=lambda: self.passed, calendar_ns=lambda: self.calendar)

    def run(self, seconds: float) -> int:
        """Lets time pass, in steps; what our calendar says then, since it began, in ms."""
        for _ in range(100):
            self.passed += round(seconds * SECOND / 100)
            self.calendar += round(seconds * SECOND / 100)
            told = self.clock.wall_ms()
        return told - 497_000 * HOUR // 10**6


@pytest.mark.parametrize("set_by", [HOUR, -HOUR, 30 * SECOND, -30 * SECOND])
def test_the_calendar_follows_slowly_who_sets_the_machines(set_by: int, caplog: pytest.LogCaptureFixture) -> None:
    machine = Machine()
    assert machine.run(100) == 100_000
    machine.calendar += set_by
    told = machine.run(160)
    assert told == 260_000 + (10_000 if set_by > 0 else -10_000)
    assert [record.levelname for record in caplog.records] == ["WARNING"], "said once"
    machine.run(abs(set_by) / SECOND * 16)
    assert machine.clock.wall_ms() == machine.calendar // 10**6


@given(st.lists(st.tuples(st.integers(0, 10 * SECOND), st.integers(-HOUR, HOUR)), max_size=20))
def test_the_calendar_never_goes_back_nor_leaps(steps: list[tuple[int, int]]) -> None:
    machine = Machine()
    before = machine.clock.wall_ms()
    for passes, set_by in steps:
        machine.passed += passes
        machine.calendar += passes + set_by
        now = machine.clock.wall_ms()
        assert passes * 15 // 16 // 10**6 - 1 <= now - before <= passes * 17 // 16 // 10**6 + 1
        before = now


def test_small_differences_are_made_up_for_at_once() -> None:
    machine = Machine()
    machine.calendar += SECOND // 100
    assert machine.run(1) == 1010


def test_a_calendar_that_was_set_back_before_we_began_begins_where_the_records_end() -> None:
    machine = Machine()
    last = machine.calendar // 10**6 + 3_600_000
    machine.clock.not_before(last)
    assert machine.clock.wall_ms() >= last
    machine.clock.not_before(last - 5)
    assert machine.clock.wall_ms() >= last


def test_only_the_test_moves_it_and_never_back() -> None:
    clock = ManualClock(now=10.0, wall_ms=5_000)
    clock.advance(1.5)
    assert (clock.now(), clock.wall_ms()) == (11.5, 6_500)
    with pytest.raises(ValueError, match="back"):
        clock.advance(-1)


def test_a_clock_says_how_fast_it_runs() -> None:
    assert SystemClock().speed == ManualClock().speed == 1
    assert ManualClock(speed=60).speed == 60

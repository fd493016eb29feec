# SPDX-License-Identifier: Apache-2.0
"""A day in minutes, as clocks see it."""

from headcall.kit.clock import ManualClock, ScaledClock, SystemClock


def test_a_minute_is_an_hour_at_speed_sixty() -> None:
    machine = ManualClock(now=10.0, wall_ms=5_000)
    clock = ScaledClock(60, 5_000, machine=machine)
    before = clock.now()
    machine.advance(60)
    assert (clock.now() - before, clock.wall_ms()) == (3600, 5_000 + 3_600_000)


def test_a_protocol_keeps_its_timers_and_shares_the_calendar() -> None:
    machine = ManualClock(now=10.0, wall_ms=5_000)
    clock = ScaledClock(60, 5_000, real_timers=True, machine=machine)
    machine.advance(60)
    assert (clock.now(), clock.wall_ms()) == (70.0, 5_000 + 3_600_000)


def test_it_says_how_fast_the_calendar_runs() -> None:
    assert ScaledClock(60, 0).speed == ScaledClock(60, 0, real_timers=True).speed == 60
    assert SystemClock().speed == ManualClock().speed == 1

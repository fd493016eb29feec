# SPDX-License-Identifier: Apache-2.0
"""When it opens again, against days counted by hand, and against every minute looked at."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headcall.backend.hours.model import Holiday, Hours, Interval, Switch, is_open, next_opening
from tests.backend.hours.test_open import BERLIN, HOLIDAYS, NIGHTS, OFFICE, at

MINUTE_MS, DAY_MS = 60_000, 86_400_000


@pytest.mark.parametrize(
    ("hours", "moment", "opens"),
    [
        (OFFICE, "2026-09-28 08:59:59", "2026-09-28 09:00:00"),
        (OFFICE, "2026-09-28 10:11:12", "2026-09-28 10:11:12"),  # it is open
        (OFFICE, "2026-09-28 12:00:00", "2026-09-28 13:30:00"),  # lunch
        (OFFICE, "2026-09-30 18:00:00", "2026-10-02 09:00:00"),  # over the holiday
        (OFFICE, "2026-09-25 18:00:00", "2026-09-28 09:00:00"),  # over a weekend
        (OFFICE, "2026-10-09 18:00:00", "2026-10-10 09:00:00"),  # a Saturday that is worked
        (NIGHTS, "2026-10-01 06:00:00", "2026-10-02 22:00:00"),  # no shift begins on the holiday
        (NIGHTS, "2026-09-30 23:30:00", "2026-09-30 23:30:00"),
    ],
)
def test_the_next_opening(hours: Hours, moment: str, opens: str) -> None:
    assert next_opening(hours, HOLIDAYS, None, at(moment)) == at(opens)


def test_the_switch_goes_before_the_hours() -> None:
    noon = at("2026-09-28 10:00:00")
    assert next_opening(OFFICE, {}, Switch(False, "Anna", 0), noon) is None, "until somebody switches back"
    assert next_opening(OFFICE, {}, Switch(False, "Anna", 0, at("2026-09-28 11:00:00")), noon) == at(
        "2026-09-28 11:00:00"
    )
    late = Switch(False, "Anna", 0, at("2026-09-28 20:00:00"))
    assert next_opening(OFFICE, {}, late, noon) == at("2026-09-29 09:00:00"), "it ends outside of the hours"
    assert next_opening(OFFICE, {}, Switch(True, "Anna", 0), at("2026-09-26 10:00:00")) == at("2026-09-26 10:00:00")
    over = Switch(False, "Anna", 0, noon)
    assert next_opening(OFFICE, {}, over, noon) == noon


def test_hours_that_never_begin_open_never() -> None:
    assert next_opening(Hours("hrs_1", "none"), {}, None, at("2026-09-28 10:00:00")) is None
    every_day = {f"2026-{month:02}-{day:02}": Holiday("", "off") for month in range(1, 13) for day in range(1, 32)}
    monday = Hours("hrs_1", "rare", week=((Interval(0, 1440),), (), (), (), (), (), ()))
    assert next_opening(monday, every_day, None, at("2026-01-02 10:00:00")) is None


def test_where_the_clock_jumps_it_opens_once_the_skipped_hour_is_over() -> None:
    half_past_two = Hours("hrs_1", "early", "Europe/Berlin", ((Interval(150, 240),),) * 7)
    eve = at("2026-03-28 12:00:00", "Europe/Berlin")
    assert next_opening(half_past_two, {}, None, eve) == at("2026-03-29 03:00:00", "Europe/Berlin")
    skipped = at("2026-03-29 00:30:00", "Europe/Berlin")
    assert next_opening(BERLIN, {}, None, skipped) == at("2026-03-30 02:00:00", "Europe/Berlin")
    between = at("2026-10-25 02:10:00", "Europe/Berlin", fold=1)
    twice = Hours("hrs_1", "twice", "Europe/Berlin", ((Interval(150, 180),),) * 7)
    assert next_opening(twice, {}, None, between) == at("2026-10-25 02:30:00", "Europe/Berlin", fold=1)


ZONES = st.sampled_from(("Asia/Shanghai", "Europe/Berlin", "America/St_Johns", "Pacific/Apia"))
INTERVALS = st.builds(Interval, st.integers(0, 1439), st.integers(1, 1440)).filter(
    lambda each: each.begins != each.ends
)
WEEKS = st.lists(st.lists(INTERVALS, max_size=2).map(tuple), min_size=7, max_size=7).map(tuple)
STARTS = st.sampled_from(("2026-03-28T20:00:00+00:00", "2026-10-24T20:00:00+00:00", "2026-09-30T09:17:00+00:00"))


@given(ZONES, WEEKS, STARTS)
def test_no_minute_before_it_is_open(zone: str, week: tuple[tuple[Interval, ...], ...], start: str) -> None:
    hours = Hours("hrs_1", "any", zone, week)
    begin_ms = int(datetime.fromisoformat(start).timestamp() * 1000)
    found = next_opening(hours, HOLIDAYS, None, begin_ms)
    minutes = range(begin_ms, begin_ms + DAY_MS, MINUTE_MS)
    looked = next((minute for minute in minutes if is_open(hours, HOLIDAYS, None, minute).is_open), None)
    assert looked == (found if found is not None and found < begin_ms + DAY_MS else None)

# SPDX-License-Identifier: Apache-2.0
"""Open or closed, against a table written by hand."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headcall.backend.hours.model import Holiday, Hours, Interval, Switch, Verdict, is_open

DAY = (Interval(9 * 60, 12 * 60), Interval(13 * 60 + 30, 18 * 60))
NIGHT = (Interval(22 * 60, 6 * 60),)
ROUND = (Interval(0, 1440),)
OFFICE = Hours("hrs_1", "office", "Asia/Shanghai", (*((DAY,) * 5), (), ()))
NIGHTS = Hours("hrs_2", "nights", "Asia/Shanghai", (NIGHT,) * 7)
BERLIN = Hours("hrs_3", "berlin", "Europe/Berlin", ((Interval(120, 180),),) * 7)
HOLIDAYS = {
    "2026-10-01": Holiday("2026-10-01", "国庆节"),
    "2026-10-10": Holiday("2026-10-10", "调休上班", works_like=2),
}


def at(text: str, zone: str = "Asia/Shanghai", fold: int = 0) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp() * 1000)


# fmt: off
TABLE = [
    # hours, moment,               open,  why,       name          what it shows
    (OFFICE, "2026-09-28 08:59:59", False, "hours",   ""),         # Monday, a second early
    (OFFICE, "2026-09-28 09:00:00", True,  "hours",   ""),         # the first minute counts
    (OFFICE, "2026-09-28 11:59:59", True,  "hours",   ""),
    (OFFICE, "2026-09-28 12:00:00", False, "hours",   ""),         # the last does not
    (OFFICE, "2026-09-28 13:29:59", False, "hours",   ""),         # lunch
    (OFFICE, "2026-09-28 13:30:00", True,  "hours",   ""),         # the second interval
    (OFFICE, "2026-09-28 18:00:00", False, "hours",   ""),
    (OFFICE, "2026-09-26 10:00:00", False, "hours",   ""),         # Saturday
    (OFFICE, "2026-10-01 10:00:00", False, "holiday", "国庆节"),    # a Thursday
    (OFFICE, "2026-10-02 10:00:00", True,  "hours",   ""),         # the day after
    (OFFICE, "2026-10-10 10:00:00", True,  "holiday", "调休上班"),  # a Saturday worked like a Wednesday
    (OFFICE, "2026-10-10 12:30:00", False, "holiday", "调休上班"),  # ... with its lunch
    (NIGHTS, "2026-09-29 21:59:59", False, "hours",   ""),
    (NIGHTS, "2026-09-29 22:00:00", True,  "hours",   ""),
    (NIGHTS, "2026-09-29 23:59:59", True,  "hours",   ""),
    (NIGHTS, "2026-09-30 00:00:00", True,  "hours",   ""),         # over midnight
    (NIGHTS, "2026-09-30 05:59:59", True,  "hours",   ""),
    (NIGHTS, "2026-09-30 06:00:00", False, "hours",   ""),
    (NIGHTS, "2026-10-01 03:00:00", True,  "hours",   ""),         # the shift of the eve runs to its end
    (NIGHTS, "2026-10-01 23:00:00", False, "holiday", "国庆节"),    # none begins on the holiday
    (NIGHTS, "2026-10-02 03:00:00", False, "hours",   ""),         # nor goes on after it
]
# fmt: on


@pytest.mark.parametrize(("hours", "moment", "opened", "why", "name"), TABLE)
def test_the_table(hours: Hours, moment: str, *, opened: bool, why: str, name: str) -> None:
    verdict = is_open(hours, HOLIDAYS, None, at(moment))
    assert (verdict.is_open, verdict.why, verdict.name) == (opened, why, name)


@pytest.mark.parametrize(
    ("utc", "opened"),
    [
        ("2026-03-28T01:30:00+00:00", True),  # 02:30, the day before: an hour like any other
        ("2026-03-29T00:59:59+00:00", False),  # 01:59:59, then 03:00: 02:00 to 03:00 is not there
        ("2026-03-29T01:00:00+00:00", False),
        ("2026-03-30T00:30:00+00:00", True),  # summer: 02:30
        ("2026-10-25T00:30:00+00:00", True),  # 02:30 for the first time
        ("2026-10-25T01:30:00+00:00", True),  # 02:30 again
        ("2026-10-25T02:00:00+00:00", False),  # 03:00
        ("2026-10-26T00:30:00+00:00", False),  # winter: 01:30
    ],
)
def test_where_the_clock_jumps_the_wall_clock_holds(utc: str, *, opened: bool) -> None:
    at_ms = int(datetime.fromisoformat(utc).timestamp() * 1000)
    assert is_open(BERLIN, {}, None, at_ms).is_open is opened


def test_the_zone_decides_what_day_it_is() -> None:
    new_year = {"2027-01-01": Holiday("2027-01-01", "New Year")}
    moment = at("2027-01-01 00:30", "Asia/Shanghai")
    there = Hours("h", "x", "Asia/Shanghai", (ROUND,) * 7)
    here = Hours("h", "x", "America/New_York", (ROUND,) * 7)
    assert is_open(there, new_year, None, moment) == Verdict(False, "holiday", "New Year")
    assert is_open(here, new_year, None, moment) == Verdict(True, "hours")


def test_who_keeps_no_holidays_works_on_them() -> None:
    always = Hours("h", "x", week=(DAY,) * 7, keeps_holidays=False)
    assert is_open(always, HOLIDAYS, None, at("2026-10-01 10:00")).is_open


@pytest.mark.parametrize(
    ("until", "moment", "expected"),
    [
        (None, "2026-10-01 03:00", Verdict(True, "switch", "Anna")),
        ("2026-10-01 04:00", "2026-10-01 03:59", Verdict(True, "switch", "Anna")),
        ("2026-10-01 04:00", "2026-10-01 04:00", Verdict(False, "holiday", "国庆节")),
    ],
)
def test_the_switch_goes_before_all_until_its_end(until: str | None, moment: str, expected: Verdict) -> None:
    switch = Switch(True, "Anna", 0, at(until) if until else None)
    assert is_open(OFFICE, HOLIDAYS, switch, at(moment)) == expected


@given(st.integers(0, 4_000_000_000_000), st.integers(0, 1439), st.integers(1, 1440))
def test_any_moment_has_an_answer(at_ms: int, begins: int, ends: int) -> None:
    hours = Hours("h", "x", "Europe/Berlin", ((Interval(begins, ends),),) * 7)
    verdict = is_open(hours, {}, None, at_ms)
    local = datetime.fromtimestamp(at_ms / 1000, ZoneInfo("Europe/Berlin"))
    minute = local.hour * 60 + local.minute
    inside = begins <= minute < ends if begins < ends else minute >= begins or minute < ends
    assert verdict.is_open is inside

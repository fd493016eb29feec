# SPDX-License-Identifier: Apache-2.0
"""Days, weeks and quarters of an hour on the company's clock. Pure: the moment and the zone are arguments."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import Final, Literal

from msgspec import Struct

Interval = Literal["quarter", "hour", "day", "week", "month"]
Range = Literal["today", "yesterday", "week", "last_week", "month", "last_month"]

STEPS_MS: Final[dict[str, int]] = {"quarter": 900_000, "hour": 3_600_000}


class Span(Struct, frozen=True):
    """From one moment up to another, not included."""

    since_ms: int
    until_ms: int


def begin_of(day: date, zone: tzinfo) -> int:
    """The first moment of a day."""
    return round(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp() * 1000)


def local(ms: int, zone: tzinfo) -> datetime:
    return datetime.fromtimestamp(ms / 1000, zone)


def span_of(name: Range, now_ms: int, zone: tzinfo) -> Span:
    """A range by its name. What is not over yet ends with its last day, so that two looks at it compare."""
    today = local(now_ms, zone).date()
    monday, first = _monday(today), today.replace(day=1)
    days: dict[str, tuple[date, date]] = {
        "today": (today, today + timedelta(1)),
        "yesterday": (today - timedelta(1), today),
        "week": (monday, monday + timedelta(7)),
        "last_week": (monday - timedelta(7), monday),
        "month": (first, _next_month(first)),
        "last_month": (_first(first - timedelta(1)), first),
    }
    since, until = days[name]
    return Span(begin_of(since, zone), begin_of(until, zone))


def cuts(span: Span, interval: Interval, zone: tzinfo) -> list[int]:
    """The beginnings of all intervals that the span touches, in order. The first may lie before the span."""
    if interval in STEPS_MS:
        step = STEPS_MS[interval]
        offset = local(span.since_ms, zone).utcoffset() or timedelta()
        shift = round(offset.total_seconds() * 1000)
        first = (span.since_ms + shift) // step * step - shift
        return list(range(first, span.until_ms, step))
    after, first_day = _DAYS[interval]
    day = first_day(local(span.since_ms, zone).date())
    found = []
    while (begin := begin_of(day, zone)) < span.until_ms:
        found.append(begin)
        day = after(day)
    return found


def place(starts: Sequence[int], at_ms: int) -> int:
    """The interval a moment belongs to."""
    return max(0, bisect_right(starts, at_ms) - 1)


def _first(day: date) -> date:
    return day.replace(day=1)


def _monday(day: date) -> date:
    return day - timedelta(day.weekday())


def _next_month(day: date) -> date:
    return _first(_first(day) + timedelta(32))


_DAYS: Final[dict[str, tuple[Callable[[date], date], Callable[[date], date]]]] = {
    "day": (lambda day: day + timedelta(1), lambda day: day),
    "week": (lambda day: day + timedelta(7), _monday),
    "month": (_next_month, _first),
}
"""The first day of the next one, and of the one that a day belongs to."""


def shift_of(zone: tzinfo) -> int:
    """What the zone's clock is off the full hours of UTC: half an hour in India."""
    offset = datetime(2026, 1, 1, tzinfo=zone).utcoffset() or timedelta()
    return round(offset.total_seconds() * 1000) % STEPS_MS["hour"]

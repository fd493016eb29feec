# SPDX-License-Identifier: Apache-2.0
"""Whether the company is open. Pure: the moment is an argument, and the time zone decides what day it is."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from msgspec import Struct

WEEKDAYS = 7
DAY_MIN = 24 * 60
MINUTE_MS = 60_000
AHEAD_DAYS = 366
"""How far an opening is looked for: the longest closure that is still worth a date."""

Why = Literal["hours", "holiday", "switch"]
"""What decided."""


class Interval(Struct, frozen=True):
    """From one minute of the day up to another, not included. One that ends by its beginning ends the next day."""

    begins: int
    """Minutes since midnight on the wall's clock, 0 to 1439."""
    ends: int
    """1 to 1440."""


class Switch(Struct, frozen=True):
    """Open or closed by hand, whatever the hours say."""

    is_open: bool
    user_name: str
    since_ms: int
    until_ms: int | None = None
    """None: until somebody switches back."""


class Closed(Struct, frozen=True):
    """What a caller meets outside the hours."""

    zh: str = ""
    en: str = ""
    """The announcement, spoken. Both empty: the house's own sentence."""
    prompt_id: str = ""
    """A recorded announcement, instead."""
    overflow: str = ""
    """The number to which the caller goes then. Empty: the call ends."""


class Hours(Struct, frozen=True):
    """The opening hours of a queue or a number."""

    hours_id: str
    name: str
    zone: str = "Asia/Shanghai"
    week: tuple[tuple[Interval, ...], ...] = ((),) * WEEKDAYS
    """Monday first."""
    closed: Closed = Closed()
    keeps_holidays: bool = True
    switch: Switch | None = None


class Holiday(Struct, frozen=True):
    day: str
    """`2026-10-01`."""
    name: str
    works_like: int | None = None
    """The weekday whose hours hold, as on a Saturday worked for a bridged holiday. None: closed."""


class Verdict(Struct, frozen=True):
    is_open: bool
    why: Why
    name: str = ""
    """Of the holiday, or of who switched."""


class Closure(Struct, frozen=True):
    """Nobody answers now."""

    zone: str
    opens_at_ms: int | None
    """When somebody does again. None: nobody knows, as it is closed by hand until switched back, or for good."""


def is_open(hours: Hours, holidays: Mapping[str, Holiday], switch: Switch | None, at_ms: int) -> Verdict:
    """Whether somebody answers at `at_ms`, and what decides it: the switch, else the holiday, else the hours.

    An interval belongs to the day on which it begins: a night shift of the day before a holiday runs to its end.
    Intervals are of the wall's clock: where it jumps forward, the missing hour is nobody's; where it jumps back, an
    interval over the repeated hour holds twice.
    """
    if switch is not None and (switch.until_ms is None or at_ms < switch.until_ms):
        return Verdict(switch.is_open, "switch", switch.user_name)
    local = datetime.fromtimestamp(at_ms / 1000, ZoneInfo(hours.zone))
    minute = local.hour * 60 + local.minute
    known = holidays if hours.keeps_holidays else {}
    yesterday = local - timedelta(days=1)
    if any(each.ends <= each.begins and minute < each.ends for each in _of_day(hours, known, yesterday)):
        return Verdict(True, "hours")
    holiday = known.get(local.strftime("%Y-%m-%d"))
    opened = any(_holds(each, minute) for each in _of_day(hours, known, local))
    return Verdict(opened, "holiday", holiday.name) if holiday else Verdict(opened, "hours")


def next_opening(hours: Hours, holidays: Mapping[str, Holiday], switch: Switch | None, at_ms: int) -> int | None:
    """The first moment from `at_ms` on at which it is open, as far as hours, holidays and the switch tell today."""

    def opened(moment_ms: int) -> bool:
        return is_open(hours, holidays, switch, moment_ms).is_open

    start_ms = at_ms
    if not opened(at_ms) and switch is not None and (switch.until_ms is None or at_ms < switch.until_ms):
        if switch.until_ms is None:
            return None
        start_ms = switch.until_ms
    if opened(start_ms):
        return start_ms
    for moment_ms in _beginnings(hours, holidays if hours.keeps_holidays else {}, start_ms):
        if moment_ms > start_ms and opened(moment_ms):
            while moment_ms - MINUTE_MS > start_ms and opened(moment_ms - MINUTE_MS):
                moment_ms -= MINUTE_MS  # it begins in an hour that is skipped: open as soon as that is over
            return moment_ms
    return None


def _beginnings(hours: Hours, holidays: Mapping[str, Holiday], at_ms: int) -> Iterator[int]:
    """When intervals begin from the day of `at_ms` on, in order; in an hour that is repeated, twice."""
    zone = ZoneInfo(hours.zone)
    first = datetime.fromtimestamp(at_ms / 1000, zone).replace(hour=0, minute=0, second=0, microsecond=0)
    for day in (first + timedelta(days=n) for n in range(AHEAD_DAYS)):
        minutes = (divmod(each.begins, 60) for each in _of_day(hours, holidays, day))
        moments = {day.replace(hour=h, minute=m, fold=fold).timestamp() for h, m in minutes for fold in (0, 1)}
        yield from (int(moment * 1000) for moment in sorted(moments))


def _of_day(hours: Hours, holidays: Mapping[str, Holiday], day: datetime) -> tuple[Interval, ...]:
    """The intervals that begin on a day."""
    holiday = holidays.get(day.strftime("%Y-%m-%d"))
    if holiday is None:
        return hours.week[day.weekday()]
    return () if holiday.works_like is None else hours.week[holiday.works_like]


def _holds(interval: Interval, minute: int) -> bool:
    if interval.ends <= interval.begins:
        return minute >= interval.begins
    return interval.begins <= minute < interval.ends

# SPDX-License-Identifier: Apache-2.0
"""When a report is due, and which days it tells of. Pure: the moment and the zone are arguments."""

import re
from calendar import monthrange
from datetime import date, datetime, timedelta, tzinfo
from typing import Final, Literal

from msgspec import Struct

from headcall.backend.stats.intervals import Interval, Range, Span, local, span_of
from headcall.backend.stats.report import By, Question
from headcall.backend.users.model import Language

Every = Literal["daily", "weekly", "monthly"]

ADDRESS: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
"""What is certainly an address of one mailbox, and no second header line or recipient."""

TELLS_OF: Final[dict[Every, Range]] = {"daily": "yesterday", "weekly": "last_week", "monthly": "last_month"}


class Schedule(Struct, frozen=True):
    """A report that is sent again and again."""

    schedule_id: str
    name: str
    by: By = "queue"
    interval: Interval = "day"
    queue_ids: tuple[str, ...] = ()
    every: Every = "daily"
    day: int = 1
    """Of the week (1 is Monday) or of the month; the month's last, if it has no such day."""
    minute: int = 480
    """Of the day, on the company's clock."""
    recipients: tuple[str, ...] = ()
    language: Language = "zh"
    enabled: bool = True
    changed_by: str = ""
    changed_at_ms: int = 0


def slot_before(schedule: Schedule, now_ms: int, zone: tzinfo) -> int:
    """The latest moment, until now, at which it was to be sent."""
    day = local(now_ms, zone).date()
    while (slot := _moment(schedule, day, zone)) is None or slot > now_ms:
        day -= timedelta(1)
    return slot


def slot_after(schedule: Schedule, now_ms: int, zone: tzinfo) -> int:
    """The next moment at which it is to be sent."""
    day = local(now_ms, zone).date()
    while (slot := _moment(schedule, day, zone)) is None or slot <= now_ms:
        day += timedelta(1)
    return slot


def question_at(schedule: Schedule, slot_ms: int, zone: tzinfo) -> Question:
    """What a sending at `slot_ms` tells: the day, week or month before it."""
    span: Span = span_of(TELLS_OF[schedule.every], slot_ms, zone)
    return Question(schedule.by, span, schedule.interval, schedule.queue_ids)


def _moment(schedule: Schedule, day: date, zone: tzinfo) -> int | None:
    """When it is sent on that day, if it is."""
    last = monthrange(day.year, day.month)[1]
    is_due = {
        "daily": True,
        "weekly": day.isoweekday() == schedule.day,
        "monthly": day.day == min(schedule.day, last),
    }[schedule.every]
    if not is_due:
        return None
    hour, minute = divmod(schedule.minute, 60)
    return round(datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone).timestamp() * 1000)

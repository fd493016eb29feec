# SPDX-License-Identifier: Apache-2.0
"""A list of holidays as a file: `2026-10-01,国庆节` or, for a day worked instead, `2026-10-10,调休,3`. Pure."""

import csv
import io
import re
from datetime import date

from msgspec import Struct

from headcall.backend.hours.model import Holiday
from headcall.backend.numbers.table import decoded

MOST_DAYS = 2000
MOST_FAULTS = 200
LONGEST_NAME = 100

_DAY = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", re.ASCII)


class Wrong(Struct, frozen=True):
    line: int
    reason: str
    """`encoding`, `empty`, `too-many-lines`, `not-a-day`, `no-name`, `not-a-weekday`, `twice`."""
    value: str = ""


def read(data: bytes) -> tuple[tuple[Holiday, ...], tuple[Wrong, ...]]:
    """The days of a file, or everything that is wrong with it. A heading is passed over."""
    try:
        _, text = decoded(data)
        table = list(csv.reader(io.StringIO(text.replace("\t", ",").replace(";", ","), newline="")))
    except (UnicodeDecodeError, csv.Error):
        return (), (Wrong(0, "encoding"),)
    rows = [(n, row) for n, row in enumerate(table, 1) if any(cell.strip() for cell in row)]
    if rows and not any(character.isdigit() for character in rows[0][1][0]):
        del rows[0]
    if not rows:
        return (), (Wrong(0, "empty"),)
    if len(rows) > MOST_DAYS:
        return (), (Wrong(rows[MOST_DAYS][0], "too-many-lines"),)
    days: dict[str, Holiday] = {}
    faults: list[Wrong] = []
    for n, row in rows:
        found = _holiday(n, [cell.strip() for cell in row])
        if isinstance(found, Wrong):
            faults.append(found)
        elif found.day in days:
            faults.append(Wrong(n, "twice", found.day))
        else:
            days[found.day] = found
    return tuple(days.values()), tuple(faults[:MOST_FAULTS])


def _holiday(n: int, row: list[str]) -> Holiday | Wrong:
    day = day_of(row[0])
    if day is None:
        return Wrong(n, "not-a-day", row[0][:40])
    name = row[1] if len(row) > 1 else ""
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        return Wrong(n, "no-name", name[:40])
    like = row[2] if len(row) > 2 else ""
    if like not in ("", "1", "2", "3", "4", "5", "6", "7"):
        return Wrong(n, "not-a-weekday", like[:40])
    return Holiday(day, name, int(like) - 1 if like else None)


def day_of(text: str) -> str | None:
    """A day as people write it, as `2026-10-01`."""
    found = _DAY.fullmatch(text)
    if found is None:
        return None
    try:
        return date(*(int(part) for part in found.groups())).isoformat()
    except ValueError:
        return None

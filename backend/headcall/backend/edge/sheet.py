# SPDX-License-Identifier: Apache-2.0
"""Lines of CSV files that people open in spreadsheets."""

import csv
import io
from collections.abc import Iterable
from typing import Final

MARK: Final = "\ufeff"
"""Before the first line: it has Excel read UTF-8."""


def cell(value: object) -> str:
    """A cell that no spreadsheet takes for a formula: a caller chooses their own display name."""
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def line(values: Iterable[object]) -> str:
    """One line, all its cells safe."""
    buffer = io.StringIO()
    csv.writer(buffer).writerow([cell(value) for value in values])
    return buffer.getvalue()

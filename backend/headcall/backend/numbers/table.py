# SPDX-License-Identifier: Apache-2.0
"""Numbers as a CSV file, read and written. Pure: what is in the house already is an argument.

Spreadsheets take a cell that begins with one of `=+-@` as a formula (OWASP: CSV injection), so such a cell is written
with an apostrophe before it, and read without.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final, Literal

from msgspec import Struct

from headcall.backend.numbers.model import normal

COLUMNS: Final = ("number", "use", "target", "branch", "isp", "staff")
USES: Final = {"free": "free", "person": "user", "queue": "queue", "number": "number"}
"""What the column `use` says, and what the inventory calls it."""
SWITCHBOARD: Final = "switchboard"
"""What `use` says of a number with an auto attendant; its target, a queue or a number, is where 0 leads."""
STAFF: Final = ("", "overseas", "travelling")

WORDS: Final = {
    "号码": "number",
    "用途": "use",
    "目标": "target",
    "部门": "branch",
    "运营商": "isp",
    "人员类别": "staff",
    "空闲": "free",
    "人员": "person",
    "队列": "queue",
    "总机": "switchboard",
    "海外": "overseas",
    "出差": "travelling",
}
"""Chinese headings and words that mean the same."""

MOST_LINES = 10_000
MOST_FAULTS = 200
"""Faults that are named; of the rest only the number is told."""
LONGEST_CELL = 100

_FORMULA = re.compile(r"[=+\-@\t\r]")
_LONG_NUMBER = re.compile(r"[0-9]{3,15}", re.ASCII)

Reason = Literal[
    "encoding",
    "empty",
    "too-many-lines",
    "no-column",
    "unknown-column",
    "columns",
    "not-a-number",
    "twice",
    "unknown-use",
    "unknown-target",
    "no-target",
    "person-twice",
    "person-elsewhere",
    "unknown-staff",
    "too-long",
    "control",
]


class Fault(Struct, frozen=True):
    """One thing wrong. Lines count from 1, the heading included."""

    line: int
    column: str
    reason: Reason
    value: str = ""


class Line(Struct, frozen=True):
    """One number as the file wants it."""

    line: int
    number: str
    use: str
    target: str
    branch: str
    isp: str
    staff: str


class Known(Struct, frozen=True):
    """The house, as far as a file may name it."""

    people: Mapping[str, str]
    """Login → user id."""
    queues: Mapping[str, str]
    """Id, name (where only one has it) or number → queue id."""
    numbers: frozenset[str]
    """To which a number may lead."""
    owner_of: Mapping[str, str]
    """Number → user id, of who has it now."""
    switchboards: frozenset[str] = frozenset()
    """From one of them to another none leads."""


class Read(Struct, frozen=True):
    encoding: str
    lines: tuple[Line, ...]
    faults: tuple[Fault, ...]
    fault_count: int = 0


def read(data: bytes) -> Read:
    """What the file says, and what is wrong with it as a file."""
    try:
        encoding, text = decoded(data)
    except UnicodeDecodeError:
        return _refused("", Fault(0, "", "encoding"))
    heading = text.splitlines()[0] if text.strip() else ""
    if not heading:
        return _refused(encoding, Fault(0, "", "empty"))
    delimiter = max(",;\t", key=heading.count)
    try:
        table = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error:
        return _refused(encoding, Fault(0, "", "too-long"))
    columns = [WORDS.get(_cell(name), _cell(name).lower()) for name in table[0]]
    faults = [Fault(1, name, "unknown-column", name[:40]) for name in columns if name not in COLUMNS]
    faults += [Fault(1, name, "twice") for name in set(columns) if columns.count(name) > 1]
    if "number" not in columns:
        faults.append(Fault(1, "number", "no-column"))
    rows = [(n, row) for n, row in enumerate(table[1:], 2) if any(cell.strip() for cell in row)]
    if len(rows) > MOST_LINES:
        faults.append(Fault(rows[MOST_LINES][0], "", "too-many-lines"))
    if faults:
        return _refused(encoding, *faults)
    return _lines(encoding, columns, rows)


def _refused(encoding: str, *faults: Fault) -> Read:
    return Read(encoding, (), faults[:MOST_FAULTS], len(faults))


def decoded(data: bytes) -> tuple[str, str]:
    """Excel writes UTF-8 with a mark, UTF-16, or, in China, GBK, which GB 18030 contains."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16", data.decode("utf-16")
    try:
        return "utf-8", data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "gb18030", data.decode("gb18030")


def _cell(text: str) -> str:
    """A cell without its spaces, and without the apostrophe that keeps it from being a formula."""
    text = text.strip()
    return text[1:] if text[:1] == "'" and _FORMULA.match(text[1:]) else text


def _lines(encoding: str, columns: list[str], rows: list[tuple[int, list[str]]]) -> Read:
    lines, faults, seen = [], [], set()
    for n, row in rows:
        if len(row) > len(columns):
            faults.append(Fault(n, "", "columns", str(len(row))))
            continue
        cells = dict.fromkeys(COLUMNS, "") | {name: _cell(cell) for name, cell in zip(columns, row, strict=False)}
        faults += _cell_faults(n, cells)
        number = _long(cells["number"])
        if number is None:
            faults.append(Fault(n, "number", "not-a-number", cells["number"][:40]))
            continue
        if number in seen:
            faults.append(Fault(n, "number", "twice", number))
        seen.add(number)
        use, staff = (WORDS.get(cells[name], cells[name].lower()) for name in ("use", "staff"))
        lines.append(Line(n, number, use or "free", cells["target"], cells["branch"], cells["isp"], staff))
    return Read(encoding, tuple(lines), tuple(faults[:MOST_FAULTS]), len(faults))


def _cell_faults(n: int, cells: Mapping[str, str]) -> Iterable[Fault]:
    for name, cell in cells.items():
        if len(cell) > LONGEST_CELL:
            yield Fault(n, name, "too-long", cell[:40])
        elif any(unicodedata.category(character) == "Cc" for character in cell):
            yield Fault(n, name, "control")


def _long(cell: str) -> str | None:
    number = normal(cell)
    return number if number and _LONG_NUMBER.fullmatch(number) else None


class Wish(Struct, frozen=True):
    """What becomes of one number."""

    number: str
    target_kind: str
    target: str
    branch: str
    isp: str
    staff: str
    is_switchboard: bool = False


def checked(read_: Read, known: Known) -> tuple[tuple[Wish, ...], tuple[Fault, ...], int]:
    """What the lines mean in this house: wishes, the first faults, and how many faults there are."""
    wishes: list[Wish] = []
    faults: list[Fault] = list(read_.faults)
    told = {line.number: line for line in read_.lines}
    given: dict[str, int] = {}
    for line in read_.lines:
        target_kind, target, fault = _target(line, known, told)
        if fault is None and line.use == "person":
            fault = _person_fault(line, target, known, told, given)
        if line.staff not in STAFF:
            faults.append(Fault(line.line, "staff", "unknown-staff", line.staff[:40]))
        if fault is not None:
            faults.append(fault)
            continue
        is_switchboard = line.use == SWITCHBOARD
        wishes.append(Wish(line.number, target_kind, target, line.branch, line.isp, line.staff, is_switchboard))
    count = read_.fault_count + len(faults) - len(read_.faults)
    return tuple(wishes), tuple(sorted(faults, key=lambda f: f.line)[:MOST_FAULTS]), count


def _target(line: Line, known: Known, told: Mapping[str, Line]) -> tuple[str, str, Fault | None]:
    """What it leads to: the kind, and which."""
    if line.use not in USES and line.use != SWITCHBOARD:
        return "", "", Fault(line.line, "use", "unknown-use", line.use[:40])
    if line.use == "free":
        return "free", "", None
    if not line.target:
        return "", "", Fault(line.line, "target", "no-target")
    number = normal(line.target) or ""
    found = {
        "user": known.people.get(line.target.lower()),
        "queue": known.queues.get(line.target) or known.queues.get(number),
        "number": number if _may_lead(line, number, known, told) else None,
    }
    for kind in ("queue", "number") if line.use == SWITCHBOARD else (USES[line.use],):
        if target := found[kind]:
            return kind, target, None
    return "", "", Fault(line.line, "target", "unknown-target", line.target[:40])


def _may_lead(line: Line, number: str, known: Known, told: Mapping[str, Line]) -> bool:
    """Whether there is, or will be, such a number. From switchboard to switchboard none leads."""
    is_switchboard = told[number].use == SWITCHBOARD if number in told else number in known.switchboards
    if number == line.number or (line.use == SWITCHBOARD and is_switchboard):
        return False
    return number in known.numbers or number in told


def _person_fault(
    line: Line, user_id: str, known: Known, told: Mapping[str, Line], given: dict[str, int]
) -> Fault | None:
    """A person has one number; nobody takes another's without the file saying what they get instead."""
    if user_id in given:
        return Fault(line.line, "target", "person-twice", line.target[:40])
    given[user_id] = line.line
    owner = known.owner_of.get(line.number)
    if owner in (None, user_id) or any(
        other.use == "person" and known.people.get(other.target.lower()) == owner for other in told.values()
    ):
        return None
    return Fault(line.line, "number", "person-elsewhere", line.number)


def written_csv(lines: Iterable[tuple[str, ...]]) -> str:
    """The file: with a mark, so that a spreadsheet reads it as UTF-8, and no cell a formula."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows([_harmless(cell) for cell in line] for line in lines)
    return "\ufeff" + out.getvalue()


def _harmless(cell: str) -> str:
    return f"'{cell}" if _FORMULA.match(cell) else cell

# SPDX-License-Identifier: Apache-2.0
"""Files of numbers as spreadsheets write them, and as people who mean no good do."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headcall.backend.numbers.table import COLUMNS, MOST_LINES, Fault, Known, Wish, checked, read, written_csv

KNOWN = Known(
    people={"mei": "usr_mei", "lei": "usr_lei"},
    queues={"que_1": "que_1", "呼叫中心": "que_1", "40081234560": "que_1"},
    numbers=frozenset({"40081234560"}),
    owner_of={"83012341001": "usr_mei"},
)
HEAD = "number,use,target,branch,isp,staff\n"


def faults_of(text: str | bytes) -> list[tuple[int, str, str]]:
    data = text if isinstance(text, bytes) else text.encode()
    return [(f.line, f.column, f.reason) for f in checked(read(data), KNOWN)[1]]


def wishes_of(text: str | bytes) -> list[Wish]:
    data = text if isinstance(text, bytes) else text.encode()
    wishes, faults, _ = checked(read(data), KNOWN)
    assert not faults
    return list(wishes)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gbk", "gb18030"])
def test_any_encoding_that_excel_writes_in_china_is_read(encoding: str) -> None:
    text = "号码,用途,目标,部门,运营商,人员类别\n8301234-5000,队列,呼叫中心,上海分公司,中国电信,海外\n"
    (wish,) = wishes_of(text.encode(encoding))
    assert wish == Wish("83012345000", "queue", "que_1", "上海分公司", "中国电信", "overseas")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_any_delimiter_and_any_order_of_columns(delimiter: str) -> None:
    text = "branch,number\n深圳,83012345000\n\n,83012345001\n".replace(",", delimiter)
    assert [(w.number, w.branch, w.target_kind) for w in wishes_of(text)] == [
        ("83012345000", "深圳", "free"),
        ("83012345001", "", "free"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [(0, "", "empty")]),
        ("   \n", [(0, "", "empty")]),
        (b"\xff\x00\x81", [(0, "", "encoding")]),
        (b"number\n\x80\xff\xff", [(0, "", "encoding")]),
        ("name\nx\n", [(1, "name", "unknown-column"), (1, "number", "no-column")]),
        ("number,number\n1,2\n", [(1, "number", "twice")]),
        (HEAD + "83012345000,,,,,,,\n", [(2, "", "columns")]),
        (HEAD + "abc,,,,,\n", [(2, "number", "not-a-number")]),
        (HEAD + "=1+1,,,,,\n", [(2, "number", "not-a-number")]),
        (HEAD + "83012345000,,,,,\n8301234-5000,,,,,\n", [(3, "number", "twice")]),
        (HEAD + "83012345000,magic,,,,\n", [(2, "use", "unknown-use")]),
        (HEAD + "83012345000,person,,,,\n", [(2, "target", "no-target")]),
        (HEAD + "83012345000,person,nobody,,,\n", [(2, "target", "unknown-target")]),
        (HEAD + "83012345000,queue,que_9,,,\n", [(2, "target", "unknown-target")]),
        (HEAD + "83012345000,number,83012345000,,,\n", [(2, "target", "unknown-target")]),
        (HEAD + "83012345000,,,,,abroad\n", [(2, "staff", "unknown-staff")]),
        (HEAD + f"83012345000,,,{'x' * 4000},,\n", [(2, "branch", "too-long")]),
        (HEAD + "83012345000,,,a\x07b,,\n", [(2, "branch", "control")]),
        (HEAD + "83012345000,person,mei,,,\n83012345001,person,mei,,,\n", [(3, "target", "person-twice")]),
        (HEAD + "83012341001,person,lei,,,\n", [(2, "number", "person-elsewhere")]),
    ],
)
def test_what_is_wrong_is_named_by_line_column_and_reason(text: str | bytes, expected: object) -> None:
    assert faults_of(text) == expected


def test_two_people_may_swap_their_numbers_in_one_file() -> None:
    text = HEAD + "83012341001,person,lei,,,\n83012341002,person,mei,,,\n"
    assert [wish.target for wish in wishes_of(text)] == ["usr_lei", "usr_mei"]


def test_ten_thousand_lines_are_read_and_one_more_is_too_many() -> None:
    lines = [f"8301234{n:05d}" for n in range(MOST_LINES + 1)]
    assert len(wishes_of("number\n" + "\n".join(lines[:-1]))) == MOST_LINES
    assert faults_of("number\n" + "\n".join(lines)) == [(MOST_LINES + 2, "", "too-many-lines")]


def test_many_faults_are_counted_and_not_all_named() -> None:
    wishes, faults, count = checked(read(("number\n" + "x\n" * 1000).encode()), KNOWN)
    assert (len(wishes), len(faults), count) == (0, 200, 1000)


@pytest.mark.parametrize("cell", ["=HYPERLINK(1)", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])
def test_no_cell_that_we_write_is_a_formula_and_it_is_read_back(cell: str) -> None:
    text = written_csv([("83012345000", "free", "", cell, "", "")])
    assert text.startswith("\ufeff")
    (_, row) = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""))
    assert row[3] == f"'{cell}" and row[3][0] not in "=+-@\t\r"
    if cell.strip() == cell:
        assert wishes_of(text)[0].branch == cell


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    wishes, faults, count = checked(read(data), KNOWN)
    assert all(isinstance(fault, Fault) for fault in faults) and count >= len(faults)
    assert not wishes or COLUMNS

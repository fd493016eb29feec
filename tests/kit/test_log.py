# SPDX-License-Identifier: Apache-2.0
"""Logs say what happened, to people and programs, and nothing private."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from headcall.kit import log as logs
from headcall.kit.clock import ManualClock
from headcall.kit.private import Private

NUMBER = "13800138000"


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    stream = io.StringIO()
    yield stream
    for handler in list(root.handlers):
        root.removeHandler(handler)
    for handler in before:
        root.addHandler(handler)
    root.setLevel(level)


def misbehave() -> None:
    log = logging.getLogger("headcall.test")
    log.info("call to %s", NUMBER, extra={"leg_id": "leg_1", "number": NUMBER, "password": "hunter2"})
    log.info("call to %s", Private(NUMBER), extra={"from": Private(NUMBER)})
    try:
        raise ValueError(f"cannot dial {NUMBER}, password=hunter2")
    except ValueError:
        log.exception("failed for %s", NUMBER)


@pytest.mark.parametrize("style", ["console", "json"])
def test_neither_number_nor_secret_shows(lines: io.StringIO, style: logs.Style) -> None:
    logs.setup("sip-1", style=style, stream=lines)
    misbehave()
    assert "138001" not in lines.getvalue() and "hunter2" not in lines.getvalue()
    assert "•••00" in lines.getvalue() and "ValueError" in lines.getvalue()


def test_a_program_finds_the_facts(lines: io.StringIO) -> None:
    logs.setup("sip-1", style="json", stream=lines)
    logging.getLogger("headcall.test").warning("leg ended", extra={"leg_id": "leg_1", "count": 3})
    line = json.loads(lines.getvalue())
    assert line["role"] == "sip-1" and line["level"] == "warning" and line["text"] == "leg ended"
    assert line["leg_id"] == "leg_1" and line["count"] == 3


def test_a_line_has_a_bound_and_no_second_line_can_be_forged(lines: io.StringIO) -> None:
    logs.setup("sip-1", stream=lines)
    logging.getLogger("headcall.test").info("a\n10:00:00.000 ERRO sip-1 forged %s", "x" * 100_000)
    first, second = lines.getvalue().splitlines()
    assert second.startswith("    ") and len(first) + len(second) < 10_000


def test_less_important_lines_are_left_out(lines: io.StringIO) -> None:
    logs.setup("sip-1", level="warning", stream=lines)
    logging.getLogger("headcall.test").info("detail")
    assert lines.getvalue() == ""


def test_what_a_peer_causes_is_said_once_a_second(caplog: pytest.LogCaptureFixture) -> None:
    clock = ManualClock()
    sparse = logs.Sparse(logging.getLogger("headcall.test"), clock)
    for _ in range(1000):
        sparse.warning("malformed", "malformed message from %s", "192.0.2.1")
        clock.advance(0.01)
    texts = [record.getMessage() for record in caplog.records]
    assert len(texts) == 10
    assert texts[0] == "malformed message from 192.0.2.1"
    assert texts[1] == "malformed message from 192.0.2.1 (and 99 more like it)"


def test_two_kinds_of_fault_do_not_hide_each_other(caplog: pytest.LogCaptureFixture) -> None:
    sparse = logs.Sparse(logging.getLogger("headcall.test"), ManualClock())
    sparse.warning("a", "first")
    sparse.warning("b", "second")
    sparse.warning("a", "hidden")
    assert [record.getMessage() for record in caplog.records] == ["first", "second"]


def test_keys_without_end_do_not_fill_the_memory() -> None:
    sparse = logs.Sparse(logging.getLogger("headcall.quiet"), ManualClock())
    for n in range(5000):
        sparse.info(str(n), "x")
    assert len(sparse._last) <= 1024

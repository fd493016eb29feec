# SPDX-License-Identifier: Apache-2.0
"""What strangers provoke in libraries is logged in one line; our own failures keep their traceback."""

import logging
import sys

from headcall.backend.edge.policy import content_security_policy
from headcall.backend.edge.quiet import OncePerSecond
from headcall.backend.edge.strict import StrictPacket


def record_of(failing: object) -> logging.LogRecord:
    """What a library logs that calls `failing` and catches all."""
    assert callable(failing)
    try:
        failing()
    except Exception:  # noqa: BLE001 - as the library does
        info = sys.exc_info()
    record = logging.LogRecord("engineio", logging.ERROR, "", 1, "message async handler error", (), info)
    assert OncePerSecond().filter(record)
    return record


def test_rubbish_is_one_line() -> None:
    def reads() -> None:
        packet = StrictPacket.__new__(StrictPacket)
        packet._decode(b"")

    record = record_of(reads)
    assert record.getMessage() == "message async handler error: ValueError"
    assert record.exc_info is None


def test_a_failure_in_a_library_alone_is_one_line() -> None:
    assert record_of(lambda: int("x")).exc_info is None


def test_a_failure_under_our_own_code_keeps_its_traceback() -> None:
    record = record_of(lambda: content_security_policy(None))  # type: ignore[arg-type]
    assert record.exc_info is not None

# SPDX-License-Identifier: Apache-2.0
"""Keeps the libraries under the edge from logging as often as a stranger likes."""

import logging
import traceback

from headcall.backend.edge import strict

LIBRARIES = ("uvicorn.error", "headcall.edge.engineio", "headcall.edge.socketio", "headcall.edge.strangers")


class OncePerSecond(logging.Filter):
    """Lets one record a second and level through; the next one tells how many were left out."""

    def __init__(self) -> None:
        super().__init__()
        self._last: dict[int, float] = {}
        self._left_out: dict[int, int] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        level = record.levelno
        if record.created - self._last.get(level, 0.0) < 1.0:
            self._left_out[level] = self._left_out.get(level, 0) + 1
            return False
        self._last[level] = record.created
        left_out = self._left_out.pop(level, 0)
        if left_out:
            record.msg = f"{record.getMessage()} (and {left_out} more)"
            record.args = ()
        _shorten(record)
        return True


def _shorten(record: logging.LogRecord) -> None:
    """What a stranger provokes in a library needs no traceback; what fails in our own code keeps it."""
    error = record.exc_info[1] if record.exc_info else None
    if error is None or _is_ours(error):
        return
    record.msg = f"{record.getMessage()}: {type(error).__name__}"
    record.args, record.exc_info, record.exc_text = (), None, None


def _is_ours(error: BaseException) -> bool:
    """Whether our own code was under way, other than the reading of strangers' packets."""
    modules = (frame.f_globals.get("__name__", "") for frame, _ in traceback.walk_tb(error.__traceback__))
    return any(name.startswith("headcall.") and name != strict.__name__ for name in modules)


def quieten() -> None:
    """Bounds the loggers of the libraries; done again, nothing changes."""
    for name in LIBRARIES:
        logger = logging.getLogger(name)
        logger.setLevel(logging.WARNING)
        if not any(isinstance(each, OncePerSecond) for each in logger.filters):
            logger.addFilter(OncePerSecond())

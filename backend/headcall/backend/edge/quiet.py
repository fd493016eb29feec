# SPDX-License-Identifier: Apache-2.0
"""Keeps the libraries under the edge from logging as often as a stranger likes."""

import logging

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
        return True


def quieten() -> None:
    """Bounds the loggers of the libraries; done again, nothing changes."""
    for name in LIBRARIES:
        logger = logging.getLogger(name)
        logger.setLevel(logging.WARNING)
        if not any(isinstance(each, OncePerSecond) for each in logger.filters):
            logger.addFilter(OncePerSecond())

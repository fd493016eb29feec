# SPDX-License-Identifier: Apache-2.0
"""Logs: one line per thing that happened, for people (`console`) or programs (`json`), with nothing private in it.

Code logs with the standard library (`log = logging.getLogger(__name__)`); facts that a program may want to find go
into `extra={"leg_id": …}`. Where a stranger decides how often a line is written, `Sparse` bounds it.
"""

import json
import logging
import sys
import time
from typing import Literal, TextIO

from headcall.kit.clock import Clock
from headcall.kit.private import SECRET_NAMES, Private, mask_text

__all__ = [
    "ConsoleFormatter",
    "JsonFormatter",
    "Sparse",
    "Style",
    "setup",
]

Style = Literal["console", "json"]

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_MOST_KEYS = 1024
_LONGEST_LINE = 8192


def _shown(name: str, value: object) -> object:
    if name.lower() in SECRET_NAMES:
        return "•••"
    if value is None or isinstance(value, bool | int | float):
        return value
    return str(value) if isinstance(value, Private) else mask_text(str(value))


def _facts(record: logging.LogRecord) -> dict[str, object]:
    return {name: _shown(name, value) for name, value in vars(record).items() if name not in _STANDARD}


class _Formatter(logging.Formatter):
    def __init__(self, role: str) -> None:
        super().__init__()
        self.role = role

    def text(self, record: logging.LogRecord) -> str:
        return mask_text(record.getMessage())[:_LONGEST_LINE]

    def trace(self, record: logging.LogRecord) -> str:
        return mask_text(self.formatException(record.exc_info)) if record.exc_info else ""

    def when(self, record: logging.LogRecord, pattern: str) -> str:
        return f"{time.strftime(pattern, time.gmtime(record.created))}.{int(record.msecs):03}"


class JsonFormatter(_Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": self.when(record, "%Y-%m-%dT%H:%M:%S") + "Z",
            "level": record.levelname.lower(),
            "role": self.role,
            "logger": record.name,
            "text": self.text(record),
        } | _facts(record)
        if trace := self.trace(record):
            line["trace"] = trace
        return json.dumps(line, ensure_ascii=False)


class ConsoleFormatter(_Formatter):
    """A line for eyes: time, level, role, text, facts."""

    def format(self, record: logging.LogRecord) -> str:
        facts = "".join(f" {name}={value}" for name, value in _facts(record).items())
        text = self.text(record).replace("\n", "\n    ")
        line = f"{self.when(record, '%H:%M:%S')} {record.levelname[:4]:4} {self.role:<11} {text}{facts}"
        trace = self.trace(record)
        return f"{line}\n{trace}" if trace else line


def setup(role: str, *, level: str = "info", style: Style = "console", stream: TextIO | None = None) -> None:
    """Makes the root logger of this process write to `stream` (standard error)."""
    handler = logging.StreamHandler(stream if stream is not None else sys.stderr)
    handler.setFormatter(JsonFormatter(role) if style == "json" else ConsoleFormatter(role))
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(level.upper())
    for chatty in ("aioice", "aiortc", "asyncio", "engineio", "socketio", "uvicorn.access", "alembic"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


class Sparse:
    """At most one line per key and second; the next one tells how many were left out.

    The keys must come from the program, not from a peer; beyond a bound the oldest are forgotten all the same.
    """

    def __init__(self, log: logging.Logger, clock: Clock, *, every_s: float = 1.0) -> None:
        self._log = log
        self._clock = clock
        self._every_s = every_s
        self._last: dict[str, tuple[float, int]] = {}

    def warning(self, key: str, text: str, *args: object) -> None:
        """A line on what a peer did wrong."""
        self._say(logging.WARNING, key, text, *args)

    def info(self, key: str, text: str, *args: object) -> None:
        """A line on what happens often."""
        self._say(logging.INFO, key, text, *args)

    def _say(self, level: int, key: str, text: str, *args: object) -> None:
        now = self._clock.now()
        said_at, suppressed = self._last.get(key, (float("-inf"), 0))
        if now - said_at < self._every_s:
            self._last[key] = (said_at, suppressed + 1)
            return
        if len(self._last) >= _MOST_KEYS and key not in self._last:
            self._last.pop(next(iter(self._last)))
        self._last[key] = (now, 0)
        if suppressed:
            text += f" (and {suppressed} more like it)"
        self._log.log(level, text, *args)

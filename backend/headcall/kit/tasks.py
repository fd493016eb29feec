# SPDX-License-Identifier: Apache-2.0
"""Tasks that somebody owns: their exceptions are logged, and closing the owner ends them all."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

__all__ = [
    "Tasks",
]

log = logging.getLogger(__name__)


class Tasks:
    """The running tasks of one owner.

    Unlike `asyncio.TaskGroup`, one that fails does not end the others: a broken call must not end the next one. It is
    logged with its trace, counted, and told to `on_failure`.
    """

    def __init__(self, name: str, *, on_failure: Callable[[str, BaseException], None] | None = None) -> None:
        self.name = name
        self.failed = 0
        """How many tasks ended with an exception."""
        self._on_failure = on_failure
        self._running: set[asyncio.Task[Any]] = set()
        self._closed = False

    def __len__(self) -> int:
        return len(self._running)

    def start(self, work: Coroutine[Any, Any, Any], name: str) -> "asyncio.Task[Any]":
        """Runs `work` until it ends or the owner is closed."""
        if self._closed:
            work.close()
            raise RuntimeError(f"tasks of {self.name} are closed")
        task = asyncio.get_running_loop().create_task(work, name=f"{self.name}: {name}")
        self._running.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: "asyncio.Task[Any]") -> None:
        self._running.discard(task)
        if task.cancelled():
            return
        if error := task.exception():
            self.failed += 1
            log.error("%s failed", task.get_name(), exc_info=error)
            if self._on_failure:
                self._on_failure(task.get_name(), error)

    async def close(self) -> None:
        """Cancels what runs, except the caller itself, and waits for it."""
        self._closed = True
        others = [task for task in self._running if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

# SPDX-License-Identifier: Apache-2.0
"""One task that does one thing after the other, and can be asked to stop between two of them.

It is never cancelled in the middle: a transaction that is cut off costs its connection.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")


class Worker(Generic[T]):
    def __init__(self, name: str, do: Callable[[T], Awaitable[None]]) -> None:
        self._name, self._do = name, do
        self._waiting: asyncio.Queue[T | None] = asyncio.Queue()
        self._is_closed = False
        self._ended = asyncio.Event()
        self._ended.set()

    def put(self, item: T) -> None:
        """One more thing to do; dropped once closed."""
        if not self._is_closed:
            self._waiting.put_nowait(item)

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits to be done."""
        return self._waiting.empty()

    async def work(self) -> None:
        """Does what is put, in order, until closed. What fails is logged, and the next thing is done."""
        self._ended.clear()
        try:
            while not self._is_closed:
                item = await self._waiting.get()
                if item is not None and not self._is_closed:
                    await self._try(item)
                self._waiting.task_done()
        finally:
            self._ended.set()

    async def _try(self, item: T) -> None:
        try:
            await self._do(item)
        except Exception:
            # Whatever it was about is put right by the log's next event or by `recovery`; the others must not wait.
            log.exception("%s failed", self._name)

    async def settled(self) -> None:
        """Returns once everything put so far is done."""
        await self._waiting.join()

    async def close(self) -> None:
        """Finishes what is being done, and drops the rest."""
        self._is_closed = True
        self._waiting.put_nowait(None)
        await self._ended.wait()

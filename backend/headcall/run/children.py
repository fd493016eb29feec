# SPDX-License-Identifier: Apache-2.0
"""One role through all its lives: started, watched, started again, and ended.

A role whose start takes long may have a spare: a second process that has read its programs and waits. When the first
dies, the spare goes on at once (docs/decisions/0007).
"""

import asyncio
import contextlib
import logging
import signal
import sys
from dataclasses import dataclass, field
from typing import Final

from headcall.kit.clock import Clock
from headcall.kit.role import DRAIN_S, EXIT_DONE, EXIT_HOPELESS
from headcall.run.process import Process, Program
from headcall.run.restarts import REST_S, Restarts

log = logging.getLogger(__name__)

SILENT_S: Final = 30.0
"""A child that was ready and gives no sign of life for this long hangs, and is ended."""
WATCH_S: Final = 5.0
TRIES: Final = 4
"""Endings of a child that was never ready, before the whole start is given up."""
ROLE_COMMAND: Final = (sys.executable, "-m", "headcall.run", "role")


class StartFailed(Exception):
    """A child ended before it was ready, and trying again would not help."""


@dataclass
class Child:
    """A role's process, and the next one after it."""

    name: str
    program: Program
    clock: Clock
    has_spare: bool = False
    lives: int = 0
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    hopeless: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when it cannot start until a person changes something."""
    _process: Process | None = None
    _spare: Process | None = None
    _spare_wanted: asyncio.Event = field(default_factory=asyncio.Event)
    _restarts: Restarts = field(default_factory=Restarts)
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _was_ready: bool = False
    _has_worked: bool = False
    """Whether the life that ended last had become ready."""
    _heard_at: float = 0.0

    @property
    def pid(self) -> int:
        """Its process now; 0 between two lives."""
        return self._process.pid if self._process else 0

    @property
    def is_stopping(self) -> bool:
        """Whether it is to end for good."""
        return self._stopping.is_set()

    async def live(self) -> None:
        """Runs it, again and again, until `stop`."""
        spares = asyncio.create_task(self._keep_spare(), name=f"spare of {self.name}")
        try:
            while not self._stopping.is_set():
                gap = self._gap_after(await self._live_once())
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(gap):
                        await self._stopping.wait()
        finally:
            spares.cancel()
            await asyncio.gather(spares, return_exceptions=True)
            await self._drop_spare()

    def _gap_after(self, code: int) -> float:
        if self.is_stopping:
            return 0.0
        gap = self._restarts.gap(self.clock.now(), has_worked=self._has_worked)
        if code == EXIT_HOPELESS:
            gap = REST_S
        if code == EXIT_HOPELESS or (not self._was_ready and self._restarts.recent >= TRIES):
            self.hopeless.set()
        log.error("%s ended (%s), started again in %.1f s", self.name, _ending(code), gap)
        return gap

    async def _live_once(self) -> int:
        process = await self._next()
        self._process, self.lives, self._heard_at = process, self.lives + 1, self.clock.now()
        process.go(self._hear)
        if self.is_stopping:  # told so while it was being started: it has done nothing yet
            process.signal(signal.SIGKILL)
        watch = asyncio.create_task(self._watch(process), name=f"watch {self.name}")
        try:
            return await process.wait()
        finally:
            watch.cancel()
            process.close()
            self._has_worked = self.ready.is_set()
            self.ready.clear()
            self._process = None

    async def _next(self) -> Process:
        spare, self._spare = self._spare, None
        if spare and spare.is_running:
            log.info("%s goes on in its spare process", self.name)
            return spare
        if spare:
            spare.close()
        return await self.program.start()

    async def _keep_spare(self) -> None:
        while self.has_spare:
            await self._spare_wanted.wait()
            self._spare_wanted.clear()
            if self._spare is None:
                starting = asyncio.ensure_future(self.program.start())
                try:
                    self._spare = await asyncio.shield(starting)
                except asyncio.CancelledError:  # it exists all the same, and must be ended by somebody
                    self._spare = await starting
                    raise

    async def _drop_spare(self) -> None:
        if self._spare:
            self._spare.signal(signal.SIGKILL)  # it has done nothing yet
            await self._spare.wait()
            self._spare.close()
            self._spare = None

    def _hear(self, words: bytes) -> None:
        self._heard_at = self.clock.now()
        if b"ready" in words:
            log.info("%s is ready (pid %d)", self.name, self.pid)
            self._was_ready = True
            self._spare_wanted.set()
            self.ready.set()

    async def _watch(self, process: Process) -> None:
        while True:
            await asyncio.sleep(WATCH_S)
            if self.ready.is_set() and self.clock.now() - self._heard_at > SILENT_S:
                log.error("%s hangs: no sign of life for %.0f s; ended by force", self.name, SILENT_S)
                process.signal(signal.SIGKILL)

    def retire(self) -> None:
        """It is not started again, whatever ends it from now on."""
        self._stopping.set()

    async def stop(self) -> None:
        """Lets it drain and end; by force if it does not. `live` returns soon after."""
        self.retire()
        process = self._process
        if process is None:
            return
        process.signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(DRAIN_S + 5):
                await process.wait()
        except TimeoutError:
            log.error("%s does not end; ended by force", self.name)
            process.signal(signal.SIGKILL)
            await process.wait()


def _ending(code: int) -> str:
    if code == EXIT_DONE:
        return "by itself"
    if code < 0:
        return f"killed by {signal.Signals(-code).name}"
    return f"exit code {code}"

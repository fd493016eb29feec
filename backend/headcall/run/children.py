# SPDX-License-Identifier: Apache-2.0
"""One child process: started, watched, started again, and ended."""

import asyncio
import contextlib
import json
import logging
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import IO, Final

from headcall.kit.clock import Clock
from headcall.kit.role import DRAIN_S, EXIT_DONE, EXIT_HOPELESS
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
    """A role's process, through all its lives."""

    name: str
    fds: Mapping[str, socket.socket]
    environ: Mapping[str, str]
    clock: Clock
    command: Sequence[str] = ROLE_COMMAND
    """What is run, with the name behind it."""
    errors: IO[bytes] | None = None
    """Where its log goes; None: to ours."""
    pid: int = 0
    lives: int = 0
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    hopeless: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when it said that it cannot start until a person changes something."""
    _process: asyncio.subprocess.Process | None = None
    _restarts: Restarts = field(default_factory=Restarts)
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _was_ready: bool = False
    _heard_at: float = 0.0
    _heard: bytes = b""

    @property
    def is_stopping(self) -> bool:
        """Whether it is to end for good."""
        return self._stopping.is_set()

    async def live(self) -> None:
        """Runs it, again and again, until `stop`."""
        while True:
            code = await self._live_once()
            if self.is_stopping:
                return
            gap = self._restarts.gap(self.clock.now())
            if code == EXIT_HOPELESS:
                gap = REST_S
            if code == EXIT_HOPELESS or (not self._was_ready and self._restarts.recent >= TRIES):
                self.hopeless.set()
            log.error("%s ended (%s), started again in %.1f s", self.name, _ending(code), gap)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(gap):
                    await self._stopping.wait()
                    return

    async def _live_once(self) -> int:
        reading, writing = os.pipe()
        try:
            process = await self._spawn(writing)
        finally:
            os.close(writing)
        self._process, self.pid, self.lives = process, process.pid, self.lives + 1
        self._heard_at = self.clock.now()
        loop = asyncio.get_running_loop()
        os.set_blocking(reading, False)
        loop.add_reader(reading, self._listen, reading)
        watch = loop.create_task(self._watch(process), name=f"watch {self.name}")
        try:
            return await process.wait()
        finally:
            watch.cancel()
            loop.remove_reader(reading)
            os.close(reading)
            self.ready.clear()
            self._process, self.pid = None, 0

    async def _spawn(self, ready_fd: int) -> asyncio.subprocess.Process:
        numbers = {name: sock.fileno() for name, sock in self.fds.items()}
        environ = {**self.environ, "HEADCALL_FDS": json.dumps(numbers), "HEADCALL_READY_FD": str(ready_fd)}
        return await asyncio.create_subprocess_exec(
            *(*self.command, self.name),
            env={**environ, "HEADCALL_PARENT": str(os.getpid())},
            pass_fds=(*numbers.values(), ready_fd),
            stdin=subprocess.DEVNULL,
            stdout=self.errors if self.errors else sys.stderr,
            stderr=self.errors,
        )

    def _listen(self, fd: int) -> None:
        with contextlib.suppress(OSError):
            words = os.read(fd, 4096)
            if not words:  # it closed its end: only its exit follows
                asyncio.get_running_loop().remove_reader(fd)
            self._heard_at = self.clock.now()
            if b"ready" in words:
                self.ready.set()
                self._was_ready = True
                log.info("%s is ready (pid %d)", self.name, self.pid)

    async def _watch(self, process: asyncio.subprocess.Process) -> None:
        while True:
            await asyncio.sleep(WATCH_S)
            if self.ready.is_set() and self.clock.now() - self._heard_at > SILENT_S:
                log.error("%s hangs: no sign of life for %.0f s; ended by force", self.name, SILENT_S)
                process.kill()

    def retire(self) -> None:
        """It is not started again, whatever ends it from now on."""
        self._stopping.set()

    async def stop(self) -> None:
        """Lets it drain and end; by force if it does not."""
        self.retire()
        process = self._process
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(DRAIN_S + 5):
                await process.wait()
        except TimeoutError:
            log.error("%s does not end; ended by force", self.name)
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


def _ending(code: int) -> str:
    if code == EXIT_DONE:
        return "by itself"
    if code < 0:
        return f"killed by {signal.Signals(-code).name}"
    return f"exit code {code}"

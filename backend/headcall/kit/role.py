# SPDX-License-Identifier: Apache-2.0
"""The life of a role's process: start, ready, work, drain, end. Each role is one coroutine, `run(ctx)`.

The supervisor hands over by environment and inheritance: `HEADCALL_FDS` (JSON, name → descriptor of a listening
socket), `HEADCALL_READY_FD` (a pipe that takes our signs of life), `HEADCALL_GO_FD` (a pipe on which we wait before we
begin). Exit codes tell it why we ended.
"""

import asyncio
import contextlib
import ctypes
import gc
import itertools
import json
import logging
import os
import signal
import sys
import threading
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from headcall.kit.bus.port import Bus, BusError
from headcall.kit.clock import Clock, SystemClock
from headcall.kit.ids import IdMaker
from headcall.kit.metrics import Metrics
from headcall.kit.settings import Settings, SettingsError
from headcall.kit.tasks import Tasks

__all__ = [
    "ALIVE_EVERY_S",
    "DRAIN_S",
    "EXIT_DONE",
    "EXIT_FAILED",
    "EXIT_HOPELESS",
    "PR_SET_PDEATHSIG",
    "AtWork",
    "CannotStart",
    "RoleContext",
    "Run",
    "die_with_parent",
    "health_topic",
    "inherited_fds",
    "metrics_topic",
    "run_role",
    "wait_for_go",
]

log = logging.getLogger(__name__)

EXIT_DONE: Final = 0
EXIT_FAILED: Final = 1
"""Worth trying again."""
EXIT_HOPELESS: Final = 78
"""Trying again would fail the same way: a setting is wrong, a file is missing (EX_CONFIG of sysexits.h)."""

DRAIN_S: Final = 10.0
"""How long a role may take to end its work after SIGTERM."""
ALIVE_EVERY_S: Final = 1.0
PR_SET_PDEATHSIG: Final = 1


AtWork = Callable[[], AbstractContextManager[None]]
"""Around what a thread does for us unseen by the event loop: in a rehearsal the calendar stands still meanwhile."""


class CannotStart(Exception):
    """The role cannot work until a person changes something; the text says what."""


@dataclass
class RoleContext:
    """What a role is given. It takes what it needs from here at the top and passes that on, never this."""

    name: str
    """As in `sfu-1`; also the node's name on the bus."""
    bus: Bus
    settings: Settings
    """`ctx.settings.section(headcall.wire.settings.Site)`"""
    data_dir: Path
    """Exists. A role keeps its own things in a folder named as the role's kind."""
    fds: Mapping[str, int] = field(default_factory=dict)
    """Listening sockets, by name: `http`, `media`, `sip-trunk-udp` …"""
    clock: Clock = field(default_factory=SystemClock)
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    """By the clock's calendar; what goes by the machine's time sleeps by `asyncio.sleep`."""
    at_work: AtWork = nullcontext
    metrics: Metrics = field(default_factory=Metrics)
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the role is to end: take nothing new, finish, return."""
    health: dict[str, str] = field(default_factory=dict)
    """What is not well just now, by part, in words. Empty means healthy."""
    is_ready: asyncio.Event = field(default_factory=asyncio.Event)
    ready_fd: int | None = None

    def __post_init__(self) -> None:
        self.epoch = self.clock.wall_ms()
        """Start of this process, milliseconds since 1970."""
        self.ids = IdMaker(self.clock)
        self.tasks = Tasks(self.name)

    def ready(self) -> None:
        """Says that the role does its work from now on."""
        if self.ready_fd is not None:
            # Programs, tables of the mapper, routes: they live as long as the process. Looked through by the collector
            # again and again, they had the backend stand still for 150 ms every ten seconds (docs/measured.md).
            gc.freeze()
        self.is_ready.set()
        self._tell("ready")

    def alive(self) -> None:
        """A sign of life for the supervisor, which ends a process whose event loop hangs."""
        self._tell("alive")

    def _tell(self, word: str) -> None:
        if self.ready_fd is not None:
            with contextlib.suppress(OSError):
                os.write(self.ready_fd, word.encode() + b"\n")

    def announce(self, topic: str, message: Callable[[], bytes], *, every_s: float = 2.0) -> None:
        """Publishes what `message` makes, now and again, until the role ends. For heartbeats."""
        self.tasks.start(self._announce(topic, message, every_s), f"announce on {topic}")

    async def _announce(self, topic: str, message: Callable[[], bytes], every_s: float) -> None:
        for n in itertools.count():
            with contextlib.suppress(BusError):  # the hub is away: the next one will do
                await self.bus.publish(topic, message())
            # More often at first: whoever starts beside us should not have to wait.
            await asyncio.sleep(every_s / 8 if n < 16 else every_s)


Run = Callable[[RoleContext], Awaitable[None]]


def metrics_topic(node: str) -> str:
    """Where each node answers with its figures, in the text format of Prometheus."""
    return f"metrics.{node}"


def health_topic(node: str) -> str:
    """Where each node answers with what is not well (JSON: `RoleContext.health`)."""
    return f"health.{node}"


def inherited_fds(environ: Mapping[str, str] = os.environ) -> dict[str, int]:
    """The sockets handed over by the supervisor. They are not inherited any further."""
    fds: dict[str, int] = json.loads(environ.get("HEADCALL_FDS", "{}"))
    for fd in fds.values():
        os.set_inheritable(fd, False)
    return fds


def wait_for_go(environ: Mapping[str, str] = os.environ) -> bool:
    """Waits for the supervisor's word, with all programs read. False if we are not needed."""
    fd = environ.get("HEADCALL_GO_FD")
    if fd is None:
        return True
    word = os.read(int(fd), 16)
    os.close(int(fd))
    return word != b""


def die_with_parent(parent: int) -> None:
    """Has the kernel send us SIGTERM when the supervisor dies, whatever it dies of."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it died before the line above
        sys.exit(EXIT_DONE)


async def run_role(ctx: RoleContext, run: Run) -> int:
    """Runs a role to its end in this process and returns the exit code."""
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(_unseen)
    # The supervisor alone decides about Ctrl-C, which the terminal sends to all of us.
    loop.add_signal_handler(signal.SIGINT, lambda: None)
    # If even the event loop hangs, a thread ends the process: nothing may be left behind.
    last_resort = threading.Timer(DRAIN_S + 5.0, lambda: os._exit(EXIT_FAILED))
    last_resort.daemon = True
    loop.add_signal_handler(signal.SIGTERM, lambda: _stop(ctx, last_resort))
    ctx.tasks.start(_live(ctx), "signs of life")
    work = loop.create_task(_work(ctx, run), name=ctx.name)
    stopping = loop.create_task(ctx.stop.wait(), name="stop")
    try:
        await asyncio.wait({work, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            log.info("draining")
            await asyncio.wait({work}, timeout=DRAIN_S)
        return await _outcome(work)
    finally:
        last_resort.cancel()
        stopping.cancel()
        await ctx.tasks.close()
        await ctx.bus.close()


async def _work(ctx: RoleContext, run: Run) -> None:
    served = [
        await ctx.bus.serve(metrics_topic(ctx.name), lambda _: _reply(ctx.metrics.render())),
        await ctx.bus.serve(health_topic(ctx.name), lambda _: _reply(json.dumps(ctx.health).encode())),
    ]
    try:
        await run(ctx)
    finally:
        for topic in served:
            await topic.close()


async def _reply(data: bytes) -> bytes:
    return data


async def _outcome(work: "asyncio.Task[None]") -> int:
    if not work.done():
        log.error("did not finish within %.0f s; ended by force", DRAIN_S)
        work.cancel()
        await asyncio.wait({work}, timeout=2.0)
        return EXIT_FAILED
    if work.cancelled():
        return EXIT_FAILED
    match work.exception():
        case None:
            return EXIT_DONE
        case CannotStart() | SettingsError() as error:
            log.error("cannot start: %s", error)
            return EXIT_HOPELESS
        case error:
            log.error("failed", exc_info=error)
            return EXIT_FAILED


async def _live(ctx: RoleContext) -> None:
    while True:
        ctx.alive()
        await asyncio.sleep(ALIVE_EVERY_S)


def _stop(ctx: RoleContext, last_resort: threading.Timer) -> None:
    if not ctx.stop.is_set():
        ctx.stop.set()
        last_resort.start()


def _unseen(loop: asyncio.AbstractEventLoop, context: dict[str, object]) -> None:
    error = context.get("exception")
    log.error("event loop: %s", context.get("message"), exc_info=error if isinstance(error, BaseException) else None)

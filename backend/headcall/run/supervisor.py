# SPDX-License-Identifier: Apache-2.0
"""Holds the listening sockets and the bus hub, starts the roles, starts them again, and ends them in good order.

It parses nothing that a peer sends. What it opens it keeps while a role is away: the kernel goes on taking packets and
connections, and the role's next life finds them.

    <data>/run/lock            held while we run: two supervisors never share a folder
    <data>/run/bus.sock        the hub
    <data>/run/settings.json   for the roles, with secrets: readable by us only
"""

import asyncio
import contextlib
import fcntl
import logging
import os
import signal
import socket
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import IO, Final

from headcall.kit.addresses import own_addresses
from headcall.kit.bus.local import Hub
from headcall.kit.clock import SystemClock
from headcall.kit.settings import Settings
from headcall.kit.tasks import Tasks
from headcall.run import assemble
from headcall.run.certificate import ensure_certificate
from headcall.run.children import ROLE_COMMAND, Child, StartFailed
from headcall.run.process import Program
from headcall.run.sockets import open_all
from headcall.wire.settings import Site, Web

log = logging.getLogger(__name__)

START_LIMIT_S: Final = 120.0
LONGEST_SOCKET_PATH: Final = 100
"""A Unix socket's path has room for 107 octets (unix(7))."""


class InUse(Exception):
    """Another supervisor has this data folder."""


@dataclass
class Supervisor:
    """Everything on this machine."""

    settings: Settings
    data: Path
    errors: IO[bytes] | None = None
    """Where the roles log to; None: standard error."""
    command: Sequence[str] = ROLE_COMMAND
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    children: dict[str, Child] = field(default_factory=dict)
    _hub: Hub = field(default_factory=Hub)
    _clock: SystemClock = field(default_factory=SystemClock)

    async def run(self, when_ready: Callable[["Supervisor"], Awaitable[None]]) -> None:
        """Runs until SIGTERM or Ctrl-C. Raises `PortUnusable`, `InUse`, `StartFailed`, `SettingsError`."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, self.stop.set)
        folder = self.data / "run"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _lock(folder / "lock"), contextlib.ExitStack() as undo:
            sockets = open_all(assemble.listens(self.settings))
            for sock in sockets.values():
                undo.enter_context(sock)
            undo.callback((folder / "settings.json").unlink, missing_ok=True)
            write_private(folder / "settings.json", self.settings.to_json())
            await self._prepare_tls()
            hub = _hub_path(folder, undo)
            if assemble.needs_hub(self.settings):
                await self._hub.start(hub)
            self._make_children(sockets, hub)
            await self._live(when_ready)

    async def _prepare_tls(self) -> None:
        web = self.settings.section(Web)
        if web.https_port and not web.certificate:
            addresses = self.settings.section(Site).addresses or tuple(own_addresses())
            await asyncio.to_thread(ensure_certificate, self.data / "tls", addresses)

    def _make_children(self, sockets: dict[str, socket.socket], hub: Path) -> None:
        environ = os.environ | {
            "HEADCALL_DATA": str(self.data),
            "HEADCALL_BUS": str(hub),
            "HEADCALL_SETTINGS": str(self.data / "run" / "settings.json"),
        }
        for name in assemble.role_names(self.settings):
            kind = assemble.KINDS[assemble.kind_of(name)]
            fds = {fd: sockets[fd] for fd in kind.fds if fd in sockets}
            program = Program((*self.command, name), environ, fds, self.errors)
            self.children[name] = Child(name, program, self._clock, kind.has_spare)

    async def _live(self, when_ready: Callable[["Supervisor"], Awaitable[None]]) -> None:
        tasks = Tasks("supervisor")
        stopping = tasks.start(self.stop.wait(), "stop")
        lives = [tasks.start(child.live(), child.name) for child in self.children.values()]
        try:
            starting = asyncio.ensure_future(self._all_ready())
            await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if starting.done():
                starting.result()
                await self._serve(when_ready)
            else:
                starting.cancel()
        finally:
            await self._stop_children()
            await asyncio.gather(*lives, return_exceptions=True)
            await tasks.close()
            await self._hub.close()

    async def _serve(self, when_ready: Callable[["Supervisor"], Awaitable[None]]) -> None:
        greeting = asyncio.ensure_future(when_ready(self))
        stopping = asyncio.ensure_future(self.stop.wait())
        await asyncio.wait({greeting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if greeting.done():
            greeting.result()
            await stopping
        else:
            greeting.cancel()
        log.info("stopping")

    async def _all_ready(self) -> None:
        try:
            async with asyncio.timeout(START_LIMIT_S):
                await asyncio.gather(*(_ready_or_hopeless(child) for child in self.children.values()))
        except TimeoutError:
            late = ", ".join(name for name, child in self.children.items() if not child.ready.is_set())
            raise StartFailed(f"not ready after {START_LIMIT_S:.0f} s: {late}. Their log lines say more.") from None

    async def _stop_children(self) -> None:
        def turn(child: Child) -> int:
            return assemble.KINDS[assemble.kind_of(child.name)].stops

        for child in self.children.values():
            child.retire()
        for _, group in groupby(sorted(self.children.values(), key=turn), key=turn):
            await asyncio.gather(*(child.stop() for child in group))


async def _ready_or_hopeless(child: Child) -> None:
    ready = asyncio.ensure_future(child.ready.wait())
    hopeless = asyncio.ensure_future(child.hopeless.wait())
    try:
        await asyncio.wait({ready, hopeless}, return_when=asyncio.FIRST_COMPLETED)
        if not ready.done():
            raise StartFailed(f"{child.name} cannot start; its line in the log says why.")
    finally:
        ready.cancel()
        hopeless.cancel()


@contextlib.contextmanager
def _lock(path: Path) -> Iterator[None]:
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            who = file.read().strip() or "unknown"
            raise InUse(
                f"{path.parent.parent} is used by a running HeadCall (pid {who}). End it or use --data."
            ) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        try:
            yield
        finally:
            path.unlink(missing_ok=True)


def _hub_path(folder: Path, undo: contextlib.ExitStack) -> Path:
    path = (folder / "bus.sock").resolve()
    if len(str(path)) > LONGEST_SOCKET_PATH:
        path = Path(undo.enter_context(tempfile.TemporaryDirectory(prefix="headcall-"))) / "bus.sock"
    undo.callback(path.unlink, missing_ok=True)
    return path


def write_private(path: Path, text: str) -> None:
    """Writes a file that only we may read, whole or not at all."""
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    new.replace(path)


async def serve_until_stopped(supervisor: Supervisor) -> None:
    """For `serve`: says where the doors are."""
    web = supervisor.settings.section(Web)
    log.info("ready: http://localhost:%d, and port %d with TLS", web.http_port, web.https_port)

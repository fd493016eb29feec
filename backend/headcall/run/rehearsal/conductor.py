# SPDX-License-Identifier: Apache-2.0
"""Lets the calendar of a rehearsal go on: only while nobody works, to the next moment that somebody waits for.

Nobody works when each member's event loop waits in its selector, no thread works for it, and nothing is there to be
read: the kernel says so of the very selector the loop waits in, which each member has shown us. What one process of
this machine sends to another lies in the other's socket when `send` returns, so nothing is under way unseen.

That is looked at twice with the pace in between, and each member's turns must be the same both times.
"""

import asyncio
import contextlib
import logging
import os
import select
import socket
import threading
import time
from collections.abc import Callable
from typing import Final

from headcall.kit.role import RoleContext
from headcall.run.rehearsal.calendar import NEVER, Calendar
from headcall.run.rehearsal.timing import calendar_of, socket_of

log = logging.getLogger(__name__)

GLANCE_S: Final = 0.000_3
"""Between two looks."""
CREDIT_S: Final = 1.0
"""Real: what the pace has lost to so much work is made up for afterwards."""
LONGEST_STEP_US: Final = 1_000_000
STUCK_S: Final = 30.0
"""Real: if somebody works for so long on end, we go on all the same and count it as a fault (`Calendar.forced`)."""


class Conductor:
    """Decides; `look` is called again and again with the machine's time."""

    def __init__(
        self, calendar: Calendar, speed: float, *, is_still: Callable[[], bool], wake: Callable[[str], None]
    ) -> None:
        self._calendar, self._speed, self._is_still, self._wake = calendar, speed, is_still, wake
        self._members = calendar.members()
        self._paid_s = self._quiet_at = 0.0
        self._turns: list[int] | None = None
        """Of all members when they were first seen idle."""

    def look(self, now_s: float) -> None:
        """Goes on by one step if nobody works and the pace allows it."""
        turns = self._idle_turns()
        if turns is None and now_s - self._quiet_at > STUCK_S and self._quiet_at:
            self._give_up_waiting()
        elif turns is not None:
            self._quiet_at = now_s
            if turns == self._turns:
                self._go_on(now_s)
                return
        self._turns = turns

    def _idle_turns(self) -> list[int] | None:
        """None if anybody works, or has something to read."""
        turns = [member.turns for member in self._members]
        if any(member.is_busy for member in self._members) or not self._is_still():
            return None
        if any(member.is_busy for member in self._members) or turns != [member.turns for member in self._members]:
            return None
        return turns

    def _go_on(self, now_s: float) -> None:
        due, now = min(member.due_us for member in self._members), self._calendar.now_us()
        if due == NEVER:
            return
        step = min(max(0, due - now), LONGEST_STEP_US)
        paid_s = max(self._paid_s, now_s - CREDIT_S) + step / 1e6 / self._speed
        if now_s < paid_s:
            return
        self._paid_s = paid_s
        self._calendar.skip(step)
        self._wake_due()

    def _wake_due(self) -> None:
        now = self._calendar.now_us()
        for name, member in zip(self._calendar.names, self._members, strict=True):
            if member.due_us <= now:
                self._wake(name)
        self._turns = None

    def _give_up_waiting(self) -> None:
        busy = [name for name, member in zip(self._calendar.names, self._members, strict=True) if member.is_busy]
        log.error("the calendar stood for %.0f s, held by %s: it goes on", STUCK_S, ", ".join(busy) or "what is unread")
        self._calendar.force()
        self._quiet_at = 0.0
        self._calendar.skip(LONGEST_STEP_US)
        self._wake_due()


class Selectors:
    """Those of all members, and the lines on which they are woken."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = names
        self._lines: dict[str, tuple[socket.socket, int]] = {}
        self._poll = select.poll()

    def add(self, line: socket.socket) -> None:
        """A member has come."""
        word, fds, _, _ = socket.recv_fds(line, 64, 1)
        name = word.decode()
        if name not in self._names or not fds:
            raise ValueError(f"no member `{name}`")
        line.setblocking(False)
        lines = {**self._lines, name: (line, fds[0])}
        poll = select.poll()
        for each, fd in lines.values():
            poll.register(fd, select.POLLIN)
            poll.register(each, select.POLLIN)  # its end: the member has died, and comes back or not
        if name in self._lines:
            _forget(*self._lines[name])
        self._poll, self._lines = poll, lines

    def is_still(self) -> bool:
        """Whether all are here and none has anything to read."""
        return len(self._lines) == len(self._names) and not self._poll.poll(0)

    def wake(self, name: str) -> None:
        with contextlib.suppress(OSError):  # it has just ended
            self._lines[name][0].send(b"w")


def _forget(line: socket.socket, fd: int) -> None:
    line.close()
    os.close(fd)


async def run(ctx: RoleContext) -> None:
    """Conducts until `ctx.stop`. A role like any other; the looking is done by a thread of its own."""
    calendar, speed = calendar_of(ctx.settings, ctx.data_dir)
    selectors, over = Selectors(calendar.names), threading.Event()
    with contextlib.closing(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)) as door:
        door.bind(str(socket_of(ctx.data_dir)))
        door.listen()
        door.setblocking(False)
        conductor = Conductor(calendar, speed, is_still=selectors.is_still, wake=selectors.wake)
        thread = threading.Thread(target=_look_on, args=(conductor, over), name="conductor", daemon=True)
        thread.start()
        greeting = ctx.tasks.start(_greet(door, selectors), "members")
        ctx.ready()
        await ctx.stop.wait()
        over.set()
        greeting.cancel()
        thread.join(1.0)


def _look_on(conductor: Conductor, over: threading.Event) -> None:
    while not over.is_set():
        conductor.look(time.monotonic())
        time.sleep(GLANCE_S)


async def _greet(door: socket.socket, selectors: Selectors) -> None:
    while True:
        line, _ = await asyncio.get_running_loop().sock_accept(door)
        line.setblocking(True)
        selectors.add(line)

# SPDX-License-Identifier: Apache-2.0
"""The calendar of a rehearsal: one for all its processes, in a small file that each of them maps.

It stands still while anybody works, and goes on to the next moment that somebody waits for (`conductor.py`). All that
work itself takes of it is one millisecond for each turn of the backend's event loop: so two events of which one led to
the other never share a moment, however fast the machine is, and a busy machine makes nobody late.

Everybody has a row, written by nobody else; the moment is the sum of what the conductor has skipped and the backend's
turns, so it never goes back and needs no lock.
"""

import asyncio
import contextlib
import heapq
import itertools
import mmap
import selectors
import socket
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from headcall.kit.clock import Clock, SystemClock

TURN_US: Final = 1_000
NEVER: Final = (1 << 62) - 1
"""A member that waits for no moment."""
JOIN_EVERY_S: Final = 0.05
"""Real: until the conductor is there."""
WORD: Final = 8
SKIPPED, FORCED, HEAD = 0, 1, 2
TURNS, BUSY, JOBS, DUE, ROW = 0, 1, 2, 3, 4


class Calendar:
    """The file. `names` are the members, in the same order for all."""

    def __init__(self, path: Path, names: Sequence[str]) -> None:
        self.path, self.names = path, tuple(names)
        size = WORD * (HEAD + ROW * len(self.names))
        with path.open("ab") as file:
            file.truncate(size)
        with path.open("r+b") as file:
            self._words = memoryview(mmap.mmap(file.fileno(), size)).cast("q")
        self._clockwork = HEAD + ROW * self.names.index("backend") + TURNS

    def now_us(self) -> int:
        """Virtual, since it began."""
        return self._words[SKIPPED] + self._words[self._clockwork] * TURN_US

    def skip(self, us: int) -> None:
        """Only the conductor does."""
        self._words[SKIPPED] += us

    @property
    def forced(self) -> int:
        """How often it had to go on although somebody worked: a fault of the rehearsal (`conductor.py`)."""
        return self._words[FORCED]

    def force(self) -> None:
        self._words[FORCED] += 1

    def member(self, name: str) -> "Member":
        return Member(self, HEAD + ROW * self.names.index(name), self._words)

    def members(self) -> list["Member"]:
        return [self.member(name) for name in self.names]


class Member:
    """One process: whether it works, and the next moment it waits for."""

    def __init__(self, calendar: Calendar, at: int, words: memoryview) -> None:
        self.calendar, self._at, self._words = calendar, at, words

    @property
    def turns(self) -> int:
        return self._words[self._at + TURNS]

    @property
    def is_busy(self) -> bool:
        return self._words[self._at + BUSY] != 0 or self._words[self._at + JOBS] != 0

    @property
    def due_us(self) -> int:
        return self._words[self._at + DUE]

    @due_us.setter
    def due_us(self, moment: int) -> None:
        self._words[self._at + DUE] = moment

    def begin(self) -> None:
        """A process begins its life. What its predecessor was about is over; the turns go on."""
        self._words[self._at + BUSY], self._words[self._at + JOBS], self.due_us = 1, 0, NEVER

    def rest(self) -> None:
        self._words[self._at + BUSY] = 0

    def turn(self) -> None:
        self._words[self._at + BUSY] = 1
        self._words[self._at + TURNS] += 1

    @contextlib.contextmanager
    def at_work(self) -> Iterator[None]:
        """Around what the event loop waits for and does not see, in a thread."""
        self._words[self._at + JOBS] += 1
        try:
            yield
        finally:
            self._words[self._at + JOBS] -= 1


class WatchedSelector(selectors.EpollSelector):
    """Says when the event loop has nothing to do."""

    def __init__(self, member: Member) -> None:
        super().__init__()
        self._member = member

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is not None and timeout <= 0:
            if found := super().select(timeout):
                self._member.turn()
            return found
        self._member.rest()
        try:
            return super().select(timeout)
        finally:
            self._member.turn()


class WatchedLoop(asyncio.SelectorEventLoop):
    def __init__(self, member: Member) -> None:
        member.begin()
        self._member, self.watched = member, WatchedSelector(member)
        super().__init__(self.watched)

    def run_in_executor(self, executor: Any, func: Callable[..., Any], *args: Any) -> Any:  # type: ignore[override]
        work = self._member.at_work()
        work.__enter__()
        future = super().run_in_executor(executor, func, *args)
        future.add_done_callback(lambda _: work.__exit__(None, None, None))
        return future


class RehearsalClock:
    """The calendar as a clock. With `real_timers` only what is written down goes by it: a protocol's timers, which
    count by `now`, must fit the peer's."""

    def __init__(
        self, member: Member, speed: float, began_ms: int, *, real_timers: bool = False, machine: Clock | None = None
    ) -> None:
        self.speed, self._member, self._began_ms = speed, member, began_ms
        self._machine = (machine or SystemClock()) if real_timers else None
        self._sleepers: list[tuple[int, int, asyncio.Future[None]]] = []
        self._numbers = itertools.count()

    def now(self) -> float:
        return self._machine.now() if self._machine else self._member.calendar.now_us() / 1e6

    def wall_ms(self) -> int:
        return self._began_ms + self._member.calendar.now_us() // 1000

    def not_before(self, wall_ms: int) -> None:
        """Nothing: it is one calendar for all processes, and never goes back."""

    async def sleep(self, seconds: float) -> None:
        """Until the calendar has gone on by this much."""
        due = self._member.calendar.now_us() + round(seconds * 1e6)
        future = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (due, next(self._numbers), future))
        self._tell()
        try:
            await future
        finally:
            future.cancel()  # if we were: nobody waits for that moment any more

    def wake(self) -> None:
        """The calendar has gone on."""
        now = self._member.calendar.now_us()
        while self._sleepers and self._sleepers[0][0] <= now:
            future = heapq.heappop(self._sleepers)[2]
            if not future.done():
                future.set_result(None)
        self._tell()

    def _tell(self) -> None:
        while self._sleepers and self._sleepers[0][2].done():
            heapq.heappop(self._sleepers)
        self._member.due_us = self._sleepers[0][0] if self._sleepers else NEVER


async def join(path: Path, name: str, clock: RehearsalClock) -> None:
    """Shows the conductor our selector, and is woken by it from then on."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, WatchedLoop)
    line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    line.setblocking(False)
    while True:
        try:
            await loop.sock_connect(line, str(path))
            break
        except OSError:  # it is not there yet
            await asyncio.sleep(JOIN_EVERY_S)
    socket.send_fds(line, [name.encode()], [loop.watched.fileno()])
    loop.add_reader(line, _woken, loop, line, clock)


def _woken(loop: asyncio.AbstractEventLoop, line: socket.socket, clock: RehearsalClock) -> None:
    try:
        words = line.recv(64)
    except BlockingIOError:
        return
    except OSError:
        words = b""
    if not words:  # the conductor has gone: the calendar stands
        loop.remove_reader(line)
        line.close()
        return
    clock.wake()

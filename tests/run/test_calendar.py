# SPDX-License-Identifier: Apache-2.0
"""The calendar of a rehearsal stands while anybody works, and nobody who waits for it is forgotten."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from headcall.kit.clock import ManualClock
from headcall.run.rehearsal.calendar import NEVER, Calendar, Member, RehearsalClock, WatchedLoop, join
from headcall.run.rehearsal.conductor import CREDIT_S, STUCK_S, Conductor, Selectors
from headcall.run.rehearsal.day import MOST_FORCED, _until_stuck

NAMES = ("backend", "callers")


@pytest.fixture
def calendar(tmp_path: Path) -> Calendar:
    made = Calendar(tmp_path / "calendar", NAMES)
    for member in made.members():
        member.begin()
        member.rest()
    return made


def live(member: Member, story: Callable[[RehearsalClock], Coroutine[Any, Any, None]]) -> None:
    clock = RehearsalClock(member, 60, 5_000)
    with asyncio.Runner(loop_factory=lambda: WatchedLoop(member)) as runner:
        runner.run(story(clock))


# ------------------------------------------------------------ the shared file


def test_all_processes_read_the_same_moment(calendar: Calendar) -> None:
    other = Calendar(calendar.path, NAMES)
    calendar.skip(3_000_000)
    for _ in range(5):
        other.member("backend").turn()
    other.member("callers").turn()
    assert calendar.now_us() == other.now_us() == 3_005_000, "a turn of the backend is a millisecond, of others nothing"
    clock = RehearsalClock(calendar.member("callers"), 60, 5_000)
    assert (clock.now(), clock.wall_ms(), clock.speed) == (3.005, 8_005, 60)


def test_a_process_that_begins_anew_takes_nothing_back(calendar: Calendar) -> None:
    backend = calendar.member("backend")
    backend.turn()
    backend.at_work().__enter__()  # killed in the middle of it
    backend.due_us = 7
    again = Calendar(calendar.path, NAMES).member("backend")
    again.begin()
    again.rest()
    assert (calendar.now_us(), again.is_busy, again.due_us) == (1_000, False, NEVER)


def test_a_protocol_keeps_its_timers_and_shares_the_calendar(calendar: Calendar) -> None:
    machine = ManualClock(now=10.0)
    clock = RehearsalClock(calendar.member("callers"), 60, 5_000, real_timers=True, machine=machine)
    machine.advance(2)
    calendar.skip(60_000_000)
    assert (clock.now(), clock.wall_ms()) == (12.0, 65_000)


# ------------------------------------------------------------ who works


def test_an_event_loop_works_but_where_it_waits(calendar: Calendar) -> None:
    member, seen, asked = calendar.member("backend"), list[bool](), threading.Event()

    async def story(_: RehearsalClock) -> None:
        loop, (ours, theirs) = asyncio.get_running_loop(), socket.socketpair()
        read = loop.create_future()
        loop.add_reader(ours, lambda: read.set_result(ours.recv(1)))
        turns = member.turns
        thread = threading.Thread(target=_send_when_it_waits, args=(member, seen, theirs, asked))
        thread.start()
        asked.wait()
        assert await read == b"x"
        assert member.is_busy
        assert member.turns > turns
        thread.join()
        loop.remove_reader(ours)
        ours.close()
        theirs.close()

    live(member, story)
    assert seen == [True, False]


def _send_when_it_waits(member: Member, seen: list[bool], line: socket.socket, asked: threading.Event) -> None:
    """`seen`: whether it works while it is asked to, and once it has nothing to do."""
    seen.append(member.is_busy)
    asked.set()
    while member.is_busy:
        pass
    seen.append(member.is_busy)
    line.send(b"x")


def test_a_threads_work_is_work(calendar: Calendar) -> None:
    member = calendar.member("backend")

    async def story(_: RehearsalClock) -> None:
        member.rest()
        assert await asyncio.to_thread(lambda: member.is_busy)
        member.rest()
        seen = [member.is_busy]
        with member.at_work():
            seen.append(member.is_busy)
        assert [*seen, member.is_busy] == [False, True, False]

    live(member, story)


# ------------------------------------------------------------ waiting


def test_sleepers_are_woken_in_their_order_and_the_next_one_is_told(calendar: Calendar) -> None:
    member, woken = calendar.member("callers"), list[int]()

    async def story(clock: RehearsalClock) -> None:
        pass_by = clock.sleep

        async def sleep(seconds: int) -> None:
            await pass_by(seconds)
            woken.append(seconds)

        sleepers = [asyncio.ensure_future(sleep(seconds)) for seconds in (3, 1, 2)]
        await asyncio.sleep(0)
        assert member.due_us == 1_000_000
        sleepers[1].cancel()
        await asyncio.sleep(0)
        clock.wake()
        assert member.due_us == 2_000_000, "nobody waits for that moment any more"
        calendar.skip(2_500_000)
        clock.wake()
        await asyncio.sleep(0)
        assert (woken, member.due_us) == ([2], 3_000_000)
        calendar.skip(500_000)
        clock.wake()
        await asyncio.gather(*sleepers, return_exceptions=True)
        assert (woken, member.due_us) == ([2, 3], NEVER)

    live(member, story)


# ------------------------------------------------------------ going on


@dataclass
class Stage:
    """A conductor whose members and machine time are the test's."""

    calendar: Calendar
    now_s: float = 100.0
    is_still: bool = True
    woken: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.conductor = Conductor(self.calendar, 60, is_still=lambda: self.is_still, wake=self.woken.append)

    def look(self, times: int, every_s: float = 0.001) -> int:
        """What the calendar has gone on by."""
        before = self.calendar.now_us()
        for _ in range(times):
            self.now_s += every_s
            self.conductor.look(self.now_s)
        return self.calendar.now_us() - before


def test_it_goes_on_to_what_is_next_and_wakes_who_waits_for_that(calendar: Calendar) -> None:
    stage = Stage(calendar)
    calendar.member("backend").due_us, calendar.member("callers").due_us = 200_000, 300_000
    assert stage.look(2) == 200_000
    assert stage.woken == ["backend"]


@pytest.mark.parametrize("why", ["busy", "thread", "unread", "turning"])
def test_it_stands_while_anybody_works(calendar: Calendar, why: str) -> None:
    stage, callers = Stage(calendar), calendar.member("callers")
    calendar.member("backend").due_us = 200_000
    stage.is_still = why != "unread"
    with callers.at_work() if why == "thread" else contextlib.nullcontext():
        for _ in range(50):
            if why in ("busy", "turning"):
                callers.turn()
            if why == "turning":
                callers.rest()
            assert stage.look(1) == 0
    assert not stage.woken


def test_it_never_goes_faster_than_asked_but_makes_up_for_work(calendar: Calendar) -> None:
    stage, backend = Stage(calendar), calendar.member("backend")
    backend.due_us = 10**9
    stage.look(round(CREDIT_S * 1000))
    assert stage.look(1000) == pytest.approx(60_000_000, rel=0.02), "a second at speed 60"
    backend.turn()
    stage.look(500)
    backend.rest()
    assert stage.look(500) == pytest.approx(60_000_000, rel=0.02), "as if nobody had worked"
    backend.turn()
    stage.look(20_000)
    backend.rest()
    assert stage.look(1000) <= 60_000_000 * (1 + CREDIT_S) + 1_000_000, "but not for everything"


def test_where_nobody_waits_for_anything_it_stands(calendar: Calendar) -> None:
    assert Stage(calendar).look(100) == 0


def test_who_works_for_ever_is_a_fault_that_is_counted(calendar: Calendar) -> None:
    stage, backend = Stage(calendar), calendar.member("backend")
    stage.look(2)
    backend.turn()
    assert stage.look(round(STUCK_S * 1000) - 10) == 0
    assert calendar.forced == 0
    assert stage.look(1000) > 0
    assert calendar.forced == 1


def test_a_day_whose_calendar_stands_again_and_again_is_given_up(calendar: Calendar) -> None:
    for _ in range(MOST_FORCED):
        calendar.force()
    asyncio.run(_until_stuck(calendar))


# ------------------------------------------------------------ the doors


def test_what_a_member_has_not_read_yet_is_seen(calendar: Calendar, tmp_path: Path) -> None:
    """The member is idle by its own account; the kernel knows better."""
    member, selectors = calendar.member("backend"), Selectors(("backend",))

    async def story(clock: RehearsalClock) -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
            door.bind(str(tmp_path / "door"))
            door.listen()
            joining = asyncio.ensure_future(join(tmp_path / "door", "backend", clock))
            line, _ = await asyncio.to_thread(door.accept)
            await joining
        assert not selectors.is_still(), "not everybody is here"
        selectors.add(line)
        pass_by = clock.sleep
        sleeping = asyncio.ensure_future(pass_by(1))
        await asyncio.sleep(0)
        assert selectors.is_still()
        calendar.skip(1_000_000)
        selectors.wake("backend")
        assert not selectors.is_still(), "a word lies there unread"
        await sleeping
        assert selectors.is_still()
        line.close()
        await asyncio.to_thread(lambda: None)  # a turn, in which we notice

    live(member, story)


def test_while_a_member_is_dead_the_calendar_stands() -> None:
    selectors = Selectors(("backend",))
    with socket.socket(type=socket.SOCK_DGRAM) as idle:
        for _ in range(2):
            ours, theirs = socket.socketpair()
            socket.send_fds(theirs, [b"backend"], [idle.fileno()])
            selectors.add(ours)
            before = selectors.is_still()
            theirs.close()
            assert (before, selectors.is_still()) == (True, False)
        ours.close()


def test_a_stranger_is_no_member() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.send(b"nobody")
        with pytest.raises(ValueError, match="nobody"):
            Selectors(("backend",)).add(ours)

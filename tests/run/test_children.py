# SPDX-License-Identifier: Apache-2.0
"""Children are started, watched, started again and ended. With real processes, and no waiting but for them."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from headcall.kit.clock import SystemClock
from headcall.kit.role import EXIT_HOPELESS
from headcall.run.children import TRIES, Child
from headcall.run.process import Process, Program

GOOD = """
import os, signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
os.write(int(os.environ["HEADCALL_READY_FD"]), b"ready\\n")
while True: signal.pause()
"""
ANSWERING = """
import json, os, signal, socket, sys
udp = socket.socket(fileno=json.loads(os.environ["HEADCALL_FDS"])["udp"])
os.write(int(os.environ["HEADCALL_READY_FD"]), b"ready\\n")
udp.setblocking(True)
while True:
    data, peer = udp.recvfrom(100)
    udp.sendto(data + str(os.getpid()).encode(), peer)
"""
HOPELESS = f"import sys; sys.exit({EXIT_HOPELESS})"
STUBBORN = GOOD.replace("sys.exit(0)", "None")


SPARE = (
    """
import os, sys
if os.read(int(os.environ["HEADCALL_GO_FD"]), 16) != b"go": sys.exit(3)
"""
    + GOOD
)


def state(pid: int) -> str:
    """One letter, as in proc(5); Z also for one that is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return "Z"


def is_running(pid: int) -> bool:
    return state(pid) != "Z"


def child(code: str, *, has_spare: bool = False, **fds: socket.socket) -> Child:
    program = Program((sys.executable, "-c", code), dict(os.environ), fds)
    return Child("x", program, SystemClock(), has_spare)


async def spare_of(one: Child) -> Process:
    while one._spare is None:
        await asyncio.sleep(0)
    return one._spare


@asynccontextmanager
async def living(one: Child) -> AsyncIterator[None]:
    life = asyncio.create_task(one.live())
    try:
        yield
    finally:
        await one.stop()
        await life


def play(scenario: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(20):
            await scenario()

    asyncio.run(bounded())


def test_a_child_says_that_it_is_ready_and_ends_when_asked() -> None:
    async def scenario() -> None:
        one = child(GOOD)
        async with living(one):
            await one.ready.wait()
            pid = one.pid
            os.kill(pid, 0)
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
        assert one.lives == 1

    play(scenario)


def test_a_child_that_is_killed_lives_again_on_the_same_socket() -> None:
    async def scenario() -> None:
        loop = asyncio.get_running_loop()
        with (
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server,
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client,
        ):
            server.bind(("127.0.0.1", 0))
            client.setblocking(False)
            one = child(ANSWERING, udp=server)
            async with living(one):
                await one.ready.wait()
                first = one.pid
                os.kill(first, signal.SIGSTOP)
                while state(first) != "T":
                    await asyncio.sleep(0)
                client.sendto(b"sent during the outage ", server.getsockname())
                os.kill(first, signal.SIGKILL)
                answer = await loop.sock_recv(client, 100)
                assert answer.startswith(b"sent during the outage ") and int(answer.split()[-1]) != first
                assert one.lives == 2

    play(scenario)


def test_a_spare_goes_on_where_the_first_was_killed() -> None:
    async def scenario() -> None:
        one = child(SPARE, has_spare=True)
        async with living(one):
            await one.ready.wait()
            spare = (await spare_of(one)).pid
            os.kill(one.pid, signal.SIGKILL)
            while one.lives < 2:
                await asyncio.sleep(0)
            await one.ready.wait()
            assert one.pid == spare
            last = (await spare_of(one)).pid
            assert last != spare
        assert not is_running(last)

    play(scenario)


def test_a_spare_that_was_killed_too_is_no_harm() -> None:
    async def scenario() -> None:
        one = child(SPARE, has_spare=True)
        async with living(one):
            await one.ready.wait()
            spare = await spare_of(one)
            os.kill(spare.pid, signal.SIGKILL)
            await spare.wait()
            os.kill(one.pid, signal.SIGKILL)
            while one.lives < 2:
                await asyncio.sleep(0)
            await one.ready.wait()

    play(scenario)


def test_a_child_that_is_stopped_while_it_starts_ends() -> None:
    async def scenario() -> None:
        one = child(GOOD)
        life = asyncio.create_task(one.live())
        await asyncio.sleep(0)
        await one.stop()
        await life
        assert one.pid == 0

    play(scenario)


def test_a_child_that_cannot_start_says_so() -> None:
    async def scenario() -> None:
        one = child(HOPELESS)
        async with living(one):
            await one.hopeless.wait()
        assert not one.ready.is_set()

    play(scenario)


def test_a_child_that_fails_again_and_again_before_it_is_ready_is_hopeless(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headcall.run.restarts.GAPS_S", (0.0,))

    async def scenario() -> None:
        one = child("import sys; sys.exit(1)")
        async with living(one):
            await one.hopeless.wait()
            assert one.lives == TRIES

    play(scenario)


def test_a_child_that_does_not_end_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headcall.run.children.DRAIN_S", -4.9)

    async def scenario() -> None:
        one = child(STUBBORN)
        async with living(one):
            await one.ready.wait()

    play(scenario)


def test_a_child_that_hangs_is_ended_and_lives_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("headcall.run.children.SILENT_S", 0.0)
    monkeypatch.setattr("headcall.run.children.WATCH_S", 0.01)

    async def scenario() -> None:
        one = child(GOOD)
        async with living(one):
            await one.ready.wait()
            while one.lives < 2:
                await asyncio.sleep(0)
            await one.ready.wait()

    play(scenario)


ORPHAN = """
import os, sys
from headcall.kit.role import die_with_parent
reading, writing = os.pipe()
pid = os.fork()
if pid == 0:
    die_with_parent(os.getppid())
    os.write(writing, b"x")
    import signal
    while True: signal.pause()
os.read(reading, 1)
print(pid, flush=True)
os.kill(os.getpid(), 9)
"""


def test_a_child_dies_with_the_supervisor(tmp_path: Path) -> None:
    async def scenario() -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", ORPHAN, stdout=asyncio.subprocess.PIPE, env=dict(os.environ)
        )
        # The grandchild holds the pipe's other end too: it ends when both are dead. Reaping it is init's business.
        assert process.stdout is not None
        pid = int(await process.stdout.read())
        assert await process.wait() == -signal.SIGKILL
        while is_running(pid):
            await asyncio.sleep(0)

    play(scenario)

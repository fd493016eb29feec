# SPDX-License-Identifier: Apache-2.0
"""The demo starts, stops at SIGTERM whatever goes on, leaves nothing behind, and starts again with what it had."""

import asyncio
import contextlib
import os
import signal
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil  # type: ignore[import-untyped]

from tests.world.logged import complaints
from tests.world.system import Demo, children_of, demo
from tests.world.workday import at_work, record_of, signed_in, talk


def play(story: Callable[[], Awaitable[Any]]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(150):
            await story()

    asyncio.run(bounded())


def doors(running: Demo) -> list[tuple[int, int]]:
    """Every port that it listens at, by kind of socket."""
    found: set[tuple[int, int]] = set()
    for pid in (running.process.pid, *children_of(running.process.pid)):
        with contextlib.suppress(psutil.NoSuchProcess):  # espeak-ng comes and goes
            found |= {(each.type, each.laddr.port) for each in psutil.Process(pid).net_connections() if not each.raddr}
    return sorted(found)


def is_free(kind: int, port: int) -> bool:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, kind == socket.SOCK_STREAM)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def test_it_stops_in_the_middle_of_a_call_leaves_nothing_and_starts_again_with_all_it_had(tmp_path: Path) -> None:
    async def story() -> None:
        data = tmp_path / "data"
        loop = asyncio.get_running_loop()
        async with demo(data) as running:
            assert {urlsplit(running.web).port, int(running.line["sip"]["trunk"].rpartition(":")[2])} <= {
                port for _, port in doors(running)
            }
            async with at_work(running, "mei") as desk:
                _, call = await talk(desk)
                open_doors, pids = doors(running), children_of(running.process.pid)
                began = loop.time()
                running.process.send_signal(signal.SIGTERM)
                assert await asyncio.wait_for(running.process.wait(), 20) == 0
                print(f"\nstopped in {loop.time() - began:.2f} s with a call")
            assert not [pid for pid in pids if psutil.pid_exists(pid)]
            assert all(is_free(*door) for door in open_doors), open_doors
            assert not [path for path in data.rglob("*") if path.is_socket()]
            assert not (data / "run").exists()
            log, line = running.log.read_text(), running.line
        assert not list(complaints(log, line))
        began = loop.time()
        async with demo(data) as again:
            print(f"second start: ready in {loop.time() - began:.2f} s (load {os.getloadavg()[0]:.1f})")
            assert again.line["agents"] == line["agents"], "the passwords are those of the first start"
            async with signed_in(again, "mei") as mei:
                record = await record_of(mei, call["call_id"])
                assert record["ended_at"] is not None
                print(f"the call that was under way: {record['cause']}, {record['talk_s']} s")
            async with at_work(again, "mei") as desk:
                _, call = await talk(desk)
                await desk.do("call.hang_up", call_id=call["call_id"])
            assert not list(complaints(again.log.read_text(), line))

    play(story)


def test_a_supervisor_that_is_killed_takes_its_roles_along(tmp_path: Path) -> None:
    async def story() -> None:
        async with demo(tmp_path / "data") as running:
            pids = children_of(running.process.pid)
            running.process.kill()
            await running.process.wait()
            async with asyncio.timeout(20):
                while any(psutil.pid_exists(pid) for pid in pids):
                    await asyncio.sleep(0.1)
        async with demo(tmp_path / "data") as again, signed_in(again, "mei"):
            pass

    play(story)

# SPDX-License-Identifier: Apache-2.0
"""The supervisor, over roles that only say that they are ready."""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from headcall.kit.bus.local import LocalBus
from headcall.kit.settings import Settings
from headcall.run.children import StartFailed
from headcall.run.sockets import Listen, PortUnusable, free_base, open_socket
from headcall.run.supervisor import InUse, Supervisor

ROLE = """
import os, signal, sys
from pathlib import Path
name = sys.argv[1]
if os.read(int(os.environ["HEADCALL_GO_FD"]), 16) != b"go": sys.exit(0)
said = Path(os.environ["HEADCALL_DATA"]) / "said"
def end(*_):
    with said.open("a") as file: file.write(name + "\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
if name == os.environ.get("HOPELESS"): sys.exit(78)
assert Path(os.environ["HEADCALL_SETTINGS"]).stat().st_mode & 0o077 == 0
os.write(int(os.environ["HEADCALL_READY_FD"]), b"ready\\n")
while True: signal.pause()
"""


def make(tmp_path: Path, base: int) -> Supervisor:
    settings = Settings().with_values("web", http_port=base, https_port=0)
    settings = settings.with_values("media", port=base + 2).with_values(
        "sip", trunk_port=base + 3, phone_port=base + 4, host="127.0.0.1"
    )
    return Supervisor(settings, tmp_path, command=(sys.executable, "-c", ROLE))


def play(scenario: Awaitable[None]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(30):
            await scenario

    asyncio.run(bounded())


def run_with(tmp_path: Path, act: Callable[[Supervisor], Awaitable[None]]) -> Supervisor:
    supervisor = make(tmp_path, free_base(6))

    async def act_and_stop(it: Supervisor) -> None:
        await act(it)
        it.stop.set()

    play(supervisor.run(act_and_stop))
    return supervisor


def test_it_starts_all_ends_all_in_turn_and_leaves_nothing_behind(tmp_path: Path) -> None:
    pids: list[int] = []

    async def look(supervisor: Supervisor) -> None:
        pids.extend(child.pid for child in supervisor.children.values())
        assert {"settings.json", "bus.sock", "lock"} <= {path.name for path in (tmp_path / "run").iterdir()}

    supervisor = run_with(tmp_path, look)
    assert list(supervisor.children) == ["backend", "sfu-1", "sip-1"] and all(pids)
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
    assert (tmp_path / "said").read_text().split() == ["sip-1", "sfu-1", "backend"]
    assert list((tmp_path / "run").iterdir()) == []


def test_a_signal_stops_it(tmp_path: Path) -> None:
    async def interrupt(supervisor: Supervisor) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        await supervisor.stop.wait()

    run_with(tmp_path, interrupt)


def test_a_signal_while_it_starts_stops_it_too(tmp_path: Path) -> None:
    supervisor = make(tmp_path, free_base(6))
    supervisor.stop.set()

    async def never(_: Supervisor) -> None:
        raise AssertionError("it was not to become ready")

    play(supervisor.run(never))
    assert list((tmp_path / "run").iterdir()) == []


def test_a_killed_role_comes_back_and_the_others_do_not_notice(tmp_path: Path) -> None:
    async def kill(supervisor: Supervisor) -> None:
        backend, other = supervisor.children["backend"], supervisor.children["sfu-1"].pid
        os.kill(backend.pid, signal.SIGKILL)
        while backend.lives < 2:
            await asyncio.sleep(0)
        await backend.ready.wait()
        assert supervisor.children["sfu-1"].pid == other

    run_with(tmp_path, kill)


def test_it_carries_the_bus(tmp_path: Path) -> None:
    async def speak(_: Supervisor) -> None:
        one = await LocalBus(tmp_path / "run" / "bus.sock").connect()
        other = await LocalBus(tmp_path / "run" / "bus.sock").connect()

        async def echo(message: bytes) -> bytes:
            return message

        await one.serve("x", echo)
        assert await other.request("x", b"hello") == b"hello"
        assert (tmp_path / "run" / "bus.sock").stat().st_mode & 0o077 == 0
        await one.close()
        await other.close()

    run_with(tmp_path, speak)


def test_a_terminal_that_signals_all_of_us_at_once_restarts_nobody(tmp_path: Path) -> None:
    """As `timeout` and `docker stop` of a shell do."""

    async def everybody(supervisor: Supervisor) -> None:
        supervisor.stop.set()
        for child in supervisor.children.values():
            os.kill(child.pid, signal.SIGTERM)

    supervisor = run_with(tmp_path, everybody)
    assert [child.lives for child in supervisor.children.values()] == [1, 1, 1]


def test_a_role_that_cannot_start_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOPELESS", "sfu-1")

    async def nothing(_: Supervisor) -> None:
        pass

    with pytest.raises(StartFailed, match="sfu-1 cannot start"):
        run_with(tmp_path, nothing)
    assert list((tmp_path / "run").iterdir()) == []


def test_a_port_in_use_is_said_before_anything_is_started(tmp_path: Path) -> None:
    base = free_base(6)

    async def nothing(_: Supervisor) -> None:
        pass

    with open_socket(Listen("x", "udp", "127.0.0.1", base + 3, "x")):
        supervisor = make(tmp_path, base)
        with pytest.raises(PortUnusable, match=r"sip\.trunk_port"):
            play(supervisor.run(nothing))
    assert supervisor.children == {}


def test_two_never_share_a_data_folder(tmp_path: Path) -> None:
    async def second(_: Supervisor) -> None:
        with pytest.raises(InUse, match=f"pid {os.getpid()}"):
            await make(tmp_path, free_base(6)).run(second)

    run_with(tmp_path, second)


def test_a_very_deep_data_folder_has_a_bus_all_the_same(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 100)
    deep.mkdir()

    async def look(supervisor: Supervisor) -> None:
        await (await LocalBus(Path(supervisor.children["sip-1"].program.environ["HEADCALL_BUS"])).connect()).close()

    run_with(deep, look)

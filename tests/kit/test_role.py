# SPDX-License-Identifier: Apache-2.0
"""The life of a role: ready, work, drain, end, and what the exit code tells the supervisor."""

import asyncio
import gc
import json
import os
import signal
from pathlib import Path

import pytest

from headcall.kit import role
from headcall.kit.bus.memory import MemoryBus, MemoryHub
from headcall.kit.role import (
    EXIT_DONE,
    EXIT_FAILED,
    EXIT_HOPELESS,
    CannotStart,
    RoleContext,
    Run,
    health_topic,
    inherited_fds,
    metrics_topic,
    run_role,
)
from headcall.kit.settings import Settings, SettingsError


def play(tmp_path: Path, run: Run, ready_fd: int | None = None, hub: MemoryHub | None = None) -> int:
    async def scenario() -> int:
        ctx = RoleContext("sfu-1", MemoryBus(hub), Settings(), tmp_path, ready_fd=ready_fd)
        async with asyncio.timeout(10):
            return await run_role(ctx, run)

    return asyncio.run(scenario())


def test_a_role_that_is_told_to_stop_finishes_its_work(tmp_path: Path) -> None:
    done: list[str] = []

    async def run(ctx: RoleContext) -> None:
        ctx.ready()
        os.kill(os.getpid(), signal.SIGTERM)
        await ctx.stop.wait()
        done.append("drained")

    assert play(tmp_path, run) == EXIT_DONE
    assert done == ["drained"]


def test_a_role_that_does_not_finish_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(role, "DRAIN_S", 0.01)

    async def run(ctx: RoleContext) -> None:
        ctx.stop.set()
        await asyncio.Event().wait()

    assert play(tmp_path, run) == EXIT_FAILED


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (CannotStart("the packet engine is not built"), EXIT_HOPELESS),
        (SettingsError("config.toml: [web] port"), EXIT_HOPELESS),
        (OSError("no route"), EXIT_FAILED),
    ],
)
def test_the_exit_code_tells_whether_trying_again_helps(tmp_path: Path, error: Exception, code: int) -> None:
    async def run(ctx: RoleContext) -> None:
        raise error

    assert play(tmp_path, run) == code


def test_the_supervisor_hears_that_we_are_ready_and_alive(tmp_path: Path) -> None:
    reading, writing = os.pipe()

    async def run(ctx: RoleContext) -> None:
        await asyncio.sleep(0)
        ctx.ready()

    assert play(tmp_path, run, writing) == EXIT_DONE
    os.close(writing)
    assert os.read(reading, 100).split() == [b"alive", b"ready"]
    os.close(reading)


def test_a_supervisor_that_is_gone_does_no_harm(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)

    async def run(ctx: RoleContext) -> None:
        ctx.ready()

    assert play(tmp_path, run, writing) == EXIT_DONE
    os.close(writing)


def test_anyone_may_ask_for_figures_and_health(tmp_path: Path) -> None:
    hub = MemoryHub()
    answers: list[bytes] = []

    async def run(ctx: RoleContext) -> None:
        ctx.metrics.gauge("legs", "Legs").set(3)
        ctx.health["disk"] = "full"
        other = MemoryBus(hub)
        answers.append(await other.request(metrics_topic("sfu-1"), b""))
        answers.append(await other.request(health_topic("sfu-1"), b""))
        await other.close()

    assert play(tmp_path, run, hub=hub) == EXIT_DONE
    assert b"headcall_legs 3.0" in answers[0] and json.loads(answers[1]) == {"disk": "full"}


def test_a_heartbeat_goes_on_until_the_end(tmp_path: Path) -> None:
    hub = MemoryHub()

    async def run(ctx: RoleContext) -> None:
        inbox = await MemoryBus(hub).subscribe("nodes")
        ctx.announce("nodes", lambda: b"alive", every_s=0.001)
        heard = [await anext(inbox) for _ in range(3)]
        assert heard == [("nodes", b"alive")] * 3

    assert play(tmp_path, run, hub=hub) == EXIT_DONE


def test_the_collector_leaves_alone_what_lives_as_long_as_the_process(tmp_path: Path) -> None:
    """Only in a process of its own: in a test, garbage of others would never be found."""

    async def run(ctx: RoleContext) -> None:
        ctx.ready()

    gc.unfreeze()
    assert play(tmp_path, run) == EXIT_DONE
    assert gc.get_freeze_count() == 0
    reading, writing = os.pipe()
    try:
        assert play(tmp_path, run, ready_fd=writing) == EXIT_DONE
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()
        os.close(reading)
        os.close(writing)


def test_handed_over_sockets_go_no_further() -> None:
    reading, writing = os.pipe()
    os.set_inheritable(reading, True)
    assert inherited_fds({"HEADCALL_FDS": json.dumps({"http": reading})}) == {"http": reading}
    assert not os.get_inheritable(reading)
    os.close(reading)
    os.close(writing)


def test_without_a_supervisor_there_are_no_sockets() -> None:
    assert inherited_fds({}) == {}

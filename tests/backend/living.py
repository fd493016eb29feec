# SPDX-License-Identifier: Apache-2.0
"""The whole role, alive in this process on free ports."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path

from headcall.backend.role import run
from headcall.kit.bus.memory import MemoryBus
from headcall.kit.role import RoleContext
from headcall.kit.settings import Settings
from tests.backend.company import PASSWORDS, SIP_PASSWORDS


def listening() -> tuple[int, int]:
    """A descriptor as the supervisor hands it over, and its port."""
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    sock.listen(16)
    port = sock.getsockname()[1]
    return sock.detach(), port


def demo_settings() -> Settings:
    return Settings().with_values("demo", enabled=True, passwords=PASSWORDS, sip_passwords=SIP_PASSWORDS)


async def alive(folder: Path, settings: Settings, story: Callable[[RoleContext, int, int], Awaitable[None]]) -> None:
    """Runs the role, tells the story once it is ready, and stops it."""
    (http, http_port), (https, https_port) = listening(), listening()
    ctx = RoleContext("backend", MemoryBus(), settings, folder, {"http": http, "https": https})
    work = asyncio.create_task(run(ctx))
    ready = asyncio.create_task(ctx.is_ready.wait())
    await asyncio.wait({work, ready}, return_when=asyncio.FIRST_COMPLETED, timeout=30)
    assert ready.done(), work.exception() if work.done() else "not ready in time"
    try:
        await story(ctx, http_port, https_port)
    finally:
        ctx.stop.set()
        await asyncio.wait_for(work, 10)
        await ctx.tasks.close()
        await ctx.bus.close()

# SPDX-License-Identifier: Apache-2.0
"""Servers for `test_pages`, each a process of its own: the backend with a thousand agents, and a bare python-socketio.

    python -m tests.bench.pages_server backend|bare FOLDER COUNT

Prints its port, and is ended by its standard input's end.
"""

import asyncio
import hashlib
import json
import os
import resource
import sys
from pathlib import Path
from typing import Any

import socketio  # type: ignore[import-untyped]
import uvicorn

from headcall.backend.agents import store as agent_rows
from headcall.backend.role import run
from headcall.backend.store.base import DEFAULT_TENANT
from headcall.backend.store.engine import Store, sqlite_url
from headcall.backend.store.migrate import migrate
from headcall.backend.tenants.store import ensure_default
from headcall.backend.users.store import SessionRow, UserRow
from headcall.kit.bus.memory import MemoryBus
from headcall.kit.clock import SystemClock
from headcall.kit.role import RoleContext
from headcall.kit.settings import Settings
from headcall.run.sockets import Listen, free_base, open_socket

HOUR_MS = 3_600_000


def token_of(n: int) -> str:
    """The session of the nth agent."""
    return f"token-of-agent-{n:04d}-" + "x" * 24


def user_of(n: int) -> str:
    return f"usr_bench_{n:04d}"


async def people(store: Store, count: int) -> None:
    """Agents, each signed in."""
    now = SystemClock().wall_ms()
    async with store.begin() as session:
        await ensure_default(session, now_ms=now)
        for n in range(count):
            session.add(
                UserRow(
                    user_id=user_of(n),
                    tenant_id=DEFAULT_TENANT,
                    login=f"bench{n}",
                    name=f"Agent {n}",
                    password_hash="",
                    roles=["agent"],
                    created_at_ms=now,
                )
            )
        await session.flush()
        for n in range(count):
            await agent_rows.put(session, user_of(n), str(30000 + n), seat=n)
            session.add(
                SessionRow(
                    session_id=f"ses_bench_{n:04d}",
                    user_id=user_of(n),
                    token_sha256=hashlib.sha256(token_of(n).encode()).hexdigest(),
                    created_at_ms=now,
                    seen_at_ms=now,
                    expires_at_ms=now + HOUR_MS,
                )
            )


async def backend(folder: Path, count: int) -> None:
    """The whole role, without bridge and media node."""
    (folder / "backend").mkdir()
    store = Store.open(sqlite_url(folder / "backend" / "headcall.db"))
    await migrate(store)
    await people(store, count)
    await store.close()
    sock = open_socket(Listen("http", "tcp", "127.0.0.1", free_base(10), "web.http_port"))
    port = sock.getsockname()[1]
    ctx = RoleContext("backend", MemoryBus(), Settings(), folder, {"http": sock.detach()})
    work = asyncio.create_task(run(ctx))
    await ctx.is_ready.wait()
    print(json.dumps({"port": port}), flush=True)
    await stdin_ends()
    ctx.stop.set()
    await work


async def bare() -> None:
    """What a page hears is the same in size; nothing is decided, remembered or written."""
    server = socketio.AsyncServer(async_mode="asgi", cors_allowed_origins="*")
    snapshot = {"event_id": 1, "filler": "x" * 6000}

    async def connect(sid: str, environ: dict[str, Any], auth: object = None) -> None:
        asyncio.get_running_loop().call_later(0.001, lambda: asyncio.create_task(welcome(sid)))

    async def welcome(sid: str) -> None:
        await server.emit("snapshot", snapshot, to=sid)

    async def do(sid: str, message: dict[str, Any]) -> dict[str, Any]:
        view = {"user_id": user_of(0), "state": message["state"]}
        await server.emit("event", {"id": 1, "type": "presence", "data": view})
        return {"ok": True}

    server.on("connect", connect)
    server.on("do", do)
    sock = open_socket(Listen("http", "tcp", "127.0.0.1", free_base(10), "web.http_port"))
    config = uvicorn.Config(
        socketio.ASGIApp(server),
        ws="websockets-sansio",
        loop="asyncio",
        lifespan="off",
        log_config=None,
        ws_ping_interval=None,
        ws_per_message_deflate=False,
    )
    web = uvicorn.Server(config)
    serving = asyncio.create_task(web.serve(sockets=[sock]))
    print(json.dumps({"port": sock.getsockname()[1]}), flush=True)
    await stdin_ends()
    web.should_exit = web.force_exit = True
    await serving


async def stdin_ends() -> None:
    await asyncio.to_thread(os.read, 0, 1)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    kind, where, how_many = sys.argv[1:]
    asyncio.run(bare() if kind == "bare" else backend(Path(where), int(how_many)))

# SPDX-License-Identifier: Apache-2.0
"""The whole system as a user starts it: `./headcall demo --json`, and what one does with it from outside."""

import asyncio
import contextlib
import json
import os
import signal
import socket
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import httpx

ROOT = Path(__file__).resolve().parents[2]
PORTS_NEEDED = 40
READY_WITHIN = 90.0  # seconds; the first start renders the prompts


def free_base_port() -> int:
    """The start of a range of ports that nobody uses now."""
    for base in range(21000, 60000, 1000):
        if all(_is_free(port) for port in range(base, base + PORTS_NEEDED)):
            return base
    raise RuntimeError("no free range of ports between 21000 and 60000")


def _is_free(port: int) -> bool:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                return False
    return True


@dataclass
class Demo:
    """A running demo and its contract line."""

    process: asyncio.subprocess.Process
    line: dict[str, Any]
    data: Path
    log: Path

    @property
    def web(self) -> str:
        return str(self.line["web"]).rstrip("/")

    @property
    def pids(self) -> dict[str, Any]:
        return dict(self.line["pids"])

    def agent(self, login: str) -> dict[str, str]:
        """The account of an agent or employee: login, password, number, sip_user, sip_password."""
        people = [*self.line["agents"], *self.line["employees"]]
        return next(person for person in people if person["login"] == login)

    @property
    def is_alive(self) -> bool:
        return self.process.returncode is None

    async def pid_now(self, role: str) -> int:
        """The process that holds a role at the moment; it changes when the role is started again."""
        return next(pid for pid in children_of(self.process.pid) if role_of(pid) == role)


def children_of(pid: int) -> list[int]:
    """All descendants of a process."""
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += [int(child), *children_of(int(child))]
    return found


def role_of(pid: int) -> str | None:
    """The role a child process was started for: `python -m headcall.run role NAME`."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return None
    return words[words.index(b"role") + 1].decode() if b"role" in words else None


@contextlib.asynccontextmanager
async def demo(data: Path | None = None) -> AsyncIterator[Demo]:
    """Starts the demo, waits for its line, and stops it by SIGTERM; fails if anything is left behind."""
    with tempfile.TemporaryDirectory(prefix="headcall-") as scratch:
        data = data or Path(scratch) / "data"
        log = Path(scratch) / "demo.log"
        with log.open("wb") as errors:
            process = await asyncio.create_subprocess_exec(
                str(ROOT / "headcall"),
                *("demo", "--json", "--data", str(data), "--base-port", str(free_base_port())),
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
                start_new_session=True,
            )
            try:
                running = Demo(process, await _first_line(process, log), data, log)
                yield running
            finally:
                await _stop(process)


async def _first_line(process: asyncio.subprocess.Process, log: Path) -> dict[str, Any]:
    assert process.stdout is not None
    try:
        line = await asyncio.wait_for(process.stdout.readline(), READY_WITHIN)
        return dict(json.loads(line))
    except (TimeoutError, ValueError) as error:
        raise AssertionError(f"the demo did not become ready:\n{log.read_text()[-4000:]}") from error


async def _stop(process: asyncio.subprocess.Process) -> None:
    before = children_of(process.pid)
    if process.returncode is None:
        process.send_signal(signal.SIGTERM)
    try:
        await asyncio.wait_for(process.wait(), 20)
    except TimeoutError:
        os.killpg(process.pid, signal.SIGKILL)
        raise AssertionError("the demo did not stop within 20 s of SIGTERM") from None
    left = [pid for pid in before if Path(f"/proc/{pid}").exists() and role_of(pid)]
    assert not left, f"the demo left processes behind: {left}"


def measure_undisturbed() -> None:
    """We send and listen in this very process: where the machine lets us, we go before the others who work on it."""
    with contextlib.suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, -10)


class Person:
    """Somebody signed in over REST."""

    def __init__(self, client: httpx.AsyncClient, me: dict[str, Any]) -> None:
        self.client = client
        self.me = me

    @classmethod
    async def sign_in(cls, web: str, login: str, password: str) -> Self:
        client = httpx.AsyncClient(base_url=f"{web}/api/v1", headers={"X-HeadCall": "1"}, timeout=10)
        reply = await client.post("/session", json={"login": login, "password": password})
        reply.raise_for_status()
        return cls(client, reply.json())

    @property
    def cookie(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.client.cookies.items())

    async def get(self, path: str, **query: str | int) -> dict[str, Any]:
        reply = await self.client.get(path, params=query)
        reply.raise_for_status()
        return dict(reply.json())

    async def post(self, path: str, **body: object) -> dict[str, Any]:
        reply = await self.client.post(path, json=body)
        reply.raise_for_status()
        return dict(reply.json()) if reply.content else {}

    async def close(self) -> None:
        await self.client.aclose()

# SPDX-License-Identifier: Apache-2.0
"""A thousand pages on real WebSockets: a change of state until the last of them shows it, and all coming back at once.

The peer is a bare python-socketio behind the same web server, measured in the same run: it broadcasts a message of the
same size, and greets with a snapshot of about the same size.
"""

import asyncio
import contextlib
import itertools
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from websockets.asyncio.client import ClientConnection, connect

from tests.bench.pages_server import token_of, user_of
from tests.bench.report import ratio, spread

PAGES = 1000
CHANGES = 20
AT_ONCE = 100
"""Pages that are opened side by side at first, when nobody measures."""
ROOT = Path(__file__).parents[2]


@dataclass
class Crowd:
    """All pages, and what they heard."""

    port: int
    lines: dict[int, ClientConnection] = field(default_factory=dict)
    readers: list[asyncio.Task[None]] = field(default_factory=list)
    heard: dict[int, dict[int, float]] = field(default_factory=dict)
    """Change → page → when."""
    greeted: dict[int, float] = field(default_factory=dict)
    changes: int = 0
    numbers: Iterator[int] = field(default_factory=itertools.count)

    async def open(self, n: int) -> None:
        """One page, until it has its snapshot."""
        url = f"ws://127.0.0.1:{self.port}/socket.io/?EIO=4&transport=websocket"
        line = await connect(url, max_size=None, ping_interval=None, compression=None, open_timeout=120)
        await line.recv()
        await line.send("40" + json.dumps({"device": "browser", "instance": f"tab{n}", "token": token_of(n)}))
        greeted = asyncio.get_running_loop().create_future()
        self.lines[n] = line
        self.readers.append(asyncio.create_task(self._read(n, line, greeted)))
        await asyncio.wait_for(greeted, 120)
        self.greeted[n] = time.monotonic()

    async def _read(self, n: int, line: ClientConnection, greeted: asyncio.Future[None]) -> None:
        wanted = f'"user_id":"{user_of(0)}"'
        with contextlib.suppress(Exception):  # cut off on purpose
            async for frame in line:
                text = str(frame)
                if text == "2":
                    await line.send("3")
                elif text.startswith('42["snapshot"') and not greeted.done():
                    greeted.set_result(None)
                elif '"presence"' in text and wanted in text:
                    self.heard.setdefault(self.changes, {}).setdefault(n, time.monotonic())

    async def change(self) -> list[float]:
        """The first agent changes their state; for each page, how long until it heard."""
        self.changes += 1
        state = "break" if self.changes % 2 else "offline"
        words = {"type": "agent.state", "state": state}
        began = time.monotonic()
        await self.lines[0].send(f"42{next(self.numbers)}" + json.dumps(["do", words]))
        while len(self.heard.get(self.changes, {})) < PAGES:
            assert time.monotonic() - began < 60, f"{len(self.heard.get(self.changes, {}))} of {PAGES} pages heard"
            await asyncio.sleep(0.005)
        return [at - began for at in self.heard[self.changes].values()]

    async def cut(self) -> None:
        """All lines at once, without a word."""
        for line in self.lines.values():
            line.transport.abort()
        for reader in self.readers:
            reader.cancel()
        await asyncio.gather(*self.readers, return_exceptions=True)
        self.lines, self.readers = {}, []
        self.greeted.clear()

    async def storm(self) -> list[float]:
        """All come back in the same moment; for each, how long until it has its snapshot."""
        await self.cut()
        began = time.monotonic()
        await asyncio.gather(*(self.open(n) for n in range(PAGES)))
        assert len(self.greeted) == PAGES, "none is lost"
        return [at - began for at in self.greeted.values()]


@contextlib.asynccontextmanager
async def crowd(kind: str, folder: Path) -> AsyncIterator[Crowd]:
    command = [sys.executable, "-m", "tests.bench.pages_server", kind, str(folder), str(PAGES)]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin and process.stdout
    try:
        pages = Crowd(json.loads(await asyncio.to_thread(process.stdout.readline))["port"])
        for first in range(0, PAGES, AT_ONCE):
            await asyncio.gather(*(pages.open(n) for n in range(first, first + AT_ONCE)))
        yield pages
        await pages.cut()
    finally:
        process.stdin.close()
        await asyncio.to_thread(process.wait, 60)
        process.stdout.close()


def p99(times: list[float]) -> float:
    return sorted(times)[int(len(times) * 0.99)]


async def both(folder: Path, measure: Callable[[Crowd], Awaitable[list[float]]]) -> dict[str, list[float]]:
    found = {}
    for kind in ("bare", "backend"):
        (folder / kind).mkdir()
        async with crowd(kind, folder / kind) as pages:
            found[kind] = await measure(pages)
    return found


def test_a_change_of_state_reaches_a_thousand_pages(tmp_path: Path) -> None:
    async def measure(pages: Crowd) -> list[float]:
        await pages.change()
        return [seconds for _ in range(CHANGES) for seconds in await pages.change()]

    found = asyncio.run(both(tmp_path, measure))
    print(f"\na change of state, {CHANGES} times, until each of {PAGES} pages has heard:")
    for kind, times in found.items():
        print(f"  {kind}: {spread(times)}, p99 {p99(times) * 1e3:.0f} ms")
    ratio("p99 of a change of state", p99(found["backend"]), "a bare broadcast", p99(found["bare"]))


def test_a_thousand_pages_come_back_at_once(tmp_path: Path) -> None:
    async def measure(pages: Crowd) -> list[float]:
        times = await pages.storm()
        if await pages.change():
            print(f"  after the storm a change of state reaches all {PAGES}")
        return times

    print()
    found = asyncio.run(both(tmp_path, measure))
    print(f"{PAGES} pages cut off and back in the same moment, until each has its snapshot:")
    for kind, times in found.items():
        print(f"  {kind}: {spread(times)}")
    ratio("all snapshots after a storm", max(found["backend"]), "a bare python-socketio", max(found["bare"]))

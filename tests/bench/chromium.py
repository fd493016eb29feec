# SPDX-License-Identifier: Apache-2.0
"""A real Chromium by its DevTools protocol: as slow as a telephone of the middle price, with an empty cache."""

import asyncio
import contextlib
import itertools
import json
import shutil
import tempfile
import urllib.request
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome") or "chromium"
FLAGS = ("--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
QUIET_S = 2.0
LONGEST_S = 120.0

# Lighthouse's telephone: "slow 4G", and a processor four times slower than the machine's.
NETWORK = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 750e3 / 8}
CPU_SLOWER = 4

OBSERVE = """
window.seen = {paints: {}, lcp: 0, tasks: []};
for (const [type, take] of [
  ["paint", (e) => { seen.paints[e.name] = e.startTime; }],
  ["largest-contentful-paint", (e) => { seen.lcp = e.startTime; }],
  ["longtask", (e) => { seen.tasks.push([e.startTime, e.duration]); }],
]) new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({type, buffered: true});
"""


@dataclass
class Load:
    """One load of a page; milliseconds since the navigation began."""

    requests: int
    octets: int
    """Over the wire, with heads."""
    seen: dict[str, Any]

    @property
    def fcp(self) -> float:
        return float(self.seen["paints"].get("first-contentful-paint", 0))

    @property
    def lcp(self) -> float:
        return float(self.seen["lcp"])

    @property
    def interactive(self) -> float:
        """The end of the last task that kept a finger waiting."""
        return max([self.fcp, *(float(start + length) for start, length in self.seen["tasks"])])

    @property
    def blocked(self) -> float:
        return float(sum(length - 50 for _, length in self.seen["tasks"]))


@dataclass
class Tab:
    line: ClientConnection
    numbers: Iterator[int] = field(default_factory=itertools.count)
    asked: dict[int, asyncio.Future[dict[str, Any]]] = field(default_factory=dict)
    open: set[str] = field(default_factory=set)
    requests: int = 0
    octets: int = 0

    async def read(self) -> None:
        async for frame in self.line:
            message = json.loads(frame)
            if future := self.asked.pop(message.get("id", -1), None):
                future.set_result(message.get("result", message))
            elif message.get("method", "").startswith("Network."):
                self._network(message["method"], message["params"])

    def _network(self, method: str, params: dict[str, Any]) -> None:
        match method:
            case "Network.requestWillBeSent":
                self.open.add(params["requestId"])
                self.requests += 1
            case "Network.loadingFinished":
                self.octets += int(params["encodedDataLength"])
                self.open.discard(params["requestId"])
            case "Network.loadingFailed":
                self.open.discard(params["requestId"])
            case _:
                pass

    async def do(self, method: str, **params: object) -> dict[str, Any]:
        number = next(self.numbers)
        future = self.asked[number] = asyncio.get_running_loop().create_future()
        await self.line.send(json.dumps({"id": number, "method": method, "params": params}))
        return await asyncio.wait_for(future, LONGEST_S)

    async def load(self, url: str, cookie: tuple[str, str] | None = None) -> Load:
        """Goes there with nothing kept, and waits until network and processor are quiet."""
        await self.do("Network.clearBrowserCache")
        if cookie:
            await self.do("Network.setCookie", name=cookie[0], value=cookie[1], url=url)
        self.requests, self.octets = 0, 0
        self.open.clear()
        await self.do("Page.navigate", url=url)
        quiet = 0.0
        while quiet < QUIET_S:
            await asyncio.sleep(0.1)
            quiet = 0.0 if self.open else quiet + 0.1
        found = await self.do("Runtime.evaluate", expression="JSON.stringify(window.seen)")
        return Load(self.requests, self.octets, json.loads(found["result"]["value"]))


@contextlib.asynccontextmanager
async def telephone() -> AsyncIterator[Tab]:
    """A tab of 390 x 844 on the slow telephone."""
    with tempfile.TemporaryDirectory(prefix="headcall-chromium-") as folder:
        command = (CHROMIUM, *FLAGS, "--remote-debugging-port=0", f"--user-data-dir={folder}", "about:blank")
        quiet = asyncio.subprocess.DEVNULL
        browser = await asyncio.create_subprocess_exec(*command, stdout=quiet, stderr=quiet)
        try:
            async with connect(await _tab_of(Path(folder)), max_size=None, ping_interval=None) as line:
                tab = Tab(line)
                reading = asyncio.create_task(tab.read())
                for domain in ("Page", "Network", "Runtime"):
                    await tab.do(f"{domain}.enable")
                await tab.do("Page.addScriptToEvaluateOnNewDocument", source=OBSERVE)
                await tab.do(
                    "Emulation.setDeviceMetricsOverride", width=390, height=844, deviceScaleFactor=2, mobile=True
                )
                await tab.do("Emulation.setCPUThrottlingRate", rate=CPU_SLOWER)
                await tab.do("Network.emulateNetworkConditions", **NETWORK)
                yield tab
                reading.cancel()
        finally:
            browser.terminate()
            await browser.wait()


async def _tab_of(folder: Path) -> str:
    """The address of the first tab, once the browser has written where it listens."""
    told = folder / "DevToolsActivePort"
    async with asyncio.timeout(LONGEST_S):
        while not told.exists() or "\n" not in told.read_text():
            await asyncio.sleep(0.1)
    port = int(told.read_text().split()[0])
    tabs = json.loads(await asyncio.to_thread(_get, f"http://127.0.0.1:{port}/json/list"))
    return str(next(tab["webSocketDebuggerUrl"] for tab in tabs if tab["type"] == "page"))


def _get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=LONGEST_S) as answer:
        return bytes(answer.read())

# SPDX-License-Identifier: Apache-2.0
"""A real Chromium against the media node: hears, is heard, and keeps its leg through an ICE restart and a reload."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from headcall.wire.media import ConnectPeer, FromLeg, Hear, PeerConnected
from tests.sfu.media import MediaNode, Telephone, scenario, write_tone

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome") or "chromium"
PAGE = Path(__file__).parent / "data" / "page.html"
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--autoplay-policy=no-user-gesture-required",
)


class Chromium:
    """The browser, its page's reports, and the next order for it."""

    def __init__(self, media: MediaNode) -> None:
        self.media = media
        self.report: dict[str, Any] = {}
        self.orders: list[str] = []
        self.failure = ""
        self.prefer: tuple[str, ...] = ()

    async def connect(self, request: web.Request) -> web.Response:
        reply = await self.media.do(ConnectPeer("leg_page", await request.text(), self.prefer))
        assert isinstance(reply, PeerConnected)
        return web.Response(text=reply.answer)

    async def take_report(self, request: web.Request) -> web.Response:
        self.report = json.loads(await request.text())
        return web.Response(text=self.orders.pop(0) if self.orders else "")

    async def failed(self, request: web.Request) -> web.Response:
        self.failure = await request.text()
        return web.Response()

    async def page(self, request: web.Request) -> web.Response:
        return web.Response(text=PAGE.read_text(), content_type="text/html")

    async def hears(self, hz: float) -> None:
        while not (abs(self.report.get("hz", 0) - hz) < 12 and self.report["db"] > -60):
            assert not self.failure, self.failure
            await asyncio.sleep(0.05)

    async def order(self, what: str) -> None:
        self.orders.append(what)
        while self.orders:
            await asyncio.sleep(0.05)


@asynccontextmanager
async def chromium(media: MediaNode, folder: Path) -> AsyncIterator[Chromium]:
    """A Chromium whose microphone says 620 Hz, showing the page."""
    browser = Chromium(media)
    app = web.Application()
    app.add_routes([web.get("/", browser.page), web.post("/connect", browser.connect)])
    app.add_routes([web.post("/report", browser.take_report), web.post("/failed", browser.failed)])
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    microphone = write_tone(folder / "microphone.wav", 620, 10)
    process = await asyncio.create_subprocess_exec(
        CHROMIUM,
        *FLAGS,
        f"--user-data-dir={folder / 'profile'}",
        f"--use-file-for-fake-audio-capture={microphone}",
        f"http://127.0.0.1:{runner.addresses[0][1]}/",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield browser
    finally:
        process.terminate()
        await process.wait()
        await runner.cleanup()


def with_chromium(
    folder: Path, work: Callable[[MediaNode, Chromium, Telephone], Coroutine[Any, Any, None]], *prefer: str
) -> None:
    async def run(media: MediaNode) -> None:
        phone = Telephone(media, "leg_phone", 800)
        await phone.connect()
        try:
            async with chromium(media, folder) as browser:
                browser.prefer = prefer
                while "done" not in media.counted:
                    assert not browser.failure, browser.failure
                    await asyncio.sleep(0.05)
                await media.do(Hear("leg_page", FromLeg("leg_phone")))
                await media.do(Hear("leg_phone", FromLeg("leg_page")))
                await asyncio.gather(browser.hears(800), phone.hears(620))
                await work(media, browser, phone)
        finally:
            phone.close()

    scenario(run, limit_s=60)


@pytest.mark.parametrize("prefer", [("opus",), ("PCMA",), ("G722",)], ids=lambda prefer: prefer[0])
def test_chromium_hears_and_is_heard(tmp_path: Path, prefer: tuple[str, ...]) -> None:
    async def work(media: MediaNode, browser: Chromium, phone: Telephone) -> None:
        assert browser.report["state"] == "connected"

    with_chromium(tmp_path, work, *prefer)


def test_a_restart_of_ice_keeps_the_keys_and_the_sound(tmp_path: Path) -> None:
    async def work(media: MediaNode, browser: Chromium, phone: Telephone) -> None:
        await browser.order("restart")
        while "ice_restart" not in media.counted:
            await asyncio.sleep(0.05)
        # Longer than Chromium lets a path live without answers to its checks (15 s), so the new one must carry.
        await asyncio.sleep(17)
        phone.hz = 1200
        await asyncio.gather(browser.hears(1200), phone.hears(620))
        assert media.counted.count("done") == 1
        assert browser.report["state"] == "connected"

    with_chromium(tmp_path, work)


def test_a_new_connection_of_the_page_takes_its_leg_over(tmp_path: Path) -> None:
    async def work(media: MediaNode, browser: Chromium, phone: Telephone) -> None:
        await browser.order("again")
        while media.counted.count("done") < 2:
            await asyncio.sleep(0.05)
        phone.hz = 1200
        await asyncio.gather(browser.hears(1200), phone.hears(620))

    with_chromium(tmp_path, work)

# SPDX-License-Identifier: Apache-2.0
"""Socket.IO over a real WebSocket: resume, ownership of the softphone, and strangers who send rubbish.

The frames are written by hand (Engine.IO 4 and Socket.IO 5: `40` connects, `42["event", data]` is an event, `421[…]`
asks for an acknowledgement by `431[…]`), because a stranger does not use our client.
"""

import asyncio
import json
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from headcall.backend.edge.live import BOX
from headcall.backend.edge.socket import DOES_AT_ONCE, MAX_MESSAGE, is_our_origin
from tests.backend.company import CHANGING, PASSWORDS
from tests.backend.edge.running import Server, run_served


class Tab:
    """One tab of a browser."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self._acks = 0

    async def connect(self, **auth: object) -> None:
        await self.read("0")
        await self.socket.send_str("40" + json.dumps(auth))

    async def read(self, prefix: str) -> str:
        """The next frame that begins with `prefix`; others are passed over."""
        while True:
            message = await self.socket.receive(timeout=30)
            assert message.type is aiohttp.WSMsgType.TEXT, message
            if message.data.startswith(prefix):
                text: str = message.data
                return text

    async def event(self) -> tuple[str, dict[str, Any]]:
        name, data = json.loads((await self.read("42"))[2:])
        return name, data

    async def do(self, message: object) -> dict[str, Any]:
        self._acks += 1
        await self.socket.send_str(f"42{self._acks}" + json.dumps(["do", message]))
        answer = await self.read(f"43{self._acks}[")
        found: dict[str, Any] = json.loads(answer[answer.index("[") :])[0]
        return found


class Browser:
    """A browser's cookies and its tabs."""

    def __init__(self, server: Server, session: aiohttp.ClientSession) -> None:
        self.server, self.session = server, session

    async def sign_in(self, login: str = "mei") -> None:
        body = {"login": login, "password": PASSWORDS[login]}
        async with self.session.post(f"{self.server.url}/api/v1/session", json=body, headers=CHANGING) as answer:
            assert answer.status == 200

    async def sign_out(self) -> None:
        async with self.session.delete(f"{self.server.url}/api/v1/session", headers=CHANGING) as answer:
            assert answer.status == 204

    async def tab(self, origin: str = "", **auth: object) -> Tab:
        url = f"{self.server.url}/socket.io/?EIO=4&transport=websocket"
        headers = {"Origin": origin} if origin else {}
        tab = Tab(await self.session.ws_connect(url, headers=headers))
        await tab.connect(**auth)
        return tab


def browse(folder: Path, story: Any, **how: Any) -> None:
    async def scenario(server: Server) -> None:
        jar = aiohttp.CookieJar(unsafe=True)  # cookies for an IP address
        async with aiohttp.ClientSession(cookie_jar=jar, connector=aiohttp.TCPConnector(ssl=False)) as session:
            await story(Browser(server, session))

    run_served(folder, scenario, **how)


def test_a_tab_gets_its_snapshot_and_may_do_things(tmp_path: Path) -> None:
    async def story(browser: Browser) -> None:
        await browser.sign_in()
        tab = await browser.tab(instance="tab-1", device="browser")
        name, snapshot = await tab.event()
        assert name == "snapshot"
        assert snapshot["me"]["login"] == "mei" and snapshot["softphone"] == {"owner_instance": None}
        assert snapshot["causes"]["busy"]["en"]
        assert await tab.do({"type": "ping"}) == {"ok": True}
        assert (await tab.do({"type": "no.such"}))["cause"] == "bad-request"
        assert browser.server.counted("live_connections") == 1
        assert browser.server.counted("live_does_total", outcome="bad-request") == 1
        await tab.socket.send_str("42[5]")
        assert await tab.do({"type": "ping"}) == {"ok": True}
        assert browser.server.counted("live_rubbish_total") == 1

    browse(tmp_path, story)


def test_the_softphone_has_one_owner_and_the_other_tab_hears_of_it(tmp_path: Path) -> None:
    async def story(browser: Browser) -> None:
        await browser.sign_in()
        first, second = await browser.tab(instance="one"), await browser.tab(instance="two")
        await first.event(), await second.event()
        assert (await first.do({"type": "softphone.take", "instance": "one"}))["ok"]
        name, event = await second.event()
        assert (name, event["type"], event["data"]) == ("event", "softphone", {"owner_instance": "one"})
        for nonsense in ({}, {"instance": 5}, {"instance": ""}, {"instance": "x" * 65}):
            assert (await first.do({"type": "softphone.take"} | nonsense))["cause"] == "bad-request"
        await first.socket.close()
        third = await browser.tab(instance="three")
        owner = (await third.event())[1]["softphone"]["owner_instance"]
        assert owner in (None, "one"), "a closed tab is the owner until its going is noticed"

    browse(tmp_path, story)


def test_a_tab_that_lost_its_connection_resumes(tmp_path: Path) -> None:
    async def story(browser: Browser) -> None:
        await browser.sign_in()
        live = browser.server.company.parts.live
        tab = await browser.tab(instance="one")
        seen = (await tab.event())[1]["event_id"]
        live.publish_user("usr_demo_mei", "call", {"n": 1})
        name, event = await tab.event()
        assert (name, event["id"], event["data"]) == ("event", seen + 1, {"n": 1})
        await tab.socket.close()
        for n in (2, 3):
            live.publish_user("usr_demo_mei", "call", {"n": n})
        live.publish_user("usr_demo_lei", "call", {"n": "not for mei"})
        back = await browser.tab(instance="one", last_event_id=seen + 1)
        assert [(await back.event())[1]["data"]["n"] for _ in range(2)] == [2, 3]
        lost = await browser.tab(instance="one", last_event_id=1)
        assert (await lost.event())[0] == "snapshot"

    browse(tmp_path, story)


@pytest.mark.parametrize("last", ["x", None, -1, 1.5, True, [], {}, 10**30])
def test_a_strange_last_event_id_gives_a_snapshot(tmp_path: Path, last: object) -> None:
    async def story(browser: Browser) -> None:
        await browser.sign_in()
        tab = await browser.tab(last_event_id=last, instance={"a": 1}, device=5)
        assert (await tab.event())[0] == "snapshot"

    browse(tmp_path, story)


def test_without_a_session_there_is_no_live_line(tmp_path: Path) -> None:
    async def story(browser: Browser) -> None:
        for auth in ({}, {"token": "x"}, {"token": 5}, {"token": "x" * 100_000}, {"token": {"$ne": 1}}):
            tab = await browser.tab(**auth)
            refusal = json.loads((await tab.read("44"))[2:])
            assert refusal["message"] == "not-signed-in" and refusal["data"]["text"]["zh"]

    browse(tmp_path, story)


@pytest.mark.parametrize("is_secure", [False, True])
def test_another_site_does_not_get_in_with_our_cookie(tmp_path: Path, is_secure: bool) -> None:
    async def story(browser: Browser) -> None:
        await browser.sign_in()
        ours = browser.server.url
        for origin in ("https://evil.example", f"{ours}.evil.example", ours.replace("127.0.0.1", "localhost"), "null"):
            with pytest.raises(aiohttp.WSServerHandshakeError):
                await browser.tab(origin=origin)
        assert (await (await browser.tab(origin=ours)).event())[0] == "snapshot"

    browse(tmp_path, story, is_secure=is_secure)


@pytest.mark.parametrize("origin", ["", "http://", "http://[::1", "file://x", "//x", "http://x@y", "x" * 5000])
def test_a_strange_origin_is_not_ours(origin: str) -> None:
    assert not is_our_origin(origin, {"HTTP_HOST": "x"})
    assert not is_our_origin(None, {})


def test_signing_out_cuts_the_live_line(tmp_path: Path) -> None:
    async def story(browser: Browser) -> None:
        await browser.sign_in()
        tab = await browser.tab()
        await tab.event()
        await browser.sign_out()
        assert (await tab.read("41")) == "41"

    browse(tmp_path, story)


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "9",
        "42",
        "42[",
        "42{}",
        '42["do"]',
        "42[5]",
        "42[[]]",
        '42["do",{"type":"ping"},1,2,3]',
        '42["snapshot",{}]',
        '42["connect",{}]',
        '42["disconnect","x"]',
        '42/other,["do",{}]',
        "4" * 1000,
        "42999999999999999999999999999999" + '["do",{}]',
        '451-["do",{"_placeholder":true,"num":0}]',
        "45" + "9" * 30 + '-["do"]',
        "42" + "[" * 100_000,
        "4" + "[" * 100_000,
        "b4" + "!" * 100,
        "bé",
        '42["do",' + '{"a":' * 5000 + "1" + "}" * 5000 + "]",
        b"\x00\x01binary",
        "40",
        "41",
        "43[]",
        "44{}",
        "1",
        "3probe",
        "5",
        "6",
    ],
)
def test_rubbish_harms_nobody(tmp_path: Path, frame: str | bytes) -> None:
    async def story(browser: Browser) -> None:
        await browser.sign_in()
        mad, sane = await browser.tab(), await browser.tab()
        await mad.event(), await sane.event()
        await (mad.socket.send_bytes(frame) if isinstance(frame, bytes) else mad.socket.send_str(frame))
        assert await sane.do({"type": "ping"}) == {"ok": True}

    browse(tmp_path, story)


def test_a_connection_that_never_says_who_it_is_is_cut_off(tmp_path: Path) -> None:
    async def story(browser: Browser) -> None:
        await browser.sign_in()
        url = f"{browser.server.url}/socket.io/?EIO=4&transport=websocket"
        stranger, honest = await browser.session.ws_connect(url), await browser.tab()
        await honest.event()
        live_socket = browser.server.company.parts.socket
        for _ in range(2):
            await live_socket.sweep_strangers()
        assert browser.server.counted("edge_cut_total", reason="stranger") == 1
        while (message := await stranger.receive(timeout=30)).type is aiohttp.WSMsgType.TEXT:
            pass
        assert message.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED)
        assert await honest.do({"type": "ping"}) == {"ok": True}

    browse(tmp_path, story)


def test_a_page_that_takes_nothing_is_cut_off_and_others_go_on(tmp_path: Path) -> None:
    async def story(browser: Browser) -> None:
        await browser.sign_in()
        slow = await browser.tab()
        await slow.event()
        live = browser.server.company.parts.live
        for n in range(BOX + 50):
            live.publish_user("usr_demo_mei", "call", {"n": n})
        while (message := await slow.socket.receive(timeout=30)).type is aiohttp.WSMsgType.TEXT:
            pass
        assert message.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED)
        assert not live.is_connected("usr_demo_mei")

    browse(tmp_path, story)


def test_a_tab_whose_session_has_run_out_is_cut_off(tmp_path: Path) -> None:
    async def story(browser: Browser) -> None:
        await browser.sign_in()
        tab = await browser.tab()
        await tab.event()
        company = browser.server.company
        company.clock.advance(20 * 3600)
        await company.parts.socket.recheck()
        company.clock.advance(20 * 3600)
        await company.parts.socket.recheck()
        assert await tab.do({"type": "ping"}) == {"ok": True}, "an open page keeps its session"
        company.clock.advance(31 * 24 * 3600)
        await company.parts.socket.recheck()
        assert await tab.read("41") == "41"

    browse(tmp_path, story)


def test_a_message_too_large_ends_that_connection_only(tmp_path: Path) -> None:
    async def story(browser: Browser) -> None:
        await browser.sign_in()
        mad, sane = await browser.tab(), await browser.tab()
        await mad.event(), await sane.event()
        await mad.socket.send_str('42["do","' + "x" * (MAX_MESSAGE + 1) + '"]')
        while (message := await mad.socket.receive(timeout=30)).type is aiohttp.WSMsgType.TEXT:
            pass
        assert message.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR)
        assert await sane.do({"type": "ping"}) == {"ok": True}

    browse(tmp_path, story)


def test_one_page_may_not_do_everything_at_once(tmp_path: Path) -> None:
    async def story(browser: Browser) -> None:
        goes_on = asyncio.Event()

        async def slow(who: object, data: object) -> dict[str, Any]:
            await goes_on.wait()
            return {}

        browser.server.company.parts.live.on_do("slow", slow)
        await browser.sign_in()
        tab = await browser.tab()
        await tab.event()
        for n in range(DOES_AT_ONCE + 1):
            await tab.socket.send_str(f'42{n + 1}["do",{{"type":"slow"}}]')
        refused = await tab.read(f"43{DOES_AT_ONCE + 1}[")
        assert '"too-many-attempts"' in refused
        goes_on.set()
        assert '"ok":true' in await tab.read("43")

    browse(tmp_path, story)

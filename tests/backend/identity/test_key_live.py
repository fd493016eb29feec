# SPDX-License-Identifier: Apache-2.0
"""A key on Socket.IO: let in with `call.control` alone, with no more rights than it has, and cut off when revoked."""

import json
from pathlib import Path
from typing import Any

import aiohttp

from tests.backend.company import CHANGING
from tests.backend.edge.test_socket import Browser, browse


async def make(browser: Browser, *rights: str) -> dict[str, Any]:
    body = {"name": "robot", "rights": rights, "days": 1}
    async with browser.session.post(f"{browser.server.url}/api/v1/keys", json=body, headers=CHANGING) as answer:
        assert answer.status == 201
        found: dict[str, Any] = await answer.json()
        return found


def test_a_key_hears_and_does_what_it_may_and_is_cut_off_when_revoked(tmp_path: Path) -> None:
    async def story(browser: Browser) -> None:
        await browser.sign_in("anna")
        made = await make(browser, "call.control")
        async with aiohttp.ClientSession() as session:
            tab = await Browser(browser.server, session).tab(token=made["key"])
            name, snapshot = await tab.event()
            assert name == "snapshot" and snapshot["me"]["login"] == "anna"
            assert snapshot["me"]["rights"] == ["call.control"]
            assert (await tab.do({"type": "ping"}))["ok"]
            url = f"{browser.server.url}/api/v1/keys/{made['key_id']}"
            async with browser.session.delete(url, headers=CHANGING) as answer:
                assert answer.status == 204
            assert (await tab.read("41")) == "41"

    browse(tmp_path, story)


def test_a_key_that_may_control_no_calls_hears_nothing(tmp_path: Path) -> None:
    async def story(browser: Browser) -> None:
        await browser.sign_in("anna")
        made = await make(browser, "call.history")
        async with aiohttp.ClientSession() as session:
            tab = await Browser(browser.server, session).tab(token=made["key"])
            refusal = json.loads((await tab.read("44"))[2:])
            assert refusal["message"] == "not-allowed" and refusal["data"]["text"]["zh"]

    browse(tmp_path, story)

# SPDX-License-Identifier: Apache-2.0
"""What strangers from outside may do to a chat, over HTTP, and what they may not."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from headcall.backend.calls.assembly import Telephony, make_control
from headcall.backend.chats.files import kind_of, plain_name
from headcall.backend.errors import ApiError
from headcall.backend.sample import QUEUE_ID
from tests.backend.company import Company, run_in_company

URL = "/api/v1/visitor-chats"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100


async def begun(c: Company, **fields: object) -> tuple[httpx.AsyncClient, str]:
    """A visitor in a chat: their browser, and the chat's address."""
    telephony = c.parts.control
    assert isinstance(telephony, Telephony)
    await telephony.queues.load()
    await telephony.agents.load()
    visitor = c.client()
    answer = await visitor.post(URL, json={"queue_id": QUEUE_ID, "text": "Hello", **fields})
    assert answer.status_code == 201, answer.text
    visitor.headers["authorization"] = f"Bearer {answer.json()['token']}"
    return visitor, f"{URL}/{answer.json()['chat_id']}"


def play(folder: Path, scenario: Any) -> None:
    run_in_company(folder, scenario, make_control=make_control)


def test_a_stranger_begins_a_chat_and_sees_their_place(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        visitor, chat = await begun(c, name="<script>alert(1)</script>", text="x" * 4000)
        seen = (await visitor.get(chat)).json()
        assert (seen["state"], seen["before"], seen["agent"]) == ("waiting", 0, None)
        assert seen["messages"][0]["text"] == "x" * 4000
        queues = (await c.client().get(f"{URL}/queues")).json()["queues"]
        assert [(queue["id"], queue["closed"]) for queue in queues] == [(QUEUE_ID, None)]

    play(tmp_path, scenario)


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"text": ""}, 400),
        ({"text": "  "}, 400),
        ({"text": "x" * 4001}, 400),
        ({"name": "x" * 101}, 400),
        ({"queue_id": "nowhere"}, 404),
        ({"language": "fr"}, 400),
        ({"page": 5}, 400),
    ],
)
def test_what_cannot_be_a_chat_is_refused(tmp_path: Path, wrong: dict[str, object], status: int) -> None:
    async def scenario(c: Company) -> None:
        await begun(c)
        answer = await c.client().post(URL, json={"queue_id": QUEUE_ID, "text": "Hello", **wrong})
        assert answer.status_code == status, answer.text
        assert set(answer.json()["error"]["text"]) == {"zh", "en"}

    play(tmp_path, scenario)


def test_one_visitors_token_does_not_open_the_chat_of_another(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        (one, chat), (other, _) = await begun(c), await begun(c)
        for client in (other, c.client(), await c.signed_in("mei")):
            for answer in (
                await client.get(chat),
                await client.post(f"{chat}/messages", json={"text": "I am you"}),
                await client.delete(chat),
                await client.get(f"{chat}/files/file_00000000000000000000000000"),
            ):
                assert answer.status_code == 404
        assert [each["text"] for each in (await one.get(chat)).json()["messages"]] == ["Hello"]

    play(tmp_path, scenario)


def test_a_token_of_a_chat_opens_nothing_else(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        visitor, _ = await begun(c)
        for url in ("/api/v1/session", "/api/v1/directory", "/api/v1/chats", "/api/v1/canned-replies"):
            assert (await visitor.get(url)).status_code == 401, url

    play(tmp_path, scenario)


def test_whoever_begins_or_says_too_much_is_slowed_down(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        visitor, chat = await begun(c)
        said = [(await visitor.post(f"{chat}/messages", json={"text": "spam"})).status_code for _ in range(21)]
        assert said == [200] * 20 + [429]
        opened = [
            (await c.client().post(URL, json={"queue_id": QUEUE_ID, "text": "Hello"})).status_code for _ in range(6)
        ]
        assert opened == [201] * 5 + [429]
        elsewhere = c.client(address="192.0.2.7")
        assert (await elsewhere.post(URL, json={"queue_id": QUEUE_ID, "text": "Hello"})).status_code == 201

    play(tmp_path, scenario)


def test_a_visitor_who_waits_for_news_is_woken_by_them(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        visitor, chat = await begun(c)
        waits = asyncio.create_task(visitor.get(chat, params={"after": 1, "wait_s": 25}))
        await asyncio.sleep(0)
        await visitor.post(f"{chat}/messages", json={"text": "second"})
        async with asyncio.timeout(10):
            news = (await waits).json()
        assert [each["text"] for each in news["messages"]] == ["second"] and news["last_seq"] == 2
        assert (await visitor.get(chat, params={"wait_s": 26})).status_code == 400
        assert (await visitor.get(chat, params={"after": -1})).status_code == 400

    play(tmp_path, scenario)


def test_a_file_is_sent_and_handed_out_as_an_attachment_that_can_do_nothing(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        visitor, chat = await begun(c)
        answer = await visitor.post(f"{chat}/files", params={"name": "../../发票 \r\n.png"}, content=PNG)
        assert answer.status_code == 200, answer.text
        (message,) = answer.json()["messages"]
        assert message["text"] == "发票 .png"
        got = await visitor.get(f"{chat}/files/{message['file_id']}")
        assert got.content == PNG and got.headers["content-type"] == "image/png"
        assert got.headers["content-disposition"].startswith("attachment;")
        assert "sandbox" in got.headers["content-security-policy"]
        assert got.headers["x-content-type-options"] == "nosniff"
        assert (await visitor.get(f"{chat}/files/file_{'0' * 26}")).status_code == 404
        large = await visitor.post(f"{chat}/files", params={"name": "photo.png"}, content=PNG + b"\0" * (4 << 20))
        assert large.status_code == 200
        too_large = await visitor.post(f"{chat}/files", params={"name": "photo.png"}, content=PNG + b"\0" * (5 << 20))
        assert too_large.status_code == 413
        elsewhere = await visitor.post(f"{chat}/messages", content=b" " * (2 << 20))
        assert elsewhere.status_code == 413

    play(tmp_path, scenario)


@pytest.mark.parametrize(
    ("name", "octets", "why"),
    [
        ("cat.png", b"<html><script>", "something else"),
        ("cat.svg", b"<svg onload=alert(1)>", "not taken"),
        ("cat.html", b"<html>", "not taken"),
        ("cat", PNG, "not taken"),
        ("cat.png", b"", "empty"),
        ("cat.exe.pdf", b"MZ\x90", "something else"),
        ("cat.txt", b"\xff\xfe\x00", "something else"),
        ("cat.png", PNG + b"\0" * (5 << 20), "at most"),
    ],
)
def test_a_file_that_lies_about_its_kind_is_refused(name: str, octets: bytes, why: str) -> None:
    with pytest.raises(ApiError, match=why):
        kind_of(name, octets)


def test_the_name_of_a_file_keeps_its_ending_and_little_else() -> None:
    assert plain_name("C:\\temp\\..\\a\x00b.pdf") == "ab.pdf"
    assert plain_name("x" * 500 + ".pdf").endswith("x.pdf") and len(plain_name("x" * 500 + ".pdf")) == 120


def test_outside_of_the_hours_a_visitor_is_told_before_the_first_word_and_a_chat_that_runs_goes_on(
    tmp_path: Path,
) -> None:
    async def scenario(c: Company) -> None:
        visitor, chat = await begun(c)
        anna = await c.signed_in("anna")
        week = [[{"begins": 0, "ends": 1440}]] * 7
        hours_id = (await anna.post("/api/v1/hours", json={"name": "office", "week": week})).json()["hours_id"]
        rules = (await anna.get(f"/api/v1/queues/{QUEUE_ID}")).json()
        for fixed in ("id", "number", "version"):
            rules.pop(fixed, None)
        await anna.put(f"/api/v1/queues/{QUEUE_ID}", json=rules | {"hours_id": hours_id})
        (queue,) = (await c.client().get(f"{URL}/queues")).json()["queues"]
        assert queue["closed"] is None
        switch = f"/api/v1/hours/{hours_id}/switch"
        await anna.put(switch, json={"to_open": False, "until": "2099-01-01T00:00:00Z"})
        (queue,) = (await c.client().get(f"{URL}/queues")).json()["queues"]
        assert queue["closed"] == {"zone": "Asia/Shanghai", "opens_at": "2099-01-01T00:00:00.000Z"}
        refused = await c.client().post(URL, json={"queue_id": QUEUE_ID, "text": "Hello"})
        assert refused.status_code == 409 and refused.json()["error"]["cause"] == "closed"
        assert set(refused.json()["error"]["text"]) == {"zh", "en"}
        said = await visitor.post(f"{chat}/messages", json={"text": "still there?"})
        assert (said.status_code, said.json()["state"]) == (200, "waiting"), "agents decide"
        await anna.put(switch, json={"to_open": False})
        (queue,) = (await c.client().get(f"{URL}/queues")).json()["queues"]
        assert queue["closed"]["opens_at"] is None, "nobody knows"
        await anna.put(switch, json={"to_open": True})
        assert (await c.client().post(URL, json={"queue_id": QUEUE_ID, "text": "Hello"})).status_code == 201

    play(tmp_path, scenario)

# SPDX-License-Identifier: Apache-2.0
"""The whole role, from an empty folder to open doors and back, twice over the same data."""

import asyncio
import ssl
import threading
from pathlib import Path

import httpx
import pytest

from headcall.backend.role import DatabaseAway, run
from headcall.kit.bus.memory import MemoryBus
from headcall.kit.role import CannotStart, RoleContext
from headcall.kit.settings import Settings
from headcall.run.certificate import ensure_certificate
from headcall.wire import topics
from headcall.wire.codec import decode, encode
from headcall.wire.legs import AskCredential, Credential, CredentialReply
from tests.backend.company import CHANGING, PASSWORDS
from tests.backend.living import alive, demo_settings


def test_it_serves_both_doors_and_comes_back_with_the_same_people(tmp_path: Path, database_url: str) -> None:
    ensure_certificate(tmp_path / "tls", ["127.0.0.1"])
    tokens: list[str] = []

    async def story(ctx: RoleContext, http_port: int, https_port: int) -> None:
        login = {"login": "mei", "password": PASSWORDS["mei"]}
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{http_port}", headers=CHANGING) as plain:
            assert (await plain.get("/health")).status_code == 200
            if tokens:
                plain.cookies["headcall_session"] = tokens[0]
            else:
                assert (await plain.post("/api/v1/session", json=login)).status_code == 200
                tokens.append(plain.cookies["headcall_session"])
            me = (await plain.get("/api/v1/session")).json()
            assert me["agent"]["agent_number"] == "1001" and me["agent"]["queues"][0]["name"] == "呼叫中心"
            queues = (await plain.get("/api/v1/queues")).json()["queues"]
            assert [queue["name"] for queue in queues] == ["呼叫中心"]
        trust = ssl.create_default_context(cafile=str(tmp_path / "tls" / "certificate.pem"))
        async with httpx.AsyncClient(base_url=f"https://127.0.0.1:{https_port}", verify=trust) as secure:
            answer = await secure.post("/api/v1/session", json=login, headers=CHANGING)
            assert "Secure" in answer.headers["set-cookie"]
        asked = encode(AskCredential("headcall.local", "83012341001"))
        reply: object = decode(await ctx.bus.request(topics.CREDENTIALS, asked), CredentialReply)  # type: ignore[arg-type]
        assert isinstance(reply, Credential)

    for _ in range(2):
        settings = demo_settings().with_values("store", database_url=database_url)
        asyncio.run(alive(tmp_path, settings, story))


def test_a_new_installation_has_an_owner_and_the_number_of_its_carrier(tmp_path: Path) -> None:
    ensure_certificate(tmp_path / "tls", [])
    carrier = Settings().with_values("carrier", host="203.0.113.1", did="4008-123456", password="geheim")
    logins: list[str] = []

    async def story(ctx: RoleContext, http_port: int, _https_port: int) -> None:
        left = tmp_path / "first-login.txt"
        assert left.stat().st_mode & 0o777 == 0o600
        logins.append(left.read_text())
        login = dict(line.split(": ") for line in logins[-1].splitlines())
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{http_port}", headers=CHANGING) as owner:
            answer = await owner.post("/api/v1/session", json=login)
            assert answer.status_code == 200 and answer.json()["roles"] == ["owner"]
            numbers = (await owner.get("/api/v1/numbers")).json()["numbers"]
            assert [number["display"] for number in numbers] == ["4008-123456", "4008-123456-0"]
            assert (await owner.get("/api/v1/simulator/calls")).status_code == 404

    for _ in range(2):
        asyncio.run(alive(tmp_path, carrier, story))
    assert logins[0] == logins[1]


def test_a_published_number_that_is_none_is_told(tmp_path: Path) -> None:
    async def scenario() -> None:
        ctx = RoleContext("backend", MemoryBus(), Settings().with_values("carrier", did="call us!"), tmp_path)
        try:
            await run(ctx)
        finally:
            await ctx.tasks.close()

    with pytest.raises(CannotStart, match="did"):
        asyncio.run(scenario())


@pytest.mark.parametrize(
    ("url", "error", "told"),
    [
        ("mysql://root@localhost/x", CannotStart, "postgresql\\+asyncpg"),
        ("nonsense", CannotStart, "postgresql\\+asyncpg"),
        ("postgresql+asyncpg://user:geheim@127.0.0.1:1/x", DatabaseAway, "reached"),
        ("sqlite+aiosqlite:////nowhere/at/all.db", CannotStart, "all.db"),
    ],
)
def test_a_database_that_cannot_be_used_is_named(tmp_path: Path, url: str, error: type[Exception], told: str) -> None:
    with pytest.raises(error, match=told) as caught:
        asyncio.run(_fails(tmp_path, Settings().with_values("store", database_url=url)))
    assert "geheim" not in str(caught.value)


def test_a_broken_database_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "backend").mkdir()
    (tmp_path / "backend" / "headcall.db").write_bytes(b"this is no database" * 1000)
    with pytest.raises(CannotStart, match=r"headcall\.db"):
        asyncio.run(_fails(tmp_path, Settings()))


async def _fails(folder: Path, settings: Settings) -> None:
    ctx = RoleContext("backend", MemoryBus(), settings, folder)
    try:
        await run(ctx)
    finally:
        await ctx.tasks.close()
        # aiosqlite does not wait for the thread of a connection that failed; it must not outlive this loop.
        for thread in threading.enumerate():
            if "_connection_worker_thread" in thread.name:
                await asyncio.to_thread(thread.join, 10)


def test_without_a_socket_it_says_what_is_missing(tmp_path: Path) -> None:
    async def scenario() -> None:
        ctx = RoleContext("backend", MemoryBus(), demo_settings(), tmp_path)
        try:
            await run(ctx)
        finally:
            await ctx.tasks.close()

    with pytest.raises(CannotStart, match="http"):
        asyncio.run(scenario())

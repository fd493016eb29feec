# SPDX-License-Identifier: Apache-2.0
"""The web server against peers who are slow, large or mad."""

import asyncio
import socket
from pathlib import Path

import pytest

from headcall.backend.edge import server as bounds
from headcall.backend.edge.limits import MAX_BODY
from tests.backend.edge.running import Server, run_served

LOGIN = b"POST /api/v1/session HTTP/1.1\r\nHost: x\r\nX-HeadCall: 1\r\nContent-Type: application/json\r\n"


async def _still_works(server: Server) -> None:
    answer = await server.talk(b"GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200")


def test_headers_that_never_end_end_the_connection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "HEAD_SECONDS", 0.2)

    async def scenario(server: Server) -> None:
        assert await server.talk(b"") == b""
        assert await server.talk(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ") == b""
        assert server.counted("edge_cut_total", reason="slow head") == 2
        await _still_works(server)

    run_served(tmp_path, scenario)


def test_a_second_request_has_the_same_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "HEAD_SECONDS", 0.3)

    async def scenario(server: Server) -> None:
        answer = await server.talk(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\nGET /hea")
        assert answer.count(b"HTTP/1.1 200") == 1

    run_served(tmp_path, scenario)


def test_a_body_that_never_comes_ends_the_connection(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "BODY_SECONDS", 0.2)

    async def scenario(server: Server) -> None:
        assert await server.talk(LOGIN + b"Content-Length: 100\r\n\r\n{") == b""
        assert server.counted("edge_cut_total", reason="slow body") == 1
        await _still_works(server)

    run_served(tmp_path, scenario)


def test_endless_headers_end_the_connection(tmp_path: Path) -> None:
    async def scenario(server: Server) -> None:
        flood = b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-A: " + b"a" * 4_000_000
        assert await server.talk(flood) == b""
        many = b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-A: a\r\n" * 400_000
        assert await server.talk(many) == b""
        assert server.counted("edge_cut_total", reason="large head") == 2
        await _still_works(server)

    run_served(tmp_path, scenario)


def test_a_body_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    async def scenario(server: Server) -> None:
        answer = await server.talk(LOGIN + b"Content-Length: %d\r\n\r\n" % (MAX_BODY + 1))
        assert answer.startswith(b"HTTP/1.1 413") and b'"too-large"' in answer
        absurd = await server.talk(LOGIN + b"Content-Length: 99999999999999999999999\r\n\r\n")
        assert absurd.startswith((b"HTTP/1.1 413", b"HTTP/1.1 400"))
        await _still_works(server)

    run_served(tmp_path, scenario)


def test_a_body_that_grows_too_large_is_refused_while_it_is_read(tmp_path: Path) -> None:
    async def scenario(server: Server) -> None:
        chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
        for path in (b"/api/v1/session", b"/socket.io/?EIO=4&transport=polling&sid=x"):
            head = LOGIN.replace(b"/api/v1/session", path) + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
            answer = await server.talk(head + chunk * (MAX_BODY // 0x10000 + 1) + b"0\r\n\r\n")
            assert answer.startswith((b"HTTP/1.1 413", b"HTTP/1.1 400")), path
        await _still_works(server)

    run_served(tmp_path, scenario)


@pytest.mark.parametrize(
    "noise",
    [
        b"\0" * 100,
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"INVITE sip:1001@x SIP/2.0\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET\r\n\r\n",
        b"GET http://[::1 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\nx",
        b"GET /%ff%00/../../etc/passwd HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
        b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n"
        b"Connection: Upgrade, close\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: no\r\n\r\n",
        b"GET /elsewhere HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ],
)
def test_noise_is_answered_or_cut_off_and_harms_nobody(
    tmp_path: Path, noise: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bounds, "HEAD_SECONDS", 0.3)
    monkeypatch.setattr(bounds, "BODY_SECONDS", 0.3)

    async def scenario(server: Server) -> None:
        answer = await server.talk(noise)
        assert not answer.startswith(b"HTTP/1.1 500") and b"root:" not in answer
        await _still_works(server)

    run_served(tmp_path, scenario)


def test_the_server_ends_in_time_with_open_connections(tmp_path: Path) -> None:
    async def scenario(server: Server) -> None:
        loop = asyncio.get_running_loop()
        await loop.sock_connect(left_open, ("127.0.0.1", server.port))
        await loop.sock_sendall(left_open, b"GET /health HTTP/1.1\r\nHost: x\r\n\r\nGET /health HT")
        assert (await loop.sock_recv(left_open, 4096)).startswith(b"HTTP/1.1 200")

    with socket.socket() as left_open:
        left_open.setblocking(False)
        run_served(tmp_path, scenario)

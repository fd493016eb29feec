# SPDX-License-Identifier: Apache-2.0
"""uvicorn on inherited sockets, with the bounds it lacks: time and size of a request's head, time for its body."""

import asyncio
import contextlib
import socket
from collections.abc import Generator
from typing import Any, ClassVar

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from headcall.backend.edge.figures import EdgeFigures
from headcall.backend.edge.limits import MAX_SOUND, MAX_UPLOAD
from headcall.backend.edge.socket import MAX_MESSAGE

HEAD_SECONDS = 10.0
"""From the connection, or the first octet of a next request, to the end of its headers."""

BODY_SECONDS = 30.0
"""For the body. Ours are small; the largest but for files, at 1 MiB, needs 280 kbit/s."""

SLOWEST_UPLOAD = 40_000
"""Octets a second (320 kbit/s) at which a larger file may come: a photograph sent from a train."""

MAX_HEAD = 32 * 1024
"""Octets of request line and headers, more or less."""

HANDSHAKE_SECONDS = 10.0
BACKLOG = 512

CIPHERS = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""Of TLS 1.2; TLS 1.3 has its own. Forward secret and authenticated, nothing else."""

CONNECTIONS = 2000
"""At most so many connections; more get 503 at once."""


class BoundedHttp(HttpToolsProtocol):
    """The HTTP/1.1 protocol with deadlines. A connection that misses one is closed without a word."""

    figures: ClassVar[EdgeFigures]
    _deadline: asyncio.TimerHandle | None = None
    _head_octets = 0
    _is_in_head = True

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect_within(HEAD_SECONDS)

    def data_received(self, data: bytes) -> None:
        """Fed in pieces, so that a head is told from the body that the kernel gives along with it."""
        for start in range(0, len(data), MAX_HEAD):
            piece = data[start : start + MAX_HEAD]
            if self._is_in_head:
                self._head_octets += len(piece)
                if self._head_octets > 2 * MAX_HEAD:  # twice: what is left of the message before counts along
                    self._give_up("large head")
            if self.transport.is_closing():
                return
            super().data_received(piece)

    def on_message_begin(self) -> None:
        self._is_in_head, self._head_octets = True, 0
        self._expect_within(HEAD_SECONDS)
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._is_in_head = False
        self._expect_within(max(BODY_SECONDS, min(self._announced(), max(MAX_UPLOAD, MAX_SOUND)) / SLOWEST_UPLOAD))
        super().on_headers_complete()

    def _announced(self) -> int:
        """The length of the body, as the head has it."""
        length = next((value for name, value in self.headers if name == b"content-length"), b"")
        return int(length) if length.isdigit() and len(length) < 12 else 0

    def on_message_complete(self) -> None:
        self._expect_nothing()
        super().on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        self._expect_nothing()
        super().connection_lost(exc)

    def handle_websocket_upgrade(self) -> None:
        self._expect_nothing()
        super().handle_websocket_upgrade()

    def _expect_within(self, seconds: float) -> None:
        self._expect_nothing()
        self._deadline = self.loop.call_later(seconds, self._give_up, "slow head" if self._is_in_head else "slow body")

    def _expect_nothing(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self, reason: str) -> None:
        self._expect_nothing()
        if not self.transport.is_closing():
            self.figures.cut.labels(reason).inc()
            self.transport.abort()


class WebServer(uvicorn.Server):
    """uvicorn without its hands on the process's signals: the role's life cycle stops it."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._stopping = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn's, with a limit for the TLS handshake."""
        await self.lifespan.startup()
        loop = asyncio.get_running_loop()
        limit = HANDSHAKE_SECONDS if self.config.ssl else None
        self.servers = [
            await loop.create_server(
                self._protocol, sock=sock, ssl=self.config.ssl, backlog=BACKLOG, ssl_handshake_timeout=limit
            )
            for sock in sockets or ()
        ]
        self.started = True

    async def main_loop(self) -> None:
        """Keeps the Date header right, once a second; uvicorn wakes ten times as often."""
        while not self._stopping.is_set():
            await self.on_tick(0)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), 1.0)

    def stop(self) -> None:
        self.should_exit = True
        self._stopping.set()

    def _protocol(self) -> asyncio.Protocol:
        made: asyncio.Protocol = self.config.http_protocol_class(  # type: ignore[call-arg]
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )
        return made


class Web:
    """The listening sockets of one application: plain for this machine, TLS for the others."""

    def __init__(self, app: Any, figures: EdgeFigures) -> None:
        self._app = app
        self._protocol = type("CountingHttp", (BoundedHttp,), {"figures": figures})
        self._running: list[tuple[WebServer, asyncio.Task[None]]] = []

    async def listen(self, fd: int, *, certificate: tuple[str, str] | None = None) -> None:
        """Serves on the inherited listening socket `fd`, with TLS if (certificate file, key file) are given."""
        config = uvicorn.Config(
            self._app,
            http=self._protocol,
            ws="websockets-sansio",
            loop="asyncio",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=30,
            timeout_graceful_shutdown=3,
            limit_concurrency=CONNECTIONS,
            ws_max_size=MAX_MESSAGE,
            ws_ping_interval=None,  # Socket.IO has its own
            ws_per_message_deflate=False,  # 300 KiB for each page, to save a few octets
            ssl_certfile=certificate[0] if certificate else None,
            ssl_keyfile=certificate[1] if certificate else None,
            ssl_ciphers=CIPHERS,
        )
        listening = socket.socket(fileno=fd)
        listening.setblocking(False)
        server = WebServer(config)
        task = asyncio.create_task(server.serve(sockets=[listening]), name=f"http fd {fd}")
        self._running.append((server, task))
        while not server.started and not task.done():
            await asyncio.sleep(0.01)
        if task.done():
            await task

    async def close(self) -> None:
        """Takes no more connections and ends the ones there are."""
        for server, _ in self._running:
            server.stop()
        await asyncio.gather(*(task for _, task in self._running), return_exceptions=True)

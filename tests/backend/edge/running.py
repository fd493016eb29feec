# SPDX-License-Identifier: Apache-2.0
"""The sample company behind a real web server on a free port."""

import asyncio
import gc
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from headcall.backend.edge.server import Web
from headcall.run.certificate import ensure_certificate
from tests.backend.company import Company, company


@dataclass
class Server:
    company: Company
    port: int
    scheme: str = "http"

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def counted(self, name: str, **labels: str) -> float:
        """A figure of the edge."""
        return self.company.parts.ctx.metrics.registry.get_sample_value(f"headcall_{name}", labels) or 0.0

    async def talk(self, data: bytes) -> bytes:
        """What the server answers to these octets before it closes the connection."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        got = b""
        try:
            writer.write(data)
            while piece := await asyncio.wait_for(reader.read(65536), 30):
                got += piece
        except ConnectionError:
            pass  # it closed on octets that it did not want to read
        finally:
            writer.close()
        return got


@asynccontextmanager
async def serving(folder: Path, *, is_secure: bool = False, **how: Any) -> AsyncIterator[Server]:
    async with company(folder, **how) as c:
        listening = socket.socket()
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        port = listening.getsockname()[1]
        web = Web(c.app, c.parts.socket.figures)
        ensure_certificate(folder / "tls", [])
        certificate = (str(folder / "tls" / "certificate.pem"), str(folder / "tls" / "key.pem")) if is_secure else None
        await web.listen(listening.detach(), certificate=certificate)
        try:
            yield Server(c, port, "https" if is_secure else "http")
        finally:
            await c.parts.socket.close()
            await web.close()


def run_served(folder: Path, scenario: Callable[[Server], Coroutine[Any, Any, None]], **how: Any) -> None:
    """Plays a scenario; an exception that reached the event loop fails it."""

    async def play() -> None:
        unseen: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _loop, context: unseen.append(context))
        async with serving(folder, **how) as server:
            await scenario(server)
        assert unseen == []

    asyncio.run(play())
    gc.collect()  # what was left open fails the test that left it

# SPDX-License-Identifier: Apache-2.0
"""A push service on loopback, and the browser behind it: takes what is posted, and reads it with the browser's keys."""

import asyncio
import base64
import contextlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

import http_ece  # type: ignore[import-untyped]
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


@dataclass
class Posted:
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """`status` is what it answers; `hangs` never does."""

    status: int = 201
    hangs: bool = False
    more: bytes = b""
    """What follows the answer's head."""
    posted: list[Posted] = field(default_factory=list)
    came: asyncio.Event = field(default_factory=asyncio.Event)

    _open: int = 0
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.secret = secrets.token_bytes(16)

    async def __aenter__(self) -> "Receiver":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        for _turn in range(5):  # who was accepted in this moment is served, and counted
            await asyncio.sleep(0)
        self._server.close()
        while self._open:
            self._changed.clear()
            await self._changed.wait()

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    @property
    def subscription(self) -> dict[str, Any]:
        point = self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return {"endpoint": f"{self.origin}/send/abc", "keys": {"p256dh": _text(point), "auth": _text(self.secret)}}

    def read(self, number: int) -> dict[str, Any]:
        """What the browser's service worker would get."""
        body = self.posted[number].body
        plain = http_ece.decrypt(body, private_key=self.private, auth_secret=self.secret, version="aes128gcm")
        return dict(json.loads(plain))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self._answer(reader, writer)
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
            self._open -= 1
            self._changed.set()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open += 1
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers["content-length"]))
        self.posted.append(Posted(head[0].split()[1], headers, body))
        self.came.set()
        if self.hangs:
            await reader.read()  # until they give up
            return
        writer.write(f"HTTP/1.1 {self.status} Said\r\nlocation: http://127.0.0.1:1/\r\n\r\n".encode() + self.more)


def _text(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()

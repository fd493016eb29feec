# SPDX-License-Identifier: Apache-2.0
"""An SMTP server on loopback: takes what it is given, or refuses it, and keeps the bytes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser


@dataclass
class PostOffice:
    port: int = 0
    refuses: bytes = b""
    """What it answers to the end of a message instead of taking it."""
    letters: list[tuple[list[str], EmailMessage]] = field(default_factory=list)
    sessions: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.sessions += 1
        recipients: list[str] = []
        writer.write(b"220 post.test ESMTP\r\n")
        while line := await reader.readline():
            verb = line.split(b":")[0].strip().upper()
            if verb.startswith((b"EHLO", b"HELO")):
                writer.write(b"250-post.test\r\n250 8BITMIME\r\n")
            elif verb == b"RCPT TO":
                recipients.append(line.split(b"<")[1].split(b">")[0].decode())
                writer.write(b"250 ok\r\n")
            elif verb == b"DATA":
                writer.write(b"354 go on\r\n")
                data = await reader.readuntil(b"\r\n.\r\n")
                writer.write(self.refuses or self._keep(recipients, data))
            elif verb == b"QUIT":
                writer.write(b"221 bye\r\n")
                break
            else:
                writer.write(b"250 ok\r\n")
            await writer.drain()
        writer.close()

    def _keep(self, recipients: list[str], data: bytes) -> bytes:
        plain = data.removesuffix(b".\r\n").replace(b"\r\n..", b"\r\n.")
        letter = BytesParser(policy=policy.default).parsebytes(plain)
        assert isinstance(letter, EmailMessage)
        self.letters.append((recipients, letter))
        return b"250 taken\r\n"


@asynccontextmanager
async def post_office() -> AsyncIterator[PostOffice]:
    office = PostOffice()
    server = await asyncio.start_server(office.serve, "127.0.0.1", 0)
    office.port = server.sockets[0].getsockname()[1]
    try:
        yield office
    finally:
        server.close()
        await server.wait_closed()

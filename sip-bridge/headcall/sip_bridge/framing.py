# SPDX-License-Identifier: Apache-2.0
"""Where one message of a stream ends and the next begins (RFC 3261 18.3), and its keep-alives (RFC 5626 3.5.1)."""

import re
from dataclasses import dataclass

from headcall.sip_bridge.errors import Malformed, TooLarge
from headcall.sip_bridge.parser import MAX_HEAD, MAX_MESSAGE

PONG = b"\r\n"
"""What a `Ping` is answered with."""

_END_OF_HEAD = b"\r\n\r\n"
_CONTENT_LENGTH = re.compile(
    rb"\r\n(?:Content-Length|l)[ \t]*:[ \t]*(?:\r\n[ \t]+)?(\d{1,8})[ \t]*(?=\r\n)", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Ping:
    """A double CRLF between messages: the peer wants a `PONG`."""


class Framer:
    """Cuts a stream into messages. After it raised, the stream cannot be understood any more: close it."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._wanted = 0
        """Octets of the message in the buffer, once its head is there; a large body is not searched at every read."""
        self._searched = 0

    def feed(self, data: bytes) -> list[bytes | Ping]:
        """The messages that are whole now. Raises TooLarge or Malformed."""
        self._buffer += data
        found: list[bytes | Ping] = []
        while (frame := self._next()) is not None:
            found.append(frame)
        return found

    def _next(self) -> bytes | Ping | None:
        if not self._wanted:
            if self._buffer.startswith(_END_OF_HEAD):
                del self._buffer[:4]
                return Ping()
            self._drop_line_breaks()
            self._find_head()
        if not self._wanted or len(self._buffer) < self._wanted:
            return None
        frame = bytes(self._buffer[: self._wanted])
        del self._buffer[: self._wanted]
        self._wanted = self._searched = 0
        return frame

    def _drop_line_breaks(self) -> None:
        """A single CRLF is a pong, or stands before a start line. The beginning of a ping is left alone."""
        if self._buffer.startswith(b"\r\n") and not _END_OF_HEAD.startswith(bytes(self._buffer[:4])):
            del self._buffer[:2]

    def _find_head(self) -> None:
        end = self._buffer.find(_END_OF_HEAD, max(0, self._searched - 3))
        self._searched = len(self._buffer)
        if end > MAX_HEAD or (end < 0 and len(self._buffer) > MAX_HEAD):
            raise TooLarge("header fields too large")
        if end < 0 or self._buffer.startswith(b"\r\n"):
            return
        lengths = {int(text) for text in _CONTENT_LENGTH.findall(bytes(self._buffer[: end + 2]))}
        if len(lengths) != 1:
            raise Malformed("no Content-Length, or several")
        self._wanted = end + 4 + lengths.pop()
        if self._wanted > MAX_MESSAGE:
            raise TooLarge("message too large")

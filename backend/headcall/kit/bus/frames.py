# SPDX-License-Identifier: Apache-2.0
"""What travels over the hub's Unix socket: a four-octet length, then one msgpack array, its first element a word.

to the hub      [PUBLISH, topic, message]      [UNSUBSCRIBE, topic]   [UNSERVE, topic]
                [SUBSCRIBE, number, topic]     [SERVE, number, topic] (both are confirmed by an empty REPLY)
                [REQUEST, number, topic, message]
                [REPLY, number of the hub, status, message]
from the hub    [MESSAGE, topic, message]      [REQUEST, number of the hub, sender, topic, message]
                [REPLY, number, status, message]
"""

import asyncio
from enum import IntEnum
from typing import Any

import msgspec

__all__ = [
    "MAX_FRAME",
    "BrokenFrame",
    "Word",
    "pack",
    "read_frame",
]

MAX_FRAME = (1 << 20) + 4096
"""A message of the largest size, and its topic."""

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(list[Any]).decode


class Word(IntEnum):
    """The first element of a frame."""

    PUBLISH = 1
    SUBSCRIBE = 2
    UNSUBSCRIBE = 3
    REQUEST = 4
    REPLY = 5
    SERVE = 6
    UNSERVE = 7
    MESSAGE = 8


class BrokenFrame(ConnectionError):
    """The other side does not speak our language; the connection is closed."""


def pack(word: Word, *parts: object) -> bytes:
    """A frame, ready to be written."""
    body = _encode([word, *parts])
    return len(body).to_bytes(4, "big") + body


async def read_frame(reader: asyncio.StreamReader) -> list[Any]:
    """The next frame. Raises `BrokenFrame`, or `IncompleteReadError` at the end."""
    size = int.from_bytes(await reader.readexactly(4), "big")
    if size > MAX_FRAME:
        raise BrokenFrame(f"frame of {size} octets")
    try:
        frame = _decode(await reader.readexactly(size))
    except msgspec.MsgspecError as error:
        raise BrokenFrame(str(error)) from error
    if not frame:
        raise BrokenFrame("empty frame")
    return frame

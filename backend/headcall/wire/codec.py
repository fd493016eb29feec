# SPDX-License-Identifier: Apache-2.0
"""Words to bytes and back: msgpack, checked against the types of this package."""

from typing import TypeVar

import msgspec

__all__ = [
    "MAX_OCTETS",
    "UnknownWord",
    "decode",
    "encode",
]

T = TypeVar("T")

MAX_OCTETS = 1 << 20
"""No message of ours is longer. An SDP of 256 KiB is the largest thing carried."""


class UnknownWord(ValueError):
    """The bytes are no message of the expected types: the sender is another version or broken."""


def encode(message: msgspec.Struct) -> bytes:
    """Bytes of one message. The type's name travels along (`tag=True`)."""
    return msgspec.msgpack.encode(message)


def decode(data: bytes, words: type[T]) -> T:
    """One message of type `words`, usually a union such as `MediaCommand`.

    Raises `UnknownWord`, never anything else, whatever the bytes.
    """
    if len(data) > MAX_OCTETS:
        raise UnknownWord(f"message of {len(data)} octets is over {MAX_OCTETS}")
    try:
        return msgspec.msgpack.decode(data, type=words)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise UnknownWord(str(error)) from error

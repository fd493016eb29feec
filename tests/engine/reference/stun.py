# SPDX-License-Identifier: Apache-2.0
"""STUN binding requests and answers (RFC 8489), with the standard library."""

import hashlib
import hmac
import socket
import struct
import zlib

COOKIE = 0x2112A442


def attribute(kind: int, value: bytes) -> bytes:
    return struct.pack(">HH", kind, len(value)) + value + bytes(-len(value) % 4)


def request(username: str, password: str, transaction: bytes, *, nominate: bool = True) -> bytes:
    body = attribute(0x0006, username.encode()) + attribute(0x0024, struct.pack(">I", 0x6E001EFF))
    body += attribute(0x802A, bytes(8))
    if nominate:
        body += attribute(0x0025, b"")

    def header(length: int) -> bytes:
        return struct.pack(">HHI", 1, length, COOKIE) + transaction

    signed = header(len(body) + 24) + body
    body += attribute(0x0008, hmac.new(password.encode(), signed, hashlib.sha1).digest())
    summed = header(len(body) + 8) + body
    return summed + attribute(0x8028, struct.pack(">I", zlib.crc32(summed) ^ 0x5354554E))


def mapped_address(answer: bytes, password: str) -> tuple[str, int]:
    """The address in a success response, after everything else in it was checked."""
    kind, length, cookie = struct.unpack(">HHI", answer[:8])
    assert (kind, cookie, length) == (0x0101, COOKIE, len(answer) - 20)
    assert answer[20:24] == struct.pack(">HH", 0x0020, 8)
    at = 20 + 12
    signed = answer[:2] + struct.pack(">H", at + 24 - 20) + answer[4:at]
    assert answer[at : at + 4] == struct.pack(">HH", 0x0008, 20)
    assert answer[at + 4 : at + 24] == hmac.new(password.encode(), signed, hashlib.sha1).digest()
    assert answer[at + 24 :] == attribute(0x8028, struct.pack(">I", zlib.crc32(answer[: at + 24]) ^ 0x5354554E))
    port, host = struct.unpack(">HI", answer[26:32])
    return socket.inet_ntoa(struct.pack(">I", host ^ COOKIE)), port ^ COOKIE >> 16

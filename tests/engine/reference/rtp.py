# SPDX-License-Identifier: Apache-2.0
"""The RTP header of RFC 3550 5.1, read slowly."""

import struct


def read_header(packet: bytes) -> tuple[int, bool, int, int, int, bytes] | None:
    """Payload type, marker, sequence number, timestamp, SSRC, payload; None for what is no RTP."""
    if len(packet) < 12 or packet[0] >> 6 != 2:
        return None
    start = 12 + 4 * (packet[0] & 0x0F)
    if packet[0] & 0x10:
        if len(packet) < start + 4:
            return None
        start += 4 + 4 * int.from_bytes(packet[start + 2 : start + 4], "big")
    if start > len(packet):
        return None
    padding = packet[-1] if packet[0] & 0x20 else 0
    if packet[0] & 0x20 and (padding == 0 or start + padding > len(packet)):
        return None
    seq, timestamp, ssrc = struct.unpack(">HII", packet[2:12])
    return packet[1] & 0x7F, bool(packet[1] & 0x80), seq, timestamp, ssrc, packet[start : len(packet) - padding]


def write(payload_type: int, seq: int, timestamp: int, ssrc: int, payload: bytes, *, marker: bool = False) -> bytes:
    first = struct.pack(">BBHII", 0x80, payload_type | marker << 7, seq & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc)
    return first + payload

# SPDX-License-Identifier: Apache-2.0
"""G.711 as the recommendation's prose has it, slow and plain: the twin that the engine's tables are held against."""

ALAW_EVEN_BITS = 0x55
ULAW_BIAS = 132


def alaw_decode(octet: int) -> int:
    value = octet ^ ALAW_EVEN_BITS
    segment, interval = (value >> 4) & 7, value & 15
    magnitude = interval * 2 + 1 if segment == 0 else (interval * 2 + 33) << (segment - 1)
    return magnitude * 8 if value & 0x80 else -magnitude * 8


def ulaw_decode(octet: int) -> int:
    value = octet ^ 0xFF
    segment, interval = (value >> 4) & 7, value & 15
    magnitude = ((interval * 8 + ULAW_BIAS) << segment) - ULAW_BIAS
    return -magnitude if value & 0x80 else magnitude


def nearest(decode: "list[int]", sample: int) -> int:
    """The octet whose value lies nearest; what an encoder must choose, up to ties."""
    return min(range(256), key=lambda octet: abs(decode[octet] - sample))


ALAW = [alaw_decode(octet) for octet in range(256)]
ULAW = [ulaw_decode(octet) for octet in range(256)]

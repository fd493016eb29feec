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


ALAW = [alaw_decode(octet) for octet in range(256)]
ULAW = [ulaw_decode(octet) for octet in range(256)]


def nearest(decode: list[int], sample: int) -> int:
    """The octet whose value lies nearest."""
    return min(range(256), key=lambda octet: abs(decode[octet] - sample))


def half_interval(law: str, octet: int) -> int:
    """How far a sample may be from the value of the octet that stands for it: half the interval of its segment."""
    if law == "PCMA":
        return 8 << max(0, ((octet ^ ALAW_EVEN_BITS) >> 4 & 7) - 1)
    return 4 << ((octet ^ 0xFF) >> 4 & 7)

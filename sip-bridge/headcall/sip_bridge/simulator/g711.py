# SPDX-License-Identifier: Apache-2.0
"""A-law and µ-law (ITU-T G.711), by tables."""

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.int16]
Octets = NDArray[np.uint8]


def _alaw_levels() -> Samples:
    codes = np.arange(256, dtype=np.int32) ^ 0x55
    exponent, mantissa = (codes >> 4) & 7, codes & 15
    magnitude = np.where(exponent == 0, (mantissa << 4) + 8, ((mantissa << 4) + 0x108) << np.maximum(exponent - 1, 0))
    return np.where(codes & 0x80, magnitude, -magnitude).astype(np.int16)


def _ulaw_levels() -> Samples:
    codes = ~np.arange(256, dtype=np.int32) & 0xFF
    exponent, mantissa = (codes >> 4) & 7, codes & 15
    magnitude = (((mantissa << 3) + 0x84) << exponent) - 0x84
    return np.where(codes & 0x80, -magnitude, magnitude).astype(np.int16)


def _codes(levels: Samples) -> Octets:
    """For each 16-bit sample the nearest code."""
    order = np.argsort(levels, kind="stable")
    ascending = levels[order].astype(np.int32)
    middles = (ascending[1:] + ascending[:-1]) // 2
    samples = np.arange(-32768, 32768, dtype=np.int32)
    return order[np.searchsorted(middles, samples)].astype(np.uint8)


LEVELS: dict[str, Samples] = {"PCMA": _alaw_levels(), "PCMU": _ulaw_levels()}
_CODES: dict[str, Octets] = {name: _codes(levels) for name, levels in LEVELS.items()}


def encode(codec: str, samples: Samples) -> bytes:
    return _CODES[codec][samples.astype(np.int32) + 32768].tobytes()


def decode(codec: str, payload: bytes) -> Samples:
    return LEVELS[codec][np.frombuffer(payload, np.uint8)]

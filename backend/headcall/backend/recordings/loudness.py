# SPDX-License-Identifier: Apache-2.0
"""Measures the loudness of a recording. Apart from `peaks`, because numpy and PyAV double the time of a start."""

import math
from pathlib import Path
from typing import Any

import av
import av.error
import numpy as np

PER_SECOND = 20
RATE = 8000
"""The waveform is 20 values a second; telephone speech is all there at 8 kHz."""

LONGEST_S = 6 * 3600


def measure(path: Path) -> list[list[float]]:
    """The peaks of each channel, 0..1. A file without sound yet, or broken, has none beyond where it is sound."""
    size = RATE // PER_SECOND
    blocks: list[np.ndarray[Any, np.dtype[np.float32]]] = []
    rest = np.zeros((2, 0), np.float32)
    try:
        with av.open(str(path)) as container:
            resampler = av.AudioResampler(format="fltp", layout="stereo", rate=RATE)
            for frame in container.decode(audio=0):
                for piece in resampler.resample(frame):
                    rest = np.concatenate([rest, piece.to_ndarray()], axis=1)
                whole = rest.shape[1] // size * size
                if whole:
                    blocks.append(np.abs(rest[:, :whole]).reshape(2, -1, size).max(axis=2))
                    rest = rest[:, whole:]
                if len(blocks) > LONGEST_S * PER_SECOND:
                    break
    except (av.error.FFmpegError, IndexError):
        pass  # what was decoded so far is what there is
    if not blocks:
        return [[], []]
    peaks = np.concatenate(blocks, axis=1)
    return [[math.floor(min(1.0, float(value)) * 1000) / 1000 for value in channel] for channel in peaks]


def duration_ms(path: Path) -> int:
    """How long a file plays, also one that was never closed properly."""
    end = 0.0
    try:
        with av.open(str(path), "r") as container:
            for packet in container.demux(audio=0):
                if packet.pts is not None and packet.time_base is not None:
                    end = max(end, float((packet.pts + (packet.duration or 0)) * packet.time_base))
    except (av.error.FFmpegError, IndexError):
        pass  # what was read so far is what there is
    return round(end * 1000)

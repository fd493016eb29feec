# SPDX-License-Identifier: Apache-2.0
"""The loudness of a recording, twenty values a second and channel, kept beside it once it is done."""

import asyncio
import json
import math
import os
from pathlib import Path
from typing import Any

import av
import av.error
import numpy as np

PER_SECOND = 20
RATE = 8000
"""The waveform is 20 values a second; telephone speech is all there at 8 kHz."""

AT_ONCE = 1
"""Decoding takes a core; calls come first."""

LONGEST_S = 6 * 3600


class Peaks:
    """Computes in a thread, one file after the other."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._growing: dict[Path, tuple[int, dict[str, Any]]] = {}

    async def of(self, path: Path, *, octets: int, is_done: bool) -> dict[str, Any]:
        """`{per_second, channels}` of a file that has `octets` now and may still grow."""
        kept = path.with_suffix(".peaks.json")
        async with self._turn:
            if is_done and kept.exists():
                found: dict[str, Any] = json.loads(await asyncio.to_thread(kept.read_bytes))
                return found
            known = self._growing.get(path)
            if known and known[0] == octets:
                return known[1]
            peaks = {"per_second": PER_SECOND, "channels": await asyncio.to_thread(measure, path)}
            if is_done:
                self._growing.pop(path, None)
                await asyncio.to_thread(_keep, kept, peaks)
            else:
                self._growing = {path: (octets, peaks)}
            return peaks


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


def _keep(path: Path, peaks: dict[str, Any]) -> None:
    part = path.with_suffix(f".{os.getpid()}.part")
    part.write_text(json.dumps(peaks, separators=(",", ":")))
    part.replace(path)

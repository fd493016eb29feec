# SPDX-License-Identifier: Apache-2.0
"""The loudness of a recording, twenty values a second and channel, kept beside it once it is done."""

import asyncio
import json
import os
from pathlib import Path
from typing import Any

AT_ONCE = 1
"""Decoding takes a core; calls come first."""


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
            peaks = await asyncio.to_thread(_measure, path)
            if is_done:
                self._growing.pop(path, None)
                await asyncio.to_thread(_keep, kept, peaks)
            else:
                self._growing = {path: (octets, peaks)}
            return peaks


def _measure(path: Path) -> dict[str, Any]:
    from headcall.backend.recordings.loudness import PER_SECOND, measure  # heavy, see there

    return {"per_second": PER_SECOND, "channels": measure(path)}


def _keep(path: Path, peaks: dict[str, Any]) -> None:
    part = path.with_suffix(f".{os.getpid()}.part")
    part.write_text(json.dumps(peaks, separators=(",", ":")))
    part.replace(path)

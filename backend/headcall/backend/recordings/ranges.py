# SPDX-License-Identifier: Apache-2.0
"""A part of a file over HTTP (RFC 9110 14). The file may grow while it is read; its size at the start counts."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

CHUNK = 64 * 1024

# RFC 9110 14.1.1: range-set = 1#range-spec. One range is served; several (nobody's player asks) get the whole file.
_ONE_RANGE = re.compile(r"bytes=\s*(\d{0,18})-(\d{0,18})\s*", re.ASCII)


class NotSatisfiable(Exception):
    """The range lies beyond the end: 416."""


@dataclass(frozen=True, slots=True)
class Part:
    """Octets `start` to `end`, exclusive."""

    start: int
    end: int
    total: int

    @property
    def is_whole(self) -> bool:
        return self.end - self.start == self.total

    def content_range(self) -> str:
        return f"bytes {self.start}-{self.end - 1}/{self.total}"


def wanted_part(header: str | None, total: int) -> Part | None:
    """What a `Range` header asks for; None for the whole file (no header, or one not understood)."""
    found = _ONE_RANGE.fullmatch(header or "")
    if found is None or found.group(1) == found.group(2) == "":
        return None
    first, last = found.groups()
    if first == "":  # the last n octets
        start, end = max(0, total - int(last)), total
    else:
        start, end = int(first), min(int(last) + 1, total) if last else total
        if last and int(last) < int(first):
            return None  # RFC 9110 14.1.2: invalid, so the header is ignored
    if start >= total or start >= end:
        raise NotSatisfiable
    return Part(start, end, total)


async def octets(path: Path, part: Part) -> AsyncIterator[bytes]:
    """The octets of a part, read in a thread."""
    file = await asyncio.to_thread(path.open, "rb")
    try:
        await asyncio.to_thread(file.seek, part.start)
        left = part.end - part.start
        while left > 0:
            chunk = await asyncio.to_thread(file.read, min(CHUNK, left))
            if not chunk:
                return
            left -= len(chunk)
            yield chunk
    finally:
        await asyncio.to_thread(file.close)

# SPDX-License-Identifier: Apache-2.0
"""Recordings: begun and ended by call control, heard by those who may.

The file belongs to the media node, which writes it while the call runs; it can be played from the first second on.
"""

import asyncio
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from headcall.backend.cdr import store as cdr
from headcall.backend.errors import ApiError
from headcall.backend.recordings import store as rows
from headcall.backend.recordings.peaks import Peaks
from headcall.backend.store.base import iso
from headcall.backend.store.engine import Store
from headcall.backend.users.model import Actor
from headcall.kit.clock import Clock
from headcall.kit.ids import is_id
from headcall.wire.media import RecordingEnded

log = logging.getLogger(__name__)


LOST_AFTER_MS = 60_000
"""How long after a call its recording may take to be closed; its end may wait in the outbox of a node."""


@dataclass(frozen=True, slots=True)
class Sound:
    """A recording's file as it is now."""

    path: Path
    octets: int
    is_done: bool


class Recordings:
    """What was recorded, in `folder`."""

    def __init__(self, store: Store, clock: Clock, folder: Path) -> None:
        self._store, self._clock, self._folder = store, clock, folder
        self._peaks = Peaks()
        folder.mkdir(parents=True, exist_ok=True)

    def path_of(self, recording_id: str) -> str:
        """Where the media node writes a recording. One folder per day-sized slice of ids, none grows without end."""
        if not is_id(recording_id, "rec"):
            raise ApiError("not-found", "no such recording")
        folder = self._folder / recording_id[4:9]  # 5 digits of the ULID: a new folder every 12 days
        folder.mkdir(parents=True, exist_ok=True)
        return str(folder / f"{recording_id}.ogg")

    async def began(self, recording_id: str, call_id: str, user_id: str | None, at_ms: int) -> None:
        """Call control has started a recording. Told twice, it is one."""
        async with self._store.begin() as session:
            if await session.get(rows.RecordingRow, recording_id) is None:
                session.add(
                    rows.RecordingRow(
                        recording_id=recording_id,
                        call_id=call_id,
                        user_id=user_id,
                        state="recording",
                        started_at_ms=at_ms,
                        duration_ms=0,
                        octets=0,
                    )
                )

    async def ended(self, event: RecordingEnded) -> None:
        """The media node has closed the file."""
        async with self._store.begin() as session:
            row = await session.get(rows.RecordingRow, event.recording_id)
            if row is None:
                log.warning("an unknown recording ended")
                return
            row.state, row.duration_ms, row.octets = "done", event.duration_ms, event.octets

    async def watch(self) -> None:
        """Until cancelled: closes the rows of recordings whose media node died."""
        while True:
            try:
                await self.close_lost()
            except Exception:
                log.exception("could not look after recordings; trying again")
            await asyncio.sleep(LOST_AFTER_MS / 1000)

    async def close_lost(self) -> None:
        """Takes from the files how long they are, where the call is over and no media node tells."""
        before = self._clock.wall_ms() - LOST_AFTER_MS
        async with self._store.read() as session:
            lost = [row.recording_id for row in await rows.left_open(session, ended_before_ms=before)]
        for recording_id in lost:
            path = self.path_of(recording_id)
            length, octets = await asyncio.to_thread(_found, Path(path))
            log.warning("the media node did not tell how a recording ended", extra={"recording_id": recording_id})
            await self.ended(RecordingEnded(recording_id, "", path, length, octets))

    async def of_call(self, call_id: str) -> list[dict[str, Any]]:
        """The recordings of a call, as the API shows them."""
        async with self._store.read() as session:
            return [self._view(row) for row in await rows.of_call(session, call_id)]

    async def sound(self, who: Actor, recording_id: str) -> Sound:
        """The file, for someone who may hear it."""
        row = await self._heard_by(who, recording_id)
        path = Path(self.path_of(recording_id))
        try:
            octets = path.stat().st_size
        except FileNotFoundError:
            raise ApiError("not-found", "the recording has no file") from None
        return Sound(path, octets, row.state == "done")

    async def peaks(self, who: Actor, recording_id: str) -> dict[str, Any]:
        """Loudness over time, for the waveform."""
        sound = await self.sound(who, recording_id)
        return await self._peaks.of(sound.path, octets=sound.octets, is_done=sound.is_done)

    async def _heard_by(self, who: Actor, recording_id: str) -> rows.RecordingRow:
        """The row, or `not-found` also for those who may not hear it: they need not know that it exists."""
        async with self._store.read() as session:
            row = await session.get(rows.RecordingRow, recording_id)
            record = await cdr.read(session, row.call_id) if row else None
        if row is not None and who.may("recording.play.all"):
            return row
        if row is not None and who.may("recording.play"):
            took_part = {record.agent_user_id, record.from_user_id, record.to_user_id} if record else set()
            if who.user_id in took_part | {row.user_id}:
                return row
        raise ApiError("not-found", "no such recording")

    def _view(self, row: rows.RecordingRow) -> dict[str, Any]:
        is_done = row.state == "done"
        duration_ms = row.duration_ms if is_done else max(0, self._clock.wall_ms() - row.started_at_ms)
        return {
            "recording_id": row.recording_id,
            "call_id": row.call_id,
            "started_at": iso(row.started_at_ms),
            "duration_s": duration_ms / 1000,
            "octets": row.octets,
            "channels": 2,
            "state": row.state,
        }


def _found(path: Path) -> tuple[int, int]:
    """Milliseconds and octets of a file, zeros if it is not there."""
    from headcall.backend.recordings.loudness import duration_ms  # heavy, see there

    return (duration_ms(path), path.stat().st_size) if path.exists() else (0, 0)

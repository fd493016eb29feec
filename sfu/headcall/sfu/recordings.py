# SPDX-License-Identifier: Apache-2.0
"""Which recordings run. The engine writes them; here is remembered where to."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from headcall.wire.media import MediaEvent, RecordingEnded

if TYPE_CHECKING:
    from headcall_engine import Engine

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Recording:
    leg_id: str
    path: str


class Recordings:
    def __init__(self, engine: "Engine", tell: Callable[[MediaEvent], None]) -> None:
        self._engine = engine
        self._tell = tell
        self._running: dict[str, Recording] = {}

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(self._running)

    def start(self, recording_id: str, leg_id: str, path: str) -> None:
        """Starting it twice is one recording. Raises `OSError` if its folder cannot be made."""
        if recording_id in self._running:
            return
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        self._engine.start_recording(recording_id, leg_id, path)
        self._running[recording_id] = Recording(leg_id, path)

    def stop(self, recording_id: str) -> None:
        """`RecordingEnded` follows. One that has ended already is left alone."""
        if recording_id in self._running:
            self._engine.stop_recording(recording_id)

    def stop_all(self) -> None:
        for recording_id in self._running:
            self._engine.stop_recording(recording_id)

    def ended(self, recording_id: str, leg_id: str, duration_ms: int, octets: int) -> None:
        """The engine has the file safe on disk."""
        if recording := self._running.pop(recording_id, None):
            self._tell(RecordingEnded(recording_id, leg_id, recording.path, duration_ms, octets))

    def failed(self, recording_id: str, leg_id: str, error: str) -> None:
        """The disk is full, say. What was written until then is a file that plays."""
        log.error("recording %s of leg %s failed: %s", recording_id, leg_id, error)
        if recording := self._running.pop(recording_id, None):
            self._tell(RecordingEnded(recording_id, leg_id, recording.path, 0, _size(recording.path), error=error))


def _size(path: str) -> int:
    try:
        return Path(path).stat().st_size
    except OSError:
        return 0

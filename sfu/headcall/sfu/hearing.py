# SPDX-License-Identifier: Apache-2.0
"""What legs hear. A playlist is set once its files are decoded; whatever is set meanwhile takes its place."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from headcall.kit.tasks import Tasks
from headcall.sfu.clips import ClipError, Clips
from headcall.wire.media import FromLeg, MediaEvent, Mix, PlayEnded, Playlist, Silence, Source, Tone

if TYPE_CHECKING:
    from headcall_engine import Engine
    from headcall_engine import Source as EngineSource

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Pending:
    playlist: Playlist
    task: "asyncio.Task[None]"


class Hearing:
    """Sets sources in the engine, and knows only the playlists that are still being decoded."""

    def __init__(self, engine: "Engine", clips: Clips, tell: Callable[[MediaEvent], None]) -> None:
        self._engine = engine
        self._clips = clips
        self._tell = tell
        self._pending: dict[str, _Pending] = {}
        self._tasks = Tasks("hearing")

    def set(self, leg_id: str, source: Source) -> None:
        """Makes the leg hear `source` from now on."""
        pending = self._pending.get(leg_id)
        if pending and pending.playlist == source:
            return
        self.forget(leg_id)
        match source:
            case Playlist():
                self._play(leg_id, source)
            case Silence() | FromLeg() | Mix() | Tone():
                self._engine.hear(leg_id, _plain(source))
            case _:
                assert_never(source)

    def forget(self, leg_id: str) -> None:
        """Calls off what is being decoded for the leg."""
        if pending := self._pending.pop(leg_id, None):
            pending.task.cancel()
            self._tell(PlayEnded(leg_id, pending.playlist.play_id, finished=False))

    async def close(self) -> None:
        self._pending.clear()
        await self._tasks.close()

    def _play(self, leg_id: str, playlist: Playlist) -> None:
        if names := self._clips.ready(playlist.files):
            self._engine.hear(leg_id, _clips(playlist, names))
            return
        # Silence meanwhile: who is put on hold must not hear on because the music is not decoded yet.
        self._engine.hear(leg_id, ("silence",))
        task = self._tasks.start(self._load_and_play(leg_id, playlist), f"play {playlist.play_id}")
        self._pending[leg_id] = _Pending(playlist, task)

    async def _load_and_play(self, leg_id: str, playlist: Playlist) -> None:
        try:
            if not playlist.files:
                raise ClipError("an empty playlist")
            names = await self._clips.load(playlist.files)
        except ClipError as error:
            log.warning("leg %s: cannot play: %s", leg_id, error)
            self._tell(PlayEnded(leg_id, playlist.play_id, finished=False))
        else:
            self._engine.hear(leg_id, _clips(playlist, names))
        del self._pending[leg_id]


def _plain(source: Silence | FromLeg | Mix | Tone) -> "EngineSource":
    match source:
        case Silence():
            return ("silence",)
        case FromLeg(leg_id):
            return ("leg", leg_id)
        case Mix(leg_ids):
            return ("mix", leg_ids)
        case Tone(name):
            return ("tone", name)


def _clips(playlist: Playlist, names: list[str]) -> "EngineSource":
    return ("play", playlist.play_id, names, playlist.loop, playlist.gain_db)

# SPDX-License-Identifier: Apache-2.0
"""Audio files as clips of the engine: 48 kHz, mono, 16 bit. Decoded in a thread, kept while there is room."""

import asyncio
import hashlib
import stat
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import av
from av.audio.resampler import AudioResampler

if TYPE_CHECKING:
    from headcall_engine import Engine

RATE = 48000
MAX_FILE = 50_000_000  # octets
MAX_LENGTH = 30 * 60  # seconds
MAX_WORK = 30.0  # seconds of decoding; half an hour of MP3 takes about three

# Thirty seconds of prompts are 3 MB, a piece of music 20 MB: this holds a hundred prompts and ten pieces.
MAX_KEPT = 256 << 20  # octets

# What a file may be. Playlists and scripts of FFmpeg (hls, concat, …) would open further files.
FORMATS = "wav,w64,aiff,au,ogg,flac,mp3,aac,mov,mp4,m4a,matroska,webm,amr"


class ClipError(Exception):
    """The file cannot be played: missing, too long, or no audio."""


class Clips:
    """The clips that the engine holds. One that is dropped while it plays is played to its end by the engine."""

    def __init__(
        self,
        engine: "Engine",
        *,
        decode: "Callable[[Path], bytes] | None" = None,
        limit: int = MAX_KEPT,
    ) -> None:
        self._engine = engine
        self._decode = decode or decode_file
        self._limit = limit
        self._kept: OrderedDict[str, int] = OrderedDict()
        self._loading: dict[str, asyncio.Task[None]] = {}
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="clip")

    @property
    def octets(self) -> int:
        """Memory taken in the engine."""
        return sum(self._kept.values())

    def ready(self, files: Sequence[str]) -> list[str] | None:
        """The clips' names, if all are there already."""
        try:
            names = [name_of(Path(file)) for file in files]
        except ClipError:
            return None
        if not all(name in self._kept for name in names):
            return None
        for name in names:
            self._kept.move_to_end(name)
        return names

    async def load(self, files: Sequence[str]) -> list[str]:
        """The clips' names, once all are there. Raises `ClipError`."""
        names = [await self._load(Path(file)) for file in files]
        if not all(name in self._kept for name in names):
            raise ClipError(f"a playlist of more than {self._limit} octets")
        return names

    async def _load(self, path: Path) -> str:
        name = name_of(path)
        if name in self._kept:
            self._kept.move_to_end(name)
            return name
        if name not in self._loading:
            self._loading[name] = asyncio.create_task(self._fetch(name, path), name=f"clip {path.name}")
        # Shielded: who waits may be called off (another source was set), but others may wait for the same file.
        await asyncio.shield(self._loading[name])
        return name

    async def _fetch(self, name: str, path: Path) -> None:
        try:
            self._kept[name] = await asyncio.get_running_loop().run_in_executor(self._threads, self._give, name, path)
            self._make_room(name)
        finally:
            del self._loading[name]
            if task := asyncio.current_task():
                task.add_done_callback(_take_exception)

    def _give(self, name: str, path: Path) -> int:
        """In a thread: the engine makes the clip's 8 kHz forms too, which takes it 25 ms a minute."""
        pcm = self._decode(path)
        self._engine.add_clip(name, pcm)
        return len(pcm)

    def _make_room(self, newest: str) -> None:
        while self.octets > self._limit and next(iter(self._kept)) != newest:
            name, _ = self._kept.popitem(last=False)
            self._engine.drop_clip(name)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


def _take_exception(task: "asyncio.Task[None]") -> None:
    """Whoever waits gets it; if nobody does any more, it is nobody's concern."""
    if not task.cancelled():
        task.exception()


def name_of(path: Path) -> str:
    """The same file has the same name, a changed one another. Raises `ClipError` if there is no such file."""
    try:
        found = path.stat()
    except (OSError, ValueError) as error:
        raise ClipError(f"{path.name}: {error.__class__.__name__}") from error
    if not stat.S_ISREG(found.st_mode):
        raise ClipError(f"{path.name}: no file")
    if not 0 < found.st_size <= MAX_FILE:
        raise ClipError(f"{path.name}: {found.st_size} octets")
    identity = f"{path}\0{found.st_mtime_ns}\0{found.st_size}".encode("utf-8", "surrogateescape")
    return hashlib.sha256(identity).hexdigest()[:32]


def decode_file(path: Path, *, now: Callable[[], float] = time.monotonic) -> bytes:
    """The first audio stream of a file. Blocks. Raises `ClipError`."""
    try:
        with path.open("rb") as file:
            return _decode(path.name, file, until=now() + MAX_WORK, now=now)
    except (OSError, av.FFmpegError, ValueError) as error:
        raise ClipError(f"{path.name}: {error}") from error


def _decode(name: str, file: object, *, until: float, now: Callable[[], float]) -> bytes:
    resampler = AudioResampler(format="s16", layout="mono", rate=RATE)
    pcm = bytearray()
    # Opened as an object, not by its path: a path may be a URL to FFmpeg.
    with av.open(file, mode="r", options={"format_whitelist": FORMATS}) as container:
        if not container.streams.audio:
            raise ClipError(f"{name}: no audio in it")
        for frame in container.decode(container.streams.audio[0]):
            for piece in resampler.resample(frame):
                pcm += bytes(piece.planes[0])[: 2 * piece.samples]
            if len(pcm) > 2 * RATE * MAX_LENGTH:
                raise ClipError(f"{name}: longer than {MAX_LENGTH} s")
            if now() > until:
                raise ClipError(f"{name}: not decoded within {MAX_WORK:g} s")
    for piece in resampler.resample(None):
        pcm += bytes(piece.planes[0])[: 2 * piece.samples]
    if not pcm:
        raise ClipError(f"{name}: no audio in it")
    return bytes(pcm)

# SPDX-License-Identifier: Apache-2.0
"""A stranger's sound file becomes our master format, in a thread and within bounds.

What the file is decides what is in it, not its name: of what FFmpeg can open, only these few formats are tried, so that
no playlist of addresses and no exotic decoder is ever reached.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from headcall.backend.errors import ApiError

if TYPE_CHECKING:
    import av.audio.frame

    from headcall.backend.prompts.wav import Samples

LONGEST_S = {"announcement": 60.0, "music": 300.0}
"""Nobody listens to an announcement for longer, and calls wait for no end of one that is."""

DECODE_S = 20.0
"""Seconds of work, after which a file is hostile."""

MAGIC: tuple[tuple[str, Callable[[bytes], bool]], ...] = (
    ("wav", lambda head: head[:4] == b"RIFF" and head[8:12] == b"WAVE"),
    ("ogg", lambda head: head[:4] == b"OggS"),
    ("matroska", lambda head: head[:4] == b"\x1aE\xdf\xa3"),
    ("mov", lambda head: head[4:8] == b"ftyp"),
    ("mp3", lambda head: head[:3] == b"ID3" or (len(head) > 1 and head[0] == 0xFF and head[1] & 0xE6 == 0xE2)),
)
"""What a file begins with, and which demuxer reads it. Chromium records WebM (Matroska), Safari MP4 (mov)."""

CODECS = frozenset({"opus", "vorbis", "mp3", "mp3float", "aac", "flac", "pcm_s16le", "pcm_s24le", "pcm_u8"})
CODECS |= {"pcm_f32le", "pcm_alaw", "pcm_mulaw", "libopus", "libvorbis"}

_turn = asyncio.Semaphore(1)
"""One file at a time: calls come first."""


def format_of(data: bytes) -> str | None:
    """The demuxer for a file, by its first octets. Pure."""
    head = data[:16]
    return next((name for name, fits in MAGIC if fits(head)), None)


async def sound_of(data: bytes, path: Path | None, longest_s: float) -> int:
    """Writes the sound to `path` (None: only looks), and gives its length in ms. Raises `bad-sound`, `too-large`."""
    kind = format_of(data)
    if kind is None:
        raise ApiError("bad-sound", "neither WAV, Ogg, WebM, MP4 nor MP3, whatever its name says")
    async with _turn:
        return await asyncio.to_thread(_convert, data, kind, path, longest_s)


def _convert(data: bytes, kind: str, path: Path | None, longest_s: float) -> int:
    from headcall.backend.prompts import wav  # numpy and PyAV: only when a file comes

    samples = _decoded(data, kind, longest_s)
    if path is not None and not path.exists():
        wav.write_wav(path, samples)
    return round(len(samples) / wav.RATE * 1000)


def _decoded(data: bytes, kind: str, longest_s: float) -> "Samples":
    import io

    import av
    import av.error
    import numpy as np

    from headcall.backend.prompts.wav import RATE

    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
    pieces: list[Samples] = []
    try:
        with av.open(io.BytesIO(data), "r", format=kind) as container:
            if not container.streams.audio or container.streams.audio[0].codec_context.name not in CODECS:
                raise ApiError("bad-sound", "there is no sound in it that we know")
            for frame in _bounded(container.decode(audio=0), longest_s):
                pieces += [piece.to_ndarray().reshape(-1).astype(np.float32) for piece in resampler.resample(frame)]
            pieces += [piece.to_ndarray().reshape(-1).astype(np.float32) for piece in resampler.resample(None)]
    except (av.error.FFmpegError, IndexError, ValueError, MemoryError, UnicodeDecodeError) as error:
        raise ApiError("bad-sound", f"it cannot be decoded: {type(error).__name__}") from None
    samples = np.concatenate(pieces) if pieces else np.zeros(0, np.float32)
    if len(samples) < RATE // 10:
        raise ApiError("bad-sound", "there is less than a tenth of a second of sound in it")
    return np.nan_to_num(np.clip(samples, -1.0, 1.0))


def _bounded(
    frames: "Iterator[av.audio.frame.AudioFrame]", longest_s: float, now: Callable[[], float] = time.monotonic
) -> "Iterator[av.audio.frame.AudioFrame]":
    """The frames, as long as they are not too much: a small file may say that it lasts for days."""
    seconds, until = 0.0, now() + DECODE_S
    for frame in frames:
        seconds += frame.samples / max(frame.sample_rate, 1)
        if seconds > longest_s or now() > until:
            raise ApiError("too-large", f"a prompt is at most {longest_s:.0f} s long")
        yield frame

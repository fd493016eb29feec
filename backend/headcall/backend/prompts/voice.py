# SPDX-License-Identifier: Apache-2.0
"""A voice: text to a 48 kHz mono WAV. espeak-ng speaks; a better engine is another class with the same two names."""

import asyncio
import io
from pathlib import Path
from typing import Protocol

import av
import av.error
import numpy as np

from headcall.backend.prompts.catalogue import Language
from headcall.backend.prompts.wav import RATE, Samples, write_wav

MAX_TEXT = 1000
SPEAK_SECONDS = 20.0
LEVEL = 0.5
"""Peak, of full scale: -6 dB, as loud as a person on the telephone."""


class CannotSpeak(Exception):
    """The engine is missing, failed, or took too long."""


class Voice(Protocol):
    """What turns a text into a file."""

    name: str
    """Part of a file's hash: another voice, another file."""

    async def speak(self, text: str, language: Language, path: Path) -> None: ...


class Espeak:
    """espeak-ng in its own process, the text by standard input: no text can become an option of it."""

    name = "espeak-ng/1"
    voices: dict[Language, tuple[str, str]] = {"zh": ("cmn", "170"), "en": ("en-gb", "155")}  # noqa: RUF012
    """Voice and words per minute."""

    async def speak(self, text: str, language: Language, path: Path) -> None:
        """Writes `text` as speech to `path`. Raises `CannotSpeak`."""
        spoken = await self._run(text[:MAX_TEXT], *self.voices[language])
        try:
            await asyncio.to_thread(_convert, spoken, path)
        except (av.error.FFmpegError, IndexError, ValueError) as error:
            raise CannotSpeak(f"what the voice gave is no sound: {error}") from error

    async def _run(self, text: str, voice: str, speed: str) -> bytes:
        pipe = asyncio.subprocess.PIPE
        try:
            process = await asyncio.create_subprocess_exec(
                *("espeak-ng", "-v", voice, "-s", speed, "--stdin", "--stdout"), stdin=pipe, stdout=pipe, stderr=pipe
            )
        except OSError as error:
            raise CannotSpeak(f"espeak-ng cannot be started: {error}. Install the package espeak-ng.") from error
        try:
            async with asyncio.timeout(SPEAK_SECONDS):
                spoken, complaint = await process.communicate(text.encode())
        except TimeoutError:
            raise CannotSpeak("espeak-ng took too long") from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode:
            raise CannotSpeak(f"espeak-ng failed: {complaint[:200].decode(errors='replace')}")
        return spoken


def _convert(spoken: bytes, path: Path) -> None:
    """22 050 Hz as espeak-ng speaks → our master format, at our level, with a breath before and after."""
    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
    pieces: list[Samples] = []
    with av.open(io.BytesIO(spoken), "r") as container:
        for frame in (*container.decode(audio=0), None):
            pieces += [piece.to_ndarray().reshape(-1).astype(np.float32) for piece in resampler.resample(frame)]
    speech = np.concatenate(pieces)
    peak = float(np.abs(speech).max()) or 1.0
    breath = np.zeros(RATE // 10, np.float32)
    write_wav(path, np.concatenate([breath, speech * (LEVEL / peak), breath]))

# SPDX-License-Identifier: Apache-2.0
"""A voice: text to a 48 kHz mono WAV. espeak-ng speaks; a better engine is another class with the same two names."""

import asyncio
from pathlib import Path
from typing import Protocol

from headcall.backend.prompts.catalogue import Language
from headcall.backend.prompts.errors import CannotSpeak

MAX_TEXT = 1000
SPEAK_SECONDS = 20.0


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
        await asyncio.to_thread(_write_master, spoken, path)

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


def _write_master(spoken: bytes, path: Path) -> None:
    from headcall.backend.prompts.master import write_master  # heavy, see there

    write_master(spoken, path)

# SPDX-License-Identifier: Apache-2.0
"""The files that callers hear, made when first needed and kept by the hash of what is in them."""

import asyncio
import hashlib
import logging
from pathlib import Path

from headcall.backend.numbers.plan import DialPlan
from headcall.backend.prompts.catalogue import MUSIC, TEXTS, WARM_POSITIONS, Language, text_of
from headcall.backend.prompts.errors import CannotSpeak
from headcall.backend.prompts.voice import Voice

log = logging.getLogger(__name__)

AT_ONCE = 2
"""Voices speaking side by side: one per core of the smallest machine."""

CHINESE_REGIONS = frozenset({"CN", "HK", "MO", "TW", "SG"})


class Prompts:
    """Spoken texts and hold music, as paths that the media node can read."""

    def __init__(self, folder: Path, voice: Voice, plan: DialPlan, language: Language) -> None:
        """`language` is spoken to those of whom nothing better is known."""
        self._folder, self._voice, self._plan, self._language = folder, voice, plan, language
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._making: dict[Path, asyncio.Task[None]] = {}
        self.problem = ""
        """Why the voice could not speak the last time; empty when it could."""
        folder.mkdir(parents=True, exist_ok=True)

    @property
    def music(self) -> str:
        """The hold music, to be played in a loop."""
        return str(self._folder / f"{MUSIC}.wav")

    def language_of(self, number: str) -> Language:
        """What a caller with this number speaks, as far as a number can tell."""
        digits = number.removeprefix("+")
        if not digits.isdigit() or digits.startswith(self._plan.internal_prefix):
            return self._language
        region = self._plan.country_of(number)
        if region is None:
            return self._language
        return "zh" if region in CHINESE_REGIONS else "en"

    async def say(self, key: str, language: Language, **fields: object) -> str:
        """The file of a text of the catalogue, for example `say("position", "zh", n=3)`. Never fails: a voice that
        cannot speak leaves a short silence, and a call goes on."""
        return await self.speak(text_of(key, language, fields), language)

    async def speak(self, text: str, language: Language) -> str:
        """The file of any text."""
        path = self._path(text, language)
        if not path.exists():
            making = self._making.get(path)
            if making is None:
                making = asyncio.create_task(self._make(path, text, language), name="prompt")
                self._making[path] = making
                making.add_done_callback(lambda _: self._making.pop(path, None))
            await asyncio.shield(making)
        return str(path if path.exists() else await self._silence())

    async def warm(self) -> None:
        """Makes the music and all texts that have no field, and the first places in the queue."""
        music = Path(self.music)
        if not music.exists():
            await asyncio.to_thread(_write_music, music)
        languages: tuple[Language, ...] = ("zh", "en") if self._language == "zh" else ("en", "zh")
        for language in languages:
            for key, texts in TEXTS.items():
                if "{" not in texts[language]:
                    await self.say(key, language)
            for n in range(2, WARM_POSITIONS + 1):
                await self.say("position", language, n=n)

    def _path(self, text: str, language: Language) -> Path:
        named = f"{self._voice.name}\0{language}\0{text}".encode()
        return self._folder / f"{hashlib.sha256(named).hexdigest()[:32]}.wav"

    async def _make(self, path: Path, text: str, language: Language) -> None:
        async with self._turn:
            try:
                await self._voice.speak(text, language, path)
                self.problem = ""
            except CannotSpeak as error:
                self.problem = str(error)
                log.error("a prompt cannot be spoken: %s", error)

    async def _silence(self) -> Path:
        path = self._folder / "silence.wav"
        if not path.exists():
            await asyncio.to_thread(_write_silence, path)
        return path


def _write_music(path: Path) -> None:
    from headcall.backend.prompts.music import write_music  # numpy: only when the music is not there yet

    write_music(path)


def _write_silence(path: Path) -> None:
    from headcall.backend.prompts.master import write_silence  # numpy: only when a voice has failed

    write_silence(path)

# SPDX-License-Identifier: Apache-2.0
"""The house's own prompts: uploaded, recorded in the page, or spoken by the voice; all their versions are kept."""

import asyncio
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from headcall.backend.agents.store import AgentRow
from headcall.backend.audit.service import Audit
from headcall.backend.errors import ApiError
from headcall.backend.hours.store import HoursRow
from headcall.backend.numbers.store import NumberRow
from headcall.backend.prompts import store as rows
from headcall.backend.prompts.service import Prompts
from headcall.backend.prompts.sound import LONGEST_S, sound_of
from headcall.backend.queues.store import QueueRow
from headcall.backend.store.base import DEFAULT_TENANT, iso
from headcall.backend.store.engine import Store
from headcall.backend.users.model import Actor
from headcall.kit.clock import Clock

View = dict[str, Any]
Language = Literal["zh", "en"]
Made = Literal["upload", "recording", "speech"]

MOST_VERSIONS = 50
"""Of one prompt; beyond, the oldest that is not heard goes."""


class Sound(Struct, frozen=True):
    """A file, and how it came to be."""

    language: Language
    made: Made
    text: str
    file: str
    length_ms: int


class PromptLibrary:
    def __init__(
        self, store: Store, clock: Clock, new_id: Callable[[str], str], audit: Audit, *, prompts: Prompts, folder: Path
    ) -> None:
        self._store, self._clock, self._new_id, self._audit = store, clock, new_id, audit
        self._prompts, self._folder = prompts, folder
        self._heard: dict[str, dict[str, str]] = {}

    async def load(self) -> None:
        """Which file is heard, per prompt and language."""
        async with self._store.read() as session:
            found = await rows.versions(session)
        heard: dict[str, dict[str, str]] = {}
        for version in found:
            if version.is_current:
                heard.setdefault(version.prompt_id, {})[version.language] = str(self._folder / version.file)
        self._heard = heard

    # ------------------------------------------------------------ for calls

    def file(self, prompt_id: str, language: str) -> str:
        """The file that is heard, in the other language if there is none in this; empty when there is nothing."""
        files = self._heard.get(prompt_id, {})
        found = files.get(language) or next(iter(files.values()), "")
        return found if found and Path(found).exists() else ""

    # ------------------------------------------------------------ for pages

    async def every(self) -> list[View]:
        async with self._store.read() as session:
            prompts = await rows.every(session)
            versions = await rows.versions(session)
        kept: dict[str, list[View]] = {}
        for version in versions:
            kept.setdefault(version.prompt_id, []).append(_version(version))
        return [
            {"prompt_id": p.prompt_id, "name": p.name, "kind": p.kind, "versions": kept.get(p.prompt_id, [])}
            for p in prompts
        ]

    async def sound(self, version_id: str) -> Path:
        """The file of a version."""
        async with self._store.read() as session:
            version = await session.get(rows.PromptVersionRow, version_id)
        path = self._folder / version.file if version else None
        if path is None or not path.exists():
            raise ApiError("not-found", "no such version")
        return path

    # ------------------------------------------------------------ changing

    async def create(self, who: Actor, name: str, kind: str) -> View:
        """A prompt without a version yet."""
        prompt_id = self._new_id("prm")
        async with self._store.begin() as session:
            session.add(
                rows.PromptRow(
                    prompt_id=prompt_id,
                    tenant_id=DEFAULT_TENANT,
                    name=name,
                    kind=kind,
                    created_at_ms=self._clock.wall_ms(),
                )
            )
            self._audit.note(session, who, "prompt.create", prompt_id, {}, {"name": name, "kind": kind})
        return {"prompt_id": prompt_id, "name": name, "kind": kind, "versions": []}

    async def rename(self, who: Actor, prompt_id: str, name: str) -> None:
        async with self._store.begin() as session:
            prompt = await _prompt(session, prompt_id)
            self._audit.note(session, who, "prompt.change", prompt_id, {"name": prompt.name}, {"name": name})
            prompt.name = name

    async def delete(self, who: Actor, prompt_id: str) -> None:
        """Refused while a queue, a number, opening hours or a seat use it. Files stay: a call may play one."""
        async with self._store.begin() as session:
            prompt = await _prompt(session, prompt_id)
            used = [*(await session.scalars(select(QueueRow.rules))), *(await session.scalars(select(HoursRow.rules)))]
            heard_at = select(NumberRow.number).where(NumberRow.prompt_id == prompt_id).limit(1)
            rings_with = select(AgentRow.user_id).where(AgentRow.ringback == prompt_id).limit(1)
            elsewhere = await session.scalar(heard_at) or await session.scalar(rings_with)
            if elsewhere or any(prompt_id in str(rules) for rules in used):
                raise ApiError("in-use", "a queue, a number, opening hours or a seat use this prompt")
            for version in await rows.versions(session, prompt_id):
                await session.delete(version)
            await session.flush()
            await session.delete(prompt)
            self._audit.note(session, who, "prompt.delete", prompt_id, {"name": prompt.name, "kind": prompt.kind}, {})
        await self.load()

    async def take(self, who: Actor, prompt_id: str, language: Language, made: Made, data: bytes, name: str) -> View:
        """A sound that was uploaded or recorded becomes what is heard. Raises `bad-sound` or `too-large`."""
        async with self._store.read() as session:
            kind = (await _prompt(session, prompt_id)).kind
        file = f"own-{hashlib.sha256(data).hexdigest()[:32]}.wav"
        length_ms = await sound_of(data, self._folder / file, LONGEST_S[kind])
        return await self._add(who, prompt_id, Sound(language, made, name, file, length_ms))

    async def speak(self, who: Actor, prompt_id: str, language: Language, text: str) -> View:
        """What the house's voice makes of a text becomes what is heard. Raises `too-large`: it speaks for too long."""
        async with self._store.read() as session:
            kind = (await _prompt(session, prompt_id)).kind
        spoken = Path(await self._prompts.speak(text, language))
        if spoken.name == "silence.wav":
            raise ApiError("unavailable", "the voice cannot speak now")
        length_ms = await sound_of(await asyncio.to_thread(spoken.read_bytes), None, LONGEST_S[kind])
        return await self._add(who, prompt_id, Sound(language, "speech", text, spoken.name, length_ms))

    async def choose(self, who: Actor, version_id: str) -> None:
        """An older version is heard again."""
        async with self._store.begin() as session:
            version = await session.get(rows.PromptVersionRow, version_id)
            if version is None:
                raise ApiError("not-found", "no such version")
            before = await _make_current(session, version)
            after = {"version": version_id, "language": version.language}
            self._audit.note(session, who, "prompt.version", version.prompt_id, before, after)
        await self.load()

    async def _add(self, who: Actor, prompt_id: str, sound: "Sound") -> View:
        version = rows.PromptVersionRow(
            version_id=self._new_id("prv"),
            prompt_id=prompt_id,
            **asdict(sound),
            is_current=False,
            user_id=who.user_id,
            user_name=who.name,
            at_ms=self._clock.wall_ms(),
        )
        async with self._store.begin() as session:
            await _prompt(session, prompt_id)
            session.add(version)
            await session.flush()
            before = await _make_current(session, version)
            after = {"version": version.version_id, "language": sound.language, "made": sound.made, "text": sound.text}
            self._audit.note(session, who, "prompt.version", prompt_id, before, after)
            for old in (await rows.versions(session, prompt_id))[MOST_VERSIONS:]:
                if not old.is_current:
                    await session.delete(old)
        await self.load()
        return _version(version)


def _version(version: rows.PromptVersionRow) -> View:
    names = ("version_id", "language", "made", "text", "length_ms", "is_current")
    return {name: getattr(version, name) for name in names} | {
        "by": version.user_name,
        "at": iso(version.at_ms),
    }


async def _prompt(session: AsyncSession, prompt_id: str) -> rows.PromptRow:
    prompt = await session.get(rows.PromptRow, prompt_id)
    if prompt is None:
        raise ApiError("not-found", "no such prompt")
    return prompt


async def _make_current(session: AsyncSession, version: rows.PromptVersionRow) -> View:
    """Of its prompt and language; gives which it was before."""
    row = rows.PromptVersionRow
    same = (row.prompt_id == version.prompt_id, row.language == version.language)
    was = await session.scalar(select(row.version_id).where(*same, row.is_current))
    await session.execute(update(row).where(*same).values(is_current=False))
    version.is_current = True
    await session.flush()
    await session.execute(update(row).where(row.version_id == version.version_id).values(is_current=True))
    return {"version": was, "language": version.language}

# SPDX-License-Identifier: Apache-2.0
"""What an application holds in its hand: one call, and verbs. Each verb is durable when it returns.

An application dies with its process and is begun again from the top by the next one, so it asks the call's state what
has been done already, and keeps nothing that matters to itself.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Literal, Protocol

from headcall.backend.apps.alarm import Alarm
from headcall.backend.calls.inputs import AppAnswers, AppEnds, AppPlays, AppRings
from headcall.backend.calls.mailbox import Box
from headcall.backend.calls.model import Call
from headcall.wire.media import DigitPressed, PlayEnded, Playlist, Silence

MUSIC_GAIN_DB = -6.0
LONGEST_TEXT_S = 60.0
"""A prompt whose end is never told (its node died) does not hold up an application for longer."""


class Voice(Protocol):
    """Spoken texts and music, as files the media node can read."""

    @property
    def music(self) -> str: ...

    async def say(self, key: str, language: Literal["zh", "en"], **fields: object) -> str: ...


class Line:
    def __init__(self, box: Box, voice: Voice, alarm: Alarm, new_id: Callable[[str], str], *, resumed: bool) -> None:
        self._box, self._voice, self._alarm, self._new_id = box, voice, alarm, new_id
        self.resumed = resumed
        """Whether a backend before this one had begun the application."""
        self.tune = ""
        """The music of this queue; empty: the house's."""
        self._keys: asyncio.Queue[str] = asyncio.Queue(64)
        self._plays: dict[str, asyncio.Future[bool]] = {}

    @property
    def call(self) -> Call:
        return self._box.call

    async def answer(self) -> None:
        await self._box.ask(AppAnswers())

    async def ring(self, *, early_media: bool = False) -> None:
        await self._box.ask(AppRings(early_media))

    async def say(self, key: str, **fields: object) -> bool:
        """Speaks a text to the end. False if something cut it short."""
        file = await self._voice.say(key, self.call.language, **fields)
        return await self.play(file)

    async def play(self, *files: str) -> bool:
        play_id = self._new_id("play")
        ended: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._plays[play_id] = ended
        try:
            await self._box.ask(AppPlays(self.call.customer.leg_id, Playlist(play_id, files)))
            return await self._first(ended)
        finally:
            del self._plays[play_id]

    async def _first(self, ended: asyncio.Future[bool]) -> bool:
        limit = asyncio.ensure_future(self._alarm.sleep(LONGEST_TEXT_S))
        try:
            either: set[asyncio.Future[Any]] = {ended, limit}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            return ended.done() and ended.result()
        finally:
            limit.cancel()

    async def music(self, for_s: float) -> None:
        """Hold music for a while; it goes on until something else is played."""
        await self.begin_music()
        await self._alarm.sleep(for_s)

    async def begin_music(self) -> None:
        playlist = Playlist(self._new_id("play"), (self.tune or self._voice.music,), loop=True, gain_db=MUSIC_GAIN_DB)
        await self._box.ask(AppPlays(self.call.customer.leg_id, playlist))

    def now(self) -> float:
        """Seconds of the clock that everything here sleeps by."""
        return self._alarm.now()

    def waited_s(self) -> float:
        """How long the caller has waited, from when their place counts."""
        wait = self.call.wait
        return max(0.0, (self._alarm.wall_ms() - wait.entered_at_ms) / 1000) if wait else 0.0

    async def key(self, within_s: float) -> str | None:
        """The next key of the caller, or None."""
        return await self._key(within_s)

    def forget_keys(self) -> None:
        """What was pressed before a question is no answer to it."""
        while not self._keys.empty():
            self._keys.get_nowait()

    async def say_until_key(self, key: str, **fields: object) -> str | None:
        """Speaks a text; the first key ends it. None when it was heard to its end."""
        return await self._until_key(self.say(key, **fields))

    async def play_until_key(self, *files: str) -> str | None:
        """The same with files."""
        return await self._until_key(self.play(*files))

    async def _until_key(self, speaking: Coroutine[Any, Any, bool]) -> str | None:
        spoken = asyncio.ensure_future(speaking)
        pressed = asyncio.ensure_future(self._keys.get())
        try:
            either: set[asyncio.Future[Any]] = {spoken, pressed}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if pressed.done():
                return pressed.result()
            spoken.result()  # a call that is over ends the application here
            return None
        finally:
            spoken.cancel()
            pressed.cancel()

    async def silence(self) -> None:
        await self._box.ask(AppPlays(self.call.customer.leg_id, Silence()))

    async def collect(self, most: int, *, within_s: float) -> str:
        """Keys of the caller: up to `most`, until `#`, or until none comes for `within_s`."""
        keys = ""
        while len(keys) < most:
            key = await self._key(within_s)
            if key is None or key == "#":
                break
            keys += key
        return keys

    async def _key(self, within_s: float) -> str | None:
        wanted = asyncio.ensure_future(self._keys.get())
        limit = asyncio.ensure_future(self._alarm.sleep(within_s))
        try:
            either: set[asyncio.Future[Any]] = {wanted, limit}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            return wanted.result() if wanted.done() else None
        finally:
            wanted.cancel()
            limit.cancel()

    async def end(self, cause: str) -> None:
        await self._box.ask(AppEnds(cause))

    async def ask(self, wish: object) -> None:
        """Any other input of the rules."""
        await self._box.ask(wish)

    def heard(self, told: object) -> None:
        """What the media node told of the caller's leg."""
        match told:
            case PlayEnded(play_id=play_id, finished=finished):
                future = self._plays.get(play_id)
                if future and not future.done():
                    future.set_result(finished)
            case DigitPressed(leg_id=leg_id, digit=digit):
                if leg_id == self.call.customer.leg_id and not self._keys.full():
                    self._keys.put_nowait(digit)
            case _:
                pass


App = Callable[[Line], Coroutine[Any, Any, None]]

# SPDX-License-Identifier: Apache-2.0
"""A switchboard number: asks for the extension, or 0.

    0        at once, where the number leads         #   that was all of it
    1001     as soon as it is somebody's number      *   from the beginning

Another try is another run (`apps.stage`): why the last one came to nothing is part of the call's state.
"""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final, Literal

from headcall.backend.apps.line import Line
from headcall.backend.apps.overflow import Onward
from headcall.backend.apps.queue import Own
from headcall.backend.apps.refuse import SPOKEN
from headcall.backend.calls.inputs import GoOn, RefuseCaller, RingDevices, TryExtension
from headcall.backend.calls.model import Attendant
from headcall.backend.calls.rules.attendant import MOST_TRIES, NOTHING

FIRST_KEY_WITHIN_S: Final = 6.0
NEXT_KEY_WITHIN_S: Final = 3.5
LONGEST: Final = 20
"""Digits that are kept. E.164 has 15; what is longer is nobody's number."""

ZERO: Final = "0"
AGAIN: Final = "*"
THAT_WAS_ALL: Final = "#"

Find = Callable[[str], Awaitable[RingDevices | RefuseCaller]]
"""Whom the keys mean."""

IsWhole = Callable[[str], bool]
"""Whether so many keys can be a number already."""


def attendant_app(
    find: Find, is_whole: IsWhole, behind: Onward, own: Own
) -> Callable[[Line], Coroutine[Any, Any, None]]:
    async def attendant(line: Line) -> None:
        asked = line.call.attendant or Attendant("")
        key = await _tell_why(line, asked)
        if asked.tries >= MOST_TRIES:
            await line.ask(GoOn(await behind(asked.number, line.call), asked.cause))
            return
        while (meant := await _meant(line, key or await _question(line, asked, own))) is None:
            key = None
        if meant == ZERO:
            await line.ask(GoOn(await behind(asked.number, line.call), "zero"))
        else:
            await line.ask(TryExtension(meant))

    async def _meant(line: Line, key: str | None) -> RingDevices | RefuseCaller | Literal["0"] | None:
        """What the keys from the first one on mean; None: from the beginning."""
        keys, found = "", None
        await line.silence()
        while key is not None and key != THAT_WAS_ALL:
            if key == AGAIN:
                return None
            keys = (keys + key if key.isdigit() else keys)[:LONGEST]
            if keys == ZERO:
                return ZERO
            found = await find(keys) if is_whole(keys) else None
            if found and not _is_nobody(found):
                return found
            key = await line.key(NEXT_KEY_WITHIN_S)
        return found or (await find(keys) if keys else RefuseCaller(NOTHING))

    return attendant


def _is_nobody(found: RingDevices | RefuseCaller) -> bool:
    return isinstance(found, RefuseCaller) and found.cause == "unknown-number"


async def _tell_why(line: Line, asked: Attendant) -> str | None:
    """Why it came to nothing; a key pressed meanwhile is the first of the next try."""
    if not asked.cause or asked.cause == NOTHING:
        return None
    return await line.say_until_key(SPOKEN.get(asked.cause, "unavailable"))


async def _question(line: Line, asked: Attendant, own: Own) -> str | None:
    """The announcement and the first key."""
    file = own(asked.prompt_id, line.call.language)
    key = await (line.play_until_key(file) if file else line.say_until_key("attendant"))
    return key or await line.key(FIRST_KEY_WITHIN_S)

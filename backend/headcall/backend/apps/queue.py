# SPDX-License-Identifier: Apache-2.0
"""The 400 number: a welcome, the place in line, music, and the place again. Offering goes on beside it."""

from collections.abc import Callable, Coroutine
from itertools import count
from typing import Any

from headcall.backend.apps.callback import Desk, Offer
from headcall.backend.apps.line import Line
from headcall.backend.queues.doors import spoken_minutes
from headcall.backend.queues.model import Queue

MUSIC_FOREVER_S = 3600.0

LONGEST_TOLD_MIN = 30
"""Beyond, no figure is promised."""

Position = Callable[[str], int]
"""How many wait before a call."""

Expected = Callable[[Queue, str], float | None]
"""How long a call will still wait."""


Own = Callable[[str, str], str]
"""(prompt id, language): the file of a prompt of the house's own, or empty."""


def nothing_own(_prompt_id: str, _language: str) -> str:
    return ""


def queue_app(
    queue: Queue, callers_before: Position, expected: Expected, desk: Desk | None = None, own: Own = nothing_own
) -> Callable[[Line], Coroutine[Any, Any, None]]:
    async def tell_place(line: Line) -> None:
        if queue.tells_position:
            await line.say("position", n=callers_before(line.call.call_id))
        if queue.tells_wait:
            await _tell_wait(line, expected(queue, line.call.call_id))

    async def queue_line(line: Line) -> None:
        line.tune = own(queue.music, line.call.language)
        offer = Offer(line, queue, desk)
        await offer.begin()
        if not line.resumed:
            await _welcome(line, queue, own)
            await tell_place(line)
        await offer.music(queue.announce_every_s or MUSIC_FOREVER_S)
        for turn in count():
            if queue.announce_every_s:
                await _announce(line, queue, turn, own)
                await tell_place(line)
                await offer.tell()
            await offer.music(queue.announce_every_s or MUSIC_FOREVER_S)

    return queue_line


async def _announce(line: Line, queue: Queue, turn: int, own: Own) -> None:
    """The announcements take turns; without one in the caller's language, a kind word."""
    if queue.announcements:
        text = queue.announcements[turn % len(queue.announcements)]
        if file := own(text.prompt_id, line.call.language):
            await line.play(file)
            return
        if spoken := text.zh if line.call.language == "zh" else text.en:
            await line.say("as-is", text=spoken)
            return
    await line.say("still-waiting")


async def _tell_wait(line: Line, expected_s: float | None) -> None:
    if expected_s is None:
        return
    minutes = spoken_minutes(expected_s)
    if minutes <= LONGEST_TOLD_MIN:
        await line.say("expected-wait", minutes=minutes)
    else:
        await line.say("long-wait")


async def _welcome(line: Line, queue: Queue, own: Own) -> None:
    """Once per call: not to who comes back from an agent."""
    wait = line.call.wait
    if wait is None or wait.rank != 0 or line.call.answered_at_ms is not None:
        return
    if file := own(queue.welcome, line.call.language):
        await line.play(file)
    else:
        await line.say("welcome")
    if queue.records:
        await line.say("recorded")

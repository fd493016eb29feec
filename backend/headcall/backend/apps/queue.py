# SPDX-License-Identifier: Apache-2.0
"""The 400 number: a welcome, the place in line, music, and the place again. Offering goes on beside it."""

from collections.abc import Callable, Coroutine
from typing import Any

from headcall.backend.apps.line import Line
from headcall.backend.queues.model import Queue

MUSIC_FOREVER_S = 3600.0

Position = Callable[[str], int]
"""How many wait before a call."""


def queue_app(queue: Queue, callers_before: Position) -> Callable[[Line], Coroutine[Any, Any, None]]:
    async def queue_line(line: Line) -> None:
        if not line.resumed:
            await _welcome(line, queue)
            await line.say("position", n=callers_before(line.call.call_id))
        await line.music(queue.announce_every_s or MUSIC_FOREVER_S)
        while True:
            if queue.announce_every_s:
                await line.say("still-waiting")
                await line.say("position", n=callers_before(line.call.call_id))
            await line.music(queue.announce_every_s or MUSIC_FOREVER_S)

    return queue_line


async def _welcome(line: Line, queue: Queue) -> None:
    """Once per call: not to who comes back from an agent."""
    wait = line.call.wait
    if wait is None or wait.rank != 0 or line.call.answered_at_ms is not None:
        return
    await line.say("welcome")
    if queue.records:
        await line.say("recorded")

# SPDX-License-Identifier: Apache-2.0
"""The 400 number: a welcome, the place in line, music, and the place again. Offering goes on beside it."""

from collections.abc import Callable, Coroutine
from typing import Any

from headcall.backend.apps.line import Line
from headcall.backend.queues.model import Queue

MUSIC_FOREVER_S = 3600.0

PositionOf = Callable[[str], int]
"""How many wait before a call."""


def queue_app(queue: Queue, callers_before: PositionOf) -> Callable[[Line], Coroutine[Any, Any, None]]:
    async def queue_line(line: Line) -> None:
        wait = line.call.wait
        if wait and not line.resumed and wait.rank == 0:
            await line.say("welcome")
        announced_before = line.resumed
        while True:
            if not announced_before:
                await line.say("position", n=callers_before(line.call.call_id))
            announced_before = False
            await line.music(queue.announce_every_s or MUSIC_FOREVER_S)
            if not queue.announce_every_s:
                announced_before = True

    return queue_line

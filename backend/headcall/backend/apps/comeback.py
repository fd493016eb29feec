# SPDX-License-Identifier: Apache-2.0
"""A blind transfer reached nobody: ring whoever transferred; if that fails too, the caller goes to the queue."""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from headcall.backend.apps.line import Line
from headcall.backend.calls.inputs import NoComeback, RingDevices

RingAgain = Callable[[str], Awaitable[RingDevices | None]]
"""The round that rings a user, or None when nothing of theirs can be rung."""


def comeback_app(ring_again: RingAgain) -> Callable[[Line], Coroutine[Any, Any, None]]:
    async def comeback(line: Line) -> None:
        back = line.call.comeback
        ring = await ring_again(back.user_id) if back and back.user_id else None
        await line.ask(ring or NoComeback(back.cause if back else "unavailable"))

    return comeback

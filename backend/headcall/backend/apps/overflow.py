# SPDX-License-Identifier: Apache-2.0
"""The waiting was in vain: find out where the queue's overflow number leads, and go there."""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from headcall.backend.apps.line import Line
from headcall.backend.calls.inputs import GoOn, Target
from headcall.backend.calls.model import Call

Onward = Callable[[str, Call], Awaitable[Target]]
"""Where a number leads for whom it is who calls."""


def overflow_app(onward: Onward) -> Callable[[Line], Coroutine[Any, Any, None]]:
    async def overflow(line: Line) -> None:
        await line.ask(GoOn(await onward(line.call.overflow or "", line.call)))

    return overflow

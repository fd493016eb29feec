# SPDX-License-Identifier: Apache-2.0
"""Says in the caller's language why the call goes no further, then ends it with the cause.

Before the answer it is said as early media (183), so that the call is refused with its proper status and costs nothing.
"""

from collections.abc import Callable, Coroutine
from typing import Any

from headcall.backend.apps.line import Line
from headcall.backend.apps.overflow import Onward
from headcall.backend.apps.queue import Own
from headcall.backend.calls.inputs import GoOn
from headcall.backend.hours.model import Closed

ClosedOf = Callable[[str], Closed]
"""What is set for a caller outside these opening hours."""

SPOKEN = {
    "unknown-number": "unknown-number",
    "gone": "unknown-number",
    "incomplete-number": "unknown-number",
    "no-agent": "no-agent",
    "queue-full": "queue-full",
    "no-answer": "no-answer",
    "busy": "busy",
    "rejected": "busy",
    "offline": "unavailable",
    "not-registered": "unavailable",
    "unavailable": "unavailable",
}
"""Causes with a text of their own; for all others the party "cannot be reached at the moment"."""


def refuse_app(closed_of: ClosedOf, onward: Onward, own: Own) -> Callable[[Line], Coroutine[Any, Any, None]]:
    async def refuse(line: Line) -> None:
        cause = line.call.refusal or "unavailable"
        if line.call.customer.state == "incoming":
            await line.ring(early_media=True)
        if line.call.hours_id:
            await _announce(line, closed_of(line.call.hours_id))
            return
        await line.say(SPOKEN.get(cause, "unavailable"))
        await line.end(cause)

    async def _announce(line: Line, closed: Closed) -> None:
        """Outside the opening hours: what was set for it is said, then the call goes where it was set to go."""
        spoken = closed.zh if line.call.language == "zh" else closed.en
        if file := own(closed.prompt_id, line.call.language):
            await line.play(file)
        elif spoken:
            await line.say("as-is", text=spoken)
        else:
            await line.say("closed")
        if closed.overflow:
            await line.ask(GoOn(await onward(closed.overflow, line.call)))
        if line.call.refusal:  # nowhere to go, or nowhere that takes calls now
            await line.end(line.call.refusal)

    return refuse

# SPDX-License-Identifier: Apache-2.0
"""Says in the caller's language why the call goes no further, then ends it with the cause.

Before the answer it is said as early media (183), so that the call is refused with its proper status and costs nothing.
"""

from headcall.backend.apps.line import Line

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


async def refuse(line: Line) -> None:
    cause = line.call.refusal or "unavailable"
    if line.call.customer.state == "incoming":
        await line.ring(early_media=True)
    await line.say(SPOKEN.get(cause, "unavailable"))
    await line.end(cause)

# SPDX-License-Identifier: Apache-2.0
"""What an agent is doing, and what may follow. The table is the whole truth.

`break` and `offline` are the agent's own wish and stay until the agent, or the system with a reason, changes them.
A call taken on a break (a colleague calls directly) leads back to the break.
"""

from typing import Final, Literal

from msgspec import Struct

State = Literal["offline", "ready", "break", "ringing", "talking", "wrap_up"]

Trigger = Literal[
    "go-ready",
    "go-break",
    "go-offline",
    "rings",
    "talks",
    "lapses",
    "call-over",
    "talk-over",
    "wrapped-up",
    "lost",
    "no-device",
    "pause",
]

BACK: Final = "back"
"""In the table: to the state from before the call."""

# fmt: off
TABLE: Final[dict[tuple[State, Trigger], State | Literal["back"]]] = {
    ("offline", "go-ready"):   "ready",
    ("offline", "go-break"):   "break",
    ("offline", "go-offline"): "offline",
    ("offline", "talks"):      "talking",   # a colleague's call, or one dialled from the desk telephone
    ("ready",   "go-ready"):   "ready",
    ("ready",   "go-break"):   "break",
    ("ready",   "go-offline"): "offline",
    ("ready",   "rings"):      "ringing",
    ("ready",   "talks"):      "talking",
    ("ready",   "no-device"):  "offline",
    ("break",   "go-ready"):   "ready",
    ("break",   "go-break"):   "break",
    ("break",   "go-offline"): "offline",
    ("break",   "talks"):      "talking",
    ("break",   "lost"):       "break",
    ("ringing", "talks"):      "talking",
    ("ringing", "lapses"):     BACK,
    ("ringing", "call-over"):  BACK,
    ("ringing", "pause"):      "break",
    ("ringing", "lost"):       "break",
    ("talking", "talk-over"):  "wrap_up",
    ("talking", "call-over"):  BACK,
    ("talking", "lost"):       "break",
    ("wrap_up", "go-ready"):   "ready",
    ("wrap_up", "go-break"):   "break",
    ("wrap_up", "go-offline"): "offline",
    ("wrap_up", "wrapped-up"): "ready",
    ("wrap_up", "talks"):      "talking",
    ("wrap_up", "no-device"):  "offline",
}
# fmt: on


class Agent(Struct, frozen=True):
    """An agent and what they are doing now."""

    user_id: str
    agent_number: str
    name: str = ""
    level: int = 1
    seat: int = 0
    ringback: str = ""
    """The prompt that who calls this seat hears while it rings (彩铃). Empty: the usual tone, a queue's music."""
    state: State = "offline"
    reason: str | None = None
    since_ms: int = 0
    wrap_up_until_ms: int | None = None
    missed: int = 0
    """Offers let pass in a row."""
    idle_since_ms: int = 0
    """What longest-idle counts from: the end of the last call, or becoming ready if that came later."""
    call_id: str | None = None
    """The call that rings or talks."""
    state_before: State = "ready"
    reason_before: str | None = None
    wish_after: State | None = None
    """What the agent asked to be after the present call."""
    by_phone: bool = False
    """Logged in by a code at the telephone: queues ring that telephone too, until the agent is offline, or says in
    the page what they are."""


def step(agent: Agent, trigger: Trigger) -> State | None:
    """The next state, or None when the trigger means nothing now."""
    to = TABLE.get((agent.state, trigger))
    if to == BACK:
        return agent.wish_after or agent.state_before
    after = agent.wish_after or agent.state_before
    if to == "wrap_up" and after in ("break", "offline"):
        return after
    return to

# SPDX-License-Identifier: Apache-2.0
"""What a page offers is granted: every word of `can`, in every state that chance has found."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from headcall.backend.calls import inputs
from headcall.backend.calls.decide import decide
from headcall.backend.calls.view import call_view
from headcall.wire.media import DigitPressed
from tests.backend.calls.dice import USERS, World, worlds

Wish = Callable[[World, str, dict[str, Any]], object]

WISHES: dict[str, Wish] = {
    "answer": lambda world, user, view: inputs.Answer(user),
    "hang_up": lambda world, user, view: inputs.HangUp(user),
    "hold": lambda world, user, view: inputs.Hold(user, not view["held"]),
    "transfer": lambda world, user, view: inputs.Transfer(view["leg_id"], "1001", world.ring("direct")),
    "digits": lambda world, user, view: keys(world, user),
    "consult": lambda world, user, view: inputs.Consult(user, "2001", world.ring("direct")),
    "swap": lambda world, user, view: inputs.Swap(user),
    "complete": lambda world, user, view: inputs.Complete(user),
    "conference": lambda world, user, view: inputs.Confer(user),
    "park": lambda world, user, view: inputs.Park(user, "701", 120_000),
    "drop": lambda world, user, view: inputs.Drop(user, dropped(view)),
}


def keys(world: World, user: str) -> object:
    """To the other side; at the attendant there is none, and they come as from a telephone (`Phone.send_keys`)."""
    leg = world.call.asked
    return DigitPressed(leg.leg_id, "1", 100) if leg and leg.user_id == user else inputs.SendKeys(user, "1")


def dropped(view: dict[str, Any]) -> str:
    """Whom the page lets one drop: the consulted one, else anybody in the list but oneself and supervisors."""
    if view["consult"]:
        return str(view["consult"]["leg_id"])
    others = [
        party["leg_id"]
        for party in view["parties"]
        if party["leg_id"] != view["leg_id"] and party["role"] != "supervisor" and party["state"] != "ringing"
    ]
    return str(others[-1])


def test_whatever_is_offered_is_granted() -> None:
    tried: Counter[str] = Counter()
    for world in worlds(2000):
        for user in USERS:
            view = call_view(world.call, user)
            for word in view["can"] if view else ():
                tried[word] += 1
                decide(world.call, WISHES[word](world, user, view or {}), world.now_ms)
    assert set(tried) == set(WISHES), tried

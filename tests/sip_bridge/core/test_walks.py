# SPDX-License-Identifier: Apache-2.0
"""Random walks: both ends do what they like, over a bad network, and die in between. Nothing raises, nothing is left,
and each end hears of the end of every call exactly once."""

import random
from collections.abc import Callable

import pytest

from headcall.sip_bridge.core.effects import (
    Answered,
    ByeReceived,
    CancelReceived,
    Effect,
    Event,
    InviteReceived,
    Lost,
    ReferReceived,
    ReinviteReceived,
    Rejected,
)
from headcall.sip_bridge.errors import LocalError
from tests.sip_bridge.core.line import ANSWER, OFFER, Line, Phone


class Walk:
    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.line = Line(loss=0.1, doubling=0.05, jitter=0.4, seed=seed)
        self.placed = 0
        self.ended: dict[str, int] = {}
        """Calls, by end, that their owner was told the end of."""
        self.known: dict[Phone, set[str]] = {self.line.alice: set(), self.line.bob: set()}
        for phone in self.known:
            phone.on_event = lambda event, now, phone=phone: self.react(phone, event, now)  # type: ignore[misc]

    def react(self, phone: Phone, event: Event, now: float) -> list[Effect]:
        match event:
            case InviteReceived(call):
                self.known[phone].add(call)
                return self.act(phone, call, self.chance.choice(["ring", "accept", "accept", "refuse", "wait"]))
            case ReinviteReceived(call):
                return self.act(
                    phone, call, self.chance.choice(["answer_reinvite", "answer_reinvite", "refuse_reinvite"])
                )
            case ReferReceived(call):
                return self.act(phone, call, "accept_refer")
            case Answered(call):
                assert call in self.known[phone]
            case Rejected(call) | ByeReceived(call) | CancelReceived(call) | Lost(call):
                assert call in self.known[phone], "told of a call that was over already"
                self.known[phone].discard(call)
            case _:
                pass
        return []

    def act(self, phone: Phone, call: str, what: str) -> list[Effect]:
        agent, now = phone.agent, self.line.now
        other = self.chance.choice([OFFER, ANSWER]) + f"a=x{self.chance.randrange(9)}\r\n".encode()
        if what in ("refuse", "cancel", "bye", "end"):
            self.known[phone].discard(call)
        ways: dict[str, Callable[[], list[Effect]]] = {
            "ring": lambda: agent.ring(call, now),
            "accept": lambda: agent.accept(call, ANSWER, now),
            "refuse": lambda: agent.refuse(call, 486, now),
            "answer_reinvite": lambda: agent.answer_reinvite(call, other, now),
            "refuse_reinvite": lambda: agent.refuse_reinvite(call, 488, now),
            "accept_refer": lambda: agent.accept_refer(call, now),
            "reinvite": lambda: agent.reinvite(call, other, now),
            "info": lambda: agent.info(call, "application/dtmf", b"5", now),
            "end": lambda: agent.end(call, now),
        }
        return ways[what]() if what in ways else []

    def step(self) -> None:
        phone = self.chance.choice([self.line.alice, self.line.bob])
        what = self.chance.choice(
            ["invite", "restart", "accept", "reinvite", "reinvite", "info", "end", "wait", "wait"]
        )
        if what == "invite" and self.placed < 4:
            self.placed += 1
            self.known[self.line.alice].add(f"a{self.placed}")
            self.line.invite(f"a{self.placed}")
        elif what == "restart":
            self.restart(phone)
        elif self.known[phone]:
            call = self.chance.choice(sorted(self.known[phone]))
            try:
                effects = self.act(phone, call, what)
            except LocalError:
                effects = []  # asked in the wrong state: nothing may have happened
            self.line.do(phone, effects)
        self.line.run(self.chance.choice([0.0, 0.05, 0.5, 3.0]))

    def restart(self, phone: Phone) -> None:
        """What was offered but never written down is gone, as its owner finds out."""
        self.line.do(phone, phone.restart(self.line.now))
        self.known[phone] = {call for call in self.known[phone] if phone.agent.knows(call)}

    def finish(self) -> None:
        for phone in self.known:
            for call in sorted(self.known[phone]):
                self.line.do(phone, phone.agent.end(call, self.line.now))
            self.known[phone].clear()
        self.line.run(400)


@pytest.mark.parametrize("seed", range(150))
def test_a_walk_leaves_nothing(seed: int) -> None:
    walk = Walk(seed)
    for _ in range(40):
        walk.step()
    walk.finish()
    for phone in walk.known:
        ground = phone.agent._ground
        assert (phone.disk, ground.calls, ground.by_dialog, ground.by_invite) == ({}, {}, {}, {})
        assert len(ground.layer) == 0 and phone.agent.next_deadline() is None

# SPDX-License-Identifier: Apache-2.0
"""Calls over a network that loses every tenth message, doubles some and lets them overtake each other."""

import pytest

from headcall.sip_bridge.core.effects import (
    AckReceived,
    Answered,
    ByeReceived,
    Effect,
    Event,
    InviteReceived,
    ReinviteReceived,
)
from tests.sip_bridge.core.line import ANSWER, OFFER, Line


def answering(line: Line) -> None:
    """Bob rings, answers, and accepts every change."""
    bob = line.bob

    def on_event(event: Event, now: float) -> list[Effect]:
        match event:
            case InviteReceived(call):
                line.do(bob, bob.agent.ring(call, now))
                return bob.agent.accept(call, ANSWER, now)
            case ReinviteReceived(call):
                return bob.agent.answer_reinvite(call, ANSWER, now)
        return []

    bob.on_event = on_event


@pytest.mark.parametrize("seed", range(60))
def test_a_call_is_set_up_changed_and_ended_in_spite_of_loss_and_doubling(seed: int) -> None:
    line = Line(loss=0.1, doubling=0.1, jitter=0.3, seed=seed)
    answering(line)
    line.invite()
    line.run(25)
    assert len(line.alice.heard(Answered)) == 1
    assert len(line.bob.heard(InviteReceived)) == 1
    assert len(line.bob.heard(AckReceived)) == 1
    line.do(line.alice, line.alice.agent.reinvite("a1", OFFER + b"a=sendonly\r\n", line.now))
    line.run(30)
    assert len(line.bob.heard(ReinviteReceived)) == 1
    line.do(line.alice, line.alice.agent.bye("a1", line.now))
    line.run(100)
    assert len(line.bob.heard(ByeReceived)) == 1
    for phone in (line.alice, line.bob):
        assert not phone.disk
        assert not phone.agent._ground.calls and not phone.agent._ground.by_dialog
        assert not phone.agent._ground.by_invite and len(phone.agent._ground.layer) == 0


@pytest.mark.parametrize("seed", range(30))
def test_nothing_is_left_whenever_the_caller_gives_up(seed: int) -> None:
    """CANCEL meets 180, 200 and nothing at all; whatever crosses, both sides end without a call."""
    line = Line(loss=0.1, doubling=0.1, jitter=0.3, seed=seed)
    answering(line)
    line.invite()
    line.run(seed * 0.03)
    line.do(line.alice, line.alice.agent.end("a1", line.now))
    line.run(200)
    for phone in (line.alice, line.bob):
        assert not phone.disk
        assert not phone.agent._ground.calls and not phone.agent._ground.by_dialog
        assert not phone.agent._ground.by_invite and len(phone.agent._ground.layer) == 0

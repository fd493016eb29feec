# SPDX-License-Identifier: Apache-2.0
"""A process dies and another goes on with what is on the disk."""

import json

from headcall.sip_bridge.core.effects import (
    AckReceived,
    Answered,
    ByeReceived,
    CancelReceived,
    InviteReceived,
    Persist,
    ReinviteAnswered,
    Rejected,
    Send,
)
from headcall.sip_bridge.message import Request
from tests.sip_bridge.core.line import ANSWER, OFFER, Line


def test_a_talk_goes_on_and_nothing_is_sent_again() -> None:
    line = Line()
    line.talk()
    assert line.alice.restart(line.now) == line.bob.restart(line.now) == []
    line.run(40)
    assert line.alice.lines() == ["INVITE", "ACK"] and line.bob.lines() == ["100", "200"]


def test_a_bye_is_answered_after_a_restart() -> None:
    line = Line()
    _, bobs = line.talk()
    line.bob.restart(line.now)
    line.do(line.alice, line.alice.agent.bye("a1", line.now))
    line.run(1)
    assert line.bob.last(ByeReceived).call == bobs
    assert line.bob.lines()[-1] == "200"
    assert not line.bob.disk


def test_either_side_hangs_up_or_changes_the_session_after_a_restart() -> None:
    line = Line()
    _, bobs = line.talk()
    line.alice.restart(line.now)
    line.bob.restart(line.now)
    line.do(line.alice, line.alice.agent.reinvite("a1", OFFER + b"a=sendonly\r\n", line.now))
    line.run(1)
    line.do(line.bob, line.bob.agent.answer_reinvite(bobs, ANSWER, line.now))
    line.run(1)
    assert line.alice.heard(ReinviteAnswered)
    line.do(line.bob, line.bob.agent.bye(bobs, line.now))
    line.run(1)
    assert line.alice.heard(ByeReceived)


def test_the_cseq_goes_up_over_a_restart_whatever_was_sent_since_the_last_record() -> None:
    line = Line()
    line.talk()
    for _ in range(5):
        line.do(line.alice, line.alice.agent.info("a1", "application/dtmf", b"5", line.now))
    line.run(1)
    before = max(message.cseq.number for message in line.alice.sent() if isinstance(message, Request))
    line.alice.restart(line.now)
    line.do(line.alice, line.alice.agent.bye("a1", line.now))
    line.run(1)
    assert line.alice.sent()[-1].cseq.number > before
    assert line.bob.heard(ByeReceived)


def test_a_200_that_nobody_acknowledged_yet_is_repeated_by_the_next_process() -> None:
    line = Line()
    line.lose_next = lambda message: line.now < 0.3 and message.cseq.method != "INVITE"
    _, bobs = line.talk()
    assert line.bob.heard(AckReceived) == []
    line.do(line.bob, line.bob.restart(line.now))
    line.run(2)
    assert line.bob.last(AckReceived).call == bobs
    assert line.alice.heard(Answered) and line.alice.lines()[-1] == "ACK"
    line.run(40)
    assert line.bob.agent.knows(bobs)


def test_an_invite_that_comes_again_after_the_restart_is_not_another_call() -> None:
    line = Line()
    line.lose_next = lambda message: line.now < 0.3 and message.cseq.method != "INVITE"
    line.talk()
    invite = next(effect for effect in line.alice.done if isinstance(effect, Send))
    line.do(line.bob, line.bob.restart(line.now))
    line.do(line.bob, line.bob.agent.receive(invite.data, invite.flow, line.now))
    assert len(line.bob.heard(InviteReceived)) == 1


def test_a_200_that_comes_again_after_the_restart_gets_its_ack_again() -> None:
    line = Line()
    line.lose_next = lambda message: line.now < 0.3 and isinstance(message, Request) and message.method == "ACK"
    line.talk()
    assert line.bob.heard(AckReceived) == []
    line.alice.restart(line.now)
    line.run(2)
    assert line.bob.heard(AckReceived)
    assert len(line.alice.heard(Answered)) == 1


def test_an_unanswered_call_of_ours_is_answered_after_the_restart() -> None:
    line = Line()
    line.invite()
    line.run(0.1)
    bobs = line.bob.last(InviteReceived).call
    line.do(line.bob, line.bob.agent.ring(bobs, line.now))
    line.run(0.1)
    assert line.alice.restart(line.now) == []
    line.do(line.bob, line.bob.agent.accept(bobs, ANSWER, line.now))
    line.run(0.1)
    assert line.alice.last(Answered).sdp == ANSWER
    assert line.bob.heard(AckReceived)


def test_an_invite_that_may_never_have_left_is_sent_by_the_next_process() -> None:
    line = Line()
    line.cut = True
    line.invite()
    line.cut = False
    line.do(line.alice, line.alice.restart(line.now))
    line.run(0.1)
    assert len(line.bob.heard(InviteReceived)) == 1
    first, again = (effect for effect in line.alice.done if isinstance(effect, Send))
    assert first == again


def test_an_unanswered_call_of_ours_can_be_cancelled_after_the_restart() -> None:
    line = Line()
    line.invite()
    line.run(0.1)
    line.alice.restart(line.now)
    line.do(line.alice, line.alice.agent.cancel("a1", line.now))
    line.run(1)
    assert line.bob.heard(CancelReceived)
    assert line.alice.lines()[-1] == "ACK"
    assert not line.alice.disk


def test_a_call_that_rings_here_can_be_answered_or_cancelled_after_the_restart() -> None:
    for ends in (False, True):
        line = Line()
        line.invite()
        line.run(0.1)
        bobs = line.bob.last(InviteReceived).call
        line.do(line.bob, line.bob.agent.ring(bobs, line.now))
        line.run(0.1)
        line.bob.restart(line.now)
        if ends:
            line.do(line.alice, line.alice.agent.cancel("a1", line.now))
            line.run(1)
            assert line.bob.last(CancelReceived).call == bobs
        else:
            line.do(line.bob, line.bob.agent.accept(bobs, ANSWER, line.now))
            line.run(1)
            assert line.alice.heard(Answered)
            assert line.bob.heard(AckReceived)


def test_a_refused_call_leaves_no_record() -> None:
    line = Line()
    line.invite()
    line.run(0.1)
    bobs = line.bob.last(InviteReceived).call
    assert not line.bob.disk, "a stranger's INVITE must not cost us a write to the disk"
    line.do(line.bob, line.bob.agent.ring(bobs, line.now))
    assert bobs in line.bob.disk
    line.do(line.bob, line.bob.agent.refuse(bobs, 480, line.now))
    line.run(1)
    assert not line.bob.disk and not line.alice.disk
    assert line.alice.last(Rejected).status == 480


def test_a_hang_up_that_waits_for_the_ack_survives_too() -> None:
    line = Line()
    line.lose_next = lambda message: line.now < 0.3 and isinstance(message, Request) and message.method == "ACK"
    _, bobs = line.talk()
    line.do(line.bob, line.bob.agent.bye(bobs, line.now))
    line.do(line.bob, line.bob.restart(line.now))
    line.run(2)
    assert line.alice.heard(ByeReceived)
    assert not line.bob.disk


def test_every_record_is_json_and_comes_back_as_it_was() -> None:
    line = Line()
    line.talk()
    records = [
        effect.record for phone in (line.alice, line.bob) for effect in phone.done if isinstance(effect, Persist)
    ]
    assert len(records) == 5
    for record in records:
        assert json.loads(json.dumps(record)) == record

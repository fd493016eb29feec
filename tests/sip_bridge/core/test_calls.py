# SPDX-License-Identifier: Apache-2.0
"""Calls between two user agents, message by message (RFC 3261 section 24, RFC 3665)."""

import pytest

from headcall.sip_bridge.core.effects import (
    AckReceived,
    Answered,
    ByeReceived,
    CancelReceived,
    Forget,
    InviteReceived,
    Lost,
    Persist,
    ReinviteAnswered,
    ReinviteReceived,
    ReinviteRefused,
    Rejected,
    Ringing,
    Send,
)
from headcall.sip_bridge.errors import UnknownCall, WrongState
from headcall.sip_bridge.message import Response
from headcall.sip_bridge.uri import Uri
from tests.sip_bridge.core.line import ANSWER, OFFER, Line


def test_a_call_rings_is_answered_and_ends() -> None:
    line = Line()
    line.invite()
    line.run(0.05)
    offered = line.bob.last(InviteReceived)
    assert offered.sdp == OFFER
    line.do(line.bob, line.bob.agent.ring(offered.call, line.now))
    line.run(1)
    line.do(line.bob, line.bob.agent.accept(offered.call, ANSWER, line.now))
    line.run(1)
    line.do(line.alice, line.alice.agent.bye("a1", line.now))
    line.run(60)
    assert line.alice.lines() == ["INVITE", "ACK", "BYE"]
    assert line.bob.lines() == ["100", "180", "200", "200"]
    assert line.alice.last(Ringing).response.status == 180
    assert line.alice.last(Answered).sdp == ANSWER
    assert [type(event) for event in line.bob.told] == [InviteReceived, AckReceived, ByeReceived]
    assert not line.alice.disk and not line.bob.disk
    assert len(line.alice.agent._ground.layer) == len(line.bob.agent._ground.layer) == 0
    assert not line.alice.agent._ground.calls and not line.bob.agent._ground.by_dialog


def test_the_record_is_written_before_the_200_is_sent_and_gone_before_bye_is_confirmed() -> None:
    line = Line()
    _, bobs = line.talk()
    kinds = [type(effect) for effect in line.bob.done]
    assert kinds.index(Persist) < kinds.index(Send, 1)
    line.do(line.alice, line.alice.agent.bye("a1", line.now))
    line.run(1)
    assert [type(effect) for effect in line.bob.done][-3:] == [ByeReceived, Forget, Send]
    assert bobs not in line.bob.disk


def test_the_callee_hangs_up() -> None:
    line = Line()
    _, bobs = line.talk()
    line.do(line.bob, line.bob.agent.bye(bobs, line.now))
    line.run(1)
    assert line.alice.last(ByeReceived).call == "a1"
    with pytest.raises(UnknownCall):
        line.bob.agent.bye(bobs, line.now)


def test_a_refusal_is_acknowledged_and_told() -> None:
    line = Line()
    line.invite()
    line.run(0.05)
    line.do(line.bob, line.bob.agent.refuse(line.bob.last(InviteReceived).call, 486, line.now))
    line.run(1)
    assert line.alice.lines() == ["INVITE", "ACK"]
    assert line.alice.last(Rejected).status == 486
    assert not line.alice.disk


def test_a_call_that_is_given_up_is_cancelled() -> None:
    line = Line()
    line.invite()
    line.run(0.05)
    line.do(line.alice, line.alice.agent.cancel("a1", line.now))
    line.run(60)
    assert line.alice.lines() == ["INVITE", "CANCEL", "ACK"]
    assert line.bob.lines() == ["100", "200", "487"]
    assert [type(event) for event in line.bob.told] == [InviteReceived, CancelReceived]
    assert line.alice.told == []
    assert not line.alice.agent._ground.calls


def test_cancel_waits_for_a_provisional_response() -> None:
    line = Line()
    line.invite()
    line.do(line.alice, line.alice.agent.cancel("a1", line.now))
    assert line.alice.lines() == ["INVITE"]
    line.run(1)
    assert line.alice.lines() == ["INVITE", "CANCEL", "ACK"]


def test_an_answer_that_crosses_cancel_is_ended_by_bye() -> None:
    line = Line()
    line.invite()
    line.run(0.05)
    bobs = line.bob.last(InviteReceived).call
    line.do(line.bob, line.bob.agent.accept(bobs, ANSWER, line.now))
    line.do(line.alice, line.alice.agent.cancel("a1", line.now))
    line.run(60)
    assert line.alice.lines() == ["INVITE", "CANCEL", "ACK", "BYE"]
    assert line.alice.told == []
    assert line.bob.last(ByeReceived).call == bobs
    assert not line.alice.agent._ground.calls and not line.alice.agent._ground.by_dialog


def test_nobody_answers() -> None:
    line = Line()
    line.invite(timeout=20)
    line.run(0.05)
    line.do(line.bob, line.bob.agent.ring(line.bob.last(InviteReceived).call, line.now))
    line.run(30)
    assert line.alice.last(Rejected).status == 408
    assert line.bob.heard(CancelReceived)


def test_an_unanswered_invite_is_repeated_with_doubling_gaps() -> None:
    line = Line(loss=1.0)
    times: list[float] = []

    def note(message: object) -> bool:
        times.append(line.now)
        return True

    line.lose_next = note
    line.invite()
    line.run(40)
    assert times == [0.0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5]
    assert line.alice.last(Rejected).status == 408


def test_a_200_is_repeated_until_its_ack_comes() -> None:
    line = Line()
    line.lose_next = lambda message: not isinstance(message, Response) and message.method == "ACK" and line.now < 3
    _, bobs = line.talk()
    line.run(4)
    assert line.bob.lines() == ["100", "200", "200", "200", "200"]
    assert line.alice.lines() == ["INVITE", "ACK", "ACK", "ACK", "ACK"]
    assert line.bob.last(AckReceived).call == bobs


def test_no_ack_at_all_ends_the_call() -> None:
    line = Line()
    line.lose_next = lambda message: not isinstance(message, Response) and message.method == "ACK"
    _, bobs = line.talk()
    line.run(40)
    assert line.bob.last(Lost) == Lost(bobs, 408)
    assert line.alice.heard(ByeReceived)
    assert not line.bob.disk


def test_the_callees_bye_waits_for_the_ack() -> None:
    line = Line()
    line.invite()
    line.run(0.05)
    bobs = line.bob.last(InviteReceived).call
    line.do(line.bob, line.bob.agent.accept(bobs, ANSWER, line.now))
    line.do(line.bob, line.bob.agent.bye(bobs, line.now))
    assert line.bob.lines() == ["100", "200"]
    line.run(1)
    assert line.bob.lines() == ["100", "200", "BYE"]
    assert line.bob.heard(AckReceived) == []
    assert not line.bob.disk


def test_hold_and_resume_from_either_side() -> None:
    line = Line()
    _, bobs = line.talk()
    line.do(line.alice, line.alice.agent.reinvite("a1", OFFER + b"a=sendonly\r\n", line.now))
    line.run(0.1)
    assert line.bob.last(ReinviteReceived).sdp.endswith(b"a=sendonly\r\n")
    line.do(line.bob, line.bob.agent.answer_reinvite(bobs, ANSWER + b"a=recvonly\r\n", line.now))
    line.run(0.1)
    assert line.alice.last(ReinviteAnswered).sdp.endswith(b"a=recvonly\r\n")
    assert len(line.bob.heard(AckReceived)) == 2
    line.do(line.bob, line.bob.agent.reinvite(bobs, ANSWER + b"a=sendrecv\r\n", line.now))
    line.run(0.1)
    line.do(line.alice, line.alice.agent.refuse_reinvite("a1", 488, line.now))
    line.run(0.1)
    assert line.bob.last(ReinviteRefused).status == 488
    assert line.bob.agent.local_sdp(bobs) == ANSWER + b"a=recvonly\r\n"


def test_the_same_offer_again_is_answered_as_before_and_troubles_nobody() -> None:
    line = Line()
    _, _ = line.talk()
    line.do(line.alice, line.alice.agent.reinvite("a1", OFFER, line.now))
    line.run(0.1)
    assert line.bob.heard(ReinviteReceived) == []
    assert line.alice.last(ReinviteAnswered).sdp == ANSWER


def test_reinvites_that_meet_are_both_tried_again() -> None:
    line = Line()
    _, bobs = line.talk()
    line.bob.on_event = lambda event, now: (
        line.bob.agent.answer_reinvite(bobs, ANSWER, now) if isinstance(event, ReinviteReceived) else []
    )
    line.alice.on_event = lambda event, now: (
        line.alice.agent.answer_reinvite("a1", OFFER, now) if isinstance(event, ReinviteReceived) else []
    )
    line.do(line.alice, line.alice.agent.reinvite("a1", OFFER + b"a=x\r\n", line.now))
    line.do(line.bob, line.bob.agent.reinvite(bobs, ANSWER + b"a=y\r\n", line.now))
    line.run(0.1)
    assert "491" in line.alice.lines() and "491" in line.bob.lines()
    line.run(8)
    assert line.alice.heard(ReinviteAnswered) and line.bob.heard(ReinviteAnswered)
    assert line.alice.heard(ReinviteReceived) and line.bob.heard(ReinviteReceived)


def test_byes_that_cross_are_both_confirmed() -> None:
    line = Line()
    _, bobs = line.talk()
    line.do(line.alice, line.alice.agent.bye("a1", line.now))
    line.do(line.bob, line.bob.agent.bye(bobs, line.now))
    line.run(40)
    assert line.alice.lines()[-2:] == ["BYE", "200"]
    assert line.bob.lines()[-2:] == ["BYE", "200"]
    assert line.alice.heard(ByeReceived) == line.bob.heard(ByeReceived) == []
    assert not line.alice.agent._ground.calls and not line.bob.agent._ground.calls


def test_a_call_offered_without_sdp_gets_ours_and_its_answer_comes_in_the_ack() -> None:
    line = Line()
    line.invite(sdp=b"")
    line.run(0.05)
    offered = line.bob.last(InviteReceived)
    assert offered.sdp == b""
    line.do(line.bob, line.bob.agent.accept(offered.call, OFFER, line.now))
    line.run(0.1)
    assert line.alice.last(Answered).sdp == OFFER


def test_asking_the_wrong_thing_is_our_own_fault() -> None:
    line = Line()
    line.invite()
    with pytest.raises(WrongState):
        line.alice.agent.bye("a1", line.now)
    with pytest.raises(UnknownCall):
        line.alice.agent.ring("nobody", line.now)
    line.run(0.05)
    with pytest.raises(WrongState):
        line.bob.agent.cancel(line.bob.last(InviteReceived).call, line.now)
    assert line.alice.agent.end("nobody", line.now) == []


def test_a_telephone_that_rings_for_long_says_so_every_minute() -> None:
    line = Line()
    line.invite(timeout=1000)
    line.run(0.05)
    line.do(line.bob, line.bob.agent.ring(line.bob.last(InviteReceived).call, line.now))
    line.run(185)
    assert line.bob.lines() == ["100", "180", "180", "180", "180"]


def test_nothing_that_is_logged_shows_a_number_or_a_name() -> None:
    line = Line()
    line.invite()
    line.run(0.05)
    event = line.bob.last(InviteReceived)
    assert "alice" not in repr(event) and "bob@" not in repr(event)
    assert repr(Uri.parse("tel:+8613912345678")) == "<tel:•••78>"

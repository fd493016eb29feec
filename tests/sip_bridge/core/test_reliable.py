# SPDX-License-Identifier: Apache-2.0
"""Provisional responses for a caller that requires them to be reliable (RFC 3262)."""

from headcall.sip_bridge.core.effects import AckReceived, Answered, InviteReceived, Lost, Rejected
from headcall.sip_bridge.flow import Flow
from headcall.sip_bridge.message import Response, serialise
from tests.sip_bridge.core.line import ANSWER, Line


def ringing() -> tuple[Line, str]:
    line = Line()
    line.invite(headers=[("Require", "100rel")])
    line.run(0.05)
    bobs = line.bob.last(InviteReceived).call
    line.do(line.bob, line.bob.agent.ring(bobs, line.now))
    return line, bobs


def prack(line: Line, rack: str) -> int:
    """Alice's core does not do this by itself, so the test does; what bob answers."""
    ground = line.alice.agent._ground
    call = ground.calls["a1"]
    (dialog,) = call.early.values()
    call.early[dialog.remote.tag or ""], request = dialog.next_request("PRACK", [("RAck", rack)])
    request = ground.with_via(request, Flow("udp", line.bob.address, "trunk"))
    before = len(line.bob.sent())
    line.do(line.bob, line.bob.agent.receive(serialise(request), Flow("udp", line.alice.address, "trunk"), line.now))
    answer = line.bob.sent()[before]
    assert isinstance(answer, Response) and answer.cseq.method == "PRACK"
    return answer.status


def test_a_reliable_response_is_repeated_until_its_prack() -> None:
    line, _ = ringing()
    line.run(4)
    assert line.bob.lines() == ["100", "180", "180", "180", "180"]
    response = line.bob.sent()[-1]
    assert response.headers.get("RSeq") == "1" and "100rel" in response.options("Require")
    assert prack(line, "1 1 INVITE") == 200
    line.run(40)
    assert line.bob.lines().count("180") == 4


def test_a_prack_for_something_else_is_refused() -> None:
    line, _ = ringing()
    line.run(0.1)
    assert [prack(line, rack) for rack in ("2 1 INVITE", "1 2 INVITE", "1 1 BYE", "nonsense")] == [481, 481, 481, 400]


def test_an_answer_waits_for_the_prack_and_an_early_answer_is_not_said_twice() -> None:
    line, bobs = ringing()
    line.run(0.1)
    assert prack(line, "1 1 INVITE") == 200
    line.do(line.bob, line.bob.agent.progress(bobs, ANSWER, line.now))
    line.do(line.bob, line.bob.agent.accept(bobs, ANSWER, line.now))
    assert line.bob.lines()[-1] == "183"
    line.run(0.1)
    assert prack(line, "2 1 INVITE") == 200
    assert line.bob.lines()[-1] == "200" and line.bob.sent()[-1].body == b""
    line.run(0.1)
    assert line.alice.last(Answered).sdp == ANSWER, "the early one counts"
    assert line.bob.heard(AckReceived)


def test_an_answer_need_not_wait_for_the_prack_of_a_response_without_one() -> None:
    line, bobs = ringing()
    line.do(line.bob, line.bob.agent.accept(bobs, ANSWER, line.now))
    line.run(40)
    assert line.bob.lines() == ["100", "180", "200"]
    assert line.alice.last(Answered).sdp == ANSWER and line.bob.agent.knows(bobs)


def test_the_second_provisional_response_waits_for_the_first() -> None:
    line, bobs = ringing()
    line.do(line.bob, line.bob.agent.progress(bobs, ANSWER, line.now))
    line.run(0.1)
    assert line.bob.lines() == ["100", "180"]
    assert prack(line, "1 1 INVITE") == 200
    assert line.bob.lines()[-2:] == ["200", "183"]


def test_without_a_prack_the_call_is_refused() -> None:
    line, bobs = ringing()
    line.run(40)
    assert line.bob.last(Lost) == Lost(bobs, 504)
    assert line.alice.last(Rejected).status == 504
    assert not line.bob.disk

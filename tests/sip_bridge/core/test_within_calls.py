# SPDX-License-Identifier: Apache-2.0
"""Requests within a call: INFO, OPTIONS, UPDATE, REFER, what nobody understands, and session timers."""

from headcall.sip_bridge.core.effects import (
    Answered,
    ByeReceived,
    InfoReceived,
    InviteReceived,
    Lost,
    ReferReceived,
    ReinviteReceived,
    Send,
)
from headcall.sip_bridge.flow import Flow
from headcall.sip_bridge.message import Request, Response, serialise
from headcall.sip_bridge.parser import parse
from tests.sip_bridge.core.line import ANSWER, OFFER, Line


def ask(
    line: Line, method: str, *headers: tuple[str, str], body: bytes = b"", cseq: int | None = None
) -> list[Response]:
    """A request that alice's core would not send by itself, inside the dialog; what bob answers."""
    ground = line.alice.agent._ground
    call = ground.calls["a1"]
    assert call.dialog is not None
    call.dialog, request = call.dialog.next_request(method, headers, body)
    if cseq is not None:
        request = request.with_headers(request.headers.replaced("CSeq", f"{cseq} {method}"))
    flow = Flow("udp", line.bob.address, "trunk")
    request = ground.with_via(request, flow).with_headers(
        ground.with_via(request, flow).headers.added(ground.contact_field(flow))
    )
    before = len(line.bob.sent())
    line.do(line.bob, line.bob.agent.receive(serialise(request), Flow("udp", line.alice.address, "trunk"), line.now))
    return [message for message in line.bob.sent()[before:] if isinstance(message, Response)]


def test_info_is_confirmed_and_told() -> None:
    line = Line()
    line.talk()
    line.do(
        line.alice, line.alice.agent.info("a1", "application/dtmf-relay", b"Signal=5\r\nDuration=160\r\n", line.now)
    )
    line.run(1)
    assert line.bob.last(InfoReceived).request.body.startswith(b"Signal=5")
    assert line.bob.lines()[-1] == "200"


def test_an_info_package_that_we_never_announced_is_refused() -> None:
    line = Line()
    line.talk()
    assert [r.status for r in ask(line, "INFO", ("Info-Package", "foo"))] == [469]


def test_options_tells_what_we_can() -> None:
    line = Line()
    line.talk()
    (response,) = ask(line, "OPTIONS")
    assert response.status == 200 and "invite" in response.options("Allow")


def test_what_nobody_understands_gets_the_right_number() -> None:
    line = Line()
    line.talk()
    assert [r.status for r in ask(line, "SUBSCRIBE")] == [405]
    assert [r.status for r in ask(line, "PRACK", ("RAck", "1 1 INVITE"))] == [481]
    assert [r.status for r in ask(line, "FLY")] == [501]
    assert [r.status for r in ask(line, "NOTIFY", ("Event", "foo"))] == [481]
    assert [r.status for r in ask(line, "INFO", ("Require", "teleport"))] == [420]


def test_requests_out_of_order_are_refused() -> None:
    line = Line()
    line.talk()
    assert [r.status for r in ask(line, "INFO", cseq=50)] == [200]
    assert [r.status for r in ask(line, "INFO", cseq=49)] == [500]


def test_a_request_for_a_dialog_that_is_not_here_is_answered_481() -> None:
    line = Line()
    line.talk()
    line.bob.agent._ground.by_dialog.clear()
    assert [r.status for r in ask(line, "INFO")] == [481]
    line.do(line.alice, line.alice.agent.info("a1", "application/dtmf", b"5", line.now))
    line.run(1)
    assert line.alice.last(Lost).status == 481
    assert not line.alice.disk


def test_an_update_with_an_offer_is_answered_like_a_reinvite_but_without_ack() -> None:
    line = Line()
    _, bobs = line.talk()
    line.bob.on_event = lambda event, now: (
        line.bob.agent.answer_reinvite(bobs, ANSWER, now) if isinstance(event, ReinviteReceived) else []
    )
    (response,) = ask(line, "UPDATE", ("Content-Type", "application/sdp"), body=OFFER + b"a=sendonly\r\n")
    assert (response.status, response.sdp) == (200, ANSWER)
    line.run(40)
    assert line.bob.heard(Lost) == []


def test_an_update_without_an_offer_keeps_the_session_going() -> None:
    line = Line()
    line.talk()
    (response,) = ask(line, "UPDATE", ("Session-Expires", "120"), ("Supported", "timer"))
    assert (response.status, response.headers.get("Session-Expires")) == (200, "120;refresher=uac")
    line.run(87)
    assert line.bob.heard(Lost) == []
    line.run(2)
    assert line.bob.heard(Lost)
    assert line.alice.heard(ByeReceived)


def test_a_session_that_is_too_short_is_refused() -> None:
    line = Line()
    line.talk()
    (response,) = ask(line, "UPDATE", ("Session-Expires", "30"), ("Supported", "timer"))
    assert (response.status, response.headers.get("Min-SE")) == (422, "90")


def test_we_refresh_a_session_when_the_caller_wants_us_to() -> None:
    line = Line()
    line.talk()
    ask(line, "UPDATE", ("Session-Expires", "100;refresher=uas"), ("Supported", "timer"))
    line.run(500)
    assert line.bob.lines().count("INVITE") >= 8
    assert line.alice.heard(ReinviteReceived) == [] and line.alice.agent.knows("a1")


def test_a_transfer_is_accepted_and_reported() -> None:
    line = Line()
    _, bobs = line.talk()
    assert ask(line, "REFER", ("Refer-To", "<sip:2001@192.0.2.9>")) == []
    assert line.bob.last(ReferReceived).refer_to.uri.number == "2001"
    line.do(line.bob, line.bob.agent.accept_refer(bobs, line.now))
    line.do(line.bob, line.bob.agent.notify_refer(bobs, 180, line.now))
    line.do(line.bob, line.bob.agent.notify_refer(bobs, 200, line.now))
    line.run(1)
    sent = [message for message in line.bob.sent()[2:] if isinstance(message, Request)]
    assert [(m.method, m.body) for m in sent] == [
        ("NOTIFY", b"SIP/2.0 100 Trying\r\n"),
        ("NOTIFY", b"SIP/2.0 180 Ringing\r\n"),
        ("NOTIFY", b"SIP/2.0 200 OK\r\n"),
    ]
    assert [m.headers.get("Subscription-State") for m in sent][-1] == "terminated;reason=noresource"
    assert line.bob.agent.knows(bobs), "a 481 to a NOTIFY ends the subscription, not the call"


def test_a_silent_refer_gets_no_notify() -> None:
    line = Line()
    _, bobs = line.talk()
    ask(line, "REFER", ("Refer-To", "<sip:2001@192.0.2.9>"), ("Refer-Sub", "false"), ("Supported", "norefersub"))
    line.do(line.bob, line.bob.agent.accept_refer(bobs, line.now))
    line.do(line.bob, line.bob.agent.notify_refer(bobs, 200, line.now))
    assert line.bob.lines()[-1] == "202"


def test_a_refer_without_one_target_is_refused() -> None:
    line = Line()
    _, bobs = line.talk()
    assert [r.status for r in ask(line, "REFER")] == [400]
    assert [r.status for r in ask(line, "REFER", ("Refer-To", "<sip:a@b>, <sip:c@d>"))] == [400]
    ask(line, "REFER", ("Refer-To", "<sip:2001@192.0.2.9>"))
    assert [r.status for r in ask(line, "REFER", ("Refer-To", "<sip:2002@192.0.2.9>"))] == [491]
    line.do(line.bob, line.bob.agent.refuse_refer(bobs, 603, line.now))
    assert line.bob.lines()[-1] == "603"


def test_a_transfer_that_is_never_reported_ends_by_itself() -> None:
    line = Line()
    _, bobs = line.talk()
    ask(line, "REFER", ("Refer-To", "<sip:2001@192.0.2.9>"))
    line.do(line.bob, line.bob.agent.accept_refer(bobs, line.now))
    line.run(200)
    assert line.bob.sent()[-1].body == b"SIP/2.0 408 Request Timeout\r\n"


def test_a_second_offer_before_the_first_is_answered_has_to_wait() -> None:
    line = Line()
    line.talk()
    offer = (("Content-Type", "application/sdp"),)
    assert [r.status for r in ask(line, "INVITE", *offer, body=OFFER + b"a=x\r\n")] == [100]
    (response,) = ask(line, "INVITE", *offer, body=OFFER + b"a=y\r\n")
    assert response.status == 500 and "Retry-After" in response.headers


def test_a_reinvite_can_be_cancelled_and_the_talk_goes_on() -> None:
    line = Line()
    _, bobs = line.talk()
    ask(line, "INVITE", ("Content-Type", "application/sdp"), body=OFFER + b"a=x\r\n")
    invite = line.bob.last(ReinviteReceived).request
    kept = [item for item in invite.headers if item[0] in ("From", "To", "Call-ID", "Max-Forwards")]
    cancel = Request(
        "CANCEL",
        invite.uri,
        invite.headers.__class__([("Via", str(invite.via)), *kept, ("CSeq", f"{invite.cseq.number} CANCEL")]),
    )
    line.do(line.bob, line.bob.agent.receive(serialise(cancel), Flow("udp", line.alice.address, "trunk"), line.now))
    assert line.bob.lines()[-2:] == ["200", "487"]
    assert line.bob.agent.knows(bobs)


def test_forks_that_answer_late_are_acknowledged_and_ended() -> None:
    line = Line()
    line.invite()
    line.run(0.05)
    bobs = line.bob.last(InviteReceived).call
    line.do(line.bob, line.bob.agent.accept(bobs, ANSWER, line.now))
    line.run(0.1)
    (ok,) = [m for m in line.bob.sent() if isinstance(m, Response) and m.status == 200]
    other = ok.with_headers(ok.headers.replaced("To", "<sip:bob@192.0.2.2>;tag=otherfork"))
    line.do(line.alice, line.alice.agent.receive(serialise(other), Flow("udp", line.bob.address, "trunk"), line.now))
    assert line.alice.lines() == ["INVITE", "ACK", "ACK", "BYE"]
    assert line.alice.sent()[-1].to.tag == "otherfork"
    assert len(line.alice.heard(Answered)) == 1 and line.alice.agent.knows("a1")


def test_a_request_that_came_by_two_ways_is_a_merged_request() -> None:
    line = Line()
    line.invite()
    invite = next(effect for effect in line.alice.done if isinstance(effect, Send))
    line.run(0.05)
    again = parse(invite.data)
    assert isinstance(again, Request)
    again = again.with_headers(again.headers.replaced("Via", "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKother"))
    line.do(line.bob, line.bob.agent.receive(serialise(again), Flow("udp", line.alice.address, "trunk"), line.now))
    assert line.bob.lines() == ["100", "482"]


def test_a_call_that_has_come_too_far_is_not_taken() -> None:
    line = Line()
    line.invite()
    invite = parse(next(effect for effect in line.alice.done if isinstance(effect, Send)).data)
    assert isinstance(invite, Request)
    invite = invite.with_headers(invite.headers.replaced("Max-Forwards", "0"))
    line.do(line.bob, line.bob.agent.receive(serialise(invite), Flow("udp", line.alice.address, "trunk"), line.now))
    assert line.bob.lines() == ["483"]

# SPDX-License-Identifier: Apache-2.0
"""Digest: the examples of RFC 7616, both sides against each other, and everything that has to be refused."""

import pytest

from headcall.sip_bridge.core.agent import Inquiry
from headcall.sip_bridge.core.effects import Answered, InviteReceived, RequestReceived, ResponseReceived
from headcall.sip_bridge.digest import (
    NC_WINDOW,
    Algorithm,
    Claim,
    Credentials,
    DigestServer,
    Secret,
    Verdict,
    _Counts,
    _response,
    answer_challenge,
    ha1,
    read_claim,
)
from headcall.sip_bridge.flow import Flow
from headcall.sip_bridge.headers import Headers
from headcall.sip_bridge.message import Request, Response, respond
from headcall.sip_bridge.uri import NameAddr, Uri
from tests.sip_bridge.core.line import ANSWER, Line

REALM = "headcall.test"
MEI = Credentials("83012341001", "secret")


def request(method: str = "REGISTER", **more: str) -> Request:
    fields = [
        ("Via", "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKx"),
        ("From", "<sip:83012341001@headcall.test>;tag=a"),
        ("To", "<sip:83012341001@headcall.test>"),
        ("Call-ID", "c"),
        ("CSeq", f"1 {method}"),
        *((name.replace("_", "-"), value) for name, value in more.items()),
    ]
    return Request(method, Uri.parse("sip:headcall.test"), Headers(fields))


def challenged(challenge: str, status: int = 401) -> Response:
    name = "WWW-Authenticate" if status == 401 else "Proxy-Authenticate"
    return respond(request(), status, headers=[(name, challenge)])


def login(server: DigestServer, now: float, algorithm: Algorithm = "MD5", password: str = "secret") -> Request:
    answer = answer_challenge(
        request(),
        challenged(server.challenge(now, "salt", algorithm=algorithm)),
        lambda realm: Credentials(MEI.username, password),
        cnonce="0a4f113b",
    )
    assert answer is not None
    return request(**{answer[0]: answer[1]})


def check(server: DigestServer, asked: Request, now: float, algorithm: Algorithm = "MD5") -> Verdict:
    claim = server.claim(asked)
    assert claim is not None
    secret = Secret(ha1(MEI.username, REALM, MEI.password, algorithm), algorithm)
    return server.verify(claim, asked, secret, source="192.0.2.1", now=now)


@pytest.mark.parametrize(
    ("algorithm", "expected"),
    [
        ("MD5", "8ca523f5e9506fed4657c9700eebdbec"),
        ("SHA-256", "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"),
    ],
)
def test_the_example_of_rfc_7616_3_9_1(algorithm: Algorithm, expected: str) -> None:
    claim = Claim(
        username="Mufasa",
        realm="http-auth@example.org",
        nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
        uri="/dir/index.html",
        response="",
        algorithm=algorithm,
        qop="auth",
        cnonce="f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
        nc="00000001",
    )
    secret = Secret(ha1("Mufasa", claim.realm, "Circle of Life", algorithm), algorithm)
    assert _response(secret, claim, "GET") == expected


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_who_knows_the_password_gets_in(algorithm: Algorithm) -> None:
    server = DigestServer(REALM, b"key")
    assert check(server, login(server, 1000.0, algorithm), 1001.0, algorithm) is Verdict.GOOD


def test_a_wrong_password_is_reported_for_the_lock_out() -> None:
    wrong: list[tuple[str, str]] = []
    server = DigestServer(REALM, b"key", on_wrong=lambda user, source: wrong.append((user, source)))
    assert check(server, login(server, 1000.0, password="guess"), 1001.0) is Verdict.WRONG
    assert wrong == [(MEI.username, "192.0.2.1")]


def test_an_answer_cannot_be_used_twice() -> None:
    server = DigestServer(REALM, b"key")
    asked = login(server, 1000.0)
    assert check(server, asked, 1001.0) is Verdict.GOOD
    assert check(server, asked, 1001.0) is Verdict.STALE


def test_a_nonce_grows_old_and_one_of_another_server_is_none_of_ours() -> None:
    server = DigestServer(REALM, b"key", max_age=300)
    assert check(server, login(server, 1000.0), 1301.0) is Verdict.STALE
    assert check(server, login(DigestServer(REALM, b"other"), 1000.0), 1001.0) is Verdict.STALE
    assert check(DigestServer(REALM, b"key"), login(server, 1000.0), 1001.0) is Verdict.GOOD, "a restarted server"


def test_an_answer_for_something_else_does_not_count() -> None:
    server = DigestServer(REALM, b"key")
    asked = login(server, 1000.0)
    other = Request("REGISTER", Uri.parse("sip:elsewhere.test"), asked.headers)
    assert check(server, other, 1001.0) is Verdict.WRONG
    assert check(server, Request("INVITE", asked.uri, asked.headers), 1001.0) is Verdict.WRONG


def test_the_algorithm_is_the_one_that_was_asked_for() -> None:
    server = DigestServer(REALM, b"key")
    assert check(server, login(server, 1000.0, "MD5"), 1001.0, "SHA-256") is Verdict.WRONG


def test_nonce_counts_may_overtake_each_other_but_not_repeat() -> None:
    seen = _Counts()
    assert [seen.use(n) for n in (1, 3, 2, 2, 3, 0, 1)] == [True, True, True, False, False, False, False]
    assert seen.use(1000) and not seen.use(1000 - NC_WINDOW) and seen.use(1001 - NC_WINDOW)


@pytest.mark.parametrize(
    "value",
    [
        "Basic bWVpOnNlY3JldA==",
        "Digest",
        'Digest username="mei", realm="x"',
        'Digest username="a", realm="r", nonce="n", uri="u", response="r", qop=auth',
        'Digest username="a", realm="r", nonce="n", uri="u", response="r", qop=auth, cnonce="c", nc=zz',
        'Digest username="a", username="b", realm="r", nonce="n", uri="u", response="r"',
        "NoOneKnowsThisScheme opaque-data=here",
        "Digest ,,,,",
        'Digest username="' + "\\" * 5000,
    ],
)
def test_what_is_no_digest_is_no_claim(value: str) -> None:
    assert read_claim(value) is None


def test_the_stronger_algorithm_is_answered_when_there_is_a_choice() -> None:
    response = respond(
        request(),
        401,
        headers=[
            ("WWW-Authenticate", 'Digest realm="r", nonce="1", algorithm=MD5, qop="auth"'),
            ("WWW-Authenticate", 'Digest realm="r", nonce="2", algorithm=SHA-256, qop="auth,auth-int"'),
            ("WWW-Authenticate", 'Digest realm="r", nonce="3", algorithm=SHA-512-256, qop="auth"'),
        ],
    )
    answer = answer_challenge(request(), response, lambda realm: MEI, cnonce="c")
    assert answer is not None and 'nonce="2"' in answer[1] and "qop=auth" in answer[1]


def test_a_challenge_is_not_answered_again_unless_the_nonce_was_stale() -> None:
    def answer(challenge: str) -> object:
        return answer_challenge(request(), challenged(challenge), lambda realm: MEI, cnonce="c", is_again=True)

    assert answer('Digest realm="r", nonce="1"') is None
    assert answer('Digest realm="r", nonce="2", stale=TRUE') is not None
    assert answer_challenge(request(), challenged('Digest realm="r", nonce="1"'), lambda r: None, cnonce="c") is None


def test_an_old_server_without_qop_is_answered_the_old_way() -> None:
    answer = answer_challenge(request(), challenged('Digest realm="r", nonce="1"', 407), lambda r: MEI, cnonce="c")
    assert answer is not None and answer[0] == "Proxy-Authorization" and "cnonce" not in answer[1]


def test_a_challenged_call_goes_through_by_itself() -> None:
    line = Line()
    server = DigestServer(REALM, b"key")
    line.alice.passwords[REALM] = MEI
    secret = Secret(ha1(MEI.username, REALM, MEI.password))
    line.invite()
    line.run(0.05)
    challenge = ("WWW-Authenticate", server.challenge(line.now, "salt"))
    line.do(line.bob, line.bob.agent.refuse(line.bob.last(InviteReceived).call, 401, line.now, headers=[challenge]))
    line.run(0.05)
    offered = line.bob.last(InviteReceived)
    claim = server.claim(offered.request)
    assert claim is not None and server.verify(claim, offered.request, secret, source="", now=1.0) is Verdict.GOOD
    line.do(line.bob, line.bob.agent.accept(offered.call, ANSWER, line.now))
    line.run(0.1)
    assert line.alice.heard(Answered)
    assert line.alice.lines() == ["INVITE", "ACK", "INVITE", "ACK"]
    assert "Authorization" in line.alice.sent()[-1].headers, "RFC 3261 22.1"
    line.do(line.alice, line.alice.agent.bye("a1", line.now))
    line.run(1)
    assert line.alice.sent()[-1].cseq.number == 3


def test_a_registration_is_challenged_and_goes_through() -> None:
    line = Line()
    line.alice.passwords[REALM] = MEI
    server = DigestServer(REALM, b"key")
    line.do(
        line.alice,
        line.alice.agent.request(
            "trunk",
            Inquiry(
                method="REGISTER",
                uri=Uri.parse(f"sip:{REALM}"),
                from_=NameAddr.parse(f"<sip:{MEI.username}@{REALM}>"),
                to=NameAddr.parse(f"<sip:{MEI.username}@{REALM}>"),
                flow=Flow("udp", line.bob.address, "trunk"),
                call_id="registration-1",
                cseq=7,
            ),
            line.now,
        ),
    )
    line.run(0.1)
    asked = line.bob.last(RequestReceived)
    refusal = respond(asked.request, 401, headers=[("WWW-Authenticate", server.challenge(line.now, "salt"))])
    line.do(line.bob, line.bob.agent.respond(asked.key, refusal, line.now))
    line.run(0.1)
    asked = line.bob.last(RequestReceived)
    assert (asked.request.call_id, asked.request.cseq.number) == ("registration-1", 8)
    assert check(server, asked.request, line.now) is Verdict.GOOD
    line.do(line.bob, line.bob.agent.respond(asked.key, respond(asked.request, 200), line.now))
    line.run(0.1)
    assert [event.response.status for event in line.alice.heard(ResponseReceived)] == [200]
    assert line.bob.sent()[-1].to.tag

# SPDX-License-Identifier: Apache-2.0
"""Statuses and causes, keys in INFO, our own addresses."""

import pytest

from headcall.sip_bridge.flow import Address, Flow
from headcall.sip_bridge.headers import Headers
from headcall.sip_bridge.legs.statuses import better, cause_of_end, cause_of_refusal, refusal
from headcall.sip_bridge.legs.within import read_key
from headcall.sip_bridge.message import Request, Response
from headcall.sip_bridge.shell.here import Here
from headcall.sip_bridge.uri import Uri


@pytest.mark.parametrize(
    ("content_type", "body", "found"),
    [
        ("application/dtmf-relay", b"Signal=5\r\nDuration=200\r\n", ("5", 200)),
        ("application/dtmf-relay", b"signal= *\nDuration=80", ("*", 80)),
        ("application/dtmf-relay", b"Signal=11\r\n", ("#", 160)),
        ("application/dtmf-relay", b"Signal=flash\r\n", None),
        ("application/dtmf-relay", b"Signal=1" + b" " * 300, None),
        ("application/dtmf", b"7\r\n", ("7", 160)),
        ("application/dtmf", b"10", ("*", 160)),
        ("application/dtmf", b"", None),
        ("application/dtmf", b"\xff\xfe", None),
        ("text/plain", b"5", None),
    ],
)
def test_keys_as_telephones_write_them(content_type: str, body: bytes, found: tuple[str, int] | None) -> None:
    assert read_key(content_type, body) == found


def test_a_refusal_carries_q850_and_a_hint_when_to_come_back() -> None:
    assert refusal("busy") == (486, (("Reason", "Q.850;cause=17"),))
    status, fields = refusal("overload")
    assert status == 503
    assert ("Retry-After", "10") in fields
    assert refusal("normal")[0] == 480  # hanging up before answering is no success
    assert refusal("not-signed-in")[0] == 403  # 401 would promise a challenge
    assert refusal("nobody knows this one")[0] == 500


@pytest.mark.parametrize(
    ("one", "other", "kept"),
    [
        (0, 486, 486),
        (480, 486, 486),
        (486, 480, 486),
        (408, 480, 480),
        (603, 486, 603),
        (404, 486, 486),
        (500, 480, 480),
    ],
)
def test_of_two_refusals_the_one_that_tells_more_is_kept(one: int, other: int, kept: int) -> None:
    assert better(one, other) == kept


def bye(*reasons: str) -> Request:
    return Request("BYE", Uri.parse("sip:a@b"), Headers(("Reason", reason) for reason in reasons))


def test_why_the_far_end_hung_up() -> None:
    assert cause_of_end(bye()) == "normal"
    assert cause_of_end(bye('SIP;cause=200;text="x"')) == "normal"
    assert cause_of_end(bye("Q.850;cause=16")) == "normal"
    assert cause_of_end(bye("SIP;cause=503", 'q.850 ;text="no"; cause=34')) == "no-circuit"
    assert cause_of_end(bye("Q.850;cause=999")) != ""


def test_why_a_call_of_ours_failed() -> None:
    assert cause_of_refusal(408, None, has_rung=True) == "no-answer"
    assert cause_of_refusal(408, None, has_rung=False) == "timeout"
    assert cause_of_refusal(302, None, has_rung=False) == "unavailable"
    refused = Response(480, "x", Headers([("Reason", "Q.850;cause=17")]))
    assert cause_of_refusal(480, refused, has_rung=False) == "busy"
    assert cause_of_refusal(486, None, has_rung=False) == "busy"


def address_told(kernel: str, configured: tuple[str, ...], remote: str) -> Address:
    here = Here(
        {("trunk", "udp"): 8403, ("phone", "tcp"): 8404},
        lambda to: kernel,
        addresses=configured,
        name_call=lambda: "leg",
        credentials=lambda name, realm: None,
    )
    return here.address_of(Flow("udp", (remote, 5060), "trunk"))


def test_under_which_address_a_peer_reaches_us() -> None:
    assert address_told("10.0.0.5", (), "203.0.113.1") == ("10.0.0.5", 8403)
    assert address_told("10.0.0.5", ("203.0.113.9",), "8.8.8.8") == ("203.0.113.9", 8403)
    assert address_told("10.0.0.5", ("203.0.113.9",), "10.0.0.77") == ("10.0.0.5", 8403)  # our own network
    assert address_told("10.0.0.5", ("10.0.0.5", "203.0.113.9"), "8.8.8.8") == ("10.0.0.5", 8403)
    assert address_told("127.0.0.1", ("203.0.113.9",), "127.0.0.1") == ("127.0.0.1", 8403)

# SPDX-License-Identifier: Apache-2.0
"""The bindings of a registrar (RFC 3261 10.3), without sockets."""

import pytest

from headcall.sip_bridge.flow import Flow
from headcall.sip_bridge.message import Request
from headcall.sip_bridge.parser import parse
from headcall.sip_bridge.registrar.bindings import MOST_CONTACTS, Binding, Bindings, RegisterRefused, contact_fields

FLOW = Flow("udp", ("198.51.100.7", 40000), "phone")
NOW = 1_790_000_000_000


def register(*contacts: str, cseq: int = 1, call_id: str = "a", expires: str = "") -> Request:
    head = [
        "REGISTER sip:headcall.test SIP/2.0",
        "Via: SIP/2.0/UDP 10.0.0.5:5060;branch=z9hG4bKa;rport",
        "From: <sip:1001@headcall.test>;tag=a",
        "To: <sip:1001@headcall.test>",
        f"Call-ID: {call_id}",
        f"CSeq: {cseq} REGISTER",
        "Max-Forwards: 70",
        *(f"Contact: {contact}" for contact in contacts),
        *([f"Expires: {expires}"] if expires else []),
        "Content-Length: 0",
    ]
    request = parse("\r\n".join([*head, "", ""]).encode())
    assert isinstance(request, Request)
    return request


def test_requests_go_to_where_the_register_came_from() -> None:
    bindings = Bindings()
    bindings.apply("1001", register("<sip:1001@10.0.0.5:5060>"), FLOW, NOW)
    (binding,) = bindings.of("1001", NOW)
    assert str(binding.uri) == "sip:1001@10.0.0.5:5060"
    assert binding.flow == FLOW
    assert bindings.knows_source("198.51.100.7")


def test_a_refresh_replaces_and_the_shown_lifetime_shrinks() -> None:
    bindings = Bindings()
    bindings.apply("1001", register("<sip:1001@10.0.0.5>;expires=100"), FLOW, NOW)
    bindings.apply("1001", register("<sip:1001@10.0.0.5>;expires=300", cseq=2), FLOW, NOW + 50_000)
    fields = contact_fields(bindings.of("1001", NOW + 60_000), NOW + 60_000)
    assert fields == [("Contact", "<sip:1001@10.0.0.5>;expires=290")]


def test_an_older_request_of_the_same_telephone_changes_nothing() -> None:
    bindings = Bindings()
    bindings.apply("1001", register("<sip:1001@10.0.0.5>", cseq=5), FLOW, NOW)
    with pytest.raises(RegisterRefused) as refused:
        bindings.apply("1001", register("<sip:1001@10.0.0.5>;expires=0", cseq=4), FLOW, NOW)
    assert refused.value.status == 500
    bindings.apply("1001", register("<sip:1001@10.0.0.5>;expires=0", cseq=1, call_id="after-its-restart"), FLOW, NOW)
    assert bindings.of("1001", NOW) == []


def test_contacts_end_by_themselves() -> None:
    gone: list[tuple[str, bool]] = []
    bindings = Bindings(lambda binding, is_kept: gone.append((binding.contact, is_kept)))
    bindings.apply("1001", register("<sip:a@10.0.0.5>;expires=60"), FLOW, NOW)
    assert bindings.expire(NOW + 59_999) == set()
    assert bindings.expire(NOW + 60_000) == {"1001"}
    assert gone == [("sip:a@10.0.0.5", True), ("sip:a@10.0.0.5", False)]
    assert not bindings.knows_source("198.51.100.7")


def test_all_or_nothing() -> None:
    bindings = Bindings()
    bindings.apply("1001", register("<sip:a@10.0.0.5>", cseq=5), FLOW, NOW)
    with pytest.raises(RegisterRefused):
        bindings.apply("1001", register("<sip:b@10.0.0.5>", "<sip:a@10.0.0.5>", cseq=5), FLOW, NOW)
    assert [binding.contact for binding in bindings.of("1001", NOW)] == ["sip:a@10.0.0.5"]


@pytest.mark.parametrize("contact", ["<tel:123>", "<sips:a@b>", f"<sip:{'a' * 600}@b>", "<http://a>"])
def test_contacts_we_could_not_call_are_refused(contact: str) -> None:
    with pytest.raises(RegisterRefused) as refused:
        Bindings().apply("1001", register(contact), FLOW, NOW)
    assert refused.value.status == 400


def test_the_preferred_contact_comes_first() -> None:
    bindings = Bindings()
    bindings.apply(
        "1001", register("<sip:a@10.0.0.5>;q=0.2", "<sip:b@10.0.0.5>;q=0.9", "<sip:c@10.0.0.5>;q=x"), FLOW, NOW
    )
    assert [binding.uri.user for binding in bindings.of("1001", NOW)] == ["c", "b", "a"]


def test_nobody_takes_more_contacts_than_allowed_in_pieces() -> None:
    bindings = Bindings()
    for number in range(MOST_CONTACTS):
        bindings.apply("1001", register(f"<sip:a@10.0.0.{number}>", call_id=str(number)), FLOW, NOW)
    with pytest.raises(RegisterRefused) as refused:
        bindings.apply("1001", register("<sip:a@10.0.1.1>"), FLOW, NOW)
    assert refused.value.status == 403


def test_strange_lifetimes() -> None:
    bindings = Bindings()
    bindings.apply("1001", register("<sip:a@10.0.0.5>;expires=nonsense", expires="120"), FLOW, NOW)
    bindings.apply("1001", register("<sip:b@10.0.0.5>;expires=99999999999999", cseq=2), FLOW, NOW)
    lifetimes = [(each.expires_at_ms - NOW) // 1000 for each in bindings.of("1001", NOW)]
    assert lifetimes == [120, 7200]


def test_bindings_of_a_store_count_as_known_sources() -> None:
    bindings = Bindings()
    bindings.restore(
        [Binding("1001", "sip:a@10.0.0.5", "udp", ("198.51.100.7", 40000), "phone", 0, NOW + 1000, "a", 1)]
    )
    assert bindings.knows_source("198.51.100.7")
    assert bindings.expire(NOW + 2000) == {"1001"}

# SPDX-License-Identifier: Apache-2.0
"""Dialogs (RFC 3261 section 12), and the way their requests go."""

import json

import pytest

from headcall.sip_bridge.core.routing import way_of
from headcall.sip_bridge.dialog import CSEQ_GAP, Dialog, dump, load, uac_dialog, uas_dialog
from headcall.sip_bridge.errors import Malformed
from headcall.sip_bridge.flow import Flow, Transport
from headcall.sip_bridge.headers import Headers
from headcall.sip_bridge.message import Request, respond
from headcall.sip_bridge.uri import Uri

FLOW = Flow("udp", ("192.0.2.1", 5060), "trunk")


def invite(*headers: tuple[str, str], contact: str = "<sip:a@192.0.2.1:5062>", via: str = "192.0.2.1") -> Request:
    fields = [
        ("Via", f"SIP/2.0/UDP {via};branch=z9hG4bK1"),
        ("From", "<sip:a@x>;tag=a"),
        ("To", "<sip:b@y>"),
        ("Call-ID", "c"),
        ("CSeq", "5 INVITE"),
        *([("Contact", contact)] if contact else []),
        *headers,
    ]
    return Request("INVITE", Uri.parse("sip:b@192.0.2.2"), Headers(fields))


ROUTES = (("Record-Route", "<sip:p1.test;lr>, <sip:p2.test;lr>"), ("Record-Route", "<sip:p3.test;lr>"))


def test_the_callee_keeps_the_route_in_order_and_the_caller_turns_it_round() -> None:
    asked = invite(*ROUTES)
    callee = uas_dialog(asked, "b", FLOW)
    assert [uri.address for uri in callee.route_set] == ["p1.test", "p2.test", "p3.test"]
    assert (callee.id, callee.remote_cseq, str(callee.target)) == (("c", "b", "a"), 5, "sip:a@192.0.2.1:5062")
    caller = uac_dialog(
        asked, respond(asked, 200, to_tag="b", headers=[*ROUTES, ("Contact", "<sip:b@192.0.2.9>")]), FLOW
    )
    assert [uri.address for uri in caller.route_set] == ["p3.test", "p2.test", "p1.test"]
    assert (caller.id, caller.local_cseq) == (("c", "a", "b"), 5)


def test_a_request_goes_along_a_loose_route() -> None:
    dialog, request = uas_dialog(invite(*ROUTES), "b", FLOW).next_request("BYE")
    assert str(request.uri) == "sip:a@192.0.2.1:5062"
    assert [str(route.uri) for route in request.route] == ["sip:p1.test;lr", "sip:p2.test;lr", "sip:p3.test;lr"]
    assert (request.from_.tag, request.to.tag, request.cseq.number, dialog.local_cseq) == ("b", "a", 1, 1)


def test_a_strict_router_gets_the_request_for_itself() -> None:
    strict = invite(("Record-Route", "<sip:p1.test;method=INVITE>, <sip:p2.test;lr>"))
    _, request = uas_dialog(strict, "b", FLOW).next_request("BYE")
    assert str(request.uri) == "sip:p1.test"
    assert [str(route.uri) for route in request.route] == ["sip:p2.test;lr", "sip:a@192.0.2.1:5062"]


def test_a_dialog_needs_one_contact() -> None:
    for contact in ("", "<sip:a@b>, <sip:c@d>", "<tel:123>", "*"):
        with pytest.raises(Malformed):
            uas_dialog(invite(contact=contact), "b", FLOW)


def test_the_target_moves_and_the_order_is_kept() -> None:
    dialog = uas_dialog(invite(), "b", FLOW)
    moved = dialog.refreshed(invite(contact="<sip:a@192.0.2.77>"))
    assert str(moved.target) == "sip:a@192.0.2.77"
    assert dialog.refreshed(invite(contact="")) == dialog
    assert dialog.heard(invite().with_headers(invite().headers.replaced("CSeq", "4 INVITE")), FLOW) is None
    later = dialog.heard(invite().with_headers(invite().headers.replaced("CSeq", "6 INVITE")), FLOW)
    assert later is not None and later.remote_cseq == 6


def test_a_dialog_comes_back_from_json_and_counts_on_from_higher() -> None:
    dialog = uas_dialog(invite(*ROUTES), "b", Flow("tcp", ("2001:db8::1", 5060), "phone", 9))
    again = load(json.loads(json.dumps(dump(dialog))))
    assert (again.id, again.route_set, again.target, again.flow) == (
        dialog.id,
        dialog.route_set,
        dialog.target,
        Flow("tcp", ("2001:db8::1", 5060), "phone"),
    )
    assert again.local_cseq == dialog.local_cseq + CSEQ_GAP


@pytest.mark.parametrize(
    ("contact", "via", "flow", "expected"),
    [
        ("sip:a@192.0.2.1:5062", "192.0.2.1", FLOW, ("udp", "192.0.2.1", 5062)),
        ("sip:a@192.0.2.50", "192.0.2.1", FLOW, ("udp", "192.0.2.50", 5060)),
        ("sip:a@phone.test", "192.0.2.1", FLOW, ("udp", "192.0.2.1", 5060)),
        # behind a NAT: the Contact is of another world
        ("sip:a@10.0.0.5:5062", "10.0.0.5", FLOW, ("udp", "192.0.2.1", 5060)),
        ("sip:a@10.0.0.5:5062", "phone.test", Flow("udp", ("8.8.8.8", 99), "phone"), ("udp", "8.8.8.8", 99)),
        # the peer wants TCP
        ("sip:a@192.0.2.1;transport=TCP", "192.0.2.1", FLOW, ("tcp", "192.0.2.1", 5060)),
        # a connection is the way, whatever port the Contact names
        (
            "sip:a@192.0.2.1:5062",
            "192.0.2.1",
            Flow("tcp", ("192.0.2.1", 40000), "phone", 7),
            ("tcp", "192.0.2.1", 40000),
        ),
        ("sip:a@192.0.2.1;transport=sctp", "192.0.2.1", FLOW, ("udp", "192.0.2.1", 5060)),
    ],
)
def test_where_the_next_request_goes(contact: str, via: str, flow: Flow, expected: tuple[Transport, str, int]) -> None:
    dialog: Dialog = uas_dialog(invite(contact=f"<{contact}>", via=via), "b", flow)
    way = way_of(dialog)
    assert (way.transport, *way.remote) == expected


def test_a_proxy_that_stays_in_the_way_is_the_way() -> None:
    dialog = uas_dialog(invite(("Record-Route", "<sip:192.0.2.99:5080;lr>")), "b", FLOW)
    assert way_of(dialog).remote == ("192.0.2.99", 5080)

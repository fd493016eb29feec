# SPDX-License-Identifier: Apache-2.0
"""The machines of RFC 3261 section 17 and RFC 6026, figure by figure, second by second."""

import pytest

from headcall.kit.fsm import Table, endings, reachable
from headcall.sip_bridge.flow import Flow, Send
from headcall.sip_bridge.headers import Headers
from headcall.sip_bridge.message import Request, Response, respond
from headcall.sip_bridge.parser import parse
from headcall.sip_bridge.transaction import Arrived, Failed, Incoming, Stray, Told, TransactionLayer
from headcall.sip_bridge.transaction.client import InviteClient, RequestClient
from headcall.sip_bridge.transaction.machine import Transaction
from headcall.sip_bridge.transaction.server import InviteServer, RequestServer
from headcall.sip_bridge.transaction.tables import (
    INVITE_CLIENT,
    INVITE_SERVER,
    REQUEST_CLIENT,
    REQUEST_SERVER,
    On,
    State,
)
from headcall.sip_bridge.uri import Uri

UDP = Flow("udp", ("192.0.2.9", 5060), "trunk")
TCP = Flow("tcp", ("192.0.2.9", 5060), "trunk", 3)

TABLES = {
    "invite client": (INVITE_CLIENT, State.CALLING),
    "request client": (REQUEST_CLIENT, State.TRYING),
    "invite server": (INVITE_SERVER, State.PROCEEDING),
    "request server": (REQUEST_SERVER, State.TRYING),
}


class Ear:
    def arrived(self, response: Response, source: Flow, now: float) -> None: ...

    def failed(self, status: int, now: float) -> None: ...


EAR = Ear()


def request(method: str = "INVITE", branch: str = "z9hG4bKone", **more: str) -> Request:
    fields = {
        "Via": f"SIP/2.0/UDP 192.0.2.9;branch={branch}",
        "From": "<sip:a@192.0.2.9>;tag=a",
        "To": "<sip:b@192.0.2.2>",
        "Call-ID": "c1",
        "CSeq": f"1 {method}",
        **more,
    }
    return Request(method, Uri.parse("sip:b@192.0.2.2"), Headers(fields.items()))


class Watch:
    """A layer, and when it did what."""

    def __init__(self) -> None:
        self.layer = TransactionLayer()
        self.log: list[tuple[float, str]] = []

    def note(self, told: list[Told], now: float) -> None:
        self.log += [(now, name(item)) for item in told]

    def run(self, until: float) -> None:
        while (at := self.layer.next_deadline()) is not None and at <= until:
            self.note(self.layer.expire(at), at)

    def times(self, what: str) -> list[float]:
        return [at for at, item in self.log if item == what]


def name(item: Told) -> str:
    match item:
        case Send(data):
            message = parse(data)
            return message.method if isinstance(message, Request) else str(message.status)
        case Incoming(_, asked):
            return f"in {asked.method}"
        case Arrived(_, response):
            return f"got {response.status}"
        case Failed(_, status):
            return f"failed {status}"
        case Stray(response):
            return f"stray {response.status}"


def asked(method: str, flow: Flow) -> Watch:
    watch = Watch()
    _, told = watch.layer.request(request(method), flow, EAR, 0.0)
    watch.note(told, 0.0)
    return watch


def answered(watch: Watch, status: int, method: str, now: float, flow: Flow = UDP) -> None:
    watch.run(now)
    watch.note(watch.layer.receive(respond(request(method), status, to_tag="b"), flow, now), now)


def received(method: str, flow: Flow = UDP) -> tuple[Watch, str]:
    watch = Watch()
    told = watch.layer.receive(request(method), flow, 0.0)
    assert isinstance(told[-1], Incoming)
    return watch, told[-1].key


@pytest.mark.parametrize(("table", "start"), TABLES.values(), ids=TABLES)
def test_every_state_can_be_reached_and_only_the_last_cannot_be_left(table: Table[State, On], start: State) -> None:
    states = {state for state, _ in table} | {to for to, _ in table.values()}
    assert reachable(table, start) == states
    assert endings(table) == {State.TERMINATED}


@pytest.mark.parametrize("kind", [InviteClient, RequestClient, InviteServer, RequestServer])
def test_every_action_of_a_table_is_a_method(kind: type[Transaction]) -> None:
    assert all(callable(getattr(kind, action)) for _, actions in kind.table.values() for action in actions)


# ---------------------------------------------------------------- client


def test_an_invite_over_udp_is_repeated_and_given_up() -> None:
    watch = asked("INVITE", UDP)
    watch.run(100)
    assert watch.times("INVITE") == [0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5]
    assert watch.log[-1] == (32.0, "failed 408") and len(watch.layer) == 0


def test_an_invite_over_tcp_is_sent_once() -> None:
    watch = asked("INVITE", TCP)
    watch.run(100)
    assert watch.log == [(0.0, "INVITE"), (32.0, "failed 408")]


def test_another_request_is_repeated_more_patiently() -> None:
    watch = asked("OPTIONS", UDP)
    watch.run(100)
    assert watch.times("OPTIONS") == [0, 0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5]
    assert watch.log[-1] == (32.0, "failed 408")


def test_a_provisional_response_stops_an_invite_but_only_slows_another_request() -> None:
    watch = asked("INVITE", UDP)
    answered(watch, 100, "INVITE", 0.2)
    watch.run(200)
    assert watch.log == [(0.0, "INVITE"), (0.2, "got 100")], "an INVITE rings as long as it rings"
    watch = asked("OPTIONS", UDP)
    answered(watch, 100, "OPTIONS", 0.2)
    watch.run(100)
    assert watch.times("OPTIONS") == [0, 0.5, 4.5, 8.5, 12.5, 16.5, 20.5, 24.5, 28.5]


def test_a_refused_invite_acknowledges_every_repetition_and_tells_once() -> None:
    watch = asked("INVITE", UDP)
    for at in (1.0, 1.5, 2.5, 40.0):
        answered(watch, 486, "INVITE", at)
    assert watch.times("ACK") == [1.0, 1.5, 2.5]
    assert watch.times("got 486") == [1.0]
    assert watch.times("stray 486") == [40.0]


def test_the_ack_of_a_refusal_has_the_branch_of_its_invite_and_the_tag_of_the_refusal() -> None:
    layer = TransactionLayer()
    invite = request(Route="<sip:p.test;lr>")
    layer.request(invite, UDP, EAR, 0.0)
    told = layer.receive(respond(invite, 404, to_tag="b"), UDP, 1.0)
    ack = parse(next(item for item in told if isinstance(item, Send)).data)
    assert isinstance(ack, Request)
    assert (ack.method, ack.via.branch, ack.cseq.number, ack.to.tag) == ("ACK", "z9hG4bKone", 1, "b")
    assert str(ack.route[0]) == "<sip:p.test;lr>"


def test_an_accepted_invite_passes_on_every_2xx_for_32_seconds() -> None:
    watch = asked("INVITE", UDP)
    for at in (1.0, 1.5, 32.9, 33.1):
        answered(watch, 200, "INVITE", at)
    assert watch.times("got 200") == [1.0, 1.5, 32.9]
    assert watch.times("stray 200") == [33.1]
    assert watch.times("ACK") == [], "that ACK is the dialog's affair"


def test_an_answered_request_swallows_repetitions_for_5_seconds() -> None:
    watch = asked("OPTIONS", UDP)
    for at in (1.0, 1.5, 6.1):
        answered(watch, 200, "OPTIONS", at)
    assert watch.log[1:] == [(0.5, "OPTIONS"), (1.0, "got 200"), (6.1, "stray 200")]


def test_a_way_that_does_not_exist_fails_at_once() -> None:
    for method in ("INVITE", "OPTIONS"):
        watch = asked(method, TCP)
        watch.note(watch.layer.unreachable(UDP, 0.1), 0.1)
        watch.note(watch.layer.unreachable(TCP, 0.1), 0.1)
        assert watch.log == [(0.0, method), (0.1, "failed 503")]
        assert len(watch.layer) == 0


# ---------------------------------------------------------------- server


def test_a_repeated_invite_gets_the_last_provisional_response_again() -> None:
    watch, key = received("INVITE")
    watch.note(watch.layer.respond(key, respond(request(), 100), 0.0), 0.0)
    watch.note(watch.layer.receive(request(), UDP, 0.5), 0.5)
    watch.note(watch.layer.respond(key, respond(request(), 180, to_tag="b"), 0.6), 0.6)
    watch.note(watch.layer.receive(request(), UDP, 0.7), 0.7)
    assert watch.log == [(0.0, "100"), (0.5, "100"), (0.6, "180"), (0.7, "180")]


def test_a_refusal_is_repeated_until_its_ack() -> None:
    watch, key = received("INVITE")
    watch.note(watch.layer.respond(key, respond(request(), 486, to_tag="b"), 0.0), 0.0)
    watch.run(12)
    assert watch.times("486") == [0, 0.5, 1.5, 3.5, 7.5, 11.5]
    watch.note(watch.layer.receive(request("ACK", CSeq="1 ACK"), UDP, 12.0), 12.0)
    watch.run(100)
    assert len(watch.times("486")) == 6 and len(watch.layer) == 0


def test_a_refusal_without_ack_is_forgotten_after_32_seconds() -> None:
    watch, key = received("INVITE")
    watch.layer.respond(key, respond(request(), 486, to_tag="b"), 0.0)
    watch.run(100)
    assert len(watch.layer) == 0


def test_after_a_2xx_repetitions_of_the_invite_are_swallowed_and_its_ack_goes_to_the_dialog() -> None:
    watch, key = received("INVITE")
    watch.note(watch.layer.respond(key, respond(request(), 200, to_tag="b"), 0.0), 0.0)
    watch.note(watch.layer.receive(request(), UDP, 1.0), 1.0)
    watch.note(watch.layer.receive(request("ACK", "z9hG4bKtwo", CSeq="1 ACK"), UDP, 1.1), 1.1)
    watch.note(watch.layer.receive(request("ACK", CSeq="1 ACK"), UDP, 1.2), 1.2)
    assert watch.log == [(0.0, "200"), (1.1, "in ACK"), (1.2, "in ACK")]
    assert not watch.layer.is_open(key)


def test_a_repeated_request_gets_its_answer_again_and_troubles_nobody() -> None:
    watch, key = received("BYE")
    watch.note(watch.layer.receive(request("BYE"), UDP, 0.5), 0.5)
    watch.note(watch.layer.respond(key, respond(request("BYE"), 200), 0.6), 0.6)
    watch.note(watch.layer.receive(request("BYE"), UDP, 1.5), 1.5)
    watch.note(watch.layer.respond(key, respond(request("BYE"), 500), 1.6), 1.6)
    watch.note(watch.layer.receive(request("BYE"), UDP, 2.5), 2.5)
    assert watch.log == [(0.6, "200"), (1.5, "200"), (2.5, "200")]
    watch.run(100)
    assert len(watch.layer) == 0


def test_a_request_that_its_owner_never_answers_is_forgotten() -> None:
    watch, _ = received("OPTIONS")
    watch.run(100)
    assert len(watch.layer) == 0


def test_over_tcp_nothing_lingers() -> None:
    watch, key = received("OPTIONS", TCP)
    watch.layer.respond(key, respond(request("OPTIONS"), 200), 1.0)
    watch.layer.expire(1.0)
    assert len(watch.layer) == 0


def test_two_peers_with_one_branch_are_two_peers() -> None:
    watch, _ = received("OPTIONS")
    other = request("OPTIONS", Via="SIP/2.0/UDP 192.0.2.10;branch=z9hG4bKone", From="<sip:x@y>;tag=x")
    assert [name(item) for item in watch.layer.receive(other, UDP, 0.1)] == ["in OPTIONS"]


def test_a_peer_of_rfc_2543_is_told_apart_without_a_branch() -> None:
    watch = Watch()
    old = request(Via="SIP/2.0/UDP 192.0.2.9")
    told = watch.layer.receive(old, UDP, 0.0)
    assert isinstance(told[-1], Incoming)
    assert watch.layer.receive(old, UDP, 0.5) == []
    watch.note(watch.layer.respond(told[-1].key, respond(old, 486, to_tag="b"), 1.0), 1.0)
    ack = request("ACK", Via="SIP/2.0/UDP 192.0.2.9", CSeq="1 ACK", To="<sip:b@192.0.2.2>;tag=b")
    watch.layer.receive(ack, UDP, 1.1)
    watch.run(100)
    assert watch.times("486") == [1.0]


def test_responses_go_back_the_way_the_request_came() -> None:
    nat = Flow("udp", ("198.51.100.1", 61000), "phone")
    cases = [
        ("SIP/2.0/UDP 10.0.0.1:5062;branch=z9hG4bK1", nat, ("198.51.100.1", 5062)),
        ("SIP/2.0/UDP 10.0.0.1:5062;branch=z9hG4bK2;rport", nat, ("198.51.100.1", 61000)),
        ("SIP/2.0/UDP phone.test;branch=z9hG4bK3", nat, ("198.51.100.1", 5060)),
        ("SIP/2.0/UDP phone.test;maddr=203.0.113.1;branch=z9hG4bK4", nat, ("198.51.100.1", 5060)),
        ("SIP/2.0/TCP 10.0.0.1;branch=z9hG4bK5", TCP, TCP.remote),
    ]
    for via, flow, remote in cases:
        layer = TransactionLayer()
        (item,) = layer.receive(request("OPTIONS", Via=via), flow, 0.0)
        assert isinstance(item, Incoming)
        (sent,) = layer.respond(item.key, respond(item.request, 200), 0.0)
        assert isinstance(sent, Send) and sent.flow.remote == remote
        assert item.request.via.param("received") == flow.remote[0]


def test_a_flood_of_new_requests_finds_a_limit() -> None:
    layer = TransactionLayer(limit=10)
    told = [layer.receive(request("OPTIONS", f"z9hG4bK{n}", CSeq=f"{n} OPTIONS"), UDP, 0.0) for n in range(20)]
    assert sum(bool(items) for items in told) == 10
    assert layer.counters["dropped_requests"] == 10
    layer.expire(100.0)
    assert layer.receive(request("OPTIONS"), UDP, 100.0)

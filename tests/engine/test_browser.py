# SPDX-License-Identifier: Apache-2.0
"""Browser transports: who may connect, SRTP against libsrtp, moving house, replacement."""

import struct
from itertools import pairwise

import pytest

from tests.engine.browser import CM, GCM, OUR_SSRC, Browser
from tests.engine.reference import rtp, stun
from tests.engine.telephone import OPUS, PCMA, Exchange, tone_of_alaw


@pytest.fixture(params=[GCM, CM])
def browser(request: pytest.FixtureRequest, exchange: Exchange) -> Browser:
    return Browser(exchange, "b", "ours", [PCMA], profile=request.param)


def test_a_check_is_answered_with_the_address_it_came_from(exchange: Exchange, browser: Browser) -> None:
    browser.check()
    browser.listen()
    exchange.until(("proven", "ours"))
    assert stun.mapped_address(browser.answers[0], browser.password) == browser.socket.getsockname()
    browser.check(nominate=False)
    browser.listen()
    assert len(browser.answers) == 2
    assert exchange.told("proven") == [("proven", "ours")]


def test_a_forged_check_is_not_answered(exchange: Exchange, browser: Browser) -> None:
    browser.check(password="another password")
    browser.check(username="nobody:browser")
    browser.check(username="ours:somebody")
    browser.socket.sendto(stun.request(browser.theirs, browser.password, b"transaction!")[:-4], exchange.address)
    browser.listen()
    assert not browser.answers
    counters = exchange.engine.counters()
    assert counters["dropped_stun_forged"] == 2
    assert counters["dropped_stun_unknown_ufrag"] == 1
    assert counters["dropped_stun_malformed"] == 1


def test_dtls_goes_both_ways_but_only_from_a_proven_address(exchange: Exchange, browser: Browser) -> None:
    hello = b"\x16\xfe\xff hello"
    browser.socket.sendto(hello, exchange.address)
    browser.listen()
    assert exchange.engine.counters()["dropped_stranger"] == 1
    exchange.engine.send_dtls("ours", hello)
    browser.check()
    exchange.until(("proven", "ours"))
    browser.socket.sendto(hello, exchange.address)
    exchange.until(("dtls", "ours", hello))
    exchange.engine.send_dtls("ours", b"\x16\xfe\xff answer")
    browser.listen()
    assert browser.dtls == [b"\x16\xfe\xff answer"]


def test_a_flood_of_dtls_is_cut(exchange: Exchange, browser: Browser) -> None:
    browser.check()
    exchange.until(("proven", "ours"))
    for n in range(300):
        browser.socket.sendto(b"\x16" + bytes([n % 256]) * 20, exchange.address)
    browser.listen()
    exchange.run(1)
    assert 64 <= len(exchange.told("dtls")) <= 80
    assert exchange.engine.counters()["dropped_dtls_rate"] >= 200


def test_sound_passes_between_a_browser_and_a_telephone(exchange: Exchange, browser: Browser) -> None:
    browser.connect()
    tone = tone_of_alaw(400)
    a = exchange.telephone("a", [PCMA], tone)
    exchange.engine.hear("a", ("leg", "b"))
    exchange.engine.hear("b", ("leg", "a"))
    browser.run(50, lambda beat: browser.send(bytes([beat]) * 160))
    assert exchange.told("up") == [("up", "b"), ("up", "a")] or exchange.told("up") == [("up", "a"), ("up", "b")]
    assert [packet.payload for packet in a.heard][-30:] == [bytes([beat]) * 160 for beat in range(20, 50)]
    assert [packet.payload for packet in browser.heard][-30:] == [tone(beat) for beat in range(20, 50)]
    assert {packet.ssrc for packet in browser.heard} == {OUR_SSRC}
    assert all((y.seq - x.seq) % 65536 == 1 for x, y in pairwise(browser.heard))


def test_replayed_forged_and_unkeyed_packets_are_dropped(exchange: Exchange, browser: Browser) -> None:
    browser.check()
    exchange.until(("proven", "ours"))
    browser.socket.sendto(rtp.write(8, 1, 1, 1, bytes(160)), exchange.address)
    browser.listen()
    browser.key()
    packet = browser.packet(bytes(160))
    for data in (packet, packet, packet[:-1] + bytes([packet[-1] ^ 1]), packet[:11], rtp.write(8, 5, 1, 1, bytes(160))):
        browser.socket.sendto(data, exchange.address)
    browser.listen()
    counters = exchange.engine.counters()
    assert counters["dropped_not_keyed"] == 1
    assert counters["dropped_srtp_replayed"] == 2  # the bent copy, too, bears a number that was seen
    assert counters["dropped_srtp_forged"] + counters["dropped_srtp_malformed"] == 2
    assert counters["rtp_received"] == 1


def test_a_browser_that_changes_networks_is_followed(exchange: Exchange, browser: Browser) -> None:
    browser.connect()
    exchange.engine.hear("b", ("tone", "busy"))
    browser.run(10, lambda beat: browser.send(bytes(160)))
    before = len(browser.heard)
    assert before >= 8
    browser.move()
    browser.check(nominate=True)
    browser.run(10, lambda beat: browser.send(bytes(160)))
    assert len(browser.heard) - before >= 8
    assert exchange.told("up") == [("up", "b")]


def test_a_new_transport_takes_over_when_it_is_heard(exchange: Exchange) -> None:
    """The agent reloads the page: the old transport goes on until the new one speaks, then it is gone."""
    a = exchange.telephone("a", [PCMA], tone_of_alaw(400))
    first = Browser(exchange, "b", "first", [PCMA])
    first.connect()
    exchange.engine.hear("a", ("leg", "b"))
    exchange.engine.hear("b", ("leg", "a"))
    first.run(10, lambda beat: first.send(b"\x01" * 160))
    second = Browser(exchange, "b", "second", [OPUS, PCMA], ssrc=0x88)
    exchange.engine.set_peer_codecs("second", [PCMA], OUR_SSRC + 1, None)
    second.connect()
    first.run(10, lambda beat: first.send(b"\x01" * 160))
    assert exchange.told("gone") == []
    assert len(first.heard) >= 18
    second.run(10, lambda beat: second.send(b"\x02" * 160, 8))
    assert exchange.told("gone") == [("gone", "first")]
    assert [event for event in exchange.told("up") if event[1] == "b"] == [("up", "b")] * 2
    assert len(second.heard) >= 8
    assert {packet.ssrc for packet in second.heard} == {OUR_SSRC + 1}
    assert a.heard[-1].payload == b"\x02" * 160
    assert all((y.seq - x.seq) % 65536 == 1 for x, y in pairwise(a.heard))
    first.send(b"\x01" * 160)
    first.listen()
    assert exchange.engine.counters()["dropped_stranger"] >= 1


def test_a_browser_that_only_listens_is_up_too(exchange: Exchange, browser: Browser) -> None:
    browser.connect()
    exchange.engine.hear("b", ("tone", "busy"))
    browser.run(70)
    exchange.until(("up", "b"))
    assert len(browser.heard) >= 60


def test_an_ice_restart_keeps_keys_and_streams(exchange: Exchange, browser: Browser) -> None:
    browser.connect()
    exchange.engine.hear("b", ("tone", "busy"))
    browser.run(10, lambda beat: browser.send(bytes(160)))
    exchange.engine.restart_ice("ours", "newer", "another password of ours", "newbrowser")
    browser.move()
    browser.password, browser.theirs = "another password of ours", "newer:newbrowser"
    browser.check()
    browser.run(10, lambda beat: browser.send(bytes(160)))
    assert len(browser.heard) >= 17
    assert all((y.seq - x.seq) % 65536 == 1 for x, y in pairwise(browser.heard))
    assert exchange.told("up") == [("up", "b")]
    exchange.engine.close_peer("ours")
    browser.check()
    browser.listen()
    assert exchange.engine.counters()["dropped_stun_unknown_ufrag"] == 1


def test_closing_a_leg_says_goodbye_and_frees_the_address(exchange: Exchange, browser: Browser) -> None:
    browser.connect()
    browser.run(5, lambda beat: browser.send(bytes(160)))
    exchange.engine.close_leg("b")
    exchange.until(("gone", "ours"))
    browser.listen()
    assert browser.reports[-1][-8:-4] == struct.pack(">BBH", 0x81, 203, 1)
    browser.send(bytes(160))
    browser.listen()
    assert exchange.engine.counters()["dropped_stranger"] == 1


def test_a_stranger_at_the_same_host_is_a_stranger(exchange: Exchange, browser: Browser) -> None:
    browser.connect()
    browser.run(2, lambda beat: browser.send(bytes(160)))
    stranger = exchange.bound()
    stranger.sendto(browser.packet(bytes(160)), exchange.address)
    browser.listen()
    assert exchange.engine.counters()["dropped_stranger"] == 1


def test_a_browser_that_falls_silent_is_down_after_three_seconds_unless_it_checks_its_path(exchange: Exchange) -> None:
    """Its caller shall hear music soon. One whose microphone was taken away sends nothing, but is there."""
    browser = Browser(exchange, "b", "ours", [PCMA])
    browser.connect()
    browser.run(10, lambda beat: browser.send(bytes(160)))
    browser.run(180, lambda beat: browser.check() if beat % 100 == 0 else None)
    assert exchange.told("down") == []
    exchange.until(("down", "b"))
    browser.run(5, lambda beat: browser.send(bytes(160)))
    assert exchange.told("up") == [("up", "b")] * 2

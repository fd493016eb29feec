# SPDX-License-Identifier: Apache-2.0
"""RTCP: what we report, and what we make of the far end's reports."""

import struct
import time

from tests.engine.telephone import PCMA, Exchange, tone_of_alaw


def sender_report(ssrc: int, ntp: int, timestamp: int, packets: int, blocks: bytes = b"") -> bytes:
    count = len(blocks) // 24
    return (
        struct.pack(">BBHIQIII", 0x80 | count, 200, 6 + 6 * count, ssrc, ntp, timestamp, packets, 160 * packets)
        + blocks
    )


def test_we_report_what_we_send_and_receive(exchange: Exchange) -> None:
    a = exchange.telephone("a", [PCMA], tone_of_alaw(400))
    a.socket.sendto(b"\x80\xc9\x00\x01\x00\x00\x12\x34", a.remote)  # RTCP on the port of RTP (RFC 5761): so does ours
    exchange.run(150)
    report = a.reports[0]
    kind, ssrc, ntp, timestamp, packets, octets = struct.unpack(">BxxxIQIII", report[:28])
    assert (kind, report[1], ssrc) == (0x81, 200, a.heard[0].ssrc)
    assert abs(ntp / 2**32 - 2_208_988_800 - time.time()) < 5
    sent = [packet for packet in a.heard if packet.timestamp <= timestamp]
    assert abs(packets - len(sent)) <= 2
    assert octets == packets * 160
    about, lost = struct.unpack(">II", report[28:36])
    assert (about, lost) == (a.ssrc, 0)
    assert b"@headcall" in report


def test_their_reports_become_figures(exchange: Exchange) -> None:
    a = exchange.telephone("a", [PCMA], tone_of_alaw(400))
    exchange.run(5)
    ours = a.heard[0].ssrc
    now = int((time.time() + 2_208_988_800) * 2**32)
    half_a_second = 0x8000
    last = ((now >> 16) - 0x10000) & 0xFFFFFFFF  # our report of a second ago
    block = struct.pack(">IIIIII", ours, 64 << 24, 0, 0, last, half_a_second)
    a.socket.sendto(sender_report(a.ssrc, now, 0, 5, block), (a.remote[0], a.remote[1] + 1))
    exchange.run(3)
    figures = exchange.engine.leg_stats("a")
    assert figures["remote_loss"] == 0.25
    assert 450 < figures["rtt_ms"] < 700
    a.socket.sendto(b"\x81\xc8\x00\x01broken", a.remote)
    a.socket.sendto(b"\x80\xcc\x00\x01somebody", a.remote)
    exchange.run(3)
    assert exchange.engine.leg_stats("a")["remote_loss"] == 0.25


def test_a_closed_leg_says_goodbye(exchange: Exchange) -> None:
    a = exchange.telephone("a", [PCMA], tone_of_alaw(400))
    exchange.run(3)
    a.socket.sendto(sender_report(a.ssrc, 0, 0, 1), a.remote)
    exchange.run(2)
    exchange.engine.close_leg("a")
    exchange.telephones.remove(a)
    exchange.run(1)
    a.take_all()
    assert a.reports[-1][-8:] == struct.pack(">BBHI", 0x81, 203, 1, a.heard[0].ssrc)

# SPDX-License-Identifier: Apache-2.0
"""Two telephones of one codec: what one says is what the other hears, octet by octet."""

import time
from itertools import pairwise
from random import Random

from headcall_engine import Engine
from tests.engine.reference import rtp
from tests.engine.telephone import KEYS, OPUS, PCMA, PCMU, Exchange, Packet, Telephone, tone_of_alaw


def call(exchange: Exchange) -> tuple[Telephone, Telephone]:
    """Two telephones that say something different in every packet, and hear each other."""
    chance = Random(1)
    words = [chance.randbytes(160) for _ in range(2000)]
    a = exchange.telephone("a", [PCMA], lambda beat: words[beat], ssrc=7)
    b = exchange.telephone("b", [PCMA], lambda beat: words[1000 + beat], ssrc=9)
    exchange.engine.hear("a", ("leg", "b"))
    exchange.engine.hear("b", ("leg", "a"))
    return a, b


def words(telephone: Telephone, beats: range) -> list[bytes]:
    assert telephone.voice
    return [telephone.voice(beat) for beat in beats]


def is_one_stream(packets: list[Packet]) -> bool:
    """One SSRC, numbers without a hole, timestamps that only grow."""
    seqs = all((b.seq - a.seq) % 65536 == 1 for a, b in pairwise(packets))
    times = all(0 < (b.timestamp - a.timestamp) % 2**32 < 2**31 for a, b in pairwise(packets))
    return len({packet.ssrc for packet in packets}) == 1 and seqs and times


def test_octets_arrive_as_they_were_sent(exchange: Exchange) -> None:
    a, b = call(exchange)
    exchange.run(50)
    for speaker, hearer in ((a, b), (b, a)):
        heard = [packet.payload for packet in hearer.heard]
        said = words(speaker, range(50))
        spoken = [payload for payload in heard if payload in set(said)]
        assert spoken == said
        assert is_one_stream(hearer.heard)
    assert exchange.engine.counters()["rtp_passed"] == 100


def test_a_packet_is_passed_at_once_and_not_at_the_next_beat(exchange: Exchange) -> None:
    a, b = call(exchange)
    sent: list[float] = []
    speak = a.voice
    assert speak
    a.voice = None

    def each(beat: int) -> None:
        sent.append(time.monotonic())
        a.send(speak(beat))

    exchange.run(60, each)
    said = {speak(beat): sent[beat] for beat in range(10, 60)}
    delays = sorted(packet.at - said[packet.payload] for packet in b.heard if packet.payload in said)
    assert delays[len(delays) // 2] < 0.005


def test_loss_stays_visible_in_numbers_and_times(exchange: Exchange) -> None:
    a, b = call(exchange)
    speak = a.voice
    assert speak
    a.voice = lambda beat: b"" if beat in (20, 21, 30) else speak(beat)  # an empty packet says nothing
    exchange.run(50)
    steps = [
        ((y.seq - x.seq) % 65536, y.timestamp - x.timestamp)
        for x, y in pairwise(packet for packet in b.heard if packet.payload in words(a, range(5, 50)))
    ]
    assert sorted(step for step in steps if step != (1, 160)) == [(2, 320), (3, 480)]


def test_a_source_is_changed_within_one_stream(exchange: Exchange) -> None:
    a, b = call(exchange)
    c = exchange.telephone("c", [PCMA], tone_of_alaw(400), ssrc=11)
    exchange.run(20)
    exchange.engine.hear("b", ("leg", "c"))
    exchange.run(20)
    exchange.engine.hear("b", ("tone", "busy"))
    exchange.run(20)
    exchange.engine.hear("b", ("leg", "a"))
    exchange.run(20)
    assert is_one_stream(b.heard)
    assert len(b.heard) >= 78
    assert [packet.payload for packet in b.heard][-15:] == words(a, range(65, 80))
    assert a.heard
    assert c.heard
    first = b.heard[0]
    for packet in b.heard:  # The stream's clock is the wall clock, within a beat or two.
        elapsed = (packet.timestamp - first.timestamp) / 8000
        assert abs(packet.at - first.at - elapsed) < 0.1


def test_a_stalled_speaker_leaves_a_living_stream(exchange: Exchange) -> None:
    a, b = call(exchange)
    exchange.run(20)
    a.voice, speak = None, a.voice
    exchange.run(30)
    silences = [packet for packet in b.heard if packet.payload == b"\xd5" * 160]
    assert len(silences) >= 15
    a.voice = speak
    exchange.run(20)
    assert is_one_stream(b.heard)
    assert b.heard[-1].payload == words(a, range(69, 70))[0]


def test_another_payload_type_of_the_same_codec_is_translated(exchange: Exchange) -> None:
    a = exchange.telephone("a", [("PCMA", 96, 8000, 1)], tone_of_alaw(400))
    b = exchange.telephone("b", [PCMU, PCMA], None)
    exchange.engine.hear("b", ("leg", "a"))
    exchange.run(20)
    passed = [packet for packet in b.heard if packet.payload in words(a, range(20))]
    assert len(passed) >= 19
    assert {packet.payload_type for packet in passed} == {8}


def test_strangers_are_not_heard(exchange: Exchange) -> None:
    a, b = call(exchange)
    stranger = exchange.bound()

    def each(beat: int) -> None:
        for n in range(20):
            stranger.sendto(rtp.write(8, n, n * 160, 99, b"\x11" * 160), a.remote)
            stranger.sendto(b"", a.remote)
            stranger.sendto(b"\x80", a.remote)

    exchange.run(5)
    exchange.run(10, each)
    assert all(packet.payload != b"\x11" * 160 for packet in b.heard)
    counters = exchange.engine.counters()
    assert [counters[f"dropped_{why}"] for why in ("plain_port", "empty", "rtp_malformed")] == [200, 200, 200]
    assert is_one_stream(b.heard)


def test_a_codec_that_was_not_negotiated_is_dropped(exchange: Exchange) -> None:
    a, b = call(exchange)
    a.payload_type = 18
    exchange.run(10)
    assert exchange.engine.counters()["dropped_payload_type"] == 10
    assert all(packet.payload == b"\xd5" * 160 for packet in b.heard)


def test_who_does_not_want_to_hear_gets_nothing(exchange: Exchange) -> None:
    a, b = call(exchange)
    exchange.engine.set_plain_remote("b", "127.0.0.1", b.socket.getsockname()[1], [PCMA], False)
    exchange.run(10)
    assert not b.heard
    assert len(a.heard) >= 9


def test_a_leg_that_moves_to_another_port_is_followed(exchange: Exchange) -> None:
    a, b = call(exchange)
    exchange.run(10)
    a.socket = exchange.bound()  # The NAT gave the same stream another mapping.
    exchange.run(10)
    assert len(a.heard) >= 18
    assert is_one_stream(b.heard)


def test_up_comes_with_the_first_packet(exchange: Exchange) -> None:
    a = exchange.telephone("a", [PCMA, KEYS])
    exchange.run(5)
    assert exchange.told("up") == []
    a.voice = tone_of_alaw(400)
    exchange.run(5)
    assert exchange.told("up") == [("up", "a")]
    assert exchange.engine.legs() == [("a", "plain", True, "PCMA")]


def test_a_leg_hears_itself(exchange: Exchange) -> None:
    a = exchange.telephone("a", [OPUS], lambda beat: bytes([0xF8, beat, 1]))
    a.clock_step = 960
    exchange.engine.hear("a", ("leg", "a"))
    exchange.run(20)
    assert [packet.payload for packet in a.heard][-10:] == words(a, range(10, 20))


def test_opening_twice_is_opening_once(exchange: Exchange) -> None:
    a = exchange.telephone("a", [PCMA])
    assert exchange.engine.open_plain("a", [PCMA]) == a.remote


def test_figures_say_what_happened(exchange: Exchange) -> None:
    a, _ = call(exchange)
    speak = a.voice
    assert speak
    a.voice = None

    def each(beat: int) -> None:
        if beat % 10 != 5:
            a.send(speak(beat))

    exchange.run(50, each)
    figures = exchange.engine.leg_stats("a")
    assert (figures["packets_received"], figures["packets_lost"]) == (45, 5)
    assert figures["jitter_ms"] < 10
    assert -20 < figures["level_dbov"] < 0  # random octets are loud
    assert figures["packets_sent"] >= 49


def test_the_range_of_ports_ends(exchange: Exchange) -> None:
    opened = 0
    try:
        for n in range(20):
            exchange.engine.open_plain(f"leg{n}", [PCMA])
            opened += 1
    except OSError as error:
        assert "no free pair" in str(error)
    assert 1 <= opened <= 10
    exchange.engine.close_leg("leg0")
    exchange.engine.open_plain("again", [PCMA])


def test_a_closed_engine_says_so(exchange: Exchange) -> None:
    engine: Engine = exchange.engine
    engine.open_plain("a", [PCMA])
    engine.close()
    engine.close()
    for call in (lambda: engine.legs(), lambda: engine.hear("a", ("silence",))):
        try:
            call()
        except RuntimeError as error:
            assert "closed" in str(error)
        else:
            raise AssertionError("a closed engine answered")

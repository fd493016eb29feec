# SPDX-License-Identifier: Apache-2.0
"""Keys: told once, passed on as events, sounded where events are not known, found in speech, sent."""

import struct
from itertools import groupby, pairwise

import numpy as np

from tests.engine.telephone import (
    KEYS,
    OPUS,
    PCMA,
    PCMU,
    Exchange,
    Packet,
    Samples,
    Telephone,
    alaw,
    from_alaw,
    sine,
    strength,
    tone_of_alaw,
)


def press(exchange: Exchange, telephone: Telephone, key: int, *, after: int = 10, beats: int = 40) -> None:
    """Presses a key for 100 ms amid speech, as a telephone does: the event's packets instead of those of speech."""
    speech, packets, start = telephone.voice, telephone.press(key), 0
    telephone.voice = None

    def each(beat: int) -> None:
        nonlocal start
        if beat == after:
            start = telephone.clock_step * telephone.beats
        if after <= beat < after + len(packets):
            n = beat - after
            event = struct.pack(
                ">BBHII",
                0x80,
                101 | (n == 0) << 7,
                1000 + telephone.beats,
                start,
                telephone.ssrc,
            )
            telephone.socket.sendto(event + packets[n], telephone.remote)
        elif speech:
            telephone.send(speech(beat))

    exchange.run(beats, each)


def events(telephone: Telephone, payload_type: int = 101) -> list[Packet]:
    return [packet for packet in telephone.heard if packet.payload_type == payload_type]


def digits_of(samples: Samples, frame: int = 160) -> str:
    """The keys whose two tones sound, each once per stretch."""
    rows, columns = (697, 770, 852, 941), (1209, 1336, 1477, 1633)
    found = []
    for part in np.split(samples[: len(samples) // frame * frame], len(samples) // frame):
        levels = [[strength(part, f, 8000) for f in group] for group in (rows, columns)]
        row, column = (int(np.argmax(group)) for group in levels)
        loud = min(levels[0][row], levels[1][column]) > 2000
        found.append(("123A", "456B", "789C", "*0#D")[row][column] if loud else " ")
    return "".join(key for key, _ in groupby(found)).replace(" ", "")


def test_a_key_is_told_once_and_passed_on(exchange: Exchange) -> None:
    a = exchange.telephone("a", [PCMA, KEYS], tone_of_alaw(400))
    b = exchange.telephone("b", [PCMA, ("telephone-event", 96, 8000, 1)])
    exchange.engine.hear("b", ("leg", "a"))
    press(exchange, a, 5)
    assert exchange.told("digit") == [("digit", "a", "5", 100)]
    passed = events(b, 96)
    assert [packet.payload for packet in passed] == a.press(5)
    assert len({packet.timestamp for packet in passed}) == 1
    assert [packet.marker for packet in passed] == [True] + [False] * 7
    seqs = [packet.seq for packet in b.heard]
    assert [(y - x) % 65536 for x, y in pairwise(seqs)] == [1] * (len(seqs) - 1)


def test_a_key_between_two_codecs_keeps_one_timestamp(exchange: Exchange) -> None:
    a = exchange.telephone("a", [PCMA, KEYS], tone_of_alaw(400))
    b = exchange.telephone("b", [OPUS, ("telephone-event", 110, 48000, 1)])
    exchange.engine.hear("b", ("leg", "a"))
    press(exchange, a, 11)
    assert exchange.told("digit") == [("digit", "a", "#", 100)]
    passed = events(b, 110)
    assert len(passed) == 8
    assert len({packet.timestamp for packet in passed}) == 1
    assert [struct.unpack(">BBH", packet.payload)[2] for packet in passed][-1] == 4800
    during = [packet for packet in b.heard if passed[0].seq < packet.seq < passed[4].seq]
    assert {packet.payload_type for packet in during} == {110}
    assert all(y.timestamp >= x.timestamp for x, y in zip(b.heard, b.heard[1:], strict=False))


def test_a_listener_without_events_hears_the_tone(exchange: Exchange) -> None:
    a = exchange.telephone("a", [PCMA, KEYS], lambda beat: b"\xd5" * 160)
    b = exchange.telephone("b", [PCMA])
    exchange.engine.hear("b", ("leg", "a"))
    press(exchange, a, 7)
    assert digits_of(from_alaw(packet.payload for packet in b.heard)) == "7"


def test_a_key_whose_end_is_lost_is_told(exchange: Exchange) -> None:
    a = exchange.telephone("a", [PCMA, KEYS], lambda beat: b"\xd5" * 160)
    speech, a.voice = a.voice, None
    assert speech
    exchange.run(50, lambda beat: a.send(a.press(3)[0], payload_type=101) if beat == 5 else a.send(speech(beat)))
    assert exchange.told("digit") == [("digit", "a", "3", 20)]


def test_keys_as_tones_are_found_where_events_are_not_known(exchange: Exchange) -> None:
    pressed = np.concatenate(
        [sine(1, 5, amplitude=0)]
        + [
            np.concatenate([sine(low, 5, amplitude=5000) + sine(high, 5, amplitude=5000), sine(1, 5, amplitude=0)])
            for low, high in ((697, 1209), (941, 1477), (770, 1336))
        ]
        + [sine(1, 10, amplitude=0)]
    )
    coded = alaw(pressed.astype(np.int16))
    exchange.telephone("a", [PCMA], lambda beat: coded[beat * 160 : beat * 160 + 160] or b"\xd5" * 160)
    exchange.run(55)
    assert [event[1:3] for event in exchange.told("digit")] == [("a", "1"), ("a", "#"), ("a", "5")]


def test_speech_is_no_key(exchange: Exchange) -> None:
    noise = np.random.default_rng(1).normal(0, 3000, 8000).astype(np.int16)
    coded = alaw(noise)
    exchange.telephone("a", [PCMA], lambda beat: coded[beat % 50 * 160 : beat % 50 * 160 + 160])
    exchange.run(60)
    assert exchange.told("digit") == []


def test_digits_are_sent_as_events(exchange: Exchange) -> None:
    b = exchange.telephone("b", [PCMA, KEYS])
    exchange.engine.send_digits("b", "4*", 100)
    exchange.run(40)
    sent = [(packet.timestamp, *struct.unpack(">BBH", packet.payload)) for packet in events(b)]
    keys = [list(group) for _, group in groupby(sent, lambda each: each[0])]
    assert [(group[0][1], sum(each[2] >> 7 for each in group), group[-1][3]) for group in keys] == [
        (4, 3, 800),
        (10, 3, 800),
    ]
    gap = (keys[1][0][0] - keys[0][0][0]) / 8 - 100
    assert gap >= 45
    assert all(y.seq - x.seq in (1, -65535) for x, y in zip(b.heard, b.heard[1:], strict=False))


def test_digits_are_sent_as_tones_where_events_are_not_known(exchange: Exchange) -> None:
    b = exchange.telephone("b", [PCMA])
    exchange.engine.send_digits("b", "159D", 100)
    exchange.run(50)
    assert digits_of(from_alaw(packet.payload for packet in b.heard)) == "159D"


def test_speech_goes_on_after_digits(exchange: Exchange) -> None:
    exchange.telephone("a", [PCMU], lambda beat: bytes([beat]) * 160)
    b = exchange.telephone("b", [PCMU, KEYS])
    exchange.engine.hear("b", ("leg", "a"))
    exchange.run(10)
    exchange.engine.send_digits("b", "1", 60)
    exchange.run(30)
    assert len(events(b)) == 5
    assert [packet.payload[0] for packet in b.heard][-10:] == list(range(30, 40))

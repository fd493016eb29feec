# SPDX-License-Identifier: Apache-2.0
"""Two legs without a common codec: sound is made anew, and stays what it was."""

from collections.abc import Iterable
from itertools import pairwise

import av
import numpy as np
import pytest

from tests.engine.telephone import (
    G722,
    OPUS,
    PCMA,
    PCMU,
    Exchange,
    Samples,
    Telephone,
    alaw,
    from_alaw,
    loudness,
    sine,
    strength,
    tone_of_alaw,
)

CODECS = {"PCMA": PCMA, "PCMU": PCMU, "G722": G722, "opus": OPUS}
FFMPEG = {"PCMA": "pcm_alaw", "PCMU": "pcm_mulaw", "G722": "adpcm_g722", "opus": "libopus"}
RATES = {"PCMA": 8000, "PCMU": 8000, "G722": 16000, "opus": 48000}


def coded(name: str, samples: Samples) -> list[bytes]:
    """What FFmpeg's encoder makes of the samples, 20 ms in each packet."""
    encoder = av.CodecContext.create(FFMPEG[name], "w")
    assert isinstance(encoder, av.AudioCodecContext)
    encoder.sample_rate, encoder.layout, encoder.format = RATES[name], "mono", av.AudioFormat("s16")
    payloads = []
    for chunk in np.split(samples, len(samples) // (RATES[name] // 50)):
        frame = av.AudioFrame.from_ndarray(chunk.reshape(1, -1), "s16", "mono")
        frame.sample_rate = RATES[name]
        payloads += [bytes(packet) for packet in encoder.encode(frame)]
    return payloads


def decoded(name: str, payloads: Iterable[bytes]) -> Samples:
    decoder = av.CodecContext.create(FFMPEG[name].removeprefix("lib"), "r")
    assert isinstance(decoder, av.AudioCodecContext)
    decoder.sample_rate, decoder.layout = RATES[name], "mono"
    resampler = av.AudioResampler("s16", "mono", RATES[name])
    frames = [frame for payload in payloads for frame in decoder.decode(av.Packet(payload))]
    parts = [out.to_ndarray()[0] for frame in frames for out in resampler.resample(frame)]
    return np.concatenate(parts).astype(np.int16)


def speak(exchange: Exchange, leg: str, name: str, frequency: float) -> Telephone:
    payloads = coded(name, sine(frequency, 50, RATES[name]))
    telephone = exchange.telephone(leg, [CODECS[name]], lambda beat: payloads[beat % len(payloads)])
    telephone.clock_step = CODECS[name][2] // 50
    return telephone


@pytest.mark.parametrize(
    ("says", "hears"),
    [("PCMA", "opus"), ("opus", "PCMA"), ("PCMA", "G722"), ("G722", "opus"), ("PCMU", "PCMA"), ("G722", "PCMU")],
)
def test_a_tone_is_the_same_tone_in_another_codec(exchange: Exchange, says: str, hears: str) -> None:
    speak(exchange, "a", says, 1000)
    b = exchange.telephone("b", [CODECS[hears]])
    exchange.engine.hear("b", ("leg", "a"))
    exchange.run(45)
    heard = decoded(hears, [packet.payload for packet in b.heard])
    part = heard[len(heard) // 3 :]
    assert strength(part, 1000, RATES[hears]) == pytest.approx(8000, rel=0.2)
    assert strength(part, 1000, RATES[hears]) > 0.95 * loudness(part)


def test_both_directions_at_once(exchange: Exchange) -> None:
    a, b = speak(exchange, "a", "PCMA", 400), speak(exchange, "b", "opus", 1500)
    exchange.engine.hear("a", ("leg", "b"))
    exchange.engine.hear("b", ("leg", "a"))
    exchange.run(45)
    at_a = decoded("PCMA", [packet.payload for packet in a.heard])
    at_b = decoded("opus", [packet.payload for packet in b.heard])
    assert strength(at_a[len(at_a) // 3 :], 1500, 8000) > 6000
    assert strength(at_b[len(at_b) // 3 :], 400, 48000) > 6000


def test_loss_is_concealed(exchange: Exchange) -> None:
    """Every tenth packet is missing: nothing of the tone's strength may break away for as long as a packet."""
    a = exchange.telephone("a", [PCMU], None)
    b = exchange.telephone("b", [PCMA])
    exchange.engine.hear("b", ("leg", "a"))
    payloads = coded("PCMU", sine(400, 50))
    exchange.run(100, lambda beat: a.send(payloads[beat % 50]) if beat % 10 != 5 else None)
    heard = from_alaw(packet.payload for packet in b.heard)[160 * 15 : 160 * 95]
    frames = [loudness(frame) for frame in np.split(heard, len(heard) // 160)]
    assert min(frames) > 3000
    assert exchange.engine.leg_stats("a")["concealed"] >= 8


def test_jittery_packets_are_played_evenly(exchange: Exchange) -> None:
    a = exchange.telephone("a", [PCMU], None)
    b = exchange.telephone("b", [PCMA])
    exchange.engine.hear("b", ("leg", "a"))
    payloads = coded("PCMU", sine(400, 50))
    waiting: list[tuple[int, bytes]] = []

    def each(beat: int) -> None:
        """Packets leave in pairs: every second one is 20 ms late."""
        waiting.append((beat, payloads[beat % 50]))
        if beat % 2:
            now = a.beats
            for sent, payload in waiting:
                a.beats = sent
                a.send(payload)
            waiting.clear()
            a.beats = now

    exchange.run(100, each)
    heard = from_alaw(packet.payload for packet in b.heard)[160 * 25 : 160 * 95]
    assert strength(heard, 400, 8000) > 7000
    assert 20 <= exchange.engine.leg_stats("a")["delay_ms"] <= 100


def test_the_stream_stays_one_when_the_codec_of_the_speaker_changes(exchange: Exchange) -> None:
    a = exchange.telephone("a", [PCMA, PCMU], None)
    b = exchange.telephone("b", [PCMA])
    exchange.engine.hear("b", ("leg", "a"))
    low, high = tone_of_alaw(400), coded("PCMU", sine(2000, 50))

    def each(beat: int) -> None:
        if beat < 30:
            a.send(low(beat))
        else:
            a.send(high[beat % 50], payload_type=0)

    exchange.run(70, each)
    assert all((y.seq - x.seq) % 65536 == 1 and 0 < y.timestamp - x.timestamp <= 800 for x, y in pairwise(b.heard))
    heard = from_alaw(packet.payload for packet in b.heard)
    assert strength(heard[160 * 5 : 160 * 25], 400, 8000) > 7000
    assert strength(heard[-160 * 20 :], 2000, 8000) > 6000


def test_several_listeners_each_in_a_codec_of_their_own(exchange: Exchange) -> None:
    exchange.telephone("a", [PCMA], tone_of_alaw(400))
    listeners = {name: exchange.telephone(name, [codec]) for name, codec in CODECS.items()}
    for name in listeners:
        exchange.engine.hear(name, ("leg", "a"))
    exchange.run(45)
    for name, listener in listeners.items():
        heard = decoded(name, [packet.payload for packet in listener.heard])
        assert strength(heard[len(heard) // 2 :], 400, RATES[name]) > 6500, name
    assert {alaw(sine(400, 1))} != set()

# SPDX-License-Identifier: Apache-2.0
"""What a leg hears when it does not hear another leg: clips, tones, silence."""

import numpy as np
import pytest

from tests.engine.telephone import (
    G722,
    OPUS,
    PCMA,
    PCMU,
    Exchange,
    Samples,
    from_alaw,
    loudness,
    sine,
    strength,
)


def clip(frequency: float, beats: int, amplitude: float = 8000) -> bytes:
    return sine(frequency, beats, 48000, amplitude).tobytes()


def heard_alaw(exchange: Exchange, leg: str, beats: int) -> Samples:
    telephone = next(each for each in exchange.telephones if each.leg == leg)
    exchange.run(beats)
    return from_alaw(packet.payload for packet in telephone.heard)


def test_a_clip_is_heard_once_and_its_end_is_told(exchange: Exchange) -> None:
    exchange.telephone("a", [PCMA])
    exchange.engine.add_clip("note", clip(1000, 20))
    exchange.engine.hear("a", ("play", "p1", ["note"], False, 0.0))
    heard = heard_alaw(exchange, "a", 30)
    exchange.until(("played", "a", "p1", True))
    assert strength(heard[160 * 3 : 160 * 18], 1000, 8000) == pytest.approx(8000, rel=0.05)
    assert loudness(heard[160 * 23 :]) < 100


def test_a_playlist_goes_round_until_it_is_replaced(exchange: Exchange) -> None:
    exchange.telephone("a", [PCMA])
    exchange.engine.add_clip("low", clip(400, 5))
    exchange.engine.add_clip("high", clip(2000, 5))
    exchange.engine.hear("a", ("play", "p1", ["low", "high"], True, 0.0))
    heard = heard_alaw(exchange, "a", 40)
    assert strength(heard, 400, 8000) > 3000
    assert strength(heard, 2000, 8000) > 3000
    exchange.engine.hear("a", ("silence",))
    exchange.until(("played", "a", "p1", False))
    assert exchange.told("played") == [("played", "a", "p1", False)]


def test_setting_the_same_again_changes_nothing(exchange: Exchange) -> None:
    exchange.telephone("a", [PCMA])
    exchange.engine.add_clip("note", clip(1000, 10))
    for _ in range(3):
        exchange.engine.hear("a", ("play", "p1", ["note"], False, 0.0))
    exchange.run(15)
    exchange.engine.hear("a", ("play", "p1", ["note"], False, 0.0))
    exchange.run(15)
    assert exchange.told("played") == [("played", "a", "p1", True)]


def test_a_clip_that_is_not_there_cannot_be_played(exchange: Exchange) -> None:
    exchange.telephone("a", [PCMA])
    exchange.engine.hear("a", ("play", "p1", ["nothing"], True, 0.0))
    exchange.until(("played", "a", "p1", False))
    exchange.engine.add_clip("note", clip(1000, 10))
    exchange.engine.drop_clip("note")
    exchange.engine.hear("a", ("play", "p2", ["note"], True, 0.0))
    exchange.until(("played", "a", "p2", False))


def test_closing_a_leg_ends_its_play(exchange: Exchange) -> None:
    exchange.telephone("a", [PCMA])
    exchange.engine.add_clip("note", clip(1000, 50))
    exchange.engine.hear("a", ("play", "p1", ["note"], True, 0.0))
    exchange.engine.close_leg("a")
    exchange.until(("played", "a", "p1", False))
    assert exchange.engine.legs() == []


@pytest.mark.parametrize("gain_db", [0.0, -12.0])
@pytest.mark.parametrize(("codec", "rate"), [(PCMA, 8000), (PCMU, 8000), (G722, 16000), (OPUS, 48000)])
def test_gain_is_right_in_every_codec(
    exchange: Exchange, codec: tuple[str, int, int, int], rate: int, gain_db: float
) -> None:
    import av

    a = exchange.telephone("a", [codec])
    exchange.engine.add_clip("note", clip(1000, 50))
    exchange.engine.hear("a", ("play", "p1", ["note"], True, gain_db))
    exchange.run(40)
    name = {"PCMA": "pcm_alaw", "PCMU": "pcm_mulaw", "G722": "adpcm_g722", "opus": "opus"}[codec[0]]
    decoder = av.CodecContext.create(name, "r")
    assert isinstance(decoder, av.AudioCodecContext)
    decoder.sample_rate = rate
    decoder.layout = "mono"
    resampler = av.AudioResampler("s16", "mono", rate)
    frames = [frame for packet in a.heard for frame in decoder.decode(av.Packet(packet.payload))]
    heard = np.concatenate([out.to_ndarray()[0] for frame in frames for out in resampler.resample(frame)])
    middle = heard[len(heard) // 3 :].astype(np.int16)
    assert strength(middle, 1000, rate) == pytest.approx(8000 * 10 ** (gain_db / 20), rel=0.15)
    assert {packet.payload_type for packet in a.heard} == {codec[1]}
    steps = {b.timestamp - a.timestamp for a, b in zip(a.heard, a.heard[1:], strict=False)}
    assert min(steps) == codec[2] // 50


def test_ringback_has_the_chinese_cadence(exchange: Exchange) -> None:
    exchange.telephone("a", [PCMA])
    exchange.engine.hear("a", ("tone", "ringback"))
    heard = heard_alaw(exchange, "a", 60)
    assert strength(heard[800:7200], 450, 8000) > 5000
    assert loudness(heard[8400:]) < 100


def test_a_beep_is_heard_once_and_may_come_again(exchange: Exchange) -> None:
    exchange.telephone("a", [PCMA])
    exchange.engine.hear("a", ("tone", "beep"))
    once = heard_alaw(exchange, "a", 25)
    assert strength(once[160:2200], 1000, 8000) > 5000
    exchange.engine.hear("a", ("tone", "beep"))
    again = heard_alaw(exchange, "a", 25)[len(once) :]
    assert strength(again[400:2200], 1000, 8000) > 5000


def test_silence_is_a_living_stream(exchange: Exchange) -> None:
    legs = {codec[0]: exchange.telephone(codec[0], [codec], ssrc=n) for n, codec in enumerate([PCMA, PCMU, G722, OPUS])}
    exchange.run(25)
    for telephone in legs.values():
        assert len(telephone.heard) >= 24
    assert {packet.payload for packet in legs["PCMA"].heard} == {b"\xd5" * 160}
    assert {packet.payload for packet in legs["PCMU"].heard} == {b"\xff" * 160}
    assert {packet.payload for packet in legs["opus"].heard} == {b"\xf8\xff\xfe"}


@pytest.mark.parametrize(
    "wrong",
    [("tone", "whistle"), ("flute",), ("play", "p", ["x"], True, 99.0), ("play", "p"), (), "silence"],
    ids=str,
)
def test_what_is_no_source_is_refused(exchange: Exchange, wrong: object) -> None:
    exchange.telephone("a", [PCMA])
    with pytest.raises((ValueError, TypeError, IndexError)):
        exchange.engine.hear("a", wrong)  # type: ignore[arg-type]


def test_other_arguments_that_are_never_right_are_refused(exchange: Exchange) -> None:
    engine = exchange.engine
    for call in (
        lambda: engine.add_clip("odd", b"123"),
        lambda: engine.send_digits("a", "12x", 100),
        lambda: engine.open_plain("a", [("PCMA", 200, 8000, 1)]),
        lambda: engine.open_plain("", [PCMA]),
        lambda: engine.set_plain_remote("a", "example.org", 4000, [PCMA], True),
        lambda: engine.set_keys("u", "NULL", bytes(16), bytes(12), bytes(16), bytes(12)),
        lambda: engine.set_keys("u", "AEAD_AES_128_GCM", bytes(16), bytes(14), bytes(16), bytes(12)),
        lambda: engine.set_keys("u", "AES128_CM_HMAC_SHA1_80", bytes(15), bytes(14), bytes(16), bytes(14)),
    ):
        with pytest.raises(ValueError):
            call()
    with pytest.raises(KeyError):
        engine.leg_stats("nobody")

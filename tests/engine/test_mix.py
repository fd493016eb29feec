# SPDX-License-Identifier: Apache-2.0
"""Several legs added up for one listener: conferences, and supervisors who listen, whisper or speak to both."""

from pathlib import Path

import av
import numpy as np
import pytest

from tests.engine.telephone import OPUS, PCMA, Exchange, Samples, Telephone, alaw, from_alaw, sine, strength

LOUD = 6000.0
HEARD = 3000.0
NOT_HEARD = 300.0
FIRST_BEATS = 10
TONES = {"customer": 500.0, "agent": 900.0, "supervisor": 1500.0}


def speak(exchange: Exchange, leg: str) -> Telephone:
    samples = sine(TONES[leg], 50, 8000, LOUD)
    payloads = [alaw(samples[at : at + 160]) for at in range(0, len(samples), 160)]
    return exchange.telephone(leg, [PCMA], lambda beat: payloads[beat % len(payloads)])


@pytest.fixture
def three(exchange: Exchange) -> dict[str, Telephone]:
    return {leg: speak(exchange, leg) for leg in TONES}


def heard_by(telephone: Telephone) -> set[str]:
    """Whose tones are in what a telephone hears, without the beginning."""
    sound = from_alaw(packet.payload for packet in telephone.heard[FIRST_BEATS:])
    found = set()
    for leg, hertz in TONES.items():
        level = strength(sound, hertz, 8000)
        assert level > HEARD or level < NOT_HEARD, f"{telephone.leg} hears {leg} at {level:.0f}"
        if level > HEARD:
            found.add(leg)
    return found


def listen_anew(exchange: Exchange, beats: int = 60) -> None:
    for telephone in exchange.telephones:
        telephone.heard.clear()
    exchange.run(beats)


def test_each_of_three_hears_the_other_two(exchange: Exchange, three: dict[str, Telephone]) -> None:
    for leg in TONES:
        exchange.engine.hear(leg, ("mix", tuple(TONES)))  # themselves among them: nobody hears themselves
    listen_anew(exchange)
    for leg, telephone in three.items():
        assert heard_by(telephone) == set(TONES) - {leg}


def test_the_customer_does_not_hear_a_whisper(exchange: Exchange, three: dict[str, Telephone]) -> None:
    engine = exchange.engine
    engine.hear("customer", ("leg", "agent"))
    engine.hear("agent", ("mix", ("customer", "supervisor")))
    engine.hear("supervisor", ("mix", ("agent", "customer")))
    listen_anew(exchange)
    assert heard_by(three["customer"]) == {"agent"}
    assert heard_by(three["agent"]) == {"customer", "supervisor"}
    assert heard_by(three["supervisor"]) == {"agent", "customer"}


def test_who_leaves_is_heard_no_more_and_who_comes_joins(exchange: Exchange) -> None:
    agent = speak(exchange, "agent")
    exchange.engine.hear("agent", ("mix", ("customer", "supervisor")))
    speak(exchange, "customer")
    speak(exchange, "supervisor")
    listen_anew(exchange)
    assert heard_by(agent) == {"customer", "supervisor"}
    exchange.engine.close_leg("supervisor")
    listen_anew(exchange)
    assert heard_by(agent) == {"customer"}


def test_a_mix_of_one_is_passed_on_untouched(exchange: Exchange, three: dict[str, Telephone]) -> None:
    exchange.engine.hear("customer", ("mix", ("agent",)))
    listen_anew(exchange, 20)
    assert three["customer"].voice and three["agent"].voice
    spoken = {three["agent"].voice(beat) for beat in range(50)}
    assert {packet.payload for packet in three["customer"].heard[2:]} <= spoken
    assert exchange.engine.counters()["rtp_passed"] >= 15


def test_one_stream_without_a_break_while_a_supervisor_comes_and_goes(
    exchange: Exchange, three: dict[str, Telephone], tmp_path: Path
) -> None:
    """The call is recorded, so that both are decoded already: nothing is missing at the changes."""
    engine, agent = exchange.engine, three["agent"]
    engine.hear("customer", ("leg", "agent"))
    engine.hear("agent", ("leg", "customer"))
    engine.start_recording("rec", "customer", str(tmp_path / "rec.ogg"))
    exchange.run(30)
    for source in (("mix", ("customer", "supervisor")), ("leg", "customer")) * 2:
        engine.hear("agent", source)
        exchange.run(25)
    assert {packet.ssrc for packet in agent.heard} == {agent.heard[0].ssrc}
    steps = [after.seq - before.seq for before, after in zip(agent.heard, agent.heard[1:], strict=False)]
    assert set(steps) == {1}
    assert len(agent.heard) >= 30 + 100 - 8


def test_a_recording_holds_what_its_leg_hears(exchange: Exchange, three: dict[str, Telephone], tmp_path: Path) -> None:
    path = tmp_path / "rec.ogg"
    exchange.engine.hear("customer", ("mix", ("agent", "supervisor")))
    exchange.engine.start_recording("rec", "customer", str(path))
    exchange.run(75)
    exchange.engine.stop_recording("rec")
    exchange.until_kind("recorded")
    left, right = channels(path)
    middle = slice(24_000, 60_000)
    assert strength(left[middle], TONES["customer"], 48_000) > HEARD
    assert strength(left[middle], TONES["agent"], 48_000) < NOT_HEARD
    assert strength(right[middle], TONES["agent"], 48_000) > HEARD
    assert strength(right[middle], TONES["supervisor"], 48_000) > HEARD
    assert strength(right[middle], TONES["customer"], 48_000) < NOT_HEARD


def channels(path: Path) -> tuple[Samples, Samples]:
    with av.open(str(path)) as file:
        resampler = av.AudioResampler("s16p", "stereo", 48_000)
        frames = [out.to_ndarray() for frame in file.decode(audio=0) for out in resampler.resample(frame)]
    both = np.concatenate(frames, axis=1).astype(np.int16)
    return both[0], both[1]


def test_more_than_thirty_two_are_refused(exchange: Exchange) -> None:
    exchange.telephone("a", [OPUS])
    with pytest.raises(ValueError, match="at most 32"):
        exchange.engine.hear("a", ("mix", [f"leg{n}" for n in range(33)]))


def test_a_mix_of_oneself_is_silence(exchange: Exchange, three: dict[str, Telephone]) -> None:
    exchange.engine.hear("agent", ("mix", ("agent",)))
    listen_anew(exchange)
    assert heard_by(three["agent"]) == set()


def test_a_mix_of_oneself_and_another_is_passed_on_untouched(exchange: Exchange, three: dict[str, Telephone]) -> None:
    exchange.engine.hear("customer", ("mix", ("agent", "customer")))
    listen_anew(exchange, 20)
    assert heard_by(three["customer"]) == {"agent"}
    assert exchange.engine.counters()["rtp_passed"] >= 15


def test_nothing_is_missing_when_a_call_that_is_not_recorded_becomes_a_mix(
    exchange: Exchange, three: dict[str, Telephone]
) -> None:
    engine, agent = exchange.engine, three["agent"]
    engine.hear("agent", ("leg", "customer"))
    exchange.run(30)
    before = len(agent.heard)
    engine.hear("agent", ("mix", ("customer", "supervisor")))
    exchange.run(50)
    steps = [after.seq - first.seq for first, after in zip(agent.heard, agent.heard[1:], strict=False)]
    assert set(steps) == {1}
    assert len(agent.heard) - before >= 48
    assert heard_by(agent) >= {"customer"}

# SPDX-License-Identifier: Apache-2.0
"""Recordings: two voices, two channels, the wall's time, playable at every moment."""

import subprocess
import sys
import textwrap
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest

from tests.engine.telephone import KEYS, OPUS, PCMA, PCMU, Exchange, loudness, sine, strength, tone_of_alaw

Stereo = npt.NDArray[np.int16]


def channels(path: Path) -> Stereo:
    """Both channels as an independent player hears them, at 48 kHz."""
    with av.open(str(path)) as file:
        resampler = av.AudioResampler("s16p", "stereo", 48000)
        parts = [out.to_ndarray() for frame in file.decode(audio=0) for out in resampler.resample(frame)]
    return np.concatenate(parts, axis=1)


def test_each_voice_is_on_its_own_channel(exchange: Exchange, tmp_path: Path) -> None:
    exchange.telephone("a", [PCMA], tone_of_alaw(400))
    exchange.telephone("b", [PCMA], tone_of_alaw(1500))
    exchange.engine.hear("a", ("leg", "b"))
    exchange.engine.hear("b", ("leg", "a"))
    path = tmp_path / "call.opus"
    exchange.engine.start_recording("r1", "a", str(path))
    exchange.engine.start_recording("r1", "a", str(path))
    exchange.run(100)
    exchange.engine.stop_recording("r1")
    told = next_recorded(exchange)
    left, right = channels(path)
    middle = slice(24000, 72000)
    assert strength(left[middle], 400, 48000) > 6500
    assert strength(right[middle], 1500, 48000) > 6500
    assert strength(left[middle], 1500, 48000) < 100
    assert strength(right[middle], 400, 48000) < 100
    assert len(left) == told[3] * 48
    assert told[4] == path.stat().st_size
    assert 1980 <= told[3] <= 2200


def next_recorded(exchange: Exchange) -> tuple[str, str, str, int, int]:
    """The event that ends a recording, whatever it says."""
    exchange.until_kind("recorded")
    event = exchange.told("recorded")[-1]
    assert event[0] == "recorded"
    return event


def test_time_is_the_wall_clock_over_gaps_and_changes(exchange: Exchange, tmp_path: Path) -> None:
    a = exchange.telephone("a", [PCMA], tone_of_alaw(400))
    path = tmp_path / "call.opus"
    exchange.engine.start_recording("r1", "a", str(path))
    exchange.run(25)
    a.voice = None
    exchange.engine.hear("a", ("tone", "busy"))
    exchange.run(25)
    a.voice = tone_of_alaw(400)
    exchange.engine.hear("a", ("silence",))
    exchange.run(25)
    exchange.engine.stop_recording("r1")
    told = next_recorded(exchange)
    left, right = channels(path)
    assert 1480 <= told[3] <= 1700
    assert len(left) == told[3] * 48
    assert loudness(left[10000:20000]) > 6000
    assert loudness(left[34000:44000]) < 500
    assert loudness(left[60000:70000]) > 6000
    assert loudness(right[10000:20000]) < 500
    assert strength(right[28000:38000], 450, 48000) > 3000


def test_play_and_digits_are_heard_in_the_right_channel(exchange: Exchange, tmp_path: Path) -> None:
    exchange.telephone("a", [PCMA])
    exchange.engine.add_clip("note", sine(700, 50, 48000).tobytes())
    path = tmp_path / "call.opus"
    exchange.engine.start_recording("r1", "a", str(path))
    exchange.engine.hear("a", ("play", "p", ["note"], True, 0.0))
    exchange.run(25)
    exchange.engine.send_digits("a", "5", 200)
    exchange.run(25)
    exchange.engine.stop_recording("r1")
    next_recorded(exchange)
    _, right = channels(path)
    assert strength(right[10000:20000], 700, 48000) > 6500
    assert strength(right[27000:32000], 770, 48000) > 3000


def test_a_transcoded_call_is_recorded_too(exchange: Exchange, tmp_path: Path) -> None:
    exchange.telephone("a", [PCMA], tone_of_alaw(400))
    exchange.telephone("b", [PCMU, KEYS])
    exchange.engine.hear("b", ("leg", "a"))
    path = tmp_path / "b.opus"
    exchange.engine.start_recording("r1", "b", str(path))
    exchange.run(50)
    exchange.engine.close_leg("b")
    told = next_recorded(exchange)
    assert told[1:3] == ("r1", "b")
    left, right = channels(path)
    assert loudness(left) < 100
    assert strength(right[20000:40000], 400, 48000) > 6500


def test_the_file_plays_while_it_grows(exchange: Exchange, tmp_path: Path) -> None:
    exchange.telephone("a", [OPUS])
    path = tmp_path / "call.opus"
    exchange.engine.start_recording("r1", "a", str(path))
    for seconds in (1, 2):
        exchange.run(55)
        assert channels(path).shape[1] >= (seconds - 0.5) * 48000
    exchange.engine.stop_recording("r1")
    next_recorded(exchange)


def test_a_killed_process_leaves_a_file_that_plays(tmp_path: Path) -> None:
    path = tmp_path / "call.opus"
    program = """
        import os, signal, sys
        from tests.engine.telephone import PCMA, Exchange, tone_of_alaw
        exchange = Exchange()
        exchange.telephone("a", [PCMA], tone_of_alaw(400))
        exchange.engine.start_recording("r1", "a", sys.argv[1])
        exchange.run(120)
        os.kill(os.getpid(), signal.SIGKILL)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(program), str(path)], timeout=30, check=False)
    assert done.returncode == -9
    left, _ = channels(path)
    assert len(left) >= 1.8 * 48000
    assert strength(left[24000:72000], 400, 48000) > 6500


def test_closing_the_engine_ends_recordings_properly(exchange: Exchange, tmp_path: Path) -> None:
    exchange.telephone("a", [PCMA])
    path = tmp_path / "call.opus"
    exchange.engine.start_recording("r1", "a", str(path))
    exchange.run(10)
    exchange.engine.close()
    told = next_recorded(exchange)
    assert channels(path).shape[1] == told[3] * 48


@pytest.mark.parametrize("name", ["no/such/folder/call.opus", "there.opus"])
def test_a_file_that_cannot_be_made_is_told(exchange: Exchange, tmp_path: Path, name: str) -> None:
    (tmp_path / "there.opus").write_bytes(b"precious")
    exchange.telephone("a", [PCMA])
    exchange.engine.start_recording("r1", "a", str(tmp_path / name))
    exchange.until_kind("record_failed")
    assert exchange.told("record_failed")[0][1:3] == ("r1", "a")
    assert (tmp_path / "there.opus").read_bytes() == b"precious"
    exchange.engine.stop_recording("r1")
    exchange.run(3)
    assert exchange.told("recorded") == []


def test_a_full_disk_is_told_and_harms_nobody(exchange: Exchange) -> None:
    exchange.telephone("a", [PCMA], tone_of_alaw(400))
    b = exchange.telephone("b", [PCMA])
    exchange.engine.hear("b", ("leg", "a"))
    exchange.engine.start_recording("r1", "a", "/dev/full")
    exchange.run(20)
    assert len(b.heard) >= 19

# SPDX-License-Identifier: Apache-2.0
"""Files become clips once, whatever their format; what is no audio is refused in words."""

import asyncio
import os
import threading
import wave
from array import array
from collections.abc import Callable, Coroutine
from fractions import Fraction
from itertools import pairwise
from math import pi, sin
from pathlib import Path
from random import Random
from typing import Any, cast

import av
import pytest

from headcall.sfu.clips import MAX_FILE, RATE, ClipError, Clips, decode_file
from tests.sfu.fake_engine import FakeEngine


def tone(rate: int, seconds: float, hz: float = 440.0) -> "array[int]":
    return array("h", (round(12000 * sin(2 * pi * hz * n / rate)) for n in range(round(rate * seconds))))


def write_wav(path: Path, *, rate: int = 8000, channels: int = 1, seconds: float = 0.5) -> Path:
    with wave.open(str(path), "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(2)
        out.setframerate(rate)
        mono = tone(rate, seconds)
        out.writeframes(array("h", (sample for sample in mono for _ in range(channels))).tobytes())
    return path


def write_encoded(path: Path, codec: str, rate: int) -> Path:
    with av.open(str(path), "w") as container:
        stream = cast(av.AudioStream, container.add_stream(codec, rate=rate))
        stream.layout = "mono"
        frame = av.AudioFrame(format="s16", layout="mono", samples=rate // 2)
        frame.planes[0].update(tone(rate, 0.5).tobytes())
        frame.sample_rate = rate
        frame.time_base = Fraction(1, rate)
        frame.pts = 0
        size = stream.codec_context.frame_size
        resampler = av.AudioResampler(format=stream.format.name, layout="mono", rate=rate, frame_size=size)
        for piece in (*resampler.resample(frame), *resampler.resample(None)):
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))
    return path


def pitch(pcm: bytes) -> float:
    """Zero crossings say it well enough for a pure tone."""
    samples = array("h", pcm)
    middle = samples[len(samples) // 4 : 3 * len(samples) // 4]
    crossings = sum((a < 0) != (b < 0) for a, b in pairwise(middle))
    return crossings / 2 / (len(middle) / RATE)


@pytest.mark.parametrize(("rate", "channels"), [(8000, 1), (16000, 2), (44100, 2), (48000, 1)])
def test_a_wav_becomes_48_khz_mono(tmp_path: Path, rate: int, channels: int) -> None:
    pcm = decode_file(write_wav(tmp_path / "a.wav", rate=rate, channels=channels))
    assert len(pcm) / 2 / RATE == pytest.approx(0.5, abs=0.002)
    assert pitch(pcm) == pytest.approx(440, abs=5)


@pytest.mark.parametrize(
    ("name", "codec", "rate"),
    [("a.mp3", "libmp3lame", 44100), ("a.ogg", "libopus", 48000), ("a.flac", "flac", 44100), ("a.m4a", "aac", 44100)],
)
def test_other_formats_too(tmp_path: Path, name: str, codec: str, rate: int) -> None:
    pcm = decode_file(write_encoded(tmp_path / name, codec, rate))
    assert len(pcm) / 2 / RATE == pytest.approx(0.5, abs=0.06)
    assert pitch(pcm) == pytest.approx(440, abs=10)


def test_what_is_no_audio_is_a_clip_error(tmp_path: Path) -> None:
    chance = Random(1)
    whole = write_wav(tmp_path / "a.wav").read_bytes()
    broken = {
        "noise": chance.randbytes(5000),
        "text": "你好".encode() * 100,
        "playlist": b"#EXTM3U\n#EXTINF:1,\n/etc/passwd\n",
        "concat": b"ffconcat version 1.0\nfile '/etc/passwd'\n",
        "only a header": whole[:44],
        "half a header": whole[:20],
    }
    for name, data in broken.items():
        path = tmp_path / name
        path.write_bytes(data)
        with pytest.raises(ClipError):
            decode_file(path)


def test_a_wounded_file_gives_audio_or_a_clip_error(tmp_path: Path) -> None:
    whole = bytearray(write_encoded(tmp_path / "a.ogg", "libopus", 48000).read_bytes())
    for seed in range(60):
        chance = Random(seed)
        wounded = bytearray(whole)
        for _ in range(chance.randint(1, 30)):
            wounded[chance.randrange(len(wounded))] = chance.randrange(256)
        path = tmp_path / "wounded.ogg"
        path.write_bytes(wounded[: chance.randrange(10, len(wounded))])
        try:
            assert decode_file(path)
        except ClipError:
            continue


def test_decoding_does_not_go_on_for_ever(tmp_path: Path) -> None:
    ticks = iter(range(0, 1000, 20))
    with pytest.raises(ClipError, match="not decoded within"):
        decode_file(write_wav(tmp_path / "a.wav", seconds=3), now=lambda: float(next(ticks)))


def run(work: Callable[[], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(asyncio.wait_for(work(), 10))


class Decoder:
    """Counts, and gives a fixed number of octets."""

    def __init__(self, octets: int = 1000) -> None:
        self.octets = octets
        self.paths: list[str] = []
        self.may_go = threading.Event()
        self.may_go.set()

    def __call__(self, path: Path) -> bytes:
        self.may_go.wait(5)
        self.paths.append(path.name)
        if path.name == "broken":
            raise ClipError("broken")
        return bytes(self.octets)


def make_files(folder: Path, *names: str) -> list[str]:
    for name in names:
        (folder / name).write_bytes(b"x")
    return [str(folder / name) for name in names]


def test_a_file_is_decoded_once(tmp_path: Path) -> None:
    async def work() -> None:
        engine, decoder = FakeEngine(), Decoder()
        clips = Clips(engine, decode=decoder)
        files = make_files(tmp_path, "a", "b")
        assert clips.ready(files) is None
        both = await asyncio.gather(clips.load(files), clips.load(files))
        assert both[0] == both[1] == clips.ready(files)
        assert decoder.paths == ["a", "b"]
        assert list(engine.clips) == both[0]

    run(work)


def test_a_changed_file_is_another_clip(tmp_path: Path) -> None:
    async def work() -> None:
        clips = Clips(FakeEngine(), decode=Decoder())
        (file,) = make_files(tmp_path, "a")
        before = await clips.load([file])
        os.utime(file, ns=(1, 1))
        assert clips.ready([file]) is None
        assert await clips.load([file]) != before

    run(work)


def test_the_longest_unused_goes_when_room_is_needed(tmp_path: Path) -> None:
    async def work() -> None:
        engine = FakeEngine()
        clips = Clips(engine, decode=Decoder(1000), limit=2500)
        a, b, c = make_files(tmp_path, "a", "b", "c")
        await clips.load([a])
        await clips.load([b])
        assert clips.ready([a])
        await clips.load([c])
        assert clips.ready([a])
        assert clips.ready([b]) is None
        assert clips.octets == 2000 == sum(map(len, engine.clips.values()))
        with pytest.raises(ClipError, match="more than"):
            await clips.load([a, b, c])

    run(work)


def test_a_file_that_is_not_there_or_no_file_is_a_clip_error(tmp_path: Path) -> None:
    async def work() -> None:
        clips = Clips(FakeEngine())
        os.mkfifo(tmp_path / "fifo")
        (tmp_path / "empty").touch()
        with (tmp_path / "large").open("wb") as large:
            large.truncate(MAX_FILE + 1)
        for name in ("missing", "fifo", "empty", "large", "a\0b", ".", "x" * 5000):
            with pytest.raises(ClipError):
                await clips.load([str(tmp_path / name)])
            assert clips.ready([str(tmp_path / name)]) is None

    run(work)


def test_whoever_stops_waiting_does_not_stop_the_others(tmp_path: Path) -> None:
    async def work() -> None:
        decoder = Decoder()
        decoder.may_go.clear()
        clips = Clips(FakeEngine(), decode=decoder)
        files = make_files(tmp_path, "a")
        first, second = asyncio.create_task(clips.load(files)), asyncio.create_task(clips.load(files))
        await asyncio.sleep(0)
        first.cancel()
        decoder.may_go.set()
        assert await second == clips.ready(files)

    run(work)


def test_a_broken_file_is_tried_again_when_asked_again(tmp_path: Path) -> None:
    async def work() -> None:
        decoder = Decoder()
        clips = Clips(FakeEngine(), decode=decoder)
        (file,) = make_files(tmp_path, "broken")
        for _ in range(2):
            with pytest.raises(ClipError):
                await clips.load([file])
        assert decoder.paths == ["broken", "broken"]

    run(work)

# SPDX-License-Identifier: Apache-2.0
"""Prompts of the house's own: sounds that are what they say, and those that lie."""

import io
import wave
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from headcall.backend.calls.assembly import make_control
from headcall.backend.edge.limits import MAX_SOUND
from headcall.backend.prompts.errors import CannotSpeak
from headcall.backend.prompts.sound import format_of
from headcall.backend.prompts.wav import write_wav
from headcall.backend.sample import QUEUE_ID
from tests.backend.company import Company, run_in_company

PROMPTS = "/api/v1/prompts"


def tone(seconds: float = 1.0, rate: int = 8000) -> "np.ndarray[Any, np.dtype[np.int16]]":
    return (np.sin(np.arange(int(seconds * rate)) * 2 * np.pi * 440 / rate) * 12000).astype(np.int16)


def wav(seconds: float = 1.0, rate: int = 8000, channels: int = 1) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(np.repeat(tone(seconds, rate), channels).tobytes())
    return out.getvalue()


def encoded(kind: str, codec: str, seconds: float = 1.0, bit_rate: int = 64_000) -> bytes:
    """A file as FFmpeg would make it."""
    out, rate = io.BytesIO(), 48000
    with av.open(out, "w", format=kind) as container:
        stream = container.add_stream(codec, rate=rate)
        assert isinstance(stream, av.AudioStream)
        stream.bit_rate = bit_rate
        stream.layout = "mono"
        samples = tone(seconds, rate)
        for n in range(0, len(samples), 960):
            frame = av.AudioFrame.from_ndarray(samples[None, n : n + 960], format="s16", layout="mono")
            frame.sample_rate, frame.pts = rate, n
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return out.getvalue()


async def new_prompt(client: Any, **more: Any) -> str:
    answer = await client.post(PROMPTS, json={"name": "夜间 <script>alert(1)</script> 🌙", **more})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["prompt_id"])


@pytest.mark.parametrize(
    ("data", "demuxer"),
    [
        (b"RIFF\0\0\0\0WAVEfmt ", "wav"),
        (b"OggS\0", "ogg"),
        (b"\x1aE\xdf\xa3", "matroska"),
        (b"ID3\x04", "mp3"),
        (b"\xff\xfb\x90", "mp3"),
        (b"\0\0\0\x20ftypM4A ", "mov"),
        (b"#EXTM3U\nhttp://169.254.169.254/", None),
        (b"ffconcat version 1.0\nfile /etc/passwd", None),
        (b"<svg onload=alert(1)>", None),
        (b"MZ\x90", None),
        (b"", None),
    ],
)
def test_a_file_is_what_it_begins_with(data: bytes, demuxer: str | None) -> None:
    assert format_of(data) == demuxer


@pytest.mark.parametrize("kind", ["wav", "ogg", "webm", "mp3"])
def test_a_sound_of_any_usual_kind_is_heard_and_kept(tmp_path: Path, kind: str) -> None:
    codecs = {"ogg": "libopus", "webm": "libopus", "mp3": "libmp3lame"}
    data = wav() if kind == "wav" else encoded(kind, codecs[kind])

    async def scenario(c: Company) -> None:
        anna = await c.signed_in("anna")
        prompt_id = await new_prompt(anna)
        query = {"language": "zh", "name": f"night.{kind}"}
        answer = await anna.post(f"{PROMPTS}/{prompt_id}/sound", params=query, content=data)
        assert answer.status_code == 201, answer.text
        version = answer.json()
        assert version["is_current"] and 900 <= version["length_ms"] <= 1200
        file = c.parts.library.file(prompt_id, "zh")
        assert file and c.parts.library.file(prompt_id, "en") == file
        with wave.open(file) as master:
            assert (master.getframerate(), master.getnchannels(), master.getsampwidth()) == (48000, 1, 2)
        heard = await anna.get(f"/api/v1/prompt-versions/{version['version_id']}/audio")
        assert heard.headers["content-type"] == "audio/wav" and heard.content[:4] == b"RIFF"

    run_in_company(tmp_path, scenario)


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (b"", "bad-sound"),
        (b"not a sound at all", "bad-sound"),
        (b"<html><script>alert(1)</script>", "bad-sound"),
        (b"RIFF\xff\xff\xff\xffWAVE" + b"\xff" * 500, "bad-sound"),
        (b"OggS" + bytes(500), "bad-sound"),
        (b"ID3" + b"\x7f" * 3000, "bad-sound"),
        (b"\x1aE\xdf\xa3" + b"\x01" * 3000, "bad-sound"),
        (wav(0.01), "bad-sound"),
        (wav()[:40], "bad-sound"),
        (b"\0" * (MAX_SOUND + 1), "too-large"),
        (wav(61, rate=4000), "too-large"),
    ],
)
def test_a_file_that_lies_is_refused_and_leaves_nothing(tmp_path: Path, data: bytes, cause: str) -> None:
    async def scenario(c: Company) -> None:
        anna = await c.signed_in("anna")
        prompt_id = await new_prompt(anna)
        query = {"language": "zh", "name": "honest.wav"}
        answer = await anna.post(f"{PROMPTS}/{prompt_id}/sound", params=query, content=data)
        assert answer.json()["error"]["cause"] == cause, answer.text
        assert (await anna.get(PROMPTS)).json()["prompts"][0]["versions"] == []
        assert not list((tmp_path / "prompts").glob("own-*"))

    run_in_company(tmp_path, scenario)


def test_a_small_file_that_lasts_too_long_is_stopped(tmp_path: Path) -> None:
    data = encoded("ogg", "libopus", seconds=70, bit_rate=6000)
    assert len(data) < 200_000

    async def scenario(c: Company) -> None:
        anna = await c.signed_in("anna")
        for kind, status in (("announcement", 413), ("music", 201)):
            url = f"{PROMPTS}/{await new_prompt(anna, kind=kind)}/sound"
            assert (await anna.post(url, params={"language": "zh"}, content=data)).status_code == status

    run_in_company(tmp_path, scenario)


def test_a_minute_in_the_quality_of_a_studio_is_taken(tmp_path: Path) -> None:
    data = wav(60, rate=48000, channels=2)

    async def scenario(c: Company) -> None:
        anna = await c.signed_in("anna")
        url = f"{PROMPTS}/{await new_prompt(anna)}/sound"
        answer = await anna.post(url, params={"language": "zh"}, content=data)
        assert (answer.status_code, answer.json().get("length_ms")) == (201, 60_000), answer.text

    run_in_company(tmp_path, scenario)


@pytest.mark.parametrize(("seconds", "status"), [(10, 201), (60, 201), (61, 413)])
def test_an_announcement_may_be_spoken_for_a_minute(tmp_path: Path, seconds: int, status: int) -> None:
    async def scenario(c: Company) -> None:
        c.parts.prompts._voice = Parrot(seconds)
        anna = await c.signed_in("anna")
        url = f"{PROMPTS}/{await new_prompt(anna)}/speech"
        answer = await anna.post(url, json={"language": "zh", "text": "请稍候，您的来电对我们很重要。"})
        assert answer.status_code == status, answer.text
        if status == 413:
            assert "60 s" in answer.json()["error"]["detail"]

    run_in_company(tmp_path, scenario)


class Parrot:
    """A voice of a moment, or of a minute."""

    name = "parrot"

    def __init__(self, seconds: float = 0.2) -> None:
        self._seconds = seconds

    async def speak(self, text: str, language: str, path: Path) -> None:
        if text == "dumb":
            raise CannotSpeak("no voice")
        write_wav(path, np.full(round(48000 * self._seconds), 0.1, np.float32))


def test_versions_are_kept_chosen_again_and_told(tmp_path: Path, database_url: str) -> None:
    async def scenario(c: Company) -> None:
        c.parts.prompts._voice = Parrot()
        await c.parts.control.queues.load()  # type: ignore[attr-defined]
        anna, admin = await c.signed_in("anna"), await c.signed_in("admin")
        prompt_id = await new_prompt(anna)
        said = await anna.post(f"{PROMPTS}/{prompt_id}/speech", json={"language": "zh", "text": "您好"})
        assert said.json()["length_ms"] == 200, said.text
        sound = {"language": "zh", "made": "recording"}
        second = (await anna.post(f"{PROMPTS}/{prompt_id}/sound", params=sound, content=wav())).json()
        versions = (await anna.get(PROMPTS)).json()["prompts"][0]["versions"]
        assert [(v["made"], v["is_current"]) for v in sorted(versions, key=lambda v: str(v["made"]))] == [
            ("recording", True),
            ("speech", False),
        ]
        first_file = c.parts.library.file(prompt_id, "zh")
        again = await anna.put(f"/api/v1/prompt-versions/{said.json()['version_id']}/current")
        assert again.status_code == 204 and c.parts.library.file(prompt_id, "zh") != first_file
        dumb = await anna.post(f"{PROMPTS}/{prompt_id}/speech", json={"language": "zh", "text": "dumb"})
        assert dumb.json()["error"]["cause"] == "unavailable"
        rules = (await anna.get(f"/api/v1/queues/{QUEUE_ID}")).json()
        for fixed in ("id", "number", "version"):
            rules.pop(fixed, None)
        await anna.put(f"/api/v1/queues/{QUEUE_ID}", json=rules | {"music": prompt_id})
        assert (await anna.delete(f"{PROMPTS}/{prompt_id}")).json()["error"]["cause"] == "in-use"
        await anna.put(f"/api/v1/queues/{QUEUE_ID}", json=rules)
        assert (await anna.patch(f"{PROMPTS}/{prompt_id}", json={"name": "x" * 4000})).status_code == 400
        assert (await anna.patch(f"{PROMPTS}/{prompt_id}", json={"name": "neu"})).status_code == 204
        assert (await anna.delete(f"{PROMPTS}/{prompt_id}")).status_code == 204
        told = (await admin.get("/api/v1/audit", params={"object_id": prompt_id})).json()["entries"]
        actions = [e["action"] for e in told]
        assert actions.count("prompt.version") == 3 and {"prompt.create", "prompt.delete"} < set(actions)
        assert (await anna.get(f"/api/v1/prompt-versions/{second['version_id']}/audio")).status_code == 404
        mei = await c.signed_in("mei")
        assert (await mei.get(PROMPTS)).status_code == 403

    run_in_company(tmp_path, scenario, make_control=make_control, database_url=database_url)

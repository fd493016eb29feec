# SPDX-License-Identifier: Apache-2.0
"""What callers hear: made once, kept by content, and never in the way of a call."""

import asyncio
import shutil
import wave
from pathlib import Path

import numpy as np
import pytest

from headcall.backend.numbers.plan import DialPlan
from headcall.backend.prompts.catalogue import TEXTS, Language, spoken_digits, text_of
from headcall.backend.prompts.errors import CannotSpeak
from headcall.backend.prompts.music import loop
from headcall.backend.prompts.service import AT_ONCE, Prompts
from headcall.backend.prompts.voice import Espeak
from headcall.backend.prompts.wav import RATE, write_wav

needs_espeak = pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")


class FakeVoice:
    """Speaks a hundredth of a second per character, and counts."""

    name = "fake"

    def __init__(self, *, is_mute: bool = False) -> None:
        self.is_mute = is_mute
        self.spoken: list[str] = []
        self.speaking = self.most_at_once = 0

    async def speak(self, text: str, language: Language, path: Path) -> None:
        if self.is_mute:
            raise CannotSpeak("no voice today")
        self.spoken.append(text)
        self.speaking += 1
        self.most_at_once = max(self.most_at_once, self.speaking)
        for _ in range(3):
            await asyncio.sleep(0)
        self.speaking -= 1
        write_wav(path, np.zeros(RATE * len(text) // 100, np.float32))


def prompts(folder: Path, voice: FakeVoice | Espeak) -> Prompts:
    return Prompts(folder / "prompts", voice, DialPlan(), "zh")


def test_a_text_is_spoken_once_however_many_ask_for_it(tmp_path: Path) -> None:
    async def scenario() -> None:
        voice = FakeVoice()
        said = prompts(tmp_path, voice)
        paths = await asyncio.gather(*(said.say("welcome", "zh") for _ in range(10)))
        assert len(set(paths)) == 1 and Path(paths[0]).exists()
        assert await prompts(tmp_path, voice).say("welcome", "zh") == paths[0]
        assert len(voice.spoken) == 1

    asyncio.run(scenario())


def test_few_voices_speak_at_once(tmp_path: Path) -> None:
    async def scenario() -> None:
        voice = FakeVoice()
        said = prompts(tmp_path, voice)
        await asyncio.gather(*(said.say("position", "en", n=n) for n in range(20)))
        assert voice.most_at_once == AT_ONCE and len(voice.spoken) == 20

    asyncio.run(scenario())


def test_a_mute_voice_leaves_a_silence_and_a_problem_to_be_seen(tmp_path: Path) -> None:
    async def scenario() -> None:
        said = prompts(tmp_path, FakeVoice(is_mute=True))
        path = await said.say("welcome", "en")
        assert Path(path).exists() and said.problem == "no voice today"

    asyncio.run(scenario())


def test_a_listener_that_is_cancelled_does_not_cancel_the_voice(tmp_path: Path) -> None:
    async def scenario() -> None:
        voice = FakeVoice()
        said = prompts(tmp_path, voice)
        impatient = asyncio.create_task(said.say("welcome", "zh"))
        patient = asyncio.create_task(said.say("welcome", "zh"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        impatient.cancel()
        assert Path(await patient).exists() and len(voice.spoken) == 1

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("number", "language"),
    [
        ("13800138000", "zh"),
        ("+8613800138000", "zh"),
        ("075512345678", "zh"),
        ("+852 2345 6789".replace(" ", ""), "zh"),
        ("+496912345678", "en"),
        ("00496912345678", "en"),
        ("+12025550123", "en"),
        ("83012341001", "zh"),
        ("1001", "zh"),
        ("anonymous", "zh"),
        ("", "zh"),
        ("+", "zh"),
    ],
)
def test_a_number_tells_the_language(tmp_path: Path, number: str, language: str) -> None:
    assert prompts(tmp_path, FakeVoice()).language_of(number) == language


def test_every_text_is_there_in_both_languages_with_the_same_fields() -> None:
    fields = {"n": 3, "digits": "1001", "minutes": 2, "text": "甲", "press": "1"}
    for key, texts in TEXTS.items():
        assert set(texts) == {"zh", "en"}
        assert ("{" in texts["zh"]) == ("{" in texts["en"])
        for language in texts:
            assert "{" not in text_of(key, language, dict(fields))


def test_positions_and_digits_are_said_as_people_say_them() -> None:
    assert text_of("position", "en", {"n": 0}) == TEXTS["position-next"]["en"]
    assert "one caller" in text_of("position", "en", {"n": 1})
    assert "3" in text_of("position", "zh", {"n": 3})
    assert spoken_digits("1001", "zh") == "幺零零幺"
    assert spoken_digits("10a", "en") == "one, zero"


@needs_espeak
@pytest.mark.parametrize(
    ("language", "text"), [("zh", "您好"), ("en", "Hello"), ("en", "--help"), ("zh", "😀"), ("en", "")]
)
def test_espeak_gives_48_khz_mono_of_a_decent_level(tmp_path: Path, language: Language, text: str) -> None:
    async def scenario() -> str:
        return await prompts(tmp_path, Espeak()).speak(text, language)

    with wave.open(asyncio.run(scenario())) as wav:
        assert (wav.getframerate(), wav.getnchannels(), wav.getsampwidth()) == (RATE, 1, 2)
        samples = np.frombuffer(wav.readframes(wav.getnframes()), "<i2")
    if text in ("您好", "Hello"):
        assert 0.2 < len(samples) / RATE < 3 and 10_000 < np.abs(samples).max() < 20_000


def test_a_missing_engine_cannot_speak(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CannotSpeak, match="Install"):
        asyncio.run(Espeak().speak("x", "en", tmp_path / "x.wav"))


def test_the_music_is_the_same_each_time_and_has_no_seam() -> None:
    music = loop()
    assert 40 < len(music) / RATE < 60
    assert np.array_equal(music, loop())
    assert 0.3 < np.abs(music).max() <= 0.36
    steps = np.abs(np.diff(np.concatenate([music[-2000:], music[:2000]])))
    assert steps.max() < 0.06, "no step at the seam is larger than within the music"
    loudness = np.sqrt((music.reshape(-1, RATE) ** 2).mean(axis=1))
    assert loudness.min() > 0.01, "no second is silent"


def test_a_wav_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    write_wav(tmp_path / "x.wav", np.array([2.0, -2.0, 0.0], np.float32))
    assert [path.name for path in tmp_path.iterdir()] == ["x.wav"]
    with wave.open(str(tmp_path / "x.wav")) as wav:
        assert list(np.frombuffer(wav.readframes(3), "<i2")) == [32767, -32767, 0]

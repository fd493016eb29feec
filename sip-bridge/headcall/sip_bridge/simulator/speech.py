# SPDX-License-Identifier: Apache-2.0
"""What a simulated caller says: text by espeak-ng, a file, or a tone; always 8 kHz, ready in packets."""

import asyncio
import io
import wave
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from headcall.sip_bridge.simulator.g711 import Samples, encode

RATE: Final = 8000
FRAME: Final = 160
"""Samples of one packet: 20 ms."""
LONGEST_S: Final = 60
PAUSE_S: Final = 1.0
"""Between two times that the text is spoken."""

SAMPLE: Final = {
    "zh": "您好，我想咨询一下我的订单，什么时候可以发货？谢谢。",
    "en": "Hello, I would like to ask about my order. When will it be shipped? Thank you.",
}
_VOICES: Final = {"zh": "cmn", "en": "en"}


class NoSpeech(Exception):
    """The text or file cannot be made into sound; the text says why."""


def tone(hertz: float, *, seconds: float = 1.0, dbov: float = -10.0) -> Samples:
    """A whole number of periods in a second, so that it can go round."""
    times = np.arange(int(RATE * seconds)) / RATE
    loudness = 32767 * 10 ** (dbov / 20)
    samples: Samples = np.rint(loudness * np.sin(2 * np.pi * round(hertz) * times)).astype(np.int16)
    return samples


async def spoken(text: str, language: Literal["zh", "en"]) -> Samples:
    """Raises NoSpeech."""
    text = (text or SAMPLE[language])[:2000]
    try:
        process = await asyncio.create_subprocess_exec(
            *("espeak-ng", "-v", _VOICES[language], "-s", "150", "--stdout", "--stdin"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError as error:
        raise NoSpeech(f"espeak-ng does not start ({error}); `./headcall doctor` says how to install it") from error
    try:
        async with asyncio.timeout(20):
            data, _ = await process.communicate(text.encode())
    except TimeoutError:
        process.kill()
        raise NoSpeech("espeak-ng takes too long") from None
    return with_pause(read_wav(data))


def with_pause(samples: Samples) -> Samples:
    return np.concatenate([samples, np.zeros(int(RATE * PAUSE_S), np.int16)])


def from_file(path: str) -> Samples:
    """A WAV file with 16-bit samples. Raises NoSpeech."""
    try:
        return read_wav(Path(path).read_bytes())
    except OSError as error:
        raise NoSpeech(f"{path}: {error.strerror}") from error


def read_wav(data: bytes) -> Samples:
    """Raises NoSpeech. espeak-ng writes a length into its header that it does not know yet, so that is not believed."""
    try:
        with wave.open(io.BytesIO(data)) as file:
            if file.getsampwidth() != 2:
                raise NoSpeech("only WAV files with 16-bit samples can be played")
            rate, channels = file.getframerate(), file.getnchannels()
            raw = np.frombuffer(file.readframes(LONGEST_S * rate), "<i2")
    except (wave.Error, EOFError, ValueError) as error:
        raise NoSpeech(f"not a WAV file: {error}") from error
    mono = raw.reshape(-1, channels).mean(axis=1) if channels > 1 else raw.astype(np.float64)
    return _resample(mono, rate)


def _resample(samples: NDArray[np.float64], rate: int) -> Samples:
    """By Fourier transform: whole, exact enough, and never in a hurry here."""
    if rate != RATE and samples.size:
        count = max(1, samples.size * RATE // rate)
        spectrum = np.fft.rfft(samples)
        wanted = count // 2 + 1
        kept = np.zeros(wanted, complex)
        kept[: min(wanted, spectrum.size)] = spectrum[: min(wanted, spectrum.size)]
        samples = np.fft.irfft(kept, count) * (count / samples.size)
    found: Samples = np.clip(np.rint(samples), -32768, 32767).astype(np.int16)
    return found


def packets(codec: str, samples: Samples) -> tuple[bytes, ...]:
    """Payloads of 20 ms each, to be sent round and round."""
    count = max(1, -(-samples.size // FRAME))
    padded = np.zeros(count * FRAME, np.int16)
    padded[: samples.size] = samples
    data = encode(codec, padded)
    return tuple(data[at : at + FRAME] for at in range(0, len(data), FRAME))


@lru_cache(maxsize=32)
def tone_packets(codec: str, hertz: float) -> tuple[bytes, ...]:
    return packets(codec, tone(hertz))

# SPDX-License-Identifier: Apache-2.0
"""The master format of all we play: WAV, 48 kHz, mono, 16 bit; written whole or not at all."""

import os
import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt

RATE = 48_000
Samples = npt.NDArray[np.float32]


def write_wav(path: Path, samples: Samples) -> None:
    """Writes samples of -1..1 to `path`; whoever opens it sees all of it or nothing."""
    part = path.with_suffix(f".{os.getpid()}.part")
    pcm = (np.clip(samples, -1.0, 1.0) * 32767).astype("<i2")
    with part.open("wb") as file:
        with wave.open(file, "wb") as wav:
            wav.setnchannels(1)
            wav.setsampwidth(2)
            wav.setframerate(RATE)
            wav.writeframes(pcm.tobytes())
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)

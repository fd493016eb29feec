# SPDX-License-Identifier: Apache-2.0
"""What an engine spoke, made our master format. Apart from `voice`, because numpy and PyAV double the time of a start
and are only needed when something new is spoken."""

import io
from pathlib import Path

import av
import av.error
import numpy as np

from headcall.backend.prompts.errors import CannotSpeak
from headcall.backend.prompts.wav import RATE, Samples, write_wav

LEVEL = 0.5
"""Peak, of full scale: -6 dB, as loud as a person on the telephone."""

SILENCE_S = 0.3


def write_master(spoken: bytes, path: Path) -> None:
    """Any sound → 48 kHz mono at our level, with a breath before and after. Raises `CannotSpeak`."""
    try:
        speech = _decoded(spoken)
    except (av.error.FFmpegError, IndexError, ValueError) as error:
        raise CannotSpeak(f"what the voice gave is no sound: {error}") from error
    peak = float(np.abs(speech).max()) or 1.0
    breath = np.zeros(RATE // 10, np.float32)
    write_wav(path, np.concatenate([breath, speech * (LEVEL / peak), breath]))


def write_silence(path: Path) -> None:
    """What stands in for a text that cannot be spoken."""
    write_wav(path, np.zeros(round(SILENCE_S * RATE), np.float32))


def _decoded(spoken: bytes) -> Samples:
    resampler = av.AudioResampler(format="flt", layout="mono", rate=RATE)
    pieces: list[Samples] = []
    with av.open(io.BytesIO(spoken), "r") as container:
        for frame in (*container.decode(audio=0), None):
            pieces += [piece.to_ndarray().reshape(-1).astype(np.float32) for piece in resampler.resample(frame)]
    return np.concatenate(pieces)

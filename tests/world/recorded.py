# SPDX-License-Identifier: Apache-2.0
"""What is in a recording: the pitch of each of its two channels."""

import io
from typing import Any

import av
import numpy as np

from tests.world.system import Person

RATE = 48000


async def pitches(person: Person, record: dict[str, Any]) -> tuple[float, float]:
    """The strongest pitch of customer and agent in the last two seconds but one of a call's recording, hertz."""
    audio = await person.client.get(f"/recordings/{record['recording_id']}/audio")
    audio.raise_for_status()
    assert audio.headers["content-type"] == "audio/ogg"
    return pitches_of(audio.content)


def pitches_of(ogg: bytes) -> tuple[float, float]:
    with av.open(io.BytesIO(ogg), "r") as container:
        frames = [frame.to_ndarray() for frame in container.decode(audio=0)]
    wave = np.concatenate(frames, axis=1)[:, -3 * RATE : -RATE].astype(np.float64)
    assert wave.shape[0] == 2, f"{wave.shape[0]} channels"
    power = np.abs(np.fft.rfft(wave * np.hanning(wave.shape[1]), axis=1))
    left, right = (float(p) * RATE / wave.shape[1] for p in np.argmax(power, axis=1))
    return left, right

# SPDX-License-Identifier: Apache-2.0
"""A two-channel Ogg Opus file as the media node writes them: left the customer, loud; right the agent, soft."""

from pathlib import Path

import av
import numpy as np

RATE = 48_000


def write_ogg(path: Path, *, seconds: float = 2.0, left: float = 0.8, right: float = 0.2) -> int:
    """Writes the file and gives its size. The left channel is silent in the first half."""
    path.parent.mkdir(parents=True, exist_ok=True)
    t = np.arange(round(seconds * RATE)) / RATE
    tone = np.sin(2 * np.pi * 440 * t)
    channels = np.stack([np.where(t < seconds / 2, 0.0, tone * left), tone * right]).astype(np.float32)
    with av.open(str(path), "w", format="ogg") as container:
        stream = container.add_stream("libopus", rate=RATE, layout="stereo")
        interleaved = channels.T.reshape(1, -1).copy()
        frame = av.AudioFrame.from_ndarray(interleaved, format="flt", layout="stereo")
        frame.sample_rate = RATE
        for packet in (*stream.encode(frame), *stream.encode(None)):
            container.mux(packet)
    return path.stat().st_size

# SPDX-License-Identifier: Apache-2.0
"""Hold music of our own making: an electric piano over soft chords, 48 seconds, in a circle.

It is computed, always the same to the last sample, so nobody is owed royalties for it and no file is carried along.
Everything rings on over the end of the loop into its beginning, so there is no seam to hear. Telephones pass 300 to
3400 Hz: the melody lies where they are good, the bass has overtones that they let through.
"""

from pathlib import Path

import numpy as np

from headcall.backend.prompts.wav import RATE, Samples, write_wav

BEAT_S = 0.75  # 80 beats a minute: unhurried
BEATS = 64
LEVEL = 0.35
"""Peak, of full scale: music that waits behind a voice, not before it."""

# One chord for four beats, as MIDI notes: ii-V-I-vi in C and its relatives, the bass first.
CHORDS = (
    (48, 60, 64, 67, 71),  # Cmaj7
    (45, 57, 60, 64, 67),  # Am7
    (41, 57, 60, 65, 69),  # F
    (43, 55, 59, 62, 65),  # G7
    (48, 60, 64, 67, 71),
    (52, 59, 62, 67, 71),  # Em7
    (41, 57, 60, 64, 69),  # Fmaj7
    (43, 55, 60, 62, 67),  # Gsus4
    (45, 57, 60, 64, 67),
    (52, 59, 62, 67, 71),
    (41, 57, 60, 64, 69),
    (48, 60, 64, 67, 72),
    (50, 57, 60, 65, 69),  # Dm7
    (43, 55, 59, 62, 65),
    (48, 60, 64, 67, 71),
    (43, 55, 59, 62, 67),
)

# The tune: beat, MIDI note, length in beats.
TUNE = (
    *((0, 76, 2), (2, 79, 1), (3, 76, 1), (4, 72, 3), (7, 74, 1), (8, 77, 2), (10, 76, 1), (11, 74, 1), (12, 71, 3)),
    *((16, 79, 2), (18, 84, 1), (19, 83, 1), (20, 79, 3), (23, 76, 1), (24, 81, 2), (26, 79, 1), (27, 77, 1)),
    *((28, 79, 3), (32, 76, 1.5), (33.5, 74, 0.5), (34, 72, 2), (36, 71, 2), (38, 74, 2), (40, 77, 1.5)),
    *((41.5, 76, 0.5), (42, 72, 2), (44, 76, 3), (48, 74, 1), (49, 77, 1), (50, 81, 2), (52, 79, 2), (54, 77, 1)),
    *((55, 74, 1), (56, 76, 3), (59, 72, 1), (60, 74, 3)),
)


def loop() -> Samples:
    """One turn of the music."""
    out = np.zeros(round(BEATS * BEAT_S * RATE), np.float32)
    for bar, (bass, *chord) in enumerate(CHORDS):
        _strike(out, bar * 4, bass, 4, 0.5)
        for n, note in enumerate(chord):  # broken a little, as a hand does
            _strike(out, bar * 4 + n * 0.04, note, 2.0, 0.30)
            _strike(out, bar * 4 + 2 + (n % 2) * 0.5, note, 1.5, 0.16)
    for beat, note, length in TUNE:
        _strike(out, beat, note, length, 0.55)
    out *= LEVEL / float(np.abs(out).max())
    return out


def write_music(path: Path) -> None:
    """Renders the loop into a file."""
    write_wav(path, loop())


def _strike(out: Samples, beat: float, note: int, beats: float, strength: float) -> None:
    """Adds one note; what rings beyond the end goes on at the beginning."""
    sound = _tine(440.0 * 2 ** ((note - 69) / 12), beats * BEAT_S + 0.9) * strength
    start = round(beat * BEAT_S * RATE) % len(out)
    head = min(len(sound), len(out) - start)
    out[start : start + head] += sound[:head]
    out[: len(sound) - head] += sound[head:]


def _tine(hertz: float, seconds: float) -> Samples:
    """An electric piano's tine by frequency modulation: bright when struck, soft soon after, faded out at its end."""
    t = np.arange(round(seconds * RATE), dtype=np.float32) / RATE
    shine = np.exp(-t * 5.0) * 1.1 + 0.12
    body = np.sin(2 * np.pi * hertz * t + shine * np.sin(2 * np.pi * hertz * t))
    bell = np.sin(2 * np.pi * hertz * 4 * t) * np.exp(-t * 14.0) * 0.12
    fade = np.exp(-t * 1.6) * np.minimum(1.0, t * 250.0) * np.minimum(1.0, (seconds - t) / 0.3)
    tremolo = 1.0 + 0.06 * np.sin(2 * np.pi * 4.5 * t)
    sound: Samples = ((body + bell) * fade * tremolo).astype(np.float32)
    return sound

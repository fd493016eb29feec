# SPDX-License-Identifier: Apache-2.0
"""What a simulated telephone hears, measured: how loud, which tone, and where it was cut."""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from headcall.sip_bridge.simulator.g711 import Samples, decode

RATE: Final = 8000
SILENCE_DBOV: Final = -90.0
WINDOW_PACKETS: Final = 25
"""Half a second: what "now" means."""
LONGEST_S: Final = 600


@dataclass
class Heard:
    """The received stream of one call."""

    codec: str = "PCMA"
    packets: int = 0
    lost: int = 0
    first_at: float | None = None
    last_at: float | None = None
    longest_gap_s: float = 0.0
    """The longest time between two packets, by the kernel's clock."""
    digits: str = ""
    keeps: bool = False
    """Whether all that is heard is kept, for tests."""
    payloads: list[tuple[float, bytes]] = field(default_factory=list)
    """Arrival and payload, if kept."""
    _recent: deque[bytes] = field(default_factory=lambda: deque(maxlen=WINDOW_PACKETS))
    _next_seq: int | None = None
    _event_at: int | None = None
    _is_new: bool = True

    def packet(self, at: float, seq: int, payload: bytes) -> None:
        """A sound packet that arrived at `at` (seconds)."""
        self.packets += 1
        self.first_at = self.first_at or at
        if self.last_at is not None:
            self.longest_gap_s = max(self.longest_gap_s, at - self.last_at)
        self.last_at = at
        if self._next_seq is not None:
            self.lost += min(100, (seq - self._next_seq) & 0xFFFF) if (seq - self._next_seq) & 0x8000 == 0 else 0
        self._next_seq = (seq + 1) & 0xFFFF
        self._recent.append(payload)
        if self.keeps and len(self.payloads) < LONGEST_S * 50:
            self.payloads.append((at, payload))

    def event(self, timestamp: int, payload: bytes) -> None:
        """A key of the far end (RFC 4733): counted once, however many packets tell it."""
        if len(payload) >= 4 and timestamp != self._event_at and payload[0] < 16:
            self._event_at = timestamp
            self.digits += "0123456789*#ABCD"[payload[0]]

    def begin_measuring(self) -> None:
        """Forgets the gaps so far: from now on they count."""
        self.longest_gap_s, self.last_at, self.lost = 0.0, None, 0

    def samples(self, *, last_s: float = WINDOW_PACKETS * 0.02) -> Samples:
        """The last of what was heard; of more than half a second only if it is kept."""
        count = max(1, round(last_s / 0.02))
        data = [payload for _, payload in self.payloads[-count:]] if self.keeps else list(self._recent)[-count:]
        return decode(self.codec, b"".join(data))

    def dbov(self, now: float) -> float:
        """How loud it is now (dB relative to overload)."""
        if self.last_at is None or now - self.last_at > 0.3:
            return SILENCE_DBOV
        return level(self.samples())

    def hertz(self, *, last_s: float = 0.5) -> float:
        """The strongest tone in the last of what was heard; 0 if it is silent."""
        return strongest(self.samples(last_s=last_s))


def level(samples: Samples) -> float:
    """dBov of the whole."""
    if not samples.size:
        return SILENCE_DBOV
    power = float(np.mean(samples.astype(np.float64) ** 2))
    return max(SILENCE_DBOV, 10 * float(np.log10(power / 32768.0**2))) if power > 0 else SILENCE_DBOV


def strongest(samples: Samples) -> float:
    if samples.size < 400 or level(samples) < -50:
        return 0.0
    power = np.abs(np.fft.rfft(samples * np.hanning(samples.size)))
    return float(np.argmax(power)) * RATE / samples.size


def goertzel(samples: Samples, hertz: float) -> float:
    """How much of the sound is this tone: 0 none, 1 nothing else."""
    if not samples.size:
        return 0.0
    wave = np.exp(-2j * np.pi * hertz * np.arange(samples.size) / RATE)
    total = float(np.sum(samples.astype(np.float64) ** 2))
    return 2 * abs(complex(np.dot(samples, wave))) ** 2 / samples.size / total if total else 0.0

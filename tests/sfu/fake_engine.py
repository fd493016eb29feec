# SPDX-License-Identifier: Apache-2.0
"""An engine without packets: it remembers what it was told, and says the events a test gives it."""

import os
from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from headcall_engine import Engine
else:
    Engine = object  # the library need not be built for tests of control

STATS = {
    "packets_received": 0.0,
    "packets_lost": 0.0,
    "jitter_ms": 0.0,
    "packets_sent": 0.0,
    "remote_loss": -1.0,
    "rtt_ms": -1.0,
    "level_dbov": -1.0,
}


class FakeEngine(Engine):
    """What control may ask of the real one."""

    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []
        self.sent: list[tuple[str, bytes]] = []
        self.kinds: dict[str, str] = {}
        self.stats: dict[str, dict[str, float]] = {}
        self.clips: dict[str, bytes] = {}
        self.events: deque[tuple[Any, ...]] = deque()
        self.open_error: OSError | None = None
        self._fd = os.eventfd(0, os.EFD_NONBLOCK)

    def say(self, *event: Any) -> None:
        self.events.append(event)
        os.eventfd_write(self._fd, 1)

    def of(self, name: str) -> list[tuple[Any, ...]]:
        """The arguments of every call of one method."""
        return [call[1:] for call in self.told if call[0] == name]

    def fileno(self) -> int:
        return self._fd

    def take_events(self, limit: int = 256) -> list[Any]:
        taken = [self.events.popleft() for _ in range(min(limit, len(self.events)))]
        if not self.events and taken:
            os.eventfd_read(self._fd)
        return taken

    def _open(self, leg: str, kind: str) -> None:
        self.kinds[leg] = kind
        self.stats.setdefault(leg, dict(STATS))

    def open_peer(self, leg: str, ufrag: str, pwd: str, remote_ufrag: str) -> None:
        self._open(leg, "peer")
        self.told.append(("open_peer", leg, ufrag, pwd, remote_ufrag))

    def restart_ice(self, ufrag: str, new_ufrag: str, new_pwd: str, new_remote_ufrag: str) -> None:
        self.told.append(("restart_ice", ufrag, new_ufrag, new_pwd, new_remote_ufrag))

    def set_peer_codecs(
        self, ufrag: str, codecs: Sequence[tuple[str, int, int, int]], ssrc: int, level_extension: int | None
    ) -> None:
        self.told.append(("set_peer_codecs", ufrag, list(codecs), ssrc, level_extension))

    def send_dtls(self, ufrag: str, data: bytes) -> None:
        self.sent.append((ufrag, data))

    def set_keys(self, ufrag: str, profile: str, *keys: bytes) -> None:
        self.told.append(("set_keys", ufrag, profile, *keys))

    def close_peer(self, ufrag: str) -> None:
        self.told.append(("close_peer", ufrag))

    def open_plain(self, leg: str, codecs: Sequence[tuple[str, int, int, int]]) -> tuple[str, int]:
        if self.open_error:
            raise self.open_error
        self._open(leg, "plain")
        self.told.append(("open_plain", leg, list(codecs)))
        return "192.0.2.1", 8500

    def set_plain_remote(
        self, leg: str, host: str, port: int, codecs: Sequence[tuple[str, int, int, int]], sends: bool
    ) -> None:
        self.told.append(("set_plain_remote", leg, host, port, list(codecs), sends))

    def hear(self, leg: str, source: tuple[Any, ...]) -> None:
        self.told.append(("hear", leg, source))

    def send_digits(self, leg: str, digits: str, duration_ms: int) -> None:
        self.told.append(("send_digits", leg, digits, duration_ms))

    def close_leg(self, leg: str) -> None:
        self.kinds.pop(leg, None)
        self.stats.pop(leg, None)
        self.told.append(("close_leg", leg))

    def add_clip(self, name: str, pcm: bytes) -> None:
        self.clips[name] = pcm

    def drop_clip(self, name: str) -> None:
        del self.clips[name]

    def start_recording(self, recording: str, leg: str, path: str) -> None:
        self.told.append(("start_recording", recording, leg, path))

    def stop_recording(self, recording: str) -> None:
        self.told.append(("stop_recording", recording))

    def legs(self) -> list[tuple[str, str, bool, str]]:
        return [(leg, kind, True, "PCMA") for leg, kind in self.kinds.items()]

    def leg_stats(self, leg: str) -> dict[str, float]:
        return self.stats[leg]

    def counters(self) -> dict[str, int]:
        return {"datagrams_in": 7, "dropped_stranger": 2}

    def close(self) -> None:
        self.told.append(("close",))
        os.close(self._fd)

# SPDX-License-Identifier: Apache-2.0
"""RTP of all simulated calls: one thread that sends every 20 ms and reads in between.

A thread of its own, so that signalling and speech synthesis do not disturb the rhythm. Arrival times are the kernel's
(SO_TIMESTAMPNS): the gaps that are measured are those of the stream, not those of this thread on a busy machine.
"""

import contextlib
import logging
import random
import select
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from headcall.sip_bridge.simulator.hearing import Heard

log = logging.getLogger(__name__)

TICK_S: Final = 0.02
SO_TIMESTAMPNS: Final = 35
_HEADER: Final = struct.Struct("!BBHII")
_TIME: Final = struct.Struct("qq")
DIGIT_PACKETS: Final = 8
"""Of 20 ms: a key pressed for 160 ms."""
PAUSE_PACKETS: Final = 5
COMMA_PACKETS: Final = 50
SILENT: Final = {"PCMA": b"\xd5" * 160, "PCMU": b"\xff" * 160}
KEYS: Final = "0123456789*#ABCD"


@dataclass
class Stream:
    """One call's RTP, both ways. Made and changed by the signalling thread, driven by the other."""

    host: str
    codec: str = "PCMA"
    payload_type: int = 8
    event_type: int | None = None
    remote: tuple[str, int] | None = None
    """Where to; None until it is known. We answer to wherever packets come from only if told so."""
    payloads: tuple[bytes, ...] = ()
    """What is said, round and round; empty: silence."""
    is_muted: bool = False
    """Sends nothing at all."""
    heard: Heard = field(default_factory=Heard)
    loss: float = 0.0
    """Fraction of our packets that the network loses, for tests."""

    def __post_init__(self) -> None:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        self.sock = socket.socket(family, socket.SOCK_DGRAM)
        self.sock.setblocking(False)
        self.sock.bind((self.host, 0))
        self.sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.port: int = self.sock.getsockname()[1]
        self._chance = random.Random(self.port)
        self._ssrc = self._chance.getrandbits(32)
        self._seq = self._chance.getrandbits(15)
        self._timestamp = self._chance.getrandbits(31)
        self._turn = 0
        self._keys: deque[str] = deque()
        self._pressing: tuple[str, int, int] | None = None
        """Key, packets sent, timestamp of its beginning."""
        self._pause = 0
        self.sent = 0

    def press(self, keys: str) -> None:
        """Keys one after the other; a comma waits a second."""
        self._keys.extend(keys)

    # ------------------------------------------------------------ 20 ms

    def tick(self) -> None:
        if self.remote is None:
            return
        marker = False
        if self._pressing is None and self._pause == 0 and self._keys:
            marker = self._next_key()
        self._pause = max(0, self._pause - 1)
        payload_type, timestamp, payload = self._next()
        self._timestamp = (self._timestamp + 160) & 0xFFFFFFFF
        if self.is_muted or (self.loss and self._chance.random() < self.loss):
            self._seq = (self._seq + 1) & 0xFFFF
            return
        mark = 0x80 if marker or not self.sent else 0
        header = _HEADER.pack(0x80, payload_type | mark, self._seq, timestamp, self._ssrc)
        self._seq = (self._seq + 1) & 0xFFFF
        self.sent += 1
        with contextlib.suppress(OSError):  # the far end is gone, or not there yet
            self.sock.sendto(header + payload, self.remote)

    def _next(self) -> tuple[int, int, bytes]:
        if self._pressing is not None and self.event_type is not None:
            return self._key_packet(self.event_type)
        payload = self.payloads[self._turn % len(self.payloads)] if self.payloads else SILENT[self.codec]
        self._turn += 1
        return self.payload_type, self._timestamp, payload

    def _next_key(self) -> bool:
        key = self._keys.popleft()
        if key == ",":
            self._pause = COMMA_PACKETS
            return False
        if key not in KEYS or self.event_type is None:
            return False
        self._pressing = (key, 0, self._timestamp)
        return True

    def _key_packet(self, event_type: int) -> tuple[int, int, bytes]:
        """RFC 4733 2.5: the same timestamp throughout, a growing duration, the end told three times."""
        assert self._pressing is not None
        key, count, began = self._pressing
        is_end = count >= DIGIT_PACKETS
        duration = min(count + 1, DIGIT_PACKETS) * 160
        payload = struct.pack("!BBH", KEYS.index(key), (0x80 if is_end else 0) | 10, duration)
        self._pressing = (key, count + 1, began)
        if count >= DIGIT_PACKETS + 2:
            self._pressing, self._pause = None, PAUSE_PACKETS
        return event_type, began, payload

    # ------------------------------------------------------------ receiving

    def readable(self) -> None:
        with contextlib.suppress(BlockingIOError):
            for _ in range(16):
                data, extra, _, _ = self.sock.recvmsg(2048, 64)
                self._take(data, _arrival(extra))

    def _take(self, data: bytes, at: float) -> None:
        if len(data) < 12 or data[0] >> 6 != 2:
            return
        first, second, seq, timestamp, _ = _HEADER.unpack_from(data)
        at_payload = 12 + 4 * (first & 15)
        payload_type = second & 0x7F
        if payload_type == self.payload_type:
            self.heard.packet(at, seq, data[at_payload:])
        elif payload_type == self.event_type:
            self.heard.event(timestamp, data[at_payload:])


def _arrival(extra: list[tuple[int, int, bytes]]) -> float:
    for level, kind, data in extra:
        if level == socket.SOL_SOCKET and kind == SO_TIMESTAMPNS and len(data) >= 16:
            seconds, nanoseconds = _TIME.unpack(data[:16])
            return int(seconds) + int(nanoseconds) / 1e9
    return time.time()


class RtpThread:
    """Drives all streams."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._streams: dict[int, Stream] = {}
        self._poll = select.epoll()
        self._is_ending = False
        self.late_ticks = 0
        """Times that 20 ms had become more than 60: the machine was busy."""
        self._thread = threading.Thread(target=self._run, name="simulated RTP", daemon=True)
        self._thread.start()

    def add(self, stream: Stream) -> None:
        with self._lock:
            self._streams[stream.sock.fileno()] = stream
            self._poll.register(stream.sock.fileno(), select.EPOLLIN)

    def remove(self, stream: Stream) -> None:
        with self._lock:
            if self._streams.pop(stream.sock.fileno(), None) is not None:
                self._poll.unregister(stream.sock.fileno())
            stream.sock.close()

    def close(self) -> None:
        self._is_ending = True
        self._thread.join(1.0)
        with self._lock:
            for stream in self._streams.values():
                stream.sock.close()
            self._streams.clear()

    def _run(self) -> None:
        due = time.monotonic()
        while not self._is_ending:
            now = time.monotonic()
            if now >= due:
                self._tick()
                self.late_ticks += now - due > 2 * TICK_S
                due = due + TICK_S if now - due < 10 * TICK_S else now + TICK_S
                continue
            for fd, _ in self._poll.poll(due - now):
                with self._lock:
                    stream = self._streams.get(fd)
                    if stream is not None:
                        self._guarded(stream.readable)

    def _tick(self) -> None:
        with self._lock:
            for stream in self._streams.values():
                self._guarded(stream.tick)

    @staticmethod
    def _guarded(work: Callable[[], None]) -> None:
        try:
            work()
        except OSError:
            log.debug("simulated RTP", exc_info=True)

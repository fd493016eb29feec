# SPDX-License-Identifier: Apache-2.0
"""A telephone: a socket that speaks one packet per beat and keeps what it hears. And an engine to plug it into."""

import selectors
import socket
import struct
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from headcall_engine import Engine
from tests.engine.reference import g711, rtp

if TYPE_CHECKING:
    from headcall_engine import CodecTuple, Event

PCMA: "CodecTuple" = ("PCMA", 8, 8000, 1)
PCMU: "CodecTuple" = ("PCMU", 0, 8000, 1)
G722: "CodecTuple" = ("G722", 9, 8000, 1)
OPUS: "CodecTuple" = ("opus", 111, 48000, 2)
KEYS: "CodecTuple" = ("telephone-event", 101, 8000, 1)

BEAT = 0.02
LIMIT = 5.0

Samples = npt.NDArray[np.int16]


class Packet(NamedTuple):
    payload_type: int
    marker: bool
    seq: int
    timestamp: int
    ssrc: int
    payload: bytes
    at: float


@dataclass
class Telephone:
    """Far end of a plain leg."""

    exchange: "Exchange"
    leg: str
    codecs: "Sequence[CodecTuple]"
    voice: Callable[[int], bytes] | None = None
    payload_type: int = -1
    ssrc: int = 0x1234
    clock_step: int = 160
    beats: int = 0
    heard: list[Packet] = field(default_factory=list)
    reports: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.socket = self.exchange.bound()
        engine = self.exchange.engine
        self.remote = engine.open_plain(self.leg, self.codecs)
        engine.set_plain_remote(self.leg, "127.0.0.1", self.socket.getsockname()[1], self.codecs, True)
        if self.payload_type < 0:
            self.payload_type = self.codecs[0][1]

    def send(self, payload: bytes, *, marker: bool = False, payload_type: int | None = None) -> None:
        kind = self.payload_type if payload_type is None else payload_type
        packet = rtp.write(kind, 1000 + self.beats, self.clock_step * self.beats, self.ssrc, payload, marker=marker)
        self.socket.sendto(packet, self.remote)

    def beat(self) -> None:
        if self.voice:
            self.send(self.voice(self.beats))
        self.beats += 1

    def take(self) -> None:
        data = self.socket.recv(2048)
        if 192 <= data[1] <= 223:
            self.reports.append(data)
        elif header := rtp.read_header(data):
            self.heard.append(Packet(*header, time.monotonic()))

    def take_all(self) -> None:
        """What has arrived already."""
        try:
            while True:
                self.take()
        except BlockingIOError:
            return

    def press(self, key: int, *, duration: int = 800, packets: int = 5) -> list[bytes]:
        """The packets of a key, to be sent one per beat: RFC 4733, three times the end."""
        steps = [(n + 1) * duration // packets for n in range(packets)]
        return [
            struct.pack(">BBH", key, 10 | (n >= packets) << 7, steps[min(n, packets - 1)]) for n in range(packets + 3)
        ]


def listen(selector: selectors.BaseSelector, until: float) -> None:
    while (left := until - time.monotonic()) > 0:
        for key, _ in selector.select(left):
            key.data()


def bound() -> socket.socket:
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(("127.0.0.1", 0))
    udp.setblocking(False)
    return udp


class Exchange:
    """An engine with its browsers' socket, and the telephones plugged into it."""

    def __init__(self) -> None:
        self.sockets: list[socket.socket] = []
        self.media = self.bound()
        low = free_range()
        self.engine = Engine(udp_fd=self.media.fileno(), plain_host="127.0.0.1", plain_ports=(low, low + 19))
        self.telephones: list[Telephone] = []
        self.events: list[Event] = []

    def bound(self) -> socket.socket:
        """A socket that is closed with the exchange."""
        self.sockets.append(bound())
        return self.sockets[-1]

    @property
    def address(self) -> tuple[str, int]:
        host, port = self.media.getsockname()
        return host, port

    def telephone(
        self,
        leg: str,
        codecs: "Sequence[CodecTuple]",
        voice: Callable[[int], bytes] | None = None,
        *,
        ssrc: int = 0x1234,
    ) -> Telephone:
        made = Telephone(self, leg, codecs, voice, ssrc=ssrc)
        self.telephones.append(made)
        return made

    def run(self, beats: int, each: Callable[[int], None] = lambda beat: None) -> None:
        """So many beats of 20 ms: every telephone speaks, everything that comes is kept."""
        self.run_with(None, lambda: None, beats, each)

    def run_with(
        self, other: socket.socket | None, take: Callable[[], None], beats: int, each: Callable[[int], None]
    ) -> None:
        """The same with one socket more."""
        start = time.monotonic()
        with selectors.DefaultSelector() as selector:
            if other:
                selector.register(other, selectors.EVENT_READ, take)
            for telephone in self.telephones:
                selector.register(telephone.socket, selectors.EVENT_READ, telephone.take)
            for beat in range(beats):
                for telephone in self.telephones:
                    telephone.beat()
                each(beat)
                listen(selector, start + (beat + 1) * BEAT)
            listen(selector, time.monotonic() + BEAT)  # What is still on its way.
        self.events += self.engine.take_events(1000)

    def until(self, event: "Event") -> None:
        """Waits for an event, and keeps all others."""
        self._until(lambda: event in self.events, repr(event))

    def until_kind(self, kind: str) -> None:
        self._until(lambda: bool(self.told(kind)), kind)

    def _until(self, come: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + LIMIT
        with selectors.DefaultSelector() as selector:
            selector.register(self.engine.fileno(), selectors.EVENT_READ)
            while not come():
                left = deadline - time.monotonic()
                assert left > 0, f"{what} did not come: {self.events}"
                selector.select(left)
                self.events += self.engine.take_events()

    def told(self, kind: str) -> "list[Event]":
        return [event for event in self.events if event[0] == kind]

    def close(self) -> None:
        self.engine.close()
        for each in self.sockets:
            each.close()


def free_range() -> int:
    """An even port, free now, with room for twenty after it in the range nobody else hands out."""
    while True:
        with bound() as probe:
            port: int = probe.getsockname()[1]
        if port % 2 == 0 and port < 65_000:
            return port


# ---------------------------------------------------------------- sound


def sine(frequency: float, beats: int, rate: int = 8000, amplitude: float = 8000) -> Samples:
    n = np.arange(beats * rate // 50)
    return (amplitude * np.sin(2 * np.pi * frequency * n / rate)).astype(np.int16)


ALAW_VALUES = np.array(g711.ALAW, dtype=np.int16)
ALAW_OF = np.array([g711.nearest(g711.ALAW, sample) for sample in range(-32768, 32768, 16)], dtype=np.uint8)


def alaw(samples: Samples) -> bytes:
    return ALAW_OF[(samples.astype(np.int32) + 32768) // 16].tobytes()


def from_alaw(payloads: Iterable[bytes]) -> Samples:
    return ALAW_VALUES[np.frombuffer(b"".join(payloads), dtype=np.uint8)]


def tone_of_alaw(frequency: float) -> Callable[[int], bytes]:
    """A voice that sings one note. The note's period divides 20 ms times fifty, so it has no seams."""
    coded = alaw(sine(frequency, 50))
    return lambda beat: coded[beat % 50 * 160 : beat % 50 * 160 + 160]


def strength(samples: Samples, frequency: float, rate: int) -> float:
    """The amplitude of one frequency."""
    n = np.arange(len(samples))
    return float(2 * abs(np.mean(samples * np.exp(-2j * np.pi * frequency * n / rate))))


def loudness(samples: Samples) -> float:
    return float(np.sqrt(2 * np.mean(samples.astype(np.float64) ** 2)))

# SPDX-License-Identifier: Apache-2.0
"""The whole media node with the real engine, and two far ends: aiortc as a browser, and a socket as a telephone."""

import asyncio
import fractions
import logging
import socket
import struct
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import numpy as np
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, MediaStreamError, MediaStreamTrack
from av import AudioFrame

from headcall.kit.addresses import own_addresses
from headcall.kit.clock import SystemClock
from headcall.kit.log import Sparse
from headcall.sfu.addresses import reachable_at
from headcall.sfu.clips import Clips
from headcall.sfu.control import Node
from headcall.sfu.dtls import Certificate
from headcall.sfu.events import Events
from headcall.sfu.hearing import Hearing
from headcall.sfu.peers import Peers, Reachable
from headcall.sfu.recordings import Recordings
from headcall.wire.media import (
    Address,
    Codec,
    ConnectPeer,
    MediaCommand,
    MediaEvent,
    MediaReply,
    OpenPlain,
    PeerConnected,
    PlainOpened,
)
from headcall.wire.nodes import Refused
from headcall_engine import Engine

CERTIFICATE = Certificate.generateCertificate()
PCMA = Codec("PCMA", 8, 8000)
KEYS = Codec("telephone-event", 101, 8000)


class MediaNode:
    """As `headcall.sfu.role` puts it together, without a bus."""

    def __init__(self) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("0.0.0.0", 0))
        low = free_range()
        self.engine = Engine(udp_fd=self.socket.fileno(), plain_host="127.0.0.1", plain_ports=(low, low + 39))
        self.told: list[MediaEvent] = []
        self.counted: list[str] = []
        reachable = Reachable(reachable_at((), own_addresses()), self.socket.getsockname()[1])
        sparse = Sparse(logging.getLogger("test"), SystemClock())
        self.peers = Peers(self.engine, CERTIFICATE, reachable, sparse=sparse, count=self.counted.append)
        self.clips = Clips(self.engine)
        hearing = Hearing(self.engine, self.clips, self.told.append)
        recordings = Recordings(self.engine, self.told.append)
        self.node = Node("sfu-1", self.engine, self.peers, hearing, recordings)
        self.events = Events(self.engine, self.peers, recordings, self.told.append)

    async def do(self, command: MediaCommand) -> MediaReply:
        reply = await self.node.carry_out(command)
        assert not isinstance(reply, Refused), reply
        return reply

    async def until(self, event: MediaEvent) -> None:
        while event not in self.told:
            await asyncio.sleep(0.01)

    async def close(self) -> None:
        await self.node.hearing.close()
        await self.peers.close()
        self.events.stop()
        self.clips.close()
        await asyncio.to_thread(self.engine.close)
        self.socket.close()


def free_range() -> int:
    """An even port at whose place others are free too, most likely."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        return min(int(probe.getsockname()[1]) & ~1, 65000)


def scenario(work: Callable[[MediaNode], Coroutine[Any, Any, None]], limit_s: float = 30.0) -> None:
    async def run() -> None:
        media = MediaNode()
        media.events.start()
        try:
            await work(media)
        finally:
            await media.close()

    asyncio.run(asyncio.wait_for(run(), limit_s))


# ---------------------------------------------------------------- the browser


class Tone(AudioStreamTrack):
    """A steady tone, 20 ms at a time, at the pace of speech."""

    def __init__(self, hz: float) -> None:
        super().__init__()
        self.hz = hz
        self.at = 0
        self.began = 0.0

    async def recv(self) -> AudioFrame:
        loop = asyncio.get_running_loop()
        self.began = self.began or loop.time()
        await asyncio.sleep(max(0.0, self.began + self.at / 48000 - loop.time()))
        samples = 9000 * np.sin(2 * np.pi * self.hz * (self.at + np.arange(960)) / 48000)
        frame = AudioFrame.from_ndarray(samples.astype(np.int16).reshape(1, -1), format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 48000, self.at, fractions.Fraction(1, 48000)
        self.at += 960
        return frame


class Page:
    """A browser's page with one peer connection, which says a tone and listens."""

    def __init__(self, media: MediaNode, leg_id: str, hz: float) -> None:
        self.media, self.leg_id = media, leg_id
        self.connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.connection.addTrack(Tone(hz))
        self.connection.on("track", self._listen)
        self.heard: np.ndarray[Any, Any] = np.zeros(0)
        self.rate = 48000
        self._tasks: list[asyncio.Task[None]] = []

    async def connect(self, *prefer: str, change: Callable[[str], str] = lambda sdp: sdp) -> str:
        await self.connection.setLocalDescription(await self.connection.createOffer())
        offer = change(self.connection.localDescription.sdp)
        reply = await self.media.do(ConnectPeer(self.leg_id, offer, prefer))
        assert isinstance(reply, PeerConnected)
        await self.connection.setRemoteDescription(RTCSessionDescription(reply.answer, "answer"))
        return reply.answer

    async def until_connected(self) -> None:
        while self.connection.connectionState != "connected":
            assert self.connection.connectionState in ("new", "connecting")
            await asyncio.sleep(0.01)

    def _listen(self, track: MediaStreamTrack) -> None:
        self._tasks.append(asyncio.create_task(self._collect(track)))

    async def _collect(self, track: MediaStreamTrack) -> None:
        while True:
            try:
                frame = await track.recv()
            except MediaStreamError:
                return
            assert isinstance(frame, AudioFrame)
            mono = frame.to_ndarray().reshape(-1, len(frame.layout.channels))[:, 0].astype(float)
            self.rate = frame.sample_rate
            self.heard = np.concatenate((self.heard, mono))[-10 * self.rate :]

    async def hears(self, hz: float, seconds: float = 0.5) -> None:
        """Waits until the last half second is that tone."""
        while not is_tone(self.heard[-int(seconds * self.rate) :], self.rate, hz, seconds):
            await asyncio.sleep(0.05)

    async def close(self) -> None:
        await self.connection.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def is_tone(samples: "np.ndarray[Any, Any]", rate: int, hz: float, seconds: float) -> bool:
    """Whether the strongest frequency is `hz`, within 2 %, and strong."""
    if len(samples) < int(seconds * rate):
        return False
    power = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    peak = int(np.argmax(power))
    is_loud = float(np.sqrt(np.mean(samples**2))) > 500
    return is_loud and abs(peak * rate / len(samples) - hz) < 0.02 * hz + rate / len(samples)


# ---------------------------------------------------------------- the telephone


def _alaw_table() -> "np.ndarray[Any, Any]":
    # ITU-T G.711 table 1a, as code: sign, three bits of segment, four bits of step.
    octets = np.arange(256) ^ 0x55
    segment, step = (octets >> 4) & 7, octets & 15
    size = np.where(segment == 0, 2 * step + 1, (2 * step + 33) << np.maximum(segment - 1, 0)) << 3
    return np.where(octets & 0x80, size, -size).astype(np.int16)


ALAW = _alaw_table()
ALAW_OF = np.argsort(ALAW, kind="stable")


def to_alaw(samples: "np.ndarray[Any, Any]") -> bytes:
    at = np.clip(np.searchsorted(ALAW[ALAW_OF], samples), 0, 255)
    return ALAW_OF[at].astype(np.uint8).tobytes()


class Telephone(asyncio.DatagramProtocol):
    """A plain RTP end with A-law, which says a tone and listens."""

    def __init__(self, media: MediaNode, leg_id: str, hz: float) -> None:
        self.media, self.leg_id, self.hz = media, leg_id, hz
        self.heard: np.ndarray[Any, Any] = np.zeros(0)
        self.packets: list[bytes] = []
        self.keys: list[bytes] = []

    async def connect(self) -> None:
        loop = asyncio.get_running_loop()
        self.transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=("127.0.0.1", 0))
        host, port = self.transport.get_extra_info("sockname")
        reply = await self.media.do(OpenPlain(self.leg_id, (PCMA, KEYS), Address(host, port)))
        assert isinstance(reply, PlainOpened)
        self.to = (reply.local.host, reply.local.port)
        self.task = asyncio.create_task(self._speak())

    async def _speak(self) -> None:
        loop = asyncio.get_running_loop()
        began, n = loop.time(), 0
        while True:
            samples = 9000 * np.sin(2 * np.pi * self.hz * (n * 160 + np.arange(160)) / 8000)
            header = struct.pack("!BBHII", 0x80, 8, n & 0xFFFF, n * 160 & 0xFFFFFFFF, 0x1234)
            self.transport.sendto(header + to_alaw(samples), self.to)
            n += 1
            await asyncio.sleep(max(0.0, began + n * 0.02 - loop.time()))

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self.packets.append(data)
        if data[1] & 0x7F == 101:
            self.keys.append(data)
        elif data[1] & 0x7F == 8:
            samples = ALAW[np.frombuffer(data[12:], np.uint8)].astype(float)
            self.heard = np.concatenate((self.heard, samples))[-80000:]

    async def hears(self, hz: float, seconds: float = 0.5) -> None:
        while not is_tone(self.heard[-int(seconds * 8000) :], 8000, hz, seconds):
            await asyncio.sleep(0.05)

    def close(self) -> None:
        self.task.cancel()
        self.transport.close()


def write_tone(path: Path, hz: float, seconds: float) -> Path:
    import wave

    samples = 9000 * np.sin(2 * np.pi * hz * np.arange(int(48000 * seconds)) / 48000)
    with wave.open(str(path), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(48000)
        out.writeframes(samples.astype(np.int16).tobytes())
    return path

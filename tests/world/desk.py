# SPDX-License-Identifier: Apache-2.0
"""An agent's page without a screen: Socket.IO for the words, aiortc for the voice.

Real pages are tested in `playwright/`; this one is for many agents at once, for benchmarks and for torture.
"""

import asyncio
import contextlib
import fractions
from collections import deque
from typing import Any

import aiohttp
import numpy as np
import socketio  # type: ignore[import-untyped]
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCRtpSender, RTCSessionDescription
from av import AudioFrame

from tests.world.system import Person

RATE = 48000
FRAME = 960  # samples: 20 ms


class ToneTrack(MediaStreamTrack):
    """A microphone that hears a steady tone."""

    kind = "audio"

    def __init__(self, hertz: float) -> None:
        super().__init__()
        self._hertz = hertz
        self._sent = 0
        self._began = asyncio.get_running_loop().time()

    async def recv(self) -> AudioFrame:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(max(0.0, self._began + self._sent / RATE - loop.time()))
        at = (np.arange(FRAME) + self._sent) / RATE
        wave = (np.sin(2 * np.pi * self._hertz * at) * 12000).astype(np.int16)
        frame = AudioFrame.from_ndarray(wave.reshape(1, -1), format="s16", layout="mono")
        frame.pts, frame.sample_rate, frame.time_base = self._sent, RATE, fractions.Fraction(1, RATE)
        self._sent += FRAME
        return frame


class Ear:
    """What arrives: when each frame came, how loud it was, and its pitch."""

    def __init__(self, track: Any) -> None:
        self.first_sound: float | None = None
        self.frames = 0
        self.rate = RATE
        self.recent: list[np.ndarray[Any, np.dtype[np.float64]]] = []
        self._track = track
        self.task = asyncio.get_running_loop().create_task(self._listen())

    async def _listen(self) -> None:
        with contextlib.suppress(Exception):  # aiortc ends a track by raising
            while True:
                frame = await self._track.recv()
                wave = frame.to_ndarray().astype(np.float64).reshape(-1)
                if frame.layout.name == "stereo":
                    wave = wave[::2]
                self.frames += 1
                self.rate = frame.sample_rate
                self.recent = [*self.recent[-24:], wave]
                if self.first_sound is None and np.sqrt(np.mean(wave**2)) > 300:
                    self.first_sound = asyncio.get_running_loop().time()

    @property
    def hertz(self) -> float:
        """The strongest pitch of the last half second, 0 when it is quiet."""
        if not self.recent:
            return 0.0
        wave = np.concatenate(self.recent)
        if np.sqrt(np.mean(wave**2)) < 100:
            return 0.0
        power = np.abs(np.fft.rfft(wave * np.hanning(len(wave))))
        return float(np.argmax(power) * self.rate / len(wave))


async def _swallow(*_: object) -> None: ...


class Pulse:
    """How evenly a page sends: whatever comes late from here is late for everybody behind it. And what, encrypted."""

    def __init__(self, peer: RTCPeerConnection) -> None:
        self.longest_gap_s = 0.0
        self.sent: deque[bytes] = deque(maxlen=50)
        self._last: float | None = None
        transport: Any = peer.getSenders()[0].transport
        self._send = transport._send_rtp
        transport._send_rtp = self._sends
        self._ice = transport.transport
        self._send_data, self._ice._send = self._ice._send, self._keep

    async def _sends(self, packet: bytes) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        await self._send(packet)
        if not 192 <= packet[1] < 224:  # RTCP, RFC 5761 section 4
            # We may have been put aside just before or just after the packet went: the gap was at most this long.
            self.longest_gap_s = max(self.longest_gap_s, loop.time() - (self._last or began))
            self._last = began

    def cut(self) -> None:
        """From here on nothing leaves the page: no speech, no checks, no goodbye."""
        for protocol in self._ice._connection._protocols:
            protocol.send_data, protocol.send_stun = _swallow, lambda *_: None

    async def _keep(self, data: bytes) -> None:
        if 128 <= data[0] < 192:  # RTP or RTCP, RFC 7983
            self.sent.append(data)
        await self._send_data(data)

    async def send_raw(self, data: bytes) -> None:
        """From the page's own address to the media node, whatever it is."""
        await self._send_data(data)


class Desk:
    """One agent at work: follows the events, answers, and speaks a tone."""

    def __init__(self, person: Person, web: str, *, hertz: float = 440.0) -> None:
        self.person, self.web, self.hertz = person, web, hertz
        self.calls: dict[str, dict[str, Any]] = {}
        self.agent: dict[str, Any] = {}
        self.gone: dict[str, str] = {}
        self.ears: dict[str, Ear] = {}
        self.peers: dict[str, RTCPeerConnection] = {}
        self.pulses: dict[str, Pulse] = {}
        self.event_times: list[tuple[float, str, dict[str, Any]]] = []
        self._changed = asyncio.Event()
        # Our own session: the library forgets to close the one it makes when the server ends abruptly.
        self._http = aiohttp.ClientSession()
        self._socket = socketio.AsyncClient(
            reconnection=True, reconnection_delay=0.2, reconnection_delay_max=1, http_session=self._http
        )

    async def open(self) -> None:
        self._socket.on("snapshot", self._on_snapshot)
        self._socket.on("event", self._on_event)
        await self._socket.connect(
            self.web,
            headers={"Cookie": self.person.cookie},
            auth={"device": "browser", "instance": f"desk-{id(self)}"},
            transports=["websocket"],
        )
        await self.until(lambda: bool(self.agent))
        await self.do("softphone.take", instance=f"desk-{id(self)}")

    @property
    def is_connected(self) -> bool:
        """Whether the live line is up."""
        return bool(self._socket.connected)

    async def _on_snapshot(self, data: dict[str, Any]) -> None:
        self.agent = data["agent"] or {"state": "none"}
        self.calls = {call["call_id"]: call for call in data["calls"]}
        self._note("snapshot", data)

    async def _on_event(self, event: dict[str, Any]) -> None:
        data = event["data"]
        match event["type"]:
            case "agent":
                self.agent = data
            case "call":
                self.calls[data["call_id"]] = data
            case "call_gone":
                self.calls.pop(data["call_id"], None)
                self.gone[data["call_id"]] = data.get("cause", "")
        self._note(event["type"], data)

    def _note(self, kind: str, data: dict[str, Any]) -> None:
        self.event_times.append((asyncio.get_running_loop().time(), kind, data))
        self._changed.set()

    async def until(self, holds: Any, timeout: float = 10.0) -> None:
        """Waits until a condition holds, looking again at each event."""
        async with asyncio.timeout(timeout):
            while not holds():
                self._changed.clear()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._changed.wait(), 0.1)

    async def do(self, kind: str, **words: object) -> dict[str, Any]:
        """One command; raises if the server refuses it."""
        reply = await self.ask(kind, **words)
        if not reply.get("ok"):
            raise AssertionError(f"{kind} was refused: {reply}")
        return reply

    async def ask(self, kind: str, **words: object) -> dict[str, Any]:
        """One command, and the answer as it is."""
        return dict(await self._socket.call("do", {"type": kind, **words}, timeout=10))

    async def ready(self) -> None:
        await self.do("agent.state", state="ready")
        await self.until(lambda: self.agent.get("state") == "ready")

    async def ringing(self, timeout: float = 20.0) -> dict[str, Any]:
        """The call that rings now."""
        await self.until(lambda: self._in_state("ringing") is not None, timeout)
        found = self._in_state("ringing")
        assert found is not None
        return found

    def _in_state(self, state: str) -> dict[str, Any] | None:
        return next((call for call in self.calls.values() if call["state"] == state), None)

    async def connect(self, leg_id: str) -> RTCPeerConnection:
        """Offers media for a leg, as the page does at ring time, after a reload and after a network change."""
        peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        transceiver = peer.addTransceiver(ToneTrack(self.hertz), direction="sendrecv")
        order = ("audio/PCMA", "audio/opus", "audio/PCMU")
        known = RTCRtpSender.getCapabilities("audio").codecs
        transceiver.setCodecPreferences([codec for mime in order for codec in known if codec.mimeType == mime])
        peer.on("track", lambda track: self.ears.__setitem__(leg_id, Ear(track)))
        await peer.setLocalDescription(await peer.createOffer())
        reply = await self.do("leg.connect", leg_id=leg_id, sdp=peer.localDescription.sdp)
        await peer.setRemoteDescription(RTCSessionDescription(reply["sdp"], "answer"))
        self.pulses[leg_id] = Pulse(peer)
        old, self.peers[leg_id] = self.peers.get(leg_id), peer
        if old is not None:
            await old.close()
        return peer

    async def crash(self) -> None:
        """As if the browser had died: its sockets are closed by the system, and nobody says goodbye."""
        for pulse in self.pulses.values():
            pulse.cut()
        await self._socket.shutdown()

    async def close(self) -> None:
        for peer in self.peers.values():
            await peer.close()
        for ear in self.ears.values():
            ear.task.cancel()
        await self._socket.shutdown()
        await self._http.close()
        await self.person.close()

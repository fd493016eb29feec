# SPDX-License-Identifier: Apache-2.0
"""The simulated public network: its codec, its ear, its keys, and its commands over the bus."""

import asyncio
import io
import struct
import wave
from pathlib import Path

import numpy as np
import pytest

from headcall.kit.bus.memory import MemoryBus
from headcall.kit.clock import SystemClock
from headcall.kit.role import CannotStart, RoleContext
from headcall.kit.settings import Settings, Value
from headcall.sip_bridge.simulator import g711, role, speech
from headcall.sip_bridge.simulator.hearing import Heard, goertzel, level, strongest
from headcall.sip_bridge.simulator.rtp import Stream
from headcall.wire import legs as words
from headcall.wire import topics
from headcall.wire.codec import decode, encode
from headcall.wire.nodes import Refused
from headcall.wire.simulator import (
    CallSimulated,
    DescribeSimulated,
    HangUpSimulated,
    SimulateCall,
    SimulatedCall,
    SimulatedDescribed,
    SimulatorCommand,
    SimulatorReply,
)
from tests.sip_bridge.bridge.site import Site, eventually, run, site, udp


@pytest.mark.filterwarnings("ignore:'audioop' is deprecated")
@pytest.mark.parametrize("codec", ["PCMA", "PCMU"])
def test_our_g711_is_the_standard_librarys(codec: str) -> None:
    import audioop

    decoder = audioop.alaw2lin if codec == "PCMA" else audioop.ulaw2lin
    codes = bytes(range(256))
    assert g711.decode(codec, codes).tobytes() == decoder(codes, 2)
    # Coding is to the nearest level, so nothing is further off than half the largest step.
    samples = np.arange(-32000, 32000, 7, dtype=np.int16)
    heard = g711.decode(codec, g711.encode(codec, samples)).astype(np.int32)
    assert np.max(np.abs(heard - samples) / np.maximum(np.abs(samples.astype(np.int32)), 256)) < 0.04


def test_a_tone_is_recognised_by_level_and_pitch() -> None:
    tone = speech.tone(620.0, dbov=-10.0)
    assert abs(level(tone) - -13.0) < 0.1  # the power of a sine is 3 dB under its peak
    assert abs(strongest(tone) - 620) < 2
    assert goertzel(tone, 620.0) > 0.99
    assert goertzel(tone, 700.0) < 0.01
    assert level(np.zeros(8000, np.int16)) == -90.0
    assert strongest(np.zeros(8000, np.int16)) == 0.0


def test_packets_go_round_without_a_seam() -> None:
    payloads = speech.packets("PCMA", speech.tone(620.0))
    assert len(payloads) == 50
    assert {len(payload) for payload in payloads} == {160}
    twice = g711.decode("PCMA", b"".join(payloads * 2))
    assert np.max(np.abs(np.diff(twice.astype(np.int32)))) < 6000


def test_gaps_losses_and_keys_are_counted() -> None:
    heard = Heard()
    for number, at in enumerate((0.0, 0.02, 0.04, 0.30, 0.32)):
        heard.packet(at, (65533 + number + (2 if number > 2 else 0)) & 0xFFFF, b"\xd5" * 160)
    assert heard.longest_gap_s == pytest.approx(0.26)
    assert (heard.packets, heard.lost) == (5, 2)
    heard.packet(0.34, 65533, b"")  # late, not lost
    assert heard.lost == 2
    for _ in range(3):
        heard.event(1000, struct.pack("!BBH", 11, 10, 160))
    heard.event(2000, struct.pack("!BBH", 5, 0x8A, 160))
    heard.event(3000, b"\x99")
    assert heard.digits == "#5"
    heard.begin_measuring()
    assert (heard.longest_gap_s, heard.lost) == (0.0, 0)


def sent(stream: Stream, ticks: int) -> list[tuple[int, int, bytes]]:
    """(payload type, timestamp, payload) of what a stream sends."""
    with udp() as ear:
        ear.setblocking(False)
        stream.remote = ear.getsockname()
        for _ in range(ticks):
            stream.tick()
        found = []
        for _ in range(ticks):
            data = ear.recv(2048)
            found.append((data[1] & 0x7F, int.from_bytes(data[4:8], "big"), data[12:]))
        return found


def test_a_key_is_pressed_as_rfc_4733_wants_it() -> None:
    stream = Stream("127.0.0.1", event_type=101)
    try:
        stream.press(",7")
        packets = sent(stream, 70)
        first = next(number for number, packet in enumerate(packets) if packet[0] == 101)
        assert first == 50  # a comma waits a second
        events = [packet for packet in packets if packet[0] == 101]
        assert len(events) == 11
        assert len({timestamp for _, timestamp, _ in events}) == 1
        assert {payload[0] for _, _, payload in events} == {7}
        ends = [payload[1] >> 7 for _, _, payload in events]
        assert ends == [0] * 8 + [1] * 3
        durations = [int.from_bytes(payload[2:], "big") for _, _, payload in events]
        assert durations == sorted(durations)
        assert durations[-1] == 1280
    finally:
        stream.sock.close()


def wav(rate: int, channels: int = 1, width: int = 2) -> bytes:
    file = io.BytesIO()
    times = np.arange(rate) / rate
    samples = np.repeat(np.rint(8000 * np.sin(2 * np.pi * 500 * times)), channels)
    with wave.open(file, "wb") as out:
        out.setnchannels(channels)
        out.setsampwidth(width)
        out.setframerate(rate)
        out.writeframes(samples.astype(f"<i{width}").tobytes())
    return file.getvalue()


@pytest.mark.parametrize(("rate", "channels"), [(8000, 1), (22050, 1), (48000, 2)])
def test_files_of_any_rate_become_eight_kilohertz(rate: int, channels: int) -> None:
    samples = speech.read_wav(wav(rate, channels))
    assert samples.size == 8000
    assert abs(strongest(samples) - 500) < 3


@pytest.mark.parametrize("data", [b"", b"RIFF", b"no wave at all" * 10, wav(8000, width=1)])
def test_what_is_no_wave_file_is_refused(data: bytes) -> None:
    with pytest.raises(speech.NoSpeech):
        speech.read_wav(data)


# ---------------------------------------------------------------- the role


class Pstn:
    """The simulator's role on the site's bus."""

    def __init__(self, here: Site, folder: Path) -> None:
        self.sock = udp()
        self.port: int = self.sock.getsockname()[1]
        values = {"host": "127.0.0.1", "trunk_port": here.trunk_port}
        settings = Settings({"sip": {name: Value(value, "the test") for name, value in values.items()}})
        self.ctx = RoleContext(
            "simulator-1", MemoryBus(here.hub), settings, folder, {"simulator-udp": self.sock.detach()}, SystemClock()
        )
        self.bus = MemoryBus(here.hub)

    async def __aenter__(self) -> "Pstn":
        self.task = asyncio.create_task(role.run(self.ctx))
        await self.ctx.is_ready.wait()
        return self

    async def __aexit__(self, *_: object) -> None:
        self.ctx.stop.set()
        await self.task
        await self.ctx.tasks.close()
        await self.ctx.bus.close()
        await self.bus.close()

    async def ask(self, command: SimulatorCommand) -> SimulatorReply:
        data = await self.bus.request(topics.simulator("simulator-1"), encode(command), timeout=10)
        reply: SimulatorReply = decode(data, SimulatorReply)  # type: ignore[arg-type]
        return reply

    async def call(self, command: SimulateCall) -> str:
        reply = await self.ask(command)
        assert isinstance(reply, CallSimulated), reply
        return reply.simulated_id

    async def look(self, simulated_id: str) -> SimulatedCall:
        reply = await self.ask(DescribeSimulated())
        assert isinstance(reply, SimulatedDescribed)
        return next(call for call in reply.calls if call.simulated_id == simulated_id)


def test_a_simulated_customer_calls_speaks_presses_keys_and_hangs_up(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, Pstn(here, tmp_path) as pstn:
            here.control.answers = True
            call = await pstn.call(
                SimulateCall("4008-123456", "+86 138 0013 8000", "王小明", "你好", keys="1", hang_up_after_s=3.0)
            )
            offered = await here.control.hears(words.LegOffered)
            assert (offered.from_number, offered.from_name, offered.to_number) == (
                "+8613800138000",
                "王小明",
                "4008123456",
            )

            async def hears_itself() -> None:
                while (await pstn.look(call)).heard_dbov < -40:
                    await asyncio.sleep(0.05)

            await asyncio.wait_for(hears_itself(), 2.5)
            await here.control.hears(words.LegEnded)
            seen = await pstn.look(call)
            assert (seen.state, seen.sip_status) == ("ended", 200)
            assert seen.packets_received > 50

    run(story)


def test_commands_that_make_no_sense(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, Pstn(here, tmp_path) as pstn:
            for command in (SimulateCall("---"), SimulateCall("1", wav="/nowhere.wav"), HangUpSimulated("x")):
                assert isinstance(await pstn.ask(command), Refused)
            data = await pstn.bus.request(topics.simulator("simulator-1"), b"\xff")
            assert isinstance(decode(data, Refused), Refused)

    run(story)


def test_who_is_called_there_answers_or_refuses(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, Pstn(here, tmp_path) as pstn:
            here.trunks = (words.Trunk("carrier", "127.0.0.1", pstn.port, accept_from=("127.0.0.0/8",)),)
            await here.configure(2)
            target = words.ToTrunk("carrier", "13900000486")
            await here.control.does(words.PlaceLeg("leg_1", "call_1", "sfu-1", target, "4008123456"))
            assert (await here.control.hears(words.LegEnded)).cause == "busy"
            target = words.ToTrunk("carrier", "13912345678")
            await here.control.does(words.PlaceLeg("leg_2", "call_1", "sfu-1", target, "4008123456"))
            await here.control.hears(words.LegAnswered)
            await here.control.does(words.EndLeg("leg_2"))
            await here.control.hears(words.LegEnded)
            await eventually(lambda: not here.media.legs, "media is closed")

    run(story)


def test_a_socket_is_needed(tmp_path: Path) -> None:
    async def story() -> None:
        ctx = RoleContext("simulator-1", MemoryBus(), Settings({}), tmp_path)
        with pytest.raises(CannotStart):
            await role.run(ctx)
        await ctx.bus.close()

    run(story)

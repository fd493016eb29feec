# SPDX-License-Identifier: Apache-2.0
"""What strangers send: noise, broken messages, floods, slow connections. None of it costs a call."""

import asyncio
import contextlib
import random
import socket
from pathlib import Path

from headcall.wire import legs as words
from tests.sip_bridge.bridge.site import Site, eventually, run, site
from tests.sip_bridge.bridge.test_phones import registrar, way
from tests.sip_bridge.bridge.test_trunk_calls import talk

OPTIONS = (
    b"OPTIONS sip:127.0.0.1 SIP/2.0\r\n"
    b"Via: SIP/2.0/UDP 127.0.0.1:%d;branch=z9hG4bK%d;rport\r\n"
    b"From: <sip:a@b.test>;tag=1\r\nTo: <sip:c@d.test>\r\nCall-ID: %d@x\r\nCSeq: 1 OPTIONS\r\n"
    b"Max-Forwards: 70\r\n%s\r\n"
)


class Stranger:
    """A UDP socket, and what came back to it."""

    def __init__(self, port: int) -> None:
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.bind(("127.0.0.1", 0))
        self.sock.setblocking(False)
        self.sock.connect(("127.0.0.1", port))
        self.port: int = self.sock.getsockname()[1]

    def send(self, data: bytes) -> None:
        self.sock.send(data)

    def asks(self, number: int = 1, fields: bytes = b"Content-Length: 0\r\n") -> None:
        self.send(OPTIONS % (self.port, number, number, fields))

    def heard(self) -> list[bytes]:
        found = []
        while True:
            try:
                found.append(self.sock.recv(65535))
            except BlockingIOError:
                return found

    async def hears(self, within: float = 2.0) -> bytes:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(within):
            return await loop.sock_recv(self.sock, 65535)

    def __enter__(self) -> "Stranger":
        return self

    def __exit__(self, *_: object) -> None:
        self.sock.close()


def is_unharmed(here: Site) -> bool:
    return here.bridge.line.failures == 0 and not here.control.events


def test_noise_is_dropped_and_calls_go_on(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            _, call, _ = await talk(here)
            chance = random.Random(1)
            for port in (here.trunk_port, here.phone_port):
                with Stranger(port) as stranger:
                    for size in (0, 1, 2, 4, 20, 63, 64, 500, 1400):
                        stranger.send(chance.randbytes(size))
                        stranger.send(b"\x16\xfe\xfd" + chance.randbytes(size))  # a ClientHello's beginning
                        stranger.send(b"\x00\x01\x00\x08\x21\x12\xa4\x42" + chance.randbytes(size))  # STUN
                        stranger.send(b"\x80\x08" + chance.randbytes(size))  # RTP
                    await asyncio.sleep(0.1)
                    assert stranger.heard() == []
            assert is_unharmed(here)
            assert call.state == "talking"

    run(story)


def test_broken_requests_are_refused_or_dropped(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            with Stranger(here.phone_port) as stranger:
                stranger.asks()
                whole = await stranger.hears()
                assert whole.startswith(b"SIP/2.0 200 ")
                stranger.asks(2, b"Content-Length: 99999\r\n")
                assert (await stranger.hears()).startswith(b"SIP/2.0 400 ")
                good = OPTIONS % (stranger.port, 3, 3, b"Content-Length: 0\r\n")
                chance = random.Random(2)
                for _ in range(60):
                    cut = bytearray(good)
                    for _ in range(chance.randrange(1, 8)):
                        cut[chance.randrange(len(cut))] = chance.randrange(256)
                    stranger.send(bytes(cut[: chance.randrange(40, len(cut) + 1)]))
                await asyncio.sleep(0.2)
                stranger.heard()
            assert is_unharmed(here)

    run(story)


def test_a_message_larger_than_any_is_513(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            with Stranger(here.phone_port) as stranger:
                stranger.asks(1, b"X-Long: " + b"a" * 20_000 + b"\r\nContent-Length: 0\r\n")
                await asyncio.sleep(0.1)
                assert all(answer.startswith((b"SIP/2.0 513", b"SIP/2.0 400")) for answer in stranger.heard())
            assert is_unharmed(here)

    run(story)


def test_a_flood_is_cut_off_and_others_are_served(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            here.trunks = (words.Trunk("carrier", "192.0.2.7", accept_from=("192.0.2.0/24",)),)
            await here.configure(2)  # 127.0.0.1 is a stranger now
            with Stranger(here.trunk_port) as stranger:
                for number in range(500):
                    stranger.asks(number)
                await asyncio.sleep(0.3)
                answered = len(stranger.heard())
            assert 50 <= answered <= 150
            assert here.bridge.door.counters["too_many"] > 20  # the kernel has dropped the rest
            assert is_unharmed(here)

    run(story)


def test_scanners_hear_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            with Stranger(here.phone_port) as stranger:
                stranger.asks(1, b"User-Agent: friendly-scanner\r\nContent-Length: 0\r\n")
                await asyncio.sleep(0.1)
                assert stranger.heard() == []
                assert here.bridge.door.counters["scanner"] == 1

    run(story)


def test_who_looks_for_weak_accounts_is_not_heard_any_more(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            for number in range(12):
                thief = await here.telephone(f"8301234{number:04d}", "1234")
                here.control.passwords[f"8301234{number:04d}"] = "better"
                response = await thief.register(registrar(here), way(here, thief))
                assert response.status == 403
            with Stranger(here.phone_port) as stranger:
                stranger.asks()
                await asyncio.sleep(0.1)
                assert stranger.heard() == []
                assert here.bridge.door.counters["locked_out"] > 0

    run(story)


def test_responses_nobody_asked_for_have_no_effect(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            with Stranger(here.phone_port) as stranger:
                for method in (b"INVITE", b"OPTIONS", b"BYE"):
                    stranger.send(
                        b"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP 127.0.0.1:5060;branch=z9hG4bKx\r\n"
                        b"From: <sip:a@b>;tag=1\r\n"
                        b"To: <sip:a@b>;tag=2\r\nCall-ID: x\r\nCSeq: 1 " + method + b"\r\nContent-Length: 0\r\n\r\n"
                    )
                await asyncio.sleep(0.1)
                assert stranger.heard() == []
            assert is_unharmed(here)

    run(story)


# ---------------------------------------------------------------- connections


async def connect(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    return await asyncio.open_connection("127.0.0.1", port)


def test_messages_come_in_any_pieces_over_a_connection(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            reader, writer = await connect(here.phone_port)
            message = OPTIONS.replace(b"/UDP", b"/TCP") % (5060, 1, 1, b"Content-Length: 0\r\n")
            for at in range(0, len(message), 7):
                writer.write(message[at : at + 7])
                await asyncio.sleep(0)
            assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"SIP/2.0 200 ")
            writer.write(b"\r\n\r\n")
            assert await reader.readexactly(2) == b"\r\n"
            writer.close()

    run(story)


def test_a_stream_that_makes_no_sense_is_closed(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            for data in (b"x" * 20_000, b"OPTIONS sip:a SIP/2.0\r\nVia: x\r\n\r\n", b"\x16\x03\x01" + b"\0" * 20_000):
                reader, writer = await connect(here.phone_port)
                writer.write(data)
                with contextlib.suppress(ConnectionError):
                    async with asyncio.timeout(5):
                        assert b"200" not in await reader.read()
                writer.close()
            assert is_unharmed(here)

    run(story)


def test_connections_that_say_nothing_are_closed_and_counted(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            streams = here.wires.streams
            _, writer = await connect(here.phone_port)
            writer.write(b"OPTIONS sip:a")
            await eventually(lambda: len(streams) == 1, "it is open")
            now = streams.now
            streams.now = lambda: now() + 11.0
            streams.sweep()
            await eventually(lambda: len(streams) == 0, "it is closed")
            assert here.wires.counters["stream_overdue"] == 1
            writer.close()

    run(story)


def test_one_source_cannot_take_all_connections(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            writers = [(await connect(here.phone_port))[1] for _ in range(205)]
            await eventually(lambda: len(here.wires.streams) == 200, "two hundred are open")
            await eventually(lambda: here.wires.counters["stream_refused"] == 5, "five were refused")
            for writer in writers:
                writer.close()
            await eventually(lambda: len(here.wires.streams) == 0, "all are closed")

    run(story)


def test_a_peer_that_cannot_be_reached_fails_at_once(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                port = probe.getsockname()[1]
            here.trunks = (words.Trunk("carrier", "127.0.0.1", port, transport="tcp"),)
            await here.configure(2)
            target = words.ToTrunk("carrier", "13912345678")
            await here.control.say(words.PlaceLeg("leg_1", "call_1", "sfu-1", target, "4008123456"))
            ended = await here.control.hears(words.LegEnded)
            assert ended.cause == "no-circuit"

    run(story)

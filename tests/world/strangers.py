# SPDX-License-Identifier: Apache-2.0
"""Everything that a hostile network sends, at every open port, for a while. A process of its own:

python -m tests.world.strangers < targets.json     (`Targets`; prints how much of what was sent, as JSON)
"""

import asyncio
import contextlib
import json
import socket
import sys
import warnings
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, Final

import aiohttp
from OpenSSL import SSL

from tests.engine.reference import rtp, stun

STRANGER: Final = "127.0.0.2"
"""No trunk and no telephone has this address."""
TORTURE: Final = Path(__file__).parents[1] / "sip_bridge" / "core" / "torture"
BEAT_S: Final = 0.02
HEAD: Final = (
    "{method} sip:{to}@headcall.local SIP/2.0\r\nVia: SIP/2.0/UDP {host}:{port};branch=z9hG4bK{chance}\r\n"
    "Max-Forwards: 70\r\nFrom: <sip:5550@{host}>;tag={chance}\r\nTo: <sip:{to}@headcall.local>\r\n"
    "Call-ID: {chance}@{host}\r\nCSeq: 1 {method}\r\nContact: <sip:5550@{host}:{port}>\r\n"
)
SDP: Final = (
    "v=0\r\no=- 1 1 IN IP4 127.0.0.2\r\ns=-\r\nc=IN IP4 127.0.0.2\r\nt=0 0\r\n"
    "m=audio 40000 RTP/AVP 8 101\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n"
)
UPGRADE: Final = "/socket.io/?EIO=4&transport=websocket"
LIVE_RUBBISH: Final = (
    *(
        "",
        "4",
        "40",
        "40{",
        '40{"instance":' + "[" * 5000,
        "41",
        "42",
        '42["do"]',
        '42["do",[]]',
        '42["do",{"type":[]}]',
    ),
    *('42["do",{"type":"call.hang_up","call_id":{}}]', '42["do",{"type":"leg.connect","leg_id":"x","sdp":"v=0"}]'),
    *('42["snapshot",{}]', '451-["do",{"_placeholder":true,"num":0}]', "43[]", '421e9["do",{}]', '42/admin,["do",{}]'),
    *("2", "3", "5", "6", "9", "\ud7ff" * 100, '42["do",{"type":"' + "x" * 100_000 + '"}]'),
)


@dataclass(frozen=True)
class Targets:
    """Open ports of a running system, and what an attacker may have found out."""

    http: int
    trunk: int
    phone: int
    media: int
    simulator: int
    plain: list[int]
    ufrags: str
    """User name of the call's STUN checks, and the password."""
    password: str
    srtp: list[str]
    """Packets of the call, as they went over the wire, hexadecimal."""
    cookie: str
    """Of somebody who signed in honestly and then goes mad."""
    seconds: float = 8.0
    seed: int = 1


@dataclass
class Attack:
    """One attacker's means."""

    targets: Targets
    chance: Random
    until: float
    sent: Counter[str] = field(default_factory=Counter)

    @property
    def is_on(self) -> bool:
        return asyncio.get_running_loop().time() < self.until

    def mutated(self, data: bytes) -> bytes:
        changed = bytearray(data)
        for _ in range(self.chance.randint(1, 8)):
            if changed:
                changed[self.chance.randrange(len(changed))] = self.chance.randrange(256)
        cut = len(changed) if self.chance.random() < 0.7 else self.chance.randint(0, len(changed))
        return bytes(changed[:cut])

    @contextlib.contextmanager
    def udp(self, host: str = STRANGER) -> Iterator[Callable[[str, bytes, int], None]]:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            sock.bind((host, 0))
            sock.setblocking(False)

            def send(kind: str, data: bytes, port: int) -> None:
                with contextlib.suppress(OSError):
                    sock.sendto(data, ("127.0.0.1", port))
                    self.sent[kind] += 1

            yield send

    async def connection(
        self, port: int, host: str = STRANGER
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        with contextlib.suppress(OSError):
            return await asyncio.open_connection("127.0.0.1", port, local_addr=(host, 0))
        return None


# ---------------------------------------------------------------- datagrams


async def rubbish(attack: Attack) -> None:
    """Nothing, noise, and the right first octet with nothing right behind it; to every UDP port."""
    at = attack.targets
    ports = [at.trunk, at.phone, at.media, at.simulator, *at.plain, *(port + 1 for port in at.plain)]
    with attack.udp() as send:
        while attack.is_on:
            for port in ports:
                send("empty", b"", port)
                send("noise", attack.chance.randbytes(attack.chance.randrange(1, 1400)), port)
                first = attack.chance.choice([0, 1, 20, 22, 63, 64, 128, 129, 191])
                send("noise", bytes([first]) + attack.chance.randbytes(attack.chance.randrange(200)), port)
            await asyncio.sleep(BEAT_S)


async def voices(attack: Attack) -> None:
    """RTP and RTCP from addresses that nobody signalled, with every payload type, to the telephones' ports and ours."""
    with attack.udp() as send, attack.udp("127.0.0.1") as send_near:
        for count in _beats(attack):
            for port in (*attack.targets.plain, attack.targets.media):
                kind = attack.chance.choice([0, 8, 9, 96, 101, 111, attack.chance.randrange(128)])
                packet = rtp.write(
                    kind, count, count * 160, attack.chance.getrandbits(32), attack.chance.randbytes(160)
                )
                send("rtp", packet, port)
                send_near("rtp", attack.mutated(packet), port)
                send("rtcp", b"\x81\xcb\x00\x01" + attack.chance.randbytes(4), port + 1)
            await asyncio.sleep(BEAT_S)


async def secrets(attack: Attack) -> None:
    """The call's own SRTP, changed and unchanged, from elsewhere."""
    packets = [bytes.fromhex(packet) for packet in attack.targets.srtp]
    with attack.udp() as send, attack.udp("127.0.0.1") as send_near:
        while attack.is_on and packets:
            for _ in range(3):
                packet = attack.chance.choice(packets)
                send("srtp", attack.mutated(packet), attack.targets.media)
                send_near("srtp", packet, attack.targets.media)
            await asyncio.sleep(BEAT_S)


async def checks(attack: Attack) -> None:
    """STUN: of nobody, of the call with a wrong password, and with the right one but changed afterwards."""
    at = attack.targets
    with attack.udp() as send:
        while attack.is_on:
            for user, password in ((at.ufrags, "x" * 24), (at.ufrags, at.password), ("a:b", at.password), ("", "")):
                check = stun.request(user, password, attack.chance.randbytes(12))
                if password == at.password and user == at.ufrags:
                    check = attack.mutated(check)
                send("stun", check, at.media)
                send("stun", attack.mutated(check), attack.chance.choice([at.media, *at.plain]))
            await asyncio.sleep(BEAT_S)


async def hellos(attack: Attack) -> None:
    """DTLS ClientHellos, whole and damaged, from an address that no check has proved."""
    context = SSL.Context(SSL.DTLS_METHOD)
    with attack.udp() as send:
        while attack.is_on:
            client = SSL.Connection(context, None)
            client.set_connect_state()
            with contextlib.suppress(SSL.WantReadError):
                client.do_handshake()
            hello = client.bio_read(2000)
            send("client hello", hello, attack.targets.media)
            send("client hello", attack.mutated(hello), attack.targets.media)
            await asyncio.sleep(BEAT_S)


# ---------------------------------------------------------------- SIP


def request(attack: Attack, method: str, to: str, host: str) -> bytes:
    text = HEAD.format(method=method, to=to, host=host, port=5060, chance=attack.chance.getrandbits(60))
    body = SDP if method == "INVITE" else ""
    return f"{text}Content-Type: application/sdp\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


async def torture(attack: Attack) -> None:
    """RFC 4475 and our own requests, damaged, over UDP; also from the trunk's own address."""
    cases = [path.read_bytes() for path in sorted(TORTURE.glob("*.sip"))]
    methods = ("OPTIONS", "REGISTER", "BYE", "CANCEL", "ACK", "SUBSCRIBE", "NOTIFY", "REFER", "INFO", "PRACK", "GREET")
    with attack.udp() as send, attack.udp("127.0.0.1") as send_near:
        while attack.is_on:
            for port in (attack.targets.trunk, attack.targets.phone, attack.targets.simulator):
                case = attack.chance.choice(cases)
                send("sip", attack.mutated(case), port)
                own = request(attack, attack.chance.choice(methods), "1001", "127.0.0.1")
                send_near("sip", attack.mutated(own), port)
                send("sip", own, port)
            await asyncio.sleep(BEAT_S)


async def invites(attack: Attack) -> None:
    """Damaged INVITEs and oversized ones. What is left of one may be a call to a number that does not exist."""
    at = attack.targets
    with attack.udp() as send, attack.udp("127.0.0.1") as send_near:
        while attack.is_on:
            invite = request(attack, "INVITE", "4009999999", "127.0.0.1")
            send("invite", attack.mutated(invite), at.phone)
            broken = invite.replace(b"v=0", b"v=7") if attack.chance.random() < 0.5 else invite[: -len(SDP) // 2]
            send_near("invite", broken, at.trunk)
            send(
                "oversized",
                invite.replace(b"Max-Forwards", b"X-Long: " + b"y" * 60_000 + b"\r\nMax-Forwards"),
                at.phone,
            )
            many = b"".join(b"Via: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bK%d\r\n" % number for number in range(1200))
            send_near("oversized", invite.replace(b"Max-Forwards", many + b"Max-Forwards"), at.trunk)
            await asyncio.sleep(10 * BEAT_S)


async def endless_heads(attack: Attack) -> None:
    """SIP over TCP: headers without an end, bodies that lie about their length, noise, and silence."""
    beginnings = (
        b"INVITE sip:1001@headcall.local SIP/2.0\r\nVia: ",
        b"\r\n" * 50,
        request(attack, "OPTIONS", "1001", STRANGER).replace(b"Content-Length: 0", b"Content-Length: 4000000000"),
        request(attack, "OPTIONS", "1001", STRANGER).replace(b"Content-Length: 0", b"Content-Length: -1"),
        b"",
    )

    async def one(port: int, host: str, beginning: bytes) -> None:
        while attack.is_on:
            if (connection := await attack.connection(port, host)) is None:
                await asyncio.sleep(0.2)
                continue
            attack.sent["sip connection"] += 1
            with contextlib.suppress(OSError):
                connection[1].write(beginning)
                while attack.is_on and not connection[0].at_eof():
                    connection[1].write(b"a" * 2000 if beginning else attack.chance.randbytes(40))
                    await connection[1].drain()
                    await asyncio.sleep(BEAT_S * 2)
            connection[1].close()

    ports = ((attack.targets.phone, STRANGER), (attack.targets.trunk, STRANGER), (attack.targets.trunk, "127.0.0.1"))
    await asyncio.gather(*(one(port, host, beginning) for port, host in ports for beginning in beginnings))


# ---------------------------------------------------------------- HTTP


async def slow_heads(attack: Attack) -> None:
    """Slowloris: many connections, each with one octet now and then; and some with what is no HTTP at all."""

    async def one(number: int) -> None:
        if (connection := await attack.connection(attack.targets.http)) is None:
            return
        attack.sent["slow connection"] += 1
        with contextlib.suppress(OSError):
            connection[1].write(
                b"GET /api/v1/session HTTP/1.1\r\nHost: localhost\r\nX: " if number % 3 else b"\x16\x03\x01"
            )
            while attack.is_on and not connection[0].at_eof():
                connection[1].write(attack.chance.randbytes(1) if number % 2 else b"y")
                await connection[1].drain()
                await asyncio.sleep(0.5)
        connection[1].close()

    await asyncio.gather(*(one(number) for number in range(80)))


async def bodies(attack: Attack) -> None:
    """JSON that is too large, too deep, not JSON, or not what it should be."""
    huge = b'{"login":"' + b"x" * 3_000_000 + b'"}'
    wrong = (
        *(
            huge,
            b"[" * 100_000,
            b'{"a":' * 20_000,
            b"\xff\xfe\x00",
            b'{"number":1e999999}',
            b'{"number":' + b"9" * 5000 + b"}",
        ),
        *(
            b"",
            b"null",
            b"true",
            b'{"number":null,"number":{}}',
            b'{"number":"\\ud800"}',
            b'{"login":[],"password":{}}',
        ),
    )
    paths = (
        "/api/v1/simulator/calls",
        "/api/v1/agents/usr_demo_mei/state",
        "/api/v1/me",
        "/api/v1/session",
        "/%ff/..%2f",
    )
    headers = {"Content-Type": "application/json", "X-HeadCall": "1", "Cookie": attack.targets.cookie}
    async with aiohttp.ClientSession(f"http://127.0.0.1:{attack.targets.http}") as session:
        while attack.is_on:
            path, method = attack.chance.choice(paths), attack.chance.choice(("POST", "PATCH", "PUT", "DELETE", "BREW"))
            method = "POST" if path.endswith("/session") else method  # DELETE would be an honest log-out
            with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                timeout = aiohttp.ClientTimeout(total=5)
                data = attack.chance.choice(wrong)
                async with session.request(method, path, data=data, headers=headers, timeout=timeout) as reply:
                    attack.sent[f"http {reply.status // 100}xx"] += 1
            await asyncio.sleep(BEAT_S * 2)


async def live_lines(attack: Attack) -> None:
    """Socket.IO packets that no page sends, from strangers and from somebody who has signed in."""
    async with aiohttp.ClientSession(f"http://127.0.0.1:{attack.targets.http}") as session:
        while attack.is_on:
            for cookie in ("", attack.targets.cookie):
                with contextlib.suppress(aiohttp.ClientError, TimeoutError, OSError):
                    async with asyncio.timeout(3), session.ws_connect(UPGRADE, headers={"Cookie": cookie}) as line:
                        await line.send_str("40" + json.dumps({"device": "browser", "instance": "mad"}))
                        for packet in attack.chance.sample(LIVE_RUBBISH, 4):
                            attack.sent["live"] += 1
                            await line.send_str(packet)
                        await line.send_bytes(attack.chance.randbytes(50))
                        await line.receive(timeout=0.2)
            await asyncio.sleep(BEAT_S * 4)


# ---------------------------------------------------------------- all at once


def _beats(attack: Attack) -> Iterator[int]:
    count = 0
    while attack.is_on:
        count += 1
        yield count


ATTACKS: Final[tuple[Callable[[Attack], Coroutine[Any, Any, None]], ...]] = (
    *(rubbish, voices, secrets, checks, hellos, torture, invites, endless_heads, slow_heads, bodies, live_lines),
)


async def attack_all(targets: Targets) -> dict[str, int]:
    """Everything side by side; how much of what was sent."""
    until = asyncio.get_running_loop().time() + targets.seconds
    attacks = [Attack(targets, Random(f"{targets.seed}/{each.__name__}"), until) for each in ATTACKS]
    await asyncio.gather(*(each(attack) for each, attack in zip(ATTACKS, attacks, strict=True)))
    return dict(sum((attack.sent for attack in attacks), Counter()))


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    print(json.dumps(asyncio.run(attack_all(Targets(**json.load(sys.stdin))))))

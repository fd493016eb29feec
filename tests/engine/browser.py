# SPDX-License-Identifier: Apache-2.0
"""The far end of a browser transport: ICE checks by hand, SRTP by libsrtp. Its keys come from the test, not DTLS."""

import selectors
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pylibsrtp import Policy, Session

from tests.engine.reference import rtp, stun
from tests.engine.telephone import BEAT, Exchange, Packet, listen

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from headcall_engine import CodecTuple

GCM = "AEAD_AES_128_GCM"
CM = "AES128_CM_HMAC_SHA1_80"
PROFILES = {GCM: Policy.SRTP_PROFILE_AEAD_AES_128_GCM, CM: Policy.SRTP_PROFILE_AES128_CM_SHA1_80}
SALTS = {GCM: 12, CM: 14}

OUR_SSRC = 0xA0000001


@dataclass
class Browser:
    exchange: Exchange
    leg: str
    ufrag: str
    codecs: "Sequence[CodecTuple]"
    profile: str = GCM
    ssrc: int = 0x77
    password: str = "a password of twenty-four"
    beats: int = 0
    clock_step: int = 160
    answers: list[bytes] = field(default_factory=list)
    dtls: list[bytes] = field(default_factory=list)
    heard: list[Packet] = field(default_factory=list)
    reports: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.socket = self.exchange.bound()
        self.theirs = f"{self.ufrag}:browser"
        self.exchange.engine.open_peer(self.leg, self.ufrag, self.password, "browser")
        self.exchange.engine.set_peer_codecs(self.ufrag, self.codecs, OUR_SSRC, 1)

    def key(self, seed: int = 1) -> None:
        """Both ends get keys, as after a handshake."""
        salt = SALTS[self.profile]
        rx = bytes([seed]) * 16, bytes([seed + 1]) * salt
        tx = bytes([seed + 2]) * 16, bytes([seed + 3]) * salt
        self.exchange.engine.set_keys(self.ufrag, self.profile, *rx, *tx)
        profile = PROFILES[self.profile]
        self.out = Session(Policy(b"".join(rx), Policy.SSRC_ANY_OUTBOUND, 0, profile))
        self.inward = Session(Policy(b"".join(tx), Policy.SSRC_ANY_INBOUND, 0, profile))

    def check(self, *, nominate: bool = True, password: str | None = None, username: str | None = None) -> None:
        request = stun.request(username or self.theirs, password or self.password, b"transaction!", nominate=nominate)
        self.socket.sendto(request, self.exchange.address)

    def connect(self) -> None:
        """A check, its answer, keys."""
        self.check()
        self.exchange.until(("proven", self.ufrag))
        self.key()

    def packet(self, payload: bytes, payload_type: int | None = None) -> bytes:
        kind = self.codecs[0][1] if payload_type is None else payload_type
        return self.out.protect(rtp.write(kind, self.beats, self.clock_step * self.beats, self.ssrc, payload))

    def send(self, payload: bytes, payload_type: int | None = None) -> None:
        self.socket.sendto(self.packet(payload, payload_type), self.exchange.address)
        self.beats += 1

    def take(self) -> None:
        data = self.socket.recv(2048)
        if data[0] < 4:
            self.answers.append(data)
        elif 20 <= data[0] < 64:
            self.dtls.append(data)
        elif 192 <= data[1] <= 223:
            self.reports.append(self.inward.unprotect_rtcp(data))
        elif header := rtp.read_header(self.inward.unprotect(data)):
            self.heard.append(Packet(*header, time.monotonic()))

    def run(self, beats: int, each: "Callable[[int], None]" = lambda beat: None) -> None:
        """So many beats, in which this browser and every telephone of the exchange take part."""
        self.exchange.run_with(self.socket, self.take, beats, each)

    def listen(self) -> None:
        """Takes what is on its way."""
        with selectors.DefaultSelector() as selector:
            selector.register(self.socket, selectors.EVENT_READ, self.take)
            listen(selector, time.monotonic() + 3 * BEAT)

    def move(self) -> None:
        """Another network: another address."""
        self.socket = self.exchange.bound()

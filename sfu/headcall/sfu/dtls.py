# SPDX-License-Identifier: Apache-2.0
"""The one place that touches aiortc: DTLS with a browser, over datagrams that the engine carries.

aiortc's `RTCDtlsTransport` does the handshake and checks the certificate. Nothing of its RTP side runs: the SRTP keys
go to the engine. It is used through these names, present since aiortc 1.13: `_recv`, `_send` and `role` of the
transport below it; `_set_role`, `_setup_srtp`, `_validate_peer_identity`, `_do_handshake`, `_write_ssl`, `_recv_next`,
`_srtp_profiles`, `_ssl`, `_state`, `_set_state`, `_task`; and `RTCCertificate._create_ssl_context`.

DtlsError
├── HandshakeFailed   no common ground, an alert, or silence for too long
├── WrongCertificate  the certificate is not the one of the offer: somebody is in the middle
└── NoSrtp            the far end wants no SRTP profile of ours
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

from aiortc.rtcdtlstransport import (
    SRTP_AEAD_AES_128_GCM,
    SRTP_AES128_CM_SHA1_80,
    RTCCertificate,
    RTCDtlsFingerprint,
    RTCDtlsParameters,
    RTCDtlsTransport,
    SRTPProtectionProfile,
    State,
)
from aiortc.rtcicetransport import RTCIceTransport
from OpenSSL import SSL

# A browser answers a flight within a round trip; the retransmission timer starts at one second and doubles, so ten
# seconds are three repetitions lost in a row.
HANDSHAKE_LIMIT = 10.0  # seconds

# Datagrams of one browser waiting for the loop. A flight of a handshake is at most six.
MAX_WAITING = 32

# Octets of one datagram of ours. IPv6 guarantees 1280; 40 + 8 are taken by IPv6 and UDP headers.
MAX_DATAGRAM = 1200

# 128 bit before 256, unlike aiortc: cheaper, and what both browsers take. CM_SHA1_80 for whoever has no GCM.
PROFILES = [SRTP_AEAD_AES_128_GCM, SRTP_AES128_CM_SHA1_80]
ENGINE_NAMES = {
    b"SRTP_AEAD_AES_128_GCM": "AEAD_AES_128_GCM",
    b"SRTP_AES128_CM_SHA1_80": "AES128_CM_HMAC_SHA1_80",
}


class DtlsError(Exception):
    """There will be no DTLS with this browser."""


class HandshakeFailed(DtlsError):
    """It did not come to an agreement."""


class WrongCertificate(DtlsError):
    """The peer is not who signed the offer."""


class NoSrtp(DtlsError):
    """No SRTP protection profile in common."""


@dataclass(frozen=True, slots=True)
class SrtpKeys:
    """What RFC 5764 4.2 takes out of the handshake, for the engine. Never logged."""

    profile: str
    rx_key: bytes
    rx_salt: bytes
    tx_key: bytes
    tx_salt: bytes

    def __repr__(self) -> str:
        return f"SrtpKeys({self.profile})"


class Certificate(RTCCertificate):
    """The node's certificate, one per process, and its one SSL context, shared by all browsers."""

    _context: SSL.Context | None = None

    @property
    def sha256(self) -> str:
        """The fingerprint as SDP writes it."""
        return next(each.value for each in self.getFingerprints() if each.algorithm == "sha-256")

    def _create_ssl_context(self, srtp_profiles: list[SRTPProtectionProfile]) -> SSL.Context:
        if self._context is None:
            self._context = super()._create_ssl_context(srtp_profiles)
            # A session is never resumed: every transport has a handshake of its own. Without this OpenSSL keeps 20 000.
            self._context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
            self._context.set_options(SSL.OP_NO_QUERY_MTU)
        return self._context


class _Datagrams:
    """What `RTCDtlsTransport` takes for an ICE transport."""

    role = "controlled"

    def __init__(self, send: Callable[[bytes], None]) -> None:
        self._out = send
        self._waiting: asyncio.Queue[bytes] = asyncio.Queue(MAX_WAITING)
        self.is_closed = False

    def put(self, datagram: bytes) -> bool:
        if self.is_closed or self._waiting.full():
            return False
        self._waiting.put_nowait(datagram)
        return True

    def close(self) -> None:
        self.is_closed = True
        if self._waiting.full():
            self._waiting.get_nowait()
        self._waiting.put_nowait(b"")  # wakes the reader

    async def _recv(self) -> bytes:
        datagram = b"" if self.is_closed else await self._waiting.get()
        if not datagram:
            raise ConnectionError("closed")
        return datagram

    async def _send(self, datagram: bytes) -> None:
        self._out(datagram)


class _Transport(RTCDtlsTransport):
    """aiortc's transport; its failures are raised here instead of being flags, its keys are given away."""

    def __init__(self, below: _Datagrams, certificate: Certificate, take_keys: Callable[[SrtpKeys], None]) -> None:
        super().__init__(cast(RTCIceTransport, below), [certificate])
        self._take_keys = take_keys
        self._srtp_profiles = PROFILES
        self._set_role("server")  # we answer a=setup:passive

    @property
    def _tls(self) -> SSL.Connection:
        assert self._ssl is not None, "before start"
        return self._ssl

    async def _do_handshake(self) -> None:
        self._tls.set_ciphertext_mtu(MAX_DATAGRAM)
        await super()._do_handshake()
        if self._state == State.FAILED:
            raise HandshakeFailed("OpenSSL refused, or the datagrams ended")

    def _validate_peer_identity(self, remoteParameters: RTCDtlsParameters) -> None:
        super()._validate_peer_identity(remoteParameters)
        if self._state == State.FAILED:
            raise WrongCertificate("the certificate does not have the fingerprint of the offer")

    def _setup_srtp(self) -> None:
        name = self._tls.get_selected_srtp_profile()
        profile = next((each for each in PROFILES if each.openssl_profile == name), None)
        if profile is None:
            self._set_state(State.FAILED)
            raise NoSrtp("no SRTP profile in common")
        material = self._tls.export_keying_material(
            b"EXTRACTOR-dtls_srtp", 2 * (profile.key_length + profile.salt_length)
        )
        at = profile.key_length
        rx, tx = profile.get_key_and_salt(material, 0), profile.get_key_and_salt(material, 1)
        self._take_keys(SrtpKeys(ENGINE_NAMES[name], rx[:at], rx[at:], tx[:at], tx[at:]))

    async def _write_ssl(self) -> None:
        written = b""
        while piece := self._read_bio():
            written += piece
        for datagram in datagrams(written):
            await self._transport._send(datagram)

    def _read_bio(self) -> bytes:
        try:
            return bytes(self._tls.bio_read(65536))
        except SSL.Error:
            return b""


class Association:
    """DTLS with one browser, from the first proven address to its close_notify."""

    def __init__(
        self, certificate: Certificate, send: Callable[[bytes], None], take_keys: Callable[[SrtpKeys], None]
    ) -> None:
        self._below = _Datagrams(send)
        self._transport = _Transport(self._below, certificate, take_keys)
        self.is_up = False
        """Whether the browser has proven who it is; the keys were given away just before."""

    def receive(self, datagram: bytes) -> bool:
        """A datagram from a proven address. False when it was dropped: empty, or more than a browser ever sends."""
        return bool(datagram) and self._below.put(datagram)

    async def handshake(self, fingerprints: Sequence[tuple[str, str]], limit_s: float = HANDSHAKE_LIMIT) -> None:
        """Ends when the keys have been given away. Raises `DtlsError`."""
        parameters = RTCDtlsParameters([RTCDtlsFingerprint(name, value) for name, value in fingerprints])
        try:
            async with asyncio.timeout(limit_s):
                await self._transport.start(parameters)
        except TimeoutError as error:
            raise HandshakeFailed(f"not done within {limit_s:g} s") from error
        except (SSL.Error, ConnectionError) as error:
            raise HandshakeFailed(type(error).__name__) from error
        self.is_up = True

    async def until_closed(self) -> None:
        """Waits for the close_notify of the browser or for `close`. Nothing that comes meanwhile is of interest."""
        await _ended(self._transport._task)
        self.is_up = False

    async def close(self) -> None:
        """Says goodbye with a close_notify, if there was a handshake, and ends `until_closed`."""
        if not self._below.is_closed:
            pump = self._transport._task
            if self.is_up:
                await self._transport.stop()
            self._below.close()
            await _ended(pump)


async def _ended(pump: "asyncio.Future[None] | None") -> None:
    if pump is not None:
        await asyncio.wait([pump])
        if not pump.cancelled():
            pump.exception()  # taken, so that asyncio does not report it; aiortc has logged what is worth it


def datagrams(written: bytes) -> list[bytes]:
    """Whole DTLS records, as many to a datagram as fit. aiortc sends the first 1500 octets, cut where they end."""
    packed: list[bytes] = []
    while written:
        size = _record_size(written)
        record, written = written[:size], written[size:]
        if packed and len(packed[-1]) + len(record) <= MAX_DATAGRAM:
            packed[-1] += record
        else:
            packed.append(record)
    return packed


def _record_size(written: bytes) -> int:
    # RFC 9147 4: 001CSLEE is the unified header of DTLS 1.3. C: a connection ID, which we never negotiate;
    # S: two octets of sequence number, else one; L: a length, without which the record takes all the rest.
    first = written[0]
    if first & 0b1110_0000 == 0b0010_0000:
        at = 3 if first & 0b1000 else 2
        return at + 2 + int.from_bytes(written[at : at + 2]) if first & 0b100 else len(written)
    # RFC 6347 4.1: type 1, version 2, epoch 2, sequence number 6, length 2.
    return 13 + int.from_bytes(written[11:13])

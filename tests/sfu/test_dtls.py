# SPDX-License-Identifier: Apache-2.0
"""DTLS between the adapter and aiortc's own client, in memory: what gets through, and what does not."""

import asyncio
from collections.abc import Callable, Coroutine
from random import Random
from typing import Any

import pytest
from aiortc.rtcdtlstransport import RTCCertificate, RTCDtlsParameters, RTCDtlsTransport

from headcall.sfu.dtls import (
    MAX_DATAGRAM,
    MAX_WAITING,
    Association,
    Certificate,
    HandshakeFailed,
    NoSrtp,
    SrtpKeys,
    WrongCertificate,
    datagrams,
)

NODE = Certificate.generateCertificate()


class Wire:
    """What aiortc's client takes for an ICE transport; `to` is the other end."""

    role = "controlling"

    def __init__(self, to: Callable[[bytes], object]) -> None:
        self.to = to
        self.inbox: asyncio.Queue[bytes] = asyncio.Queue()
        self.sent: list[bytes] = []

    async def _recv(self) -> bytes:
        return await self.inbox.get()

    async def _send(self, data: bytes) -> None:
        self.sent.append(data)
        self.to(data)


class Browser:
    """aiortc's client against our association."""

    def __init__(self, *, node: Certificate = NODE) -> None:
        self.certificate = RTCCertificate.generateCertificate()
        self.keys: list[SrtpKeys] = []
        self.wire = Wire(lambda data: self.association.receive(data))
        self.to_browser: Callable[[bytes], None] = self.wire.inbox.put_nowait
        self.received: list[bytes] = []
        self.association = Association(node, self._carry, self.keys.append)
        self.dtls = RTCDtlsTransport(self.wire, [self.certificate])  # type: ignore[arg-type]
        self.dtls._set_role("client")

    def _carry(self, data: bytes) -> None:
        self.received.append(data)
        self.to_browser(data)

    @property
    def fingerprints(self) -> list[tuple[str, str]]:
        return [(each.algorithm, each.value) for each in self.certificate.getFingerprints()]

    async def connect(self, fingerprints: list[tuple[str, str]] | None = None) -> None:
        started = asyncio.create_task(self.dtls.start(RTCDtlsParameters(NODE.getFingerprints())))
        try:
            await self.association.handshake(fingerprints or self.fingerprints)
            await started
        finally:
            started.cancel()
            await asyncio.gather(started, return_exceptions=True)

    async def close(self) -> None:
        await self.association.close()
        await self.dtls.stop()


def scenario(work: Callable[[Browser], Coroutine[Any, Any, None]], **settings: Any) -> None:
    async def run() -> None:
        browser = Browser(**settings)
        try:
            await work(browser)
        finally:
            await browser.close()

    asyncio.run(asyncio.wait_for(run(), 15))


def test_both_ends_have_the_same_keys() -> None:
    async def work(browser: Browser) -> None:
        await browser.connect()
        (keys,) = browser.keys
        assert keys.profile == "AEAD_AES_128_GCM"
        ssl = browser.dtls._ssl
        assert ssl is not None
        material = ssl.export_keying_material(b"EXTRACTOR-dtls_srtp", 56)
        # RFC 5764 4.2: client key, server key, client salt, server salt. We are the server.
        assert keys.rx_key + keys.tx_key + keys.rx_salt + keys.tx_salt == material
        assert browser.association.is_up

    scenario(work)


def test_a_browser_without_gcm_gets_the_old_profile() -> None:
    async def work(browser: Browser) -> None:
        browser.dtls._srtp_profiles = [p for p in browser.dtls._srtp_profiles if b"CM_SHA1" in p.openssl_profile]
        await browser.connect()
        (keys,) = browser.keys
        assert keys.profile == "AES128_CM_HMAC_SHA1_80"
        assert [len(keys.rx_key), len(keys.rx_salt), len(keys.tx_key), len(keys.tx_salt)] == [16, 14, 16, 14]

    scenario(work)


def test_no_keys_before_the_certificate_is_the_one_of_the_offer() -> None:
    async def work(browser: Browser) -> None:
        stranger = RTCCertificate.generateCertificate().getFingerprints()
        with pytest.raises(WrongCertificate):
            await browser.connect([(each.algorithm, each.value) for each in stranger])
        assert browser.keys == []
        assert not browser.association.is_up

    scenario(work)


def test_every_strong_fingerprint_must_match() -> None:
    async def work(browser: Browser) -> None:
        (name, value), *_ = browser.fingerprints
        with pytest.raises(WrongCertificate):
            await browser.connect([(name, value), ("sha-512", "00:" * 63 + "00")])

    scenario(work)


def test_a_browser_that_wants_no_profile_of_ours_is_refused() -> None:
    async def work(browser: Browser) -> None:
        browser.dtls._srtp_profiles = [p for p in browser.dtls._srtp_profiles if b"256" in p.openssl_profile]
        with pytest.raises(NoSrtp):
            await browser.connect()
        assert browser.keys == []

    scenario(work)


def test_silence_ends_a_handshake() -> None:
    async def work(browser: Browser) -> None:
        with pytest.raises(HandshakeFailed):
            await browser.association.handshake(browser.fingerprints, limit_s=0.0)

    scenario(work)


def test_junk_before_the_handshake_changes_nothing() -> None:
    async def work(browser: Browser) -> None:
        chance = Random(7)
        browser.association.receive(b"")
        for size in (1, 2, 12, 13, 14, 40, 1200):
            browser.association.receive(bytes([22]) + chance.randbytes(size - 1))
        browser.association.receive(b"\x16\xfe\xfd" + b"\0" * 8 + b"\xff\xff")  # a record longer than its datagram
        browser.association.receive(b"\x80" * 20)  # RTP
        await browser.connect()
        assert len(browser.keys) == 1

    scenario(work)


def test_junk_between_and_after_changes_nothing() -> None:
    async def work(browser: Browser) -> None:
        chance = Random(8)

        def with_junk(data: bytes) -> None:
            browser.association.receive(bytes([chance.choice((20, 21, 22, 23, 63))]) + chance.randbytes(30))
            browser.association.receive(data)

        browser.wire.to = with_junk
        await browser.connect()
        for _ in range(100):
            browser.association.receive(bytes([chance.randrange(256)]) + chance.randbytes(chance.randrange(60)))
            await asyncio.sleep(0)
        assert browser.association.is_up
        await browser.dtls.stop()
        await browser.association.until_closed()

    scenario(work)


def test_more_than_a_browser_sends_is_dropped() -> None:
    async def work(browser: Browser) -> None:
        taken = [browser.association.receive(b"\x16junk") for _ in range(MAX_WAITING + 5)]
        assert taken == [True] * MAX_WAITING + [False] * 5

    scenario(work)


def test_a_close_notify_of_the_browser_ends_the_association() -> None:
    async def work(browser: Browser) -> None:
        await browser.connect()
        await browser.dtls.stop()
        await browser.association.until_closed()
        assert not browser.association.is_up

    scenario(work)


def test_closing_says_goodbye_once() -> None:
    async def work(browser: Browser) -> None:
        await browser.connect()
        before = len(browser.received)
        await browser.association.close()
        await browser.association.close()
        assert len(browser.received) == before + 1
        await browser.association.until_closed()
        assert not browser.association.receive(b"\x16late")

    scenario(work)


def test_a_lost_flight_is_sent_again() -> None:
    async def work(browser: Browser) -> None:
        lost: list[bytes] = []

        def lossy(data: bytes) -> None:
            if len(lost) < 2:
                lost.append(data)
            else:
                browser.wire.inbox.put_nowait(data)

        browser.to_browser = lossy
        await browser.connect()
        assert len(browser.keys) == 1

    scenario(work)


def test_flights_go_out_as_whole_records_of_bounded_size() -> None:
    async def work(browser: Browser) -> None:
        await browser.connect()
        for datagram in browser.received:
            assert 13 < len(datagram) <= MAX_DATAGRAM
            assert b"".join(datagrams(datagram)) == datagram
            rest = datagram
            while rest:
                size = 13 + int.from_bytes(rest[11:13])
                assert len(rest) >= size
                rest = rest[size:]
        assert len(browser.received) < 6

    scenario(work)


def test_the_context_is_made_once() -> None:
    assert NODE._create_ssl_context([]) is NODE._create_ssl_context([])


def record(size: int, kind: int = 22) -> bytes:
    return bytes([kind]) + b"\xfe\xfd" + bytes(8) + size.to_bytes(2) + b"x" * size


def test_records_are_packed_and_never_cut() -> None:
    small, large = record(500), record(1100)
    assert datagrams(small + small + large + small) == [small + small, large, small]
    assert datagrams(b"") == []


def test_records_of_dtls_1_3_are_whole_too() -> None:
    with_length = bytes([0b0010_1100, 0, 1]) + (700).to_bytes(2) + b"y" * 700
    short_number = bytes([0b0010_0100, 1]) + (4).to_bytes(2) + b"z" * 4
    without_length = bytes([0b0010_1000, 0, 2]) + b"w" * 50
    assert datagrams(with_length + record(600) + short_number + without_length) == [
        with_length,
        record(600) + short_number + without_length,
    ]


def test_keys_do_not_show_themselves() -> None:
    keys = SrtpKeys("AEAD_AES_128_GCM", b"secret-secret-16", b"salt-salt-12", b"k", b"s")
    assert "secret" not in repr(keys)

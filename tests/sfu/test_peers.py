# SPDX-License-Identifier: Apache-2.0
"""A browser's transport from its offer to its end, with aiortc's DTLS client as the browser."""

import asyncio
import re
from collections.abc import Callable
from typing import Any

import pytest
from aiortc.rtcdtlstransport import RTCCertificate, RTCDtlsFingerprint, RTCDtlsParameters, RTCDtlsTransport

from headcall.sfu import peers
from headcall.sfu.peers import NodeFull
from headcall.sfu.sdp import Unacceptable
from tests.sfu.node import CERTIFICATE, World, offer, scenario, settled


class Wire:
    """From aiortc's client to the engine's events, and back from what the engine was told to send."""

    role = "controlling"

    def __init__(self, world: World, ufrag: str) -> None:
        self.world, self.ufrag = world, ufrag
        self.inbox: asyncio.Queue[bytes] = asyncio.Queue()

    async def _recv(self) -> bytes:
        return await self.inbox.get()

    async def _send(self, data: bytes) -> None:
        self.world.engine.say("dtls", self.ufrag, data)
        self.world.events.take()


class Browser:
    """One page's peer connection: a certificate, an ICE session, and DTLS as the client."""

    def __init__(self, world: World, ufrag: str = "pageufrag") -> None:
        self.world = world
        self.certificate = RTCCertificate.generateCertificate()
        self.ufrag = ufrag
        self.session = str(int.from_bytes(ufrag.encode()))

    @property
    def offer(self) -> str:
        value = next(each.value for each in self.certificate.getFingerprints() if each.algorithm == "sha-256")
        text = re.sub("o=- [0-9]+", f"o=- {self.session}", offer())
        text = re.sub("a=fingerprint:.*\r", f"a=fingerprint:sha-256 {value}\r", text)
        return re.sub("a=ice-ufrag:.*\r", f"a=ice-ufrag:{self.ufrag}\r", text)

    def connect(self, leg_id: str = "leg_a") -> str:
        """Our ufrag in the answer."""
        answer = self.world.peers.connect(leg_id, self.offer, ())
        return answer.split("a=ice-ufrag:")[1].split("\r")[0]

    async def prove_and_shake_hands(self, ours: str) -> RTCDtlsTransport:
        world, wire = self.world, Wire(self.world, ours)
        world.engine.send_dtls = lambda ufrag, data: wire.inbox.put_nowait(data)  # type: ignore[method-assign]
        world.engine.say("proven", ours)
        world.events.take()
        dtls = RTCDtlsTransport(wire, [self.certificate])  # type: ignore[arg-type]
        dtls._set_role("client")
        await dtls.start(RTCDtlsParameters([RTCDtlsFingerprint("sha-256", CERTIFICATE.sha256)]))
        await until(lambda: world.counted)
        await settled()
        return dtls


async def until(is_so: Callable[[], Any]) -> None:
    while not is_so():
        await asyncio.sleep(0)


def closed(world: World) -> list[str]:
    return [ufrag for (ufrag,) in world.engine.of("close_peer")]


def test_keys_reach_the_engine_once_the_browser_is_proven() -> None:
    async def work(world: World) -> None:
        browser = Browser(world)
        ours = browser.connect()
        await browser.prove_and_shake_hands(ours)
        ((ufrag, profile, *keys),) = world.engine.of("set_keys")
        assert (ufrag, profile) == (ours, "AEAD_AES_128_GCM")
        assert [len(key) for key in keys] == [16, 12, 16, 12]
        assert world.counted == ["done"]

    scenario(work)


def test_a_browser_with_another_certificate_gets_nothing(caplog: pytest.LogCaptureFixture) -> None:
    async def work(world: World) -> None:
        browser = Browser(world)
        ours = browser.connect()
        browser.certificate = RTCCertificate.generateCertificate()
        await browser.prove_and_shake_hands(ours)
        assert world.engine.of("set_keys") == []
        assert world.counted == ["wrong_certificate"]
        assert closed(world) == [ours]
        assert len(world.peers) == 0
        assert len(caplog.records) == 1

    scenario(work)


def test_a_browser_that_never_comes_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "PROVEN_LIMIT", 0.0)

    async def work(world: World) -> None:
        ours = Browser(world).connect()
        await until(lambda: len(world.peers) == 0)
        assert closed(world) == [ours]
        assert world.counted == ["failed"]

    scenario(work)


def test_an_offer_of_the_same_ice_session_keeps_the_transport() -> None:
    async def work(world: World) -> None:
        browser = Browser(world)
        first = world.peers.connect("leg_a", browser.offer, ())
        again = world.peers.connect("leg_a", browser.offer, ())
        changed = world.peers.connect("leg_a", browser.offer, ("PCMA",))
        assert first == again
        assert "\r\no=- " in first
        versions = [text.split("\r\n")[1].split()[2] for text in (first, changed)]
        assert versions == ["1", "2"]
        assert len(world.engine.of("open_peer")) == 1
        assert len(world.engine.of("set_peer_codecs")) == 3

    scenario(work)


def test_another_certificate_in_the_same_ice_session_is_refused() -> None:
    async def work(world: World) -> None:
        browser = Browser(world)
        browser.connect()
        browser.certificate = RTCCertificate.generateCertificate()
        with pytest.raises(Unacceptable):
            browser.connect()

    scenario(work)


def test_a_reloaded_page_gets_a_new_transport_and_the_old_one_goes_when_the_engine_says_so() -> None:
    async def work(world: World) -> None:
        before = Browser(world, "before")
        old = before.connect()
        await before.prove_and_shake_hands(old)
        after = Browser(world, "after")
        new = after.connect()
        assert new != old
        assert len(world.peers) == 2
        await after.prove_and_shake_hands(new)
        assert closed(world) == []
        world.engine.say("gone", old)
        world.events.take()
        await settled()
        assert closed(world) == [old]
        assert len(world.peers) == 1

    scenario(work)


def test_whoever_offers_again_and_again_has_two_transports_at_most() -> None:
    async def work(world: World) -> None:
        page = Browser(world, "page0")
        carrying = page.connect()
        await page.prove_and_shake_hands(carrying)
        for n in range(1, 20):
            Browser(world, f"page{n}").connect()
        await settled()
        assert len(world.peers) == 2
        assert carrying not in closed(world)
        assert len(closed(world)) == 18

    scenario(work)


def test_a_page_that_changes_networks_keeps_its_keys() -> None:
    async def work(world: World) -> None:
        page = Browser(world, "wifi")
        ours = page.connect()
        await page.prove_and_shake_hands(ours)
        page.ufrag = "mobile"
        new = page.connect()
        assert new == page.connect() != ours
        ((name, ufrag, pwd, remote),) = world.engine.of("restart_ice")
        assert (name, ufrag, remote) == (ours, new, "mobile")
        assert len(pwd) == 24
        assert len(world.engine.of("open_peer")) == 1
        assert {at for at, *_ in world.engine.of("set_peer_codecs")} == {ours}
        assert world.counted == ["done", "ice_restart"]

    scenario(work)


def test_a_page_that_reuses_its_certificate_still_gets_a_new_transport() -> None:
    async def work(world: World) -> None:
        page = Browser(world, "before")
        ours = page.connect()
        page.ufrag, page.session = "after", "4711"
        assert page.connect() != ours
        assert len(world.engine.of("open_peer")) == 2

    scenario(work)


def test_legs_do_not_share_transports() -> None:
    async def work(world: World) -> None:
        browser = Browser(world)
        assert browser.connect("leg_a") != browser.connect("leg_b")

    scenario(work)


def test_a_page_that_closes_ends_its_transport() -> None:
    async def work(world: World) -> None:
        browser = Browser(world)
        ours = browser.connect()
        dtls = await browser.prove_and_shake_hands(ours)
        await dtls.stop()
        await until(lambda: closed(world))
        assert world.counted == ["done", "closed_by_peer"]
        assert closed(world) == [ours]

    scenario(work)


def test_a_closed_leg_says_goodbye_before_the_engine_forgets_it() -> None:
    async def work(world: World) -> None:
        browser = Browser(world)
        ours = browser.connect()
        dtls = await browser.prove_and_shake_hands(ours)
        await world.peers.close_leg("leg_a")
        assert closed(world) == [ours]
        assert dtls._task is not None
        await asyncio.wait([dtls._task])
        assert dtls.state == "closed"

    scenario(work)


def test_no_more_than_so_many_browsers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "MAX_PEERS", 2)

    async def work(world: World) -> None:
        for leg_id in ("leg_a", "leg_b"):
            Browser(world).connect(leg_id)
        with pytest.raises(NodeFull):
            Browser(world).connect("leg_c")

    scenario(work)


def test_datagrams_of_strangers_are_counted_and_forgotten() -> None:
    async def work(world: World) -> None:
        world.peers.datagram("nobody", b"\x16")
        ours = Browser(world).connect()
        for _ in range(100):
            world.peers.datagram(ours, b"\x16flood")
        assert world.counted == ["datagram_dropped"] * (1 + 100 - 32)

    scenario(work)

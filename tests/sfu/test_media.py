# SPDX-License-Identifier: Apache-2.0
"""The media node whole: real engine, real DTLS and SRTP, aiortc as the browser, a socket as the telephone."""

import asyncio
import re
import socket
from pathlib import Path
from random import Random

import av
import numpy as np
import pytest

from headcall.wire.media import (
    CloseLeg,
    DescribeMedia,
    DigitPressed,
    FromLeg,
    Hear,
    MediaDescribed,
    MediaUp,
    PlayEnded,
    Playlist,
    RecordingEnded,
    SendDigits,
    Silence,
    StartRecording,
    StopRecording,
)
from tests.sfu.media import MediaNode, Page, Telephone, is_tone, scenario, write_tone


async def talking(media: MediaNode, page: Page, phone: Telephone, *prefer: str) -> None:
    """A call: each hears the other."""
    await phone.connect()
    await media.do(Hear(phone.leg_id, FromLeg(page.leg_id)))  # the page comes later
    await page.connect(*prefer)
    await media.do(Hear(page.leg_id, FromLeg(phone.leg_id)))
    await page.until_connected()


@pytest.mark.parametrize("prefer", [(), ("PCMA",), ("PCMU",), ("G722",)], ids=["opus", "PCMA", "PCMU", "G722"])
def test_a_browser_and_a_telephone_hear_each_other(prefer: tuple[str, ...]) -> None:
    async def work(media: MediaNode) -> None:
        page, phone = Page(media, "leg_page", 620), Telephone(media, "leg_phone", 800)
        try:
            await talking(media, page, phone, *prefer)
            await asyncio.gather(page.hears(800), phone.hears(620))
            assert {MediaUp("leg_page"), MediaUp("leg_phone")} <= set(media.told)
            assert media.counted == ["done"]
            described = await media.do(DescribeMedia())
            assert isinstance(described, MediaDescribed)
            codec = prefer[0] if prefer else "opus"
            found = {leg.leg_id: (leg.kind, leg.up, leg.codec.lower()) for leg in described.legs}
            assert found == {
                "leg_page": ("peer", True, codec.lower()),
                "leg_phone": ("plain", True, "pcma"),
            }
        finally:
            phone.close()
            await page.close()

    scenario(work)


def test_a_browser_hears_a_file_and_is_told_of_its_end(tmp_path: Path) -> None:
    file = str(write_tone(tmp_path / "tone.wav", 440, 1.5))

    async def work(media: MediaNode) -> None:
        page = Page(media, "leg_page", 620)
        try:
            await page.connect()
            await page.until_connected()
            await media.do(Hear("leg_page", Playlist("play_1", (file,))))
            await page.hears(440)
            await media.until(PlayEnded("leg_page", "play_1", finished=True))
        finally:
            await page.close()

    scenario(work)


def test_a_page_that_comes_back_keeps_its_leg() -> None:
    async def work(media: MediaNode) -> None:
        before, phone = Page(media, "leg_page", 620), Telephone(media, "leg_phone", 800)
        await talking(media, before, phone)
        after = Page(media, "leg_page", 1000)
        try:
            await phone.hears(620)
            await before.connection.close()
            await after.connect()
            await after.until_connected()
            await asyncio.gather(phone.hears(1000), after.hears(800))
            described = await media.do(DescribeMedia())
            assert isinstance(described, MediaDescribed)
            assert sorted(leg.leg_id for leg in described.legs) == ["leg_page", "leg_phone"]
        finally:
            phone.close()
            await before.close()
            await after.close()

    scenario(work)


def test_a_second_page_takes_the_leg_over_while_the_first_still_lives() -> None:
    async def work(media: MediaNode) -> None:
        first, phone = Page(media, "leg_page", 620), Telephone(media, "leg_phone", 800)
        second = Page(media, "leg_page", 1000)
        try:
            await talking(media, first, phone)
            await phone.hears(620)
            await second.connect()
            await second.until_connected()
            await asyncio.gather(phone.hears(1000), second.hears(800))
            while len(media.peers) > 1:
                await asyncio.sleep(0.01)
        finally:
            phone.close()
            await first.close()
            await second.close()

    scenario(work)


def test_no_media_before_the_browser_has_proven_who_it_is() -> None:
    async def work(media: MediaNode) -> None:
        page, phone = Page(media, "leg_page", 620), Telephone(media, "leg_phone", 800)

        def forge(offer: str) -> str:
            return re.sub("(a=fingerprint:[^ ]+) ..:..", r"\1 00:00", offer)

        try:
            await phone.connect()
            await page.connect(change=forge)
            await media.do(Hear("leg_phone", FromLeg("leg_page")))
            while not media.counted:
                await asyncio.sleep(0.01)
            assert media.counted == ["wrong_certificate"]
            assert MediaUp("leg_page") not in media.told
            assert len(media.peers) == 0
        finally:
            phone.close()
            await page.close()

    scenario(work)


def test_both_sides_are_recorded_on_their_channels(tmp_path: Path) -> None:
    path = str(tmp_path / "call.ogg")

    async def work(media: MediaNode) -> None:
        page, phone = Page(media, "leg_page", 620), Telephone(media, "leg_phone", 800)
        try:
            await talking(media, page, phone, "PCMA")
            await asyncio.gather(page.hears(800), phone.hears(620))
            await media.do(StartRecording("rec_1", "leg_phone", path))
            await asyncio.sleep(2)
            await media.do(StopRecording("rec_1"))
            while not any(isinstance(event, RecordingEnded) for event in media.told):
                await asyncio.sleep(0.01)
        finally:
            phone.close()
            await page.close()
        (ended,) = (event for event in media.told if isinstance(event, RecordingEnded))
        assert ended.path == path
        assert ended.octets == Path(path).stat().st_size
        assert 1800 <= ended.duration_ms <= 2400

    scenario(work)
    with av.open(path) as container:
        frames = [frame.to_ndarray() for frame in container.decode(audio=0)]
        rate = container.streams.audio[0].rate
    sound = np.concatenate(frames, axis=1).astype(float)
    assert sound.shape[0] == 2
    middle = sound[:, sound.shape[1] // 4 :][:, :rate] * 32768
    assert is_tone(middle[0], rate, 800, 0.5)  # left: what the leg says
    assert is_tone(middle[1], rate, 620, 0.5)  # right: what it hears


def test_keys_of_both_directions(tmp_path: Path) -> None:
    async def work(media: MediaNode) -> None:
        phone = Telephone(media, "leg_phone", 800)
        try:
            await phone.connect()
            await media.until(MediaUp("leg_phone"))
            await media.do(SendDigits("leg_phone", "5", 100))
            while len([key for key in phone.keys if key[13] & 0x80]) < 3:  # RFC 4733 2.5.1.4: the end three times
                await asyncio.sleep(0.01)
            assert {key[12] for key in phone.keys} == {5}
            for n, (end, duration) in enumerate(((0, 160), (0, 320), (0x80, 800), (0x80, 800), (0x80, 800))):
                head = bytes([0x80, 101 | (0x80 if n == 0 else 0)]) + (60000 + n).to_bytes(2) + (7).to_bytes(4)
                event = bytes([9, end | 10]) + duration.to_bytes(2)
                phone.transport.sendto(head + (0x1234).to_bytes(4) + event, phone.to)
            await media.until(DigitPressed("leg_phone", "9", 100))
            assert sum(isinstance(event, DigitPressed) for event in media.told) == 1
        finally:
            phone.close()

    scenario(work)


def test_a_closed_leg_is_silent(tmp_path: Path) -> None:
    async def work(media: MediaNode) -> None:
        page, phone = Page(media, "leg_page", 620), Telephone(media, "leg_phone", 800)
        try:
            await talking(media, page, phone)
            await phone.hears(620)
            await media.do(CloseLeg("leg_phone"))
            await media.do(Hear("leg_page", Silence()))
            await asyncio.sleep(0.1)
            before = len(phone.packets)
            await asyncio.sleep(0.3)
            assert len(phone.packets) == before
        finally:
            phone.close()
            await page.close()

    scenario(work)


def test_no_packet_of_speech_meets_python() -> None:
    async def work(media: MediaNode) -> None:
        page, phone = Page(media, "leg_page", 620), Telephone(media, "leg_phone", 800)
        try:
            await talking(media, page, phone)
            await asyncio.gather(page.hears(800), phone.hears(620))
            media.events.stop()
            media.engine.take_events()
            before = media.engine.counters()["datagrams_received"]
            await asyncio.sleep(1)
            assert media.engine.counters()["datagrams_received"] > before + 40
            assert media.engine.take_events() == []
            media.events.start()
        finally:
            phone.close()
            await page.close()

    scenario(work)


def test_strangers_have_no_effect(caplog: pytest.LogCaptureFixture) -> None:
    chance = Random(5)
    client_hello = b"\x16\xfe\xff" + bytes(8) + (60).to_bytes(2) + b"\x01" + chance.randbytes(59)
    check = b"\0\x01\0\x14!\x12\xa4B" + chance.randbytes(12) + b"\0\x06\0\x0dabcdefgh:ijkl\0\0\0"

    def junk(n: int) -> bytes:
        kinds = (b"", client_hello, check, bytes([128 + n % 64]) + chance.randbytes(40), chance.randbytes(n % 200))
        return kinds[n % len(kinds)]

    async def work(media: MediaNode) -> None:
        page, phone = Page(media, "leg_page", 620), Telephone(media, "leg_phone", 800)
        stranger = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            await talking(media, page, phone)
            await asyncio.gather(page.hears(800), phone.hears(620))
            for n in range(5000):
                stranger.sendto(junk(n), ("127.0.0.1", media.socket.getsockname()[1]))
                stranger.sendto(junk(n + 1), phone.to)
                if n % 50 == 0:
                    await asyncio.sleep(0)
            told = list(media.told)
            page.heard, phone.heard = page.heard[:0], phone.heard[:0]
            await asyncio.gather(page.hears(800), phone.hears(620))
            assert media.told == told
            assert media.counted == ["done"]
            with pytest.raises(BlockingIOError):
                stranger.recvfrom(100, socket.MSG_DONTWAIT)  # nobody answers a stranger
        finally:
            stranger.close()
            phone.close()
            await page.close()

    scenario(work)
    assert [record for record in caplog.records if record.name.startswith("headcall")] == []

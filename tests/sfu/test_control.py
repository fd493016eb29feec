# SPDX-License-Identifier: Apache-2.0
"""Every command, once and twice, with what the engine is told and what is replied."""

import asyncio
from pathlib import Path
from typing import get_args

import pytest

from headcall.sfu.control import HANDLERS
from headcall.wire.codec import decode, encode
from headcall.wire.media import (
    Address,
    CloseLeg,
    Codec,
    ConnectPeer,
    DescribeMedia,
    FromLeg,
    Hear,
    LegMedia,
    MediaCommand,
    MediaDescribed,
    MediaReply,
    OpenPlain,
    PeerConnected,
    PlainOpened,
    PlayEnded,
    Playlist,
    RecordingEnded,
    SendDigits,
    SetPlainRemote,
    Silence,
    Source,
    StartRecording,
    StopRecording,
    Tone,
)
from headcall.wire.nodes import Done, Refused
from tests.sfu.node import World, offer, scenario, settled

PCMA, PCMU, EVENTS = Codec("PCMA", 8, 8000), Codec("PCMU", 0, 8000), Codec("telephone-event", 96, 8000)
REMOTE = Address("198.51.100.7", 4000)


def test_every_command_has_a_handler() -> None:
    assert set(HANDLERS) == set(get_args(MediaCommand))


def test_an_offered_leg_keeps_the_far_ends_order_and_numbers() -> None:
    async def work(world: World) -> None:
        offered = (PCMU, Codec("G729", 18, 8000), PCMA, EVENTS, Codec("opus", 120, 48000, 2))
        command = OpenPlain("leg_a", offered, REMOTE)
        first, second = await world.do(command, command)
        assert first == second
        assert isinstance(first, PlainOpened)
        assert first.local == Address("192.0.2.1", 8500)
        assert [codec.payload_type for codec in first.codecs] == [0, 8, 120, 96]
        assert world.engine.of("set_plain_remote")[0] == (
            "leg_a",
            "198.51.100.7",
            4000,
            [("PCMU", 0, 8000, 1), ("PCMA", 8, 8000, 1), ("opus", 120, 48000, 2), ("telephone-event", 96, 8000, 1)],
            True,
        )

    scenario(work)


def test_a_leg_we_offer_has_all_the_node_can() -> None:
    async def work(world: World) -> None:
        (reply,) = await world.do(OpenPlain("leg_a"))
        assert isinstance(reply, PlainOpened)
        assert [codec.name for codec in reply.codecs] == ["PCMA", "PCMU", "G722", "opus"] + ["telephone-event"] * 2
        assert world.engine.of("set_plain_remote") == []

    scenario(work)


def test_the_answer_narrows_the_codecs() -> None:
    async def work(world: World) -> None:
        _, reply = await world.do(OpenPlain("leg_a"), SetPlainRemote("leg_a", REMOTE, (PCMU, EVENTS), sends=False))
        assert reply == PlainOpened("leg_a", Address("192.0.2.1", 8500), (PCMU, EVENTS))
        assert world.engine.of("set_plain_remote") == [
            ("leg_a", REMOTE.host, REMOTE.port, [("PCMU", 0, 8000, 1), ("telephone-event", 96, 8000, 1)], False)
        ]

    scenario(work)


def test_a_browser_is_answered_and_the_engine_knows_the_codecs() -> None:
    async def work(world: World) -> None:
        command = ConnectPeer("leg_a", offer(), prefer=("PCMA",))
        first, second = await world.do(command, command)
        assert isinstance(first, PeerConnected)
        assert first == second
        ((leg, ufrag, pwd, remote),) = world.engine.of("open_peer")
        assert (leg, remote, len(ufrag), len(pwd)) == ("leg_a", "pYg9", 8, 24)
        assert f"a=ice-ufrag:{ufrag}\r\na=ice-pwd:{pwd}\r\n" in first.answer
        at, codecs, ssrc, level = world.engine.of("set_peer_codecs")[0]
        assert (at, level) == (ufrag, 1)
        assert codecs[0] == ("PCMA", 8, 8000, 1)
        assert f"a=ssrc:{ssrc} cname:" in first.answer

    scenario(work)


def test_sources_reach_the_engine(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        await world.do(OpenPlain("leg_a"), OpenPlain("leg_b"))
        sources: list[Source] = [Silence(), FromLeg("leg_b"), Tone("ringback")]
        assert await world.do(*(Hear("leg_a", source) for source in sources)) == [Done()] * 3
        assert world.engine.of("hear") == [
            ("leg_a", ("silence",)),
            ("leg_a", ("leg", "leg_b")),
            ("leg_a", ("tone", "ringback")),
        ]

    scenario(work)


def test_the_other_leg_may_come_later() -> None:
    async def work(world: World) -> None:
        assert (await world.do(OpenPlain("leg_a"), Hear("leg_a", FromLeg("leg_later"))))[1] == Done()

    scenario(work)


def make_files(folder: Path, *names: str) -> tuple[str, ...]:
    for name in names:
        (folder / name).write_bytes(b"x")
    return tuple(str(folder / name) for name in names)


async def until_told(world: World, number: int) -> None:
    while len(world.engine.of("hear")) + len(world.told) < number:
        await asyncio.sleep(0)


def test_a_playlist_plays_once_it_is_decoded_and_at_once_the_next_time(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        files = make_files(tmp_path, "a", "b")
        await world.do(OpenPlain("leg_a"))
        command = Hear("leg_a", Playlist("play_1", files, loop=True, gain_db=-6.0))
        assert await world.do(command, command) == [Done(), Done()]
        assert world.engine.of("hear") == [("leg_a", ("silence",))]
        await until_told(world, 2)
        names = list(world.engine.clips)
        assert world.engine.of("hear")[1] == ("leg_a", ("play", "play_1", names, True, -6.0))
        await world.do(Hear("leg_a", Playlist("play_2", files[:1])))
        assert world.engine.of("hear")[2] == ("leg_a", ("play", "play_2", names[:1], False, 0.0))
        assert world.told == []

    scenario(work)


@pytest.mark.parametrize("names", [("broken",), ("good", "broken"), ("missing",), ()])
def test_a_file_that_cannot_be_played_ends_the_play(tmp_path: Path, names: tuple[str, ...]) -> None:
    async def work(world: World) -> None:
        make_files(tmp_path, "good", "broken")
        files = tuple(str(tmp_path / name) for name in names)
        await world.do(OpenPlain("leg_a"))
        assert await world.do(Hear("leg_a", Playlist("play_1", files))) == [Done()]
        await until_told(world, 2)
        assert world.told == [PlayEnded("leg_a", "play_1", finished=False)]
        assert world.engine.of("hear") == [("leg_a", ("silence",))]

    scenario(work)


def test_what_is_set_meanwhile_takes_the_place_of_a_playlist_being_decoded(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        files = make_files(tmp_path, "a")
        await world.do(OpenPlain("leg_a"), Hear("leg_a", Playlist("play_1", files)), Hear("leg_a", Tone("busy")))
        assert world.told == [PlayEnded("leg_a", "play_1", finished=False)]
        await settled()
        assert world.engine.of("hear")[-1] == ("leg_a", ("tone", "busy"))
        await world.do(Hear("leg_a", Playlist("play_2", files)), CloseLeg("leg_a"))
        await settled()
        assert world.told[1:] in ([PlayEnded("leg_a", "play_2", finished=False)], [])

    scenario(work)


def test_a_recording_is_one_however_often_it_is_started(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        path = str(tmp_path / "new" / "r.ogg")
        start = StartRecording("rec_1", "leg_a", path)
        replies = await world.do(OpenPlain("leg_a"), start, start, DescribeMedia(), StopRecording("rec_1"))
        assert world.engine.of("start_recording") == [("rec_1", "leg_a", path)]
        assert Path(path).parent.is_dir()
        assert isinstance(replies[3], MediaDescribed)
        assert replies[3].recordings == ("rec_1",)
        assert world.engine.of("stop_recording") == [("rec_1",)]
        world.engine.say("recorded", "rec_1", "leg_a", 5000, 40000)
        world.events.take()
        assert world.told == [RecordingEnded("rec_1", "leg_a", path, 5000, 40000)]
        assert await world.do(StopRecording("rec_1")) == [Done()]

    scenario(work)


def test_a_failed_recording_ends_with_its_reason(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        path = tmp_path / "r.ogg"
        await world.do(OpenPlain("leg_a"), StartRecording("rec_1", "leg_a", str(path)))
        path.write_bytes(b"half")
        world.engine.say("record_failed", "rec_1", "leg_a", "no space left on device")
        world.events.take()
        assert world.told == [RecordingEnded("rec_1", "leg_a", str(path), 0, 4, "no space left on device")]

    scenario(work)


def test_a_folder_that_cannot_be_made_refuses_the_recording(tmp_path: Path) -> None:
    async def work(world: World) -> None:
        (tmp_path / "file").touch()
        _, reply = await world.do(
            OpenPlain("leg_a"), StartRecording("rec_1", "leg_a", str(tmp_path / "file" / "r.ogg"))
        )
        assert isinstance(reply, Refused)
        assert world.node.recordings.ids == ()

    scenario(work)


def test_digits_reach_the_engine() -> None:
    async def work(world: World) -> None:
        assert (await world.do(OpenPlain("leg_a"), SendDigits("leg_a", "12*#d", 200)))[1] == Done()
        assert world.engine.of("send_digits") == [("leg_a", "12*#D", 200)]

    scenario(work)


def test_a_closed_leg_is_gone_and_may_be_closed_again() -> None:
    async def work(world: World) -> None:
        await world.do(ConnectPeer("leg_a", offer()))
        assert await world.do(CloseLeg("leg_a"), CloseLeg("leg_a")) == [Done(), Done()]
        names = [call[0] for call in world.engine.told]
        assert names.index("close_peer") < names.index("close_leg")
        assert len(world.peers) == 0

    scenario(work)


def test_a_node_describes_what_it_holds() -> None:
    async def work(world: World) -> None:
        replies = await world.do(OpenPlain("leg_a"), ConnectPeer("leg_b", offer()), DescribeMedia())
        assert replies[2] == MediaDescribed(
            "sfu-1", (LegMedia("leg_a", "plain", True, "PCMA"), LegMedia("leg_b", "peer", True, "PCMA")), ()
        )

    scenario(work)


REFUSED = {
    "no such leg": (Hear("leg_x", Silence()), "not-found"),
    "no leg to record": (StartRecording("rec_1", "leg_x", "/nowhere"), "not-found"),
    "no leg for digits": (SendDigits("leg_x", "1"), "not-found"),
    "no leg for an answer": (SetPlainRemote("leg_x", REMOTE, (PCMA,)), "not-found"),
    "no digits": (SendDigits("leg_a", ""), "bad-request"),
    "65 digits": (SendDigits("leg_a", "1" * 65), "bad-request"),
    "letters": (SendDigits("leg_a", "1E"), "bad-request"),
    "a key held for ever": (SendDigits("leg_a", "1", 10**9), "bad-request"),
    "an unknown codec": (OpenPlain("leg_b", (Codec("G729", 18, 8000),)), "media-refused"),
    "only key presses": (OpenPlain("leg_b", (EVENTS,)), "media-refused"),
    "a payload type of 8 bits": (OpenPlain("leg_b", (Codec("PCMA", 200, 8000),)), "media-refused"),
    "an answer with nothing": (SetPlainRemote("leg_a", REMOTE, ()), "media-refused"),
    "a name for an address": (OpenPlain("leg_b", (PCMA,), Address("localhost", 4000)), "bad-request"),
    "port 0": (SetPlainRemote("leg_a", Address("192.0.2.1", 0), (PCMA,)), "bad-request"),
    "a port too large": (OpenPlain("leg_b", (PCMA,), Address("192.0.2.1", 70000)), "bad-request"),
    "no SDP": (ConnectPeer("leg_b", "hello"), "bad-request"),
    "no audio": (ConnectPeer("leg_b", offer().replace("m=audio", "m=video")), "bad-request"),
}


@pytest.mark.parametrize(("command", "cause"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_done_is_refused_and_changes_nothing(command: MediaCommand, cause: str) -> None:
    async def work(world: World) -> None:
        await world.do(OpenPlain("leg_a"))
        before = list(world.engine.told)
        (reply,) = await world.do(command)
        assert isinstance(reply, Refused)
        assert reply.cause == cause
        assert reply.text
        assert world.engine.told == before

    scenario(work)


def test_no_port_left_is_a_refusal() -> None:
    async def work(world: World) -> None:
        world.engine.open_error = OSError("no port left")
        assert await world.do(OpenPlain("leg_a")) == [Refused("no-circuit", "no port left")]

    scenario(work)


@pytest.mark.parametrize("data", [b"", b"\xff" * 20, b"\x81\xa4type\xa3Foo", encode(Done())])
def test_bytes_that_are_no_command_are_refused(data: bytes) -> None:
    async def work(world: World) -> None:
        reply: MediaReply = decode(await world.node.answer(data), MediaReply)  # type: ignore[arg-type]
        assert isinstance(reply, Refused)
        assert reply.cause == "bad-request"

    scenario(work)


def test_commands_come_and_replies_go_as_bytes() -> None:
    async def work(world: World) -> None:
        reply: MediaReply = decode(await world.node.answer(encode(DescribeMedia())), MediaReply)  # type: ignore[arg-type]
        assert reply == MediaDescribed("sfu-1", (), ())

    scenario(work)

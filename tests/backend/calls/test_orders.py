# SPDX-License-Identifier: Apache-2.0
"""What nodes are told is the difference of two states: nothing twice, nothing forgotten, in the right order."""

from headcall.backend.calls import inputs
from headcall.backend.calls.decide import decide
from headcall.backend.calls.model import EMPTY, Call
from headcall.backend.calls.orders import Sounds, orders
from headcall.backend.queues.model import Choice
from headcall.wire import legs, media

SOUNDS = Sounds(("music.wav",))
MUSIC = media.Playlist("music", ("music.wav",), loop=True, gain_db=-6.0)


def begin(target: inputs.Target, kind: str = "sip") -> Call:
    start = inputs.Begin(
        leg_id="leg_1",
        kind=kind,  # type: ignore[arg-type]
        direction="in",
        language="zh",
        media_node="sfu-1",
        from_number="13800138000",
        from_name="",
        to_number="4008123456",
        target=target,
        bridge="sip-1" if kind == "sip" else "",
        user_id=None if kind == "sip" else "usr_0",
    )
    return decide(EMPTY, start, 0).call


def rung(kind: str = "sip", device: str = "sip") -> Call:
    dials = legs.ToPhone("1001") if device == "sip" else None
    devices = (inputs.Device("leg_2", device, "sip-1", dials, "usr_1"),)  # type: ignore[arg-type]
    return begin(inputs.RingDevices("ring_1", "direct", devices, ("usr_1",), 15_000), kind)


def then(call: Call, *told: object) -> tuple[Call, list[object]]:
    """The call after it, and the commands in order."""
    commands: list[object] = []
    for each in told:
        after = decide(call, each, 1_000).call
        commands += [order.command for order in orders(call, after, SOUNDS)]
        call = after
    return call, commands


def test_a_ringing_telephone_is_placed_once() -> None:
    call = rung()
    placed = [o.command for o in orders(EMPTY, call, SOUNDS)]
    assert placed == [
        legs.PlaceLeg("leg_2", "", "sfu-1", legs.ToPhone("1001"), caller_number="13800138000"),
    ]
    assert orders(call, call, SOUNDS) == []


def test_the_answer_comes_before_the_sound() -> None:
    _, told = then(rung(), legs.LegAnswered("leg_2", "PCMA"))
    assert told == [
        legs.AnswerLeg("leg_1"),
        media.Hear("leg_1", media.FromLeg("leg_2")),
        media.Hear("leg_2", media.FromLeg("leg_1")),
    ]


def test_a_browser_is_heard_from_the_moment_it_has_connected() -> None:
    call, told = then(rung(device="browser"), inputs.Answer("usr_1"))
    assert told == [legs.AnswerLeg("leg_1")]
    _, told = then(call, inputs.Attached("leg_2"))
    assert told == [media.Hear("leg_1", media.FromLeg("leg_2")), media.Hear("leg_2", media.FromLeg("leg_1"))]


def test_hold_is_music_and_silence() -> None:
    call, _ = then(rung(device="browser"), inputs.Attached("leg_2"), inputs.Answer("usr_1"))
    call, told = then(call, inputs.Hold("usr_1", True))
    assert told == [media.Hear("leg_1", MUSIC), media.Hear("leg_2", media.Silence())]
    _, told = then(call, inputs.Hold("usr_1", False))
    assert told == [media.Hear("leg_1", media.FromLeg("leg_2")), media.Hear("leg_2", media.FromLeg("leg_1"))]


def test_a_caller_in_a_page_hears_the_ring_back_tone_or_what_the_far_network_plays() -> None:
    call, told = then(rung(kind="browser"), inputs.Attached("leg_1"))
    assert told == [media.Hear("leg_1", media.Tone("ringback"))]
    _, told = then(call, legs.LegRinging("leg_2", early_media=True))
    assert told == [media.Hear("leg_1", media.FromLeg("leg_2"))]


def toned(kind: str = "sip") -> Call:
    devices = (inputs.Device("leg_2", "sip", "sip-1", legs.ToPhone("1001"), "usr_1"),)
    return begin(inputs.RingDevices("ring_1", "direct", devices, ("usr_1",), 15_000, tone="tone.wav"), kind)


TONE = media.Playlist("tone-ring_1", ("tone.wav",), loop=True, gain_db=-6.0)


def test_a_seats_own_tone_is_early_media_for_a_telephone_from_the_moment_it_rings() -> None:
    call, told = then(toned(), legs.LegRinging("leg_2"))
    assert told == [legs.RingLeg("leg_1", early_media=True), media.Hear("leg_1", TONE)]
    call, told = then(call, legs.LegRinging("leg_2", early_media=True))
    assert told == [], "the seat's tone, not what its telephone plays"
    _, told = then(call, legs.LegAnswered("leg_2", "PCMA"))
    assert told[:2] == [legs.AnswerLeg("leg_1"), media.Hear("leg_1", media.FromLeg("leg_2"))]


def test_a_seats_own_tone_is_heard_in_a_page() -> None:
    _, told = then(toned("browser"), inputs.Attached("leg_1"))
    assert told == [media.Hear("leg_1", TONE)]


def test_while_a_seat_with_a_tone_is_rung_the_queues_music_rests() -> None:
    waits = begin(inputs.WaitInQueue("que_1", "queue", 60_000))
    music = media.Playlist("play_1", ("queue.wav",), loop=True)
    devices = (inputs.Device("leg_2", "sip", "sip-1", legs.ToPhone("1001"), "usr_1"),)
    choice = Choice("longest-idle", ("usr_1",), ())
    ring = inputs.RingDevices("ring_1", "queue", devices, ("usr_1",), 500, choice, tone="tone.wav")
    call, told = then(waits, inputs.AppPlays("leg_1", music), ring)
    assert [each for each in told if isinstance(each, media.Hear)] == [
        media.Hear("leg_1", music),
        media.Hear("leg_1", TONE),
    ]
    call, told = then(call, inputs.AppPlays("leg_1", media.Playlist("play_2", ("place.wav",))))
    assert told == [], "an announcement waits for the end of the round"
    _, told = then(call, legs.LegEnded("leg_2", "busy", by_peer=True))
    assert media.Hear("leg_1", media.Playlist("play_2", ("place.wav",))) in told


def test_the_end_ends_both_halves_and_closes_the_media() -> None:
    call, _ = then(rung(), legs.LegAnswered("leg_2", "PCMA"))
    _, told = then(call, legs.LegEnded("leg_1", "normal", by_peer=True))
    assert told == [media.CloseLeg("leg_1"), legs.EndLeg("leg_2", "normal"), media.CloseLeg("leg_2")]


def test_a_new_backend_says_again_what_holds() -> None:
    call, _ = then(rung(), legs.LegAnswered("leg_2", "PCMA"))
    call, _ = then(call, inputs.Record(on=True, recording_id="rec_1", path="/rec"))
    assert [order.command for order in orders(EMPTY, call, SOUNDS)] == [
        legs.AnswerLeg("leg_1"),
        media.Hear("leg_1", media.FromLeg("leg_2")),
        media.Hear("leg_2", media.FromLeg("leg_1")),
        media.StartRecording("rec_1", "leg_1", "/rec"),
    ]
    _, told = then(call, inputs.Record(on=False))
    assert told == [media.StopRecording("rec_1")]

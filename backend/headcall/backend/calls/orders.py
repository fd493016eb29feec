# SPDX-License-Identifier: Apache-2.0
"""What the bridges and media nodes must be told: the difference between two states of a call. Pure.

So a command is never given before its reason is in the log, and after a crash in between it is enough to take the
difference to nothing (`before = EMPTY`): every command here may be given twice.
"""

from collections.abc import Iterator

from msgspec import Struct

from headcall.backend.calls.model import Call, Consulting, Leg, Recording, Ring
from headcall.backend.calls.rules.callback import is_dialling
from headcall.backend.calls.rules.centre import intro_play_id
from headcall.wire import legs as leg_words
from headcall.wire import media as media_words
from headcall.wire.media import FromLeg, Mix, Playlist, Silence, Source, Tone


class Order(Struct, frozen=True):
    """A command, and where it goes: to the bridge or the media node of a leg."""

    leg_id: str
    node: str
    command: leg_words.LegCommand | media_words.MediaCommand


class Sounds(Struct, frozen=True):
    """What is heard when nobody speaks and no application plays."""

    music: tuple[str, ...] = ()


def hears(call: Call, leg: Leg, sounds: Sounds) -> Source:
    """What a leg hears in this state of the call."""
    if leg.role == "supervisor":
        return _together([*_present(call), *_speakers(call, leg)])
    if call.consulting and leg.leg_id in (call.consulting.by, call.consulting.leg_id):
        source = _hears_consulting(call, call.consulting, leg, sounds)
        if source is not None:
            return source
    if call.more and leg.leg_id in call.talkers:
        return _hears_in_conference(call, leg, sounds)
    if is_dialling(call):
        return _hears_ringing(call, leg) if leg.role == "callee" else Silence()
    other = call.other(leg.leg_id)
    if other is not None:
        return _hears_in_talk(call, leg, other, sounds)
    if call.refusal or leg.leg_id != call.customer.leg_id:
        return leg.plays
    if call.wait:
        return _hears_ringing(call, leg) if call.ring and call.ring.tone else leg.plays
    if call.ring and not call.parked:
        return _hears_ringing(call, leg)
    return _music(sounds) if call.comeback or call.parked else leg.plays


def _hears_consulting(call: Call, consulting: Consulting, leg: Leg, sounds: Sounds) -> Source | None:
    """What the two of a consultation hear; None for the one who has swapped back to the talk."""
    is_aside = call.is_away(consulting.by)
    if leg.leg_id == consulting.leg_id:
        return _together([call.legs[consulting.by]]) if is_aside and leg.has_media else _music(sounds)
    if not is_aside:
        return None
    if not consulting.leg_id:
        return _hears_ringing(call, leg)
    return _together([call.legs[consulting.leg_id], *_speakers(call, leg)]) if leg.has_media else Silence()


def _hears_in_talk(call: Call, leg: Leg, other: Leg, sounds: Sounds) -> Source:
    if call.held_by == other.leg_id:
        return _music(sounds)
    if not leg.has_media:
        return Silence()
    if call.held_by == leg.leg_id:
        return _together(_speakers(call, leg))
    if intro := call.intro.get(leg.leg_id):
        return Playlist(intro_play_id(leg.leg_id), (intro,))
    if other.lost_at_ms is not None:
        return _music(sounds)  # somebody is changing networks or reloading: comfort, not silence
    return _together([other, *_speakers(call, leg)])


def _hears_in_conference(call: Call, leg: Leg, sounds: Sounds) -> Source:
    """All others who are there; music only when nobody is: it must not play into the talk of the others."""
    if not leg.has_media:
        return Silence()
    if call.is_away(leg.leg_id):
        return _together(_speakers(call, leg))
    others = [each for each in _present(call) if each.leg_id != leg.leg_id]
    return _together([*others, *_speakers(call, leg)]) if others else _music(sounds)


def _present(call: Call) -> list[Leg]:
    """Who talks, without those who have stepped out of a conference or are just lost."""
    legs = [call.legs[leg_id] for leg_id in call.talkers]
    if not call.more:
        return legs
    return [leg for leg in legs if leg.lost_at_ms is None and not call.is_away(leg.leg_id)]


def _speakers(call: Call, leg: Leg) -> list[Leg]:
    """The supervisors whom this leg hears: a whisper reaches the agent alone."""
    modes = ("whisper", "barge") if call.coached and leg.leg_id == call.coached.leg_id else ("barge",)
    return [each for each in call.supervisors() if each.mode in modes and each.leg_id != leg.leg_id]


def _together(legs: list[Leg]) -> Source:
    voices = tuple(leg.leg_id for leg in legs if leg.has_media)
    if len(voices) > 1:
        return Mix(voices)
    return FromLeg(voices[0]) if voices else Silence()


def _hears_ringing(call: Call, leg: Leg) -> Source:
    """The seat's own tone, or what the far network plays, if it plays anything; else the ring-back tone, where the
    telephone makes none."""
    if call.ring and call.ring.tone:
        return _own_tone(call.ring, leg)
    early = [rung.leg_id for rung in call.ringing_legs() if rung.progress == "early"]
    if early:
        return FromLeg(early[0])
    return Tone("ringback") if leg.state == "up" else Silence()


def _own_tone(ring: Ring, leg: Leg) -> Source:
    """A telephone that is not answered yet hears it as early media, once its bridge has been told to open that."""
    can_hear = leg.state == "up" or leg.progress == "early"
    return Playlist(f"tone-{ring.ring_id}", (ring.tone,), loop=True, gain_db=-6.0) if can_hear else Silence()


def _music(sounds: Sounds) -> Source:
    return Playlist("music", sounds.music, loop=True, gain_db=-6.0) if sounds.music else Silence()


def orders(before: Call, after: Call, sounds: Sounds) -> list[Order]:
    """The commands that lead the nodes from one state to the other, in the order in which they must be given."""
    found: list[Order] = []
    for leg in after.legs.values():
        found += _to_bridge(before.legs.get(leg.leg_id), leg, after)
    for leg in after.legs.values():
        found += _to_media(before, after, leg, sounds)
    found += _recordings(before, after)
    for leg in after.legs.values():
        found += _endings(before.legs.get(leg.leg_id), leg)
    return found


def _to_bridge(was: Leg | None, leg: Leg, call: Call) -> Iterator[Order]:
    if leg.kind != "sip" or not leg.is_live:
        return
    if leg.dials is not None:
        if was is None and leg.state == "outgoing":
            yield Order(leg.leg_id, leg.bridge, _placing(leg, call))
        return
    if leg.state == "up":
        if was is None or was.state != "up":
            yield Order(leg.leg_id, leg.bridge, leg_words.AnswerLeg(leg.leg_id))
    elif leg.progress != "none" and (was is None or was.progress != leg.progress):
        yield Order(leg.leg_id, leg.bridge, leg_words.RingLeg(leg.leg_id, leg.progress == "early"))


def _placing(leg: Leg, call: Call) -> leg_words.PlaceLeg:
    assert leg.dials is not None
    return leg_words.PlaceLeg(
        leg_id=leg.leg_id,
        call_id=call.call_id,
        media_node=leg.media_node,
        target=leg.dials,
        caller_number=leg.presents_number,
        caller_name=leg.presents_name,
    )


def _to_media(before: Call, after: Call, leg: Leg, sounds: Sounds) -> Iterator[Order]:
    if not leg.is_live or not leg.has_media:
        return
    was = before.legs.get(leg.leg_id)
    source = hears(after, leg, sounds)
    if was is None or not was.has_media:
        # A telephone we dial has no RTP at the node before its bridge has asked for it; silence is where all begin.
        if source != Silence() or was is not None:
            yield Order(leg.leg_id, leg.media_node, media_words.Hear(leg.leg_id, source))
    elif source != hears(before, was, sounds):
        yield Order(leg.leg_id, leg.media_node, media_words.Hear(leg.leg_id, source))


def _recordings(before: Call, after: Call) -> Iterator[Order]:
    were = {recording.recording_id: recording.state for recording in before.recordings}
    for recording in after.recordings:
        node = after.legs[recording.leg_id].media_node
        if were.get(recording.recording_id) == recording.state or not after.legs[recording.leg_id].is_live:
            continue
        if command := _recording_command(recording):
            yield Order(recording.leg_id, node, command)


def _recording_command(recording: Recording) -> media_words.StartRecording | media_words.StopRecording | None:
    if recording.state == "on":
        return media_words.StartRecording(recording.recording_id, recording.leg_id, recording.path)
    return media_words.StopRecording(recording.recording_id) if recording.state == "stopped" else None


def _endings(was: Leg | None, leg: Leg) -> Iterator[Order]:
    if leg.is_live or was is None or not was.is_live:
        return
    if leg.kind == "sip" and not leg.ended_out_there:
        yield Order(leg.leg_id, leg.bridge, leg_words.EndLeg(leg.leg_id, leg.cause))
    if leg.kind == "sip" or leg.has_media:
        yield Order(leg.leg_id, leg.media_node, media_words.CloseLeg(leg.leg_id))

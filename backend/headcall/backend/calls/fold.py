# SPDX-License-Identifier: Apache-2.0
"""What a call becomes by each event of its log. Adding an event is adding a row to `APPLY`."""

from collections.abc import Callable, Iterable
from typing import Any, Final

from msgspec.structs import replace

from headcall.backend.calls.log import (
    AttendantEntered,
    AttendantLeft,
    Bridged,
    CallbackAsked,
    CallbackCancelled,
    CallbackDialled,
    CallbackMissed,
    CallbackPromised,
    CallbackRests,
    CallParked,
    CallStarted,
    CodeDialled,
    ConferenceJoined,
    ConferenceLeft,
    ConsultAnswered,
    ConsultCompleted,
    ConsultOver,
    ConsultStarted,
    Ended,
    EndedBySupervisor,
    Entry,
    Event,
    ExtensionMissed,
    Held,
    IntroOver,
    KeyPressed,
    KeysSent,
    LeftPark,
    LegAdded,
    LegAnswered,
    LegClosed,
    LegRang,
    Marked,
    MediaAttached,
    MediaCameBack,
    MediaForgotten,
    MediaLost,
    Overflowed,
    PageCameBack,
    PageGone,
    ParkRangBack,
    PickedUp,
    Plays,
    PriorityChanged,
    QueueEntered,
    QueueLeft,
    RecordingDone,
    RecordingStarted,
    RecordingStopped,
    Recovered,
    Refusing,
    RingOver,
    RingStarted,
    RingWon,
    StaysParked,
    Supervised,
    SurveyStarted,
    TookOver,
    TransferFailed,
    TransferStarted,
    Unbridged,
)
from headcall.backend.calls.model import (
    EMPTY,
    Call,
    Consulting,
    Lapse,
    Recording,
    Wait,
)


def _leg(call: Call, leg_id: str, **changes: object) -> Call:
    leg = call.legs.get(leg_id)
    if leg is None:
        return call
    return replace(call, legs={**call.legs, leg_id: replace(leg, **changes)})


def _started(call: Call, e: CallStarted, at_ms: int) -> Call:
    return replace(
        call,
        direction=e.direction,
        language=e.language,
        from_number=e.from_number,
        from_name=e.from_name,
        to_number=e.to_number,
        to_name=e.to_name,
        media_node=e.leg.media_node,
        caller_id=e.leg.leg_id,
        legs={e.leg.leg_id: replace(e.leg, added_at_ms=at_ms)},
        started_at_ms=at_ms,
    )


def _leg_added(call: Call, e: LegAdded, at_ms: int) -> Call:
    return replace(call, legs={**call.legs, e.leg.leg_id: replace(e.leg, added_at_ms=at_ms)})


def _leg_rang(call: Call, e: LegRang, at_ms: int) -> Call:
    return _leg(call, e.leg_id, progress="early" if e.early_media else "ringing")


def _leg_answered(call: Call, e: LegAnswered, at_ms: int) -> Call:
    codec = e.codec or call.legs[e.leg_id].codec
    return _leg(call, e.leg_id, state="up", answered_at_ms=at_ms, codec=codec)


def _leg_closed(call: Call, e: LegClosed, at_ms: int) -> Call:
    return _leg(call, e.leg_id, state="over", ended_at_ms=at_ms, cause=e.cause, ended_out_there=e.out_there)


def _queue_entered(call: Call, e: QueueEntered, at_ms: int) -> Call:
    return replace(
        call,
        wait=Wait(
            queue_id=e.queue_id,
            queue_name=e.queue_name,
            entered_at_ms=e.entered_at_ms,
            joined_at_ms=at_ms,
            until_ms=e.until_ms,
            rank=e.rank,
            priority=e.priority,
        ),
        queue_id=e.queue_id,
        queue_name=e.queue_name,
        queue_entered_at_ms=e.entered_at_ms,
        max_wait_ms=e.until_ms - at_ms,
        priority=e.priority,
        terms=e.terms,
        overflow=None,
        lapses=(),
        refusal=None,
        hours_id="",
        comeback=None,
        attendant=None,
        parked=None,
    )


def _queue_left(call: Call, e: QueueLeft, at_ms: int) -> Call:
    joined = call.wait.joined_at_ms if call.wait else at_ms
    return replace(call, wait=None, wait_ms=call.wait_ms + max(0, at_ms - joined))


def _priority_changed(call: Call, e: PriorityChanged, at_ms: int) -> Call:
    wait = replace(call.wait, priority=e.priority) if call.wait else None
    return replace(call, wait=wait, priority=e.priority)


def _ring_won(call: Call, e: RingWon, at_ms: int) -> Call:
    agent_id = call.agent_id if call.consulting else call.legs[e.leg_id].user_id or call.agent_id
    return replace(call, ring=None, agent_id=agent_id)


def _ring_over(call: Call, e: RingOver, at_ms: int) -> Call:
    rung = call.ring.user_ids if call.ring else ()
    fresh = tuple(Lapse(user_id=user, at_ms=at_ms, outcome=e.outcome) for user in rung)
    kept = tuple(lapse for lapse in call.lapses if lapse.user_id not in rung)
    return replace(call, ring=None, lapses=kept + fresh)


def _bridged(call: Call, e: Bridged, at_ms: int) -> Call:
    return replace(
        call,
        pair=(e.first, e.second),
        held_by=None,
        more=(),
        away=(),
        parked=None,
        comeback=None,
        attendant=None,
        refusal=None,
        intro=dict(e.intro),
        talking_since_ms=at_ms,
        answered_at_ms=call.answered_at_ms if call.answered_at_ms is not None else at_ms,
    )


def _unbridged(call: Call, e: Unbridged, at_ms: int) -> Call:
    talked = at_ms - call.talking_since_ms if call.talking_since_ms is not None else 0
    return replace(
        call,
        pair=None,
        more=(),
        away=(),
        held_by=None,
        intro={},
        talking_since_ms=None,
        talk_ms=call.talk_ms + max(0, talked),
    )


def _transfer_failed(call: Call, e: TransferFailed, at_ms: int) -> Call:
    comeback = replace(call.comeback, cause=e.cause) if call.comeback else None
    return replace(call, comeback=comeback)


def _refusing(call: Call, e: Refusing, at_ms: int) -> Call:
    return replace(call, refusal=e.cause, hours_id=e.hours_id, overflow=None, attendant=None)


def _attendant_entered(call: Call, e: AttendantEntered, at_ms: int) -> Call:
    attendant = replace(e.attendant, asked_at_ms=at_ms)
    return replace(call, attendant=attendant, overflow=None, refusal=None, hours_id="", comeback=None)


def _extension_missed(call: Call, e: ExtensionMissed, at_ms: int) -> Call:
    was = call.attendant
    return replace(call, attendant=was and replace(was, tries=was.tries + 1, cause=e.cause, asked_at_ms=at_ms))


def _recording(call: Call, recording_id: str, state: str) -> Call:
    changed = (replace(r, state=state) if r.recording_id == recording_id else r for r in call.recordings)
    return replace(call, recordings=tuple(changed))


def _recording_started(call: Call, e: RecordingStarted, at_ms: int) -> Call:
    return replace(call, recordings=(*call.recordings, Recording(e.recording_id, e.leg_id, e.path)))


def _ended(call: Call, e: Ended, at_ms: int) -> Call:
    return replace(call, rating=False, parked=None, attendant=None, ended_at_ms=at_ms, cause=e.cause, ended_by=e.by)


def _took_over(call: Call, e: TookOver, at_ms: int) -> Call:
    agent_id = call.legs[e.leg_id].user_id or call.agent_id
    return replace(_leg(call, e.leg_id, role="callee", mode=None, answered_at_ms=at_ms), agent_id=agent_id)


def _consult_started(call: Call, e: ConsultStarted, at_ms: int) -> Call:
    return _aside(replace(call, consulting=Consulting(e.by_leg, e.ring_id, e.to_number)), e.by_leg, on=True)


def _aside(call: Call, leg_id: str, *, on: bool) -> Call:
    """The leg steps out of the talk, or comes back: of two, the other one is held; of more, the others talk on."""
    if not call.more:
        return replace(call, held_by=leg_id if on else None)
    others = tuple(away for away in call.away if away != leg_id)
    return replace(call, away=(*others, leg_id) if on else others)


def _consult_answered(call: Call, e: ConsultAnswered, at_ms: int) -> Call:
    return replace(call, consulting=replace(call.consulting, leg_id=e.leg_id) if call.consulting else None)


def _consult_completed(call: Call, e: ConsultCompleted, at_ms: int) -> Call:
    user_id = call.legs[e.leg_id].user_id if e.leg_id else None
    return replace(call, consulting=None, agent_id=user_id or call.agent_id)


def _consult_over(call: Call, e: ConsultOver, at_ms: int) -> Call:
    back = _aside(call, call.consulting.by, on=False) if call.consulting else call
    return replace(back, consulting=None)


def _conference_joined(call: Call, e: ConferenceJoined, at_ms: int) -> Call:
    back = _consult_over(call, ConsultOver("normal"), at_ms) if _is_consulted(call, e.leg_id) else call
    return replace(back, more=(*back.more, e.leg_id), held_by=None, intro={})


def _is_consulted(call: Call, leg_id: str) -> bool:
    return call.consulting is not None and call.consulting.leg_id == leg_id


def _conference_left(call: Call, e: ConferenceLeft, at_ms: int) -> Call:
    stay = tuple(leg_id for leg_id in call.talkers if leg_id != e.leg_id)
    away = tuple(leg_id for leg_id in call.away if leg_id in stay)
    left = replace(call, pair=(stay[0], stay[1]), more=stay[2:], away=away, agent_id=_who_serves(call, stay))
    if left.more:
        return left
    by = call.consulting.by if call.consulting else None  # then only who asks can be the one who holds
    holding = [leg_id for leg_id in away if by in (None, leg_id)]
    return replace(left, away=(), held_by=holding[0] if holding else None)


def _who_serves(call: Call, stay: tuple[str, ...]) -> str | None:
    """The agent, while there; else the last of ours who stay."""
    ours = [user_id for leg_id in stay if leg_id != call.caller_id and (user_id := call.legs[leg_id].user_id)]
    return call.agent_id if call.agent_id in ours or not ours else ours[-1]


def _park_rang_back(call: Call, e: ParkRangBack, at_ms: int) -> Call:
    parked = replace(call.parked, ring_backs=call.parked.ring_backs + 1) if call.parked else None
    return replace(call, parked=parked, comeback=e.comeback)


def _stays_parked(call: Call, e: StaysParked, at_ms: int) -> Call:
    return replace(call, parked=replace(call.parked, until_ms=e.until_ms) if call.parked else None, comeback=None)


def _picked_up(call: Call, e: PickedUp, at_ms: int) -> Call:
    return replace(call, parked=None, comeback=None, agent_id=call.legs[e.leg_id].user_id or call.agent_id)


def _callback(call: Call, **changes: object) -> Call:
    return replace(call, callback=replace(call.callback, **changes)) if call.callback else call


def _callback_rests(call: Call, e: CallbackRests, at_ms: int) -> Call:
    wait = call.wait and replace(call.wait, until_ms=e.until_ms)
    return replace(_callback(call, rests_until_ms=e.rests_until_ms, until_ms=e.until_ms), wait=wait)


def _callback_dialled(call: Call, e: CallbackDialled, at_ms: int) -> Call:
    dialled = _callback(call, attempts=e.attempt, retry_at_ms=None)
    return replace(dialled, caller_id=e.leg_id or call.caller_id)


Fold = Callable[[Call, Any, int], Call]

APPLY: Final[dict[type[Event], Fold]] = {
    CallStarted: _started,
    CodeDialled: lambda call, e, at: replace(call, code=e.code, code_by=e.user_id),
    LegAdded: _leg_added,
    LegRang: _leg_rang,
    LegAnswered: _leg_answered,
    LegClosed: _leg_closed,
    MediaAttached: lambda call, e, at: _leg(call, e.leg_id, has_media=True, lost_at_ms=None),
    MediaForgotten: lambda call, e, at: _leg(call, e.leg_id, has_media=False, lost_at_ms=at),
    MediaLost: lambda call, e, at: _leg(call, e.leg_id, lost_at_ms=at),
    MediaCameBack: lambda call, e, at: _leg(call, e.leg_id, lost_at_ms=None),
    PageGone: lambda call, e, at: _leg(call, e.leg_id, page_gone_at_ms=at),
    PageCameBack: lambda call, e, at: _leg(call, e.leg_id, page_gone_at_ms=None),
    KeyPressed: lambda call, e, at: _leg(call, e.leg_id, digits=(call.legs[e.leg_id].digits + e.digit)[-64:]),
    KeysSent: lambda call, e, at: call,
    Plays: lambda call, e, at: _leg(call, e.leg_id, plays=e.source),
    QueueEntered: _queue_entered,
    QueueLeft: _queue_left,
    PriorityChanged: _priority_changed,
    Overflowed: lambda call, e, at: replace(call, overflow=e.to_number, overflows=call.overflows + 1),
    RingStarted: lambda call, e, at: replace(call, ring=e.ring, overflow=None, refusal=None, hours_id=""),
    RingWon: _ring_won,
    RingOver: _ring_over,
    Bridged: _bridged,
    IntroOver: lambda call, e, at: replace(call, intro={k: v for k, v in call.intro.items() if k != e.leg_id}),
    Unbridged: _unbridged,
    SurveyStarted: lambda call, e, at: replace(call, rating=True),
    Marked: lambda call, e, at: replace(call, mark=e.mark),
    Held: lambda call, e, at: _aside(call, e.leg_id, on=e.on),
    TransferStarted: lambda call, e, at: replace(call, comeback=e.comeback),
    TransferFailed: _transfer_failed,
    Refusing: _refusing,
    AttendantEntered: _attendant_entered,
    ExtensionMissed: _extension_missed,
    AttendantLeft: lambda call, e, at: replace(call, attendant=None),
    RecordingStarted: _recording_started,
    RecordingStopped: lambda call, e, at: _recording(call, e.recording_id, "stopped"),
    RecordingDone: lambda call, e, at: _recording(call, e.recording_id, "done"),
    Supervised: lambda call, e, at: _leg(call, e.leg_id, mode=e.mode),
    TookOver: _took_over,
    EndedBySupervisor: lambda call, e, at: call,
    ConsultStarted: _consult_started,
    ConsultAnswered: _consult_answered,
    ConsultOver: _consult_over,
    ConsultCompleted: _consult_completed,
    ConferenceJoined: _conference_joined,
    ConferenceLeft: _conference_left,
    CallParked: lambda call, e, at: replace(call, parked=e.parked),
    ParkRangBack: _park_rang_back,
    StaysParked: _stays_parked,
    PickedUp: _picked_up,
    LeftPark: lambda call, e, at: replace(call, parked=None),
    CallbackPromised: lambda call, e, at: replace(call, promised=e.promise),
    CallbackAsked: lambda call, e, at: replace(call, callback=e.callback),
    CallbackDialled: _callback_dialled,
    CallbackMissed: lambda call, e, at: _callback(call, retry_at_ms=e.retry_at_ms),
    CallbackRests: _callback_rests,
    CallbackCancelled: lambda call, e, at: call,
    Recovered: lambda call, e, at: call,
    Ended: _ended,
}


def apply(call: Call, entry: Entry) -> Call:
    """The call after one more event."""
    after = APPLY[type(entry.event)](call, entry.event, entry.at_ms)
    turned = entry.at_ms if after.phase != call.phase or not call.seq else call.turned_at_ms
    return replace(after, seq=entry.seq, turned_at_ms=turned)


def fold(call_id: str, entries: Iterable[Entry]) -> Call:
    """The call that the log tells of."""
    call = replace(EMPTY, call_id=call_id)
    for entry in entries:
        call = apply(call, entry)
    return call

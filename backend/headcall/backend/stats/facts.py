# SPDX-License-Identifier: Apache-2.0
"""From the log of a call to its facts. Pure, so that a log gives the same facts whenever it is read."""

from collections.abc import Iterable
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from headcall.backend.calls.fold import apply
from headcall.backend.calls.log import (
    ConsultCompleted,
    Entry,
    Overflowed,
    QueueEntered,
    QueueLeft,
    Refusing,
    RingOver,
    RingStarted,
    RingWon,
    SurveyStarted,
    TransferStarted,
)
from headcall.backend.calls.model import EMPTY, Call, Leg
from headcall.backend.stats.model import Facts, Refusal, RefusedBy, Ring, RingOutcome, Talk, Visit, VisitOutcome

_LEFT: Final[dict[str, VisitOutcome]] = {"answered": "answered", "callback": "callback"}
"""What is clear at once. Whoever leaves otherwise has given up, unless the log goes on to send them elsewhere."""


_AT_THE_DOOR: Final[dict[str, RefusedBy]] = {
    "queue-full": "full",
    "no-agent": "unstaffed",
    "closed": "closed",
    "unknown-number": "unknown",
    "gone": "unknown",
    "incomplete-number": "unknown",
}


class _Stretch(Struct):
    """A talk while the log is read: which of its two clocks runs, and since when."""

    talk: Talk
    since_ms: int | None = None
    holds: bool = False

    def turn(self, at_ms: int, *, runs: bool, holds: bool) -> None:
        if self.since_ms is not None:
            passed = max(0, at_ms - self.since_ms)
            talk, hold = (0, passed) if self.holds else (passed, 0)
            self.talk = replace(self.talk, talk_ms=self.talk.talk_ms + talk, hold_ms=self.talk.hold_ms + hold)
        self.since_ms, self.holds = (at_ms if runs else None), holds

    def mark(self, **changes: bool) -> None:
        self.talk = replace(self.talk, **changes)


class _Reader:
    def __init__(self, call_id: str) -> None:
        self.call = replace(EMPTY, call_id=call_id)
        self.visits: list[Visit] = []
        self.talks: dict[str, _Stretch] = {}
        self.rings: list[Ring] = []
        self._refusal: Refusal | None = None
        self._entered: int | None = None
        """The place in the log of the visit that is going on; None while a caller who came back waits."""
        self._rung: tuple[int, int, tuple[str, ...]] | None = None

    def read(self, entry: Entry) -> None:
        before, self.call = self.call, apply(self.call, entry)
        self._waiting(before, entry)
        self._refusing(before, entry)
        self._ringing(before, entry)
        self._talking(before, entry)

    def facts(self) -> Facts:
        ours = [each for each in self.talks.values() if each.talk.user_id == self.call.agent_id]
        for each in (ours or list(self.talks.values()))[-1:]:
            each.mark(is_last=True)
        was_served = self.visits or self.talks or self._entered is not None
        return Facts(
            refusal=None if was_served else self._refusal,
            visits=tuple(self.visits),
            talks=tuple(each.talk for each in self.talks.values()),
            rings=tuple(self.rings),
        )

    # ------------------------------------------------------------ waiting

    def _waiting(self, before: Call, entry: Entry) -> None:
        match entry.event:
            case QueueEntered(rank=rank):
                is_visit = rank >= 0 and self.call.callback is None  # of a call-back only our promise waits
                self._entered = entry.seq if is_visit else None
            case QueueLeft(why=why) if before.wait and self._entered is not None:
                self.visits.append(
                    Visit(
                        call_id=before.call_id,
                        seq=self._entered,
                        queue_id=before.wait.queue_id,
                        number=before.to_number[:64],
                        at_ms=before.wait.joined_at_ms,
                        wait_ms=max(0, entry.at_ms - before.wait.joined_at_ms),
                        outcome=_LEFT.get(why, "abandoned"),
                        user_id=self.call.agent_id if why == "answered" else None,
                    )
                )
            case Overflowed() if self._entered is not None and self.visits:
                self.visits[-1] = replace(self.visits[-1], outcome="overflowed")
            case Refusing() if self._entered is not None and self.visits and self.visits[-1].outcome == "abandoned":
                self.visits[-1] = replace(self.visits[-1], outcome="turned-away")
            case _:
                pass

    def _refusing(self, before: Call, entry: Entry) -> None:
        """At a door of ours. The first one counts: who is sent on from there may meet another."""
        match entry.event:
            case Refusing(cause=cause, queue_id=queue_id) if before.direction == "in" and self._refusal is None:
                if why := _AT_THE_DOOR.get(cause):
                    number = before.to_number[:64]
                    self._refusal = Refusal(before.call_id, queue_id or None, number, entry.at_ms, why)
            case _:
                pass

    # ------------------------------------------------------------ ringing

    def _ringing(self, before: Call, entry: Entry) -> None:
        match entry.event:
            case RingStarted(ring=ring) if ring.kind == "queue":
                self._rung = (entry.seq, entry.at_ms, ring.user_ids)
            case RingWon(leg_id=leg_id):
                winner = before.legs[leg_id].user_id
                self._rounds(before, {winner: "won"}, "withdrawn")
            case RingOver(outcome=outcome):
                self._rounds(before, {}, "withdrawn" if outcome == "cancelled" else "missed")
            case _:
                pass

    def _rounds(self, call: Call, outcomes: dict[str | None, RingOutcome], others: RingOutcome) -> None:
        if self._rung is None:
            return
        (seq, at_ms, user_ids), self._rung = self._rung, None
        for user_id in user_ids:
            outcome = outcomes.get(user_id, others)
            self.rings.append(Ring(call.call_id, seq, user_id, call.queue_id or "", at_ms, outcome))

    # ------------------------------------------------------------ talking

    def _talking(self, before: Call, entry: Entry) -> None:
        call = self.call
        for leg_id in call.talkers:
            if leg_id not in self.talks and (talk := _begun(call, call.legs[leg_id], entry.at_ms)):
                self.talks[leg_id] = _Stretch(talk)
        for leg_id, each in self.talks.items():
            each.turn(entry.at_ms, runs=leg_id in call.talkers, holds=call.is_away(leg_id))
        match entry.event:
            case TransferStarted(by_leg=by_leg) if by_leg in self.talks:
                self.talks[by_leg].mark(transferred=True)
            case ConsultCompleted() if before.consulting and before.consulting.by in self.talks:
                self.talks[before.consulting.by].mark(transferred=True)
            case SurveyStarted() if self.talks:
                ours = [each for each in self.talks.values() if each.talk.user_id == call.agent_id]
                (ours or list(self.talks.values()))[-1].mark(asked=True)
            case _:
                pass


def facts_of(call_id: str, entries: Iterable[Entry]) -> Facts:
    """What is counted of a call that has ended."""
    reader = _Reader(call_id)
    for entry in entries:
        reader.read(entry)
    return reader.facts()


def _begun(call: Call, leg: Leg, at_ms: int) -> Talk | None:
    """The talk of one of ours. A colleague who waited in a queue is its customer, and nobody's work."""
    is_customer = leg.leg_id == call.caller_id and call.queue_id is not None and call.direction != "out"
    if leg.user_id is None or is_customer:
        return None
    return Talk(
        call_id=call.call_id,
        leg_id=leg.leg_id,
        user_id=leg.user_id,
        queue_id=call.queue_id,
        number=call.to_number[:64],
        direction=call.direction,
        at_ms=at_ms,
        talk_ms=0,
    )

# SPDX-License-Identifier: Apache-2.0
"""How the day was: what people lived through, compared with the logs and records. It imports nothing of the backend."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from statistics import median
from typing import Any, Final

from headcall.run.rehearsal.history import AgentTalked, CallerSaw, History, Record
from headcall.run.rehearsal.model import Finding, Model
from headcall.run.rehearsal.stretches import Stretches, stretches

SERVED_IN_MS: Final = 20_000
MUST_BE_ZERO: Final = (
    *("double_offers", "late_offers", "order_violations", "cdr_missing", "cdr_extra", "cdr_wrong"),
    *("mended", "calendar_forced"),
)
LIMITS_MS: Final = {"late_offers": 1_000, "order_violations": 50, "cdr_wrong": 100}
"""How old a finding must be (virtual). What is decided is decided upon what was written before, and writing takes the
backend some turns of its event loop, each a millisecond of the calendar (calendar.py)."""
MOST_TOLD: Final = 5
"""Faults of one kind that are told one by one."""


@dataclass
class Faults:
    """What must not happen: how often, and the first of each kind in words."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(MUST_BE_ZERO, 0))
    told: list[str] = field(default_factory=list)
    worst_ms: dict[str, int] = field(default_factory=lambda: dict.fromkeys(LIMITS_MS, 0))
    """Virtual: the oldest finding of each kind, also where that is none yet."""

    def exceeds(self, kind: str, age_ms: int) -> bool:
        self.worst_ms[kind] = max(self.worst_ms[kind], age_ms)
        return age_ms > LIMITS_MS[kind]

    def judge(self, kind: str, findings: Iterator[Finding]) -> None:
        """Counts what is too old."""
        for finding in findings:
            if self.exceeds(kind, finding.age_ms):
                self.add(kind, f"{finding.call_id}: {finding.text}, for {finding.age_ms} ms")

    def add(self, kind: str, text: str) -> None:
        self.counts[kind] += 1
        if self.counts[kind] <= MOST_TOLD:
            self.told.append(f"{kind}: {text}")


def double_offers(history: History, found: Stretches) -> Iterator[str]:
    """One caller at two agents where the queue does not ring all; one agent with two callers."""
    yield from ["a page was offered a call while it had another one"] * history.page_doubles
    by_agent: dict[str, list[tuple[int, int, str]]] = defaultdict(list)
    for ring in found.rounds:
        rules = history.queues.get(ring.wait.queue_id)
        if len(ring.users) > 1 and rules is not None and rules.strategy != "ring-all":
            yield f"{ring.call_id} rang at {', '.join(ring.users)}"
        for user in ring.users:
            by_agent[user].append((ring.from_ms, ring.to_ms, ring.call_id))
    for user, rings in by_agent.items():
        for before, after in pairwise(sorted(rings)):
            if after[0] < before[1]:
                yield f"{user} was rung for {after[2]} while {before[2]} rang there"


def by_key(records: Sequence[Record]) -> dict[str, Record]:
    """Each record by its number, and which call of that number it is."""
    counts: dict[str, int] = defaultdict(int)
    found = {}
    for record in sorted(records, key=lambda record: record.started_ms):
        counts[record.number] += 1
        found[f"{record.number}#{counts[record.number]}"] = record
    return found


class Records:
    """Compares the records with what callers and agents lived through."""

    def __init__(self, history: History) -> None:
        self._kept = by_key(history.records)
        self._callers = {caller.key: caller for caller in history.callers}
        self._talks = {talk.key: talk for talk in history.talks}

    def compare(self, faults: Faults) -> None:
        for key, caller in self._callers.items():
            if caller.status == 200 and key not in self._kept:
                faults.add("cdr_missing", f"no record of a call to {caller.queue_id} that was answered")
        for key, record in self._kept.items():
            seen = self._callers.get(key)
            if seen is None:
                faults.add("cdr_extra", f"{record.call_id} is the record of no call")
            else:
                for text in self._wrong(record, seen, self._talks.get(key), faults):
                    faults.add("cdr_wrong", f"{record.call_id}: {text}")
                    break

    def _wrong(self, record: Record, caller: CallerSaw, talk: AgentTalked | None, faults: Faults) -> Iterator[str]:
        talked_ms = talk.to_ms - talk.from_ms if talk else 0
        if faults.exceeds("cdr_wrong", abs(round(record.talk_s * 1000) - talked_ms)):
            yield f"{record.talk_s:.1f} s of talk, by the page {talked_ms / 1000:.1f} s"
        if talk and record.user_id != talk.user_id:
            yield f"agent {record.user_id}, by the page {talk.user_id}"
        if record.queue_id != caller.queue_id:
            yield f"queue {record.queue_id}, dialled was {caller.queue_id}"
        ended_by = "caller" if caller.ended_by == "caller" else "agent" if talk else "system"
        if record.ended_by != ended_by:
            yield f"ended by {record.ended_by}, in truth by {ended_by}"


def offer_delays(found: Stretches, history: History) -> list[int]:
    """For each round, the virtual time from the moment it became possible until it was in the log.

    Only rounds that one event made possible: a caller came, or an agent became ready. After a lapse, or while kept for
    an agent, time alone decides.
    """
    ready = {user: [since for since, state in states if state == "ready"] for user, states in history.states.items()}
    delays = []
    for ring in found.rounds:
        rules = history.queues.get(ring.wait.queue_id)
        if ring.wait.stood_since_ms != ring.wait.entered_ms or (rules and rules.sticky_wait_ms):
            continue
        since = [max((at for at in ready.get(user, ()) if at <= ring.decided_ms), default=0) for user in ring.users]
        delays.append(ring.from_ms - max(ring.wait.from_ms, *since))
    return sorted(delays) or [0]


def verdict(history: History) -> dict[str, Any]:
    """All figures, and the faults in words."""
    found, faults = stretches(history), Faults()
    model = Model(history, found)
    for text in double_offers(history, found):
        faults.add("double_offers", text)
    faults.judge("late_offers", model.late())
    faults.judge("order_violations", model.callers_out_of_order())
    faults.judge("order_violations", model.agents_out_of_order())
    Records(history).compare(faults)
    for _ in range(history.mended):
        faults.add("mended", "the backend's watch found something that had to be put right; its log says what")
    for _ in range(history.forced):
        faults.add("calendar_forced", "somebody worked for so long that the calendar went on meanwhile; see the log")
    return {
        **_figures(history),
        **faults.counts,
        "rounds": len(found.rounds),
        "priorities_changed": history.moved,
        "page_reconnects": history.reconnects,
        "offer_ms": _spread(offer_delays(found, history)),
        "worst_ms": faults.worst_ms,
        "faults": faults.told,
    }


def _spread(delays_ms: Sequence[int]) -> dict[str, float]:
    """Of some, in order."""
    p99 = delays_ms[int(len(delays_ms) * 0.99)]
    return {"median": median(delays_ms), "p99": p99, "worst": delays_ms[-1]}


def _figures(history: History) -> dict[str, int | float]:
    offered = {caller.key: caller.offered_ms for caller in history.callers}
    talked = {talk.key: talk.from_ms for talk in history.talks}
    in_time = sum(at - offered[key] <= SERVED_IN_MS for key, at in talked.items() if key in offered)
    return {
        "calls": len(history.callers),
        "answered": len(talked),
        "abandoned": len(history.callers) - len(talked),
        "service_level": round(in_time / len(history.callers), 4) if history.callers else 0.0,
    }

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
from headcall.run.rehearsal.slack import Slack
from headcall.run.rehearsal.stretches import Stretches, stretches

SERVED_IN_MS: Final = 20_000
MUST_BE_ZERO: Final = ("double_offers", "late_offers", "order_violations", "cdr_missing", "cdr_extra", "cdr_wrong")
MOST_TOLD: Final = 5
"""Faults of one kind that are told one by one."""


@dataclass
class Faults:
    """What must not happen: how often, and the first of each kind in words."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(MUST_BE_ZERO, 0))
    told: list[str] = field(default_factory=list)

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

    def __init__(self, history: History, slack: Slack) -> None:
        self._slack = slack
        self._kept = by_key(history.records)
        self._callers = {caller.key: caller for caller in history.callers}
        self._talks = {talk.key: talk for talk in history.talks}
        self.needed = Needed()

    def compare(self, faults: Faults) -> None:
        for key, caller in self._callers.items():
            if caller.status == 200 and key not in self._kept:
                faults.add("cdr_missing", f"no record of a call to {caller.queue_id} that was answered")
        for key, record in self._kept.items():
            seen = self._callers.get(key)
            if seen is None:
                faults.add("cdr_extra", f"{record.call_id} is the record of no call")
            else:
                for text in self._wrong(record, seen, self._talks.get(key)):
                    faults.add("cdr_wrong", f"{record.call_id}: {text}")
                    break

    def _wrong(self, record: Record, caller: CallerSaw, talk: AgentTalked | None) -> Iterator[str]:
        talked_ms = talk.to_ms - talk.from_ms if talk else 0
        off_ms = abs(round(record.talk_s * 1000) - talked_ms)
        until_ms = talk.to_ms if talk else caller.ended_ms
        if self.needed.exceeds(self._slack, off_ms, until_ms - talked_ms - off_ms, until_ms + off_ms):
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


def verdict(history: History, slack: Slack) -> dict[str, Any]:
    """All figures, and the faults in words."""
    found, faults = stretches(history), Faults()
    model = Model(history, found, slack.tick_ms)
    for text in double_offers(history, found):
        faults.add("double_offers", text)
    late, order = Needed(), Needed()
    _judge(model.late(), "late_offers", slack, late, faults)
    _judge(model.callers_out_of_order(), "order_violations", slack, order, faults)
    _judge(model.agents_out_of_order(), "order_violations", slack, order, faults)
    records = Records(history, slack)
    records.compare(faults)
    return {
        **_figures(history),
        **faults.counts,
        "rounds": len(found.rounds),
        "priorities_changed": history.moved,
        "page_reconnects": history.reconnects,
        "offer_ms": _spread([delay / slack.speed for delay in offer_delays(found, history)]),
        "machine_ms": _spread([took for _, took in slack.probes]),
        "stalls": {"count": len(slack.stalls), "worst_ms": round(max((took for _, took in slack.stalls), default=0.0))},
        "slack_used": {"late": late.share, "order": order.share, "records": records.needed.share},
        "faults": faults.told,
    }


class Needed:
    """How much of the slack was needed: 1 is all of it."""

    def __init__(self) -> None:
        self.share = 0.0

    def exceeds(self, slack: Slack, age_ms: int, from_ms: int, to_ms: int) -> bool:
        allowed = slack.of(from_ms, to_ms)
        self.share = max(self.share, round(age_ms / allowed, 2) if allowed else 0.0)
        return age_ms > allowed


def _judge(findings: Iterator[Finding], kind: str, slack: Slack, needed: Needed, faults: Faults) -> None:
    """Counts what is older than the machine's own work can explain."""
    for finding in findings:
        if needed.exceeds(slack, finding.age_ms, finding.at_ms - finding.age_ms, finding.at_ms):
            real_ms = finding.age_ms / slack.speed
            faults.add(kind, f"{finding.call_id}: {finding.text}, for {real_ms:.0f} ms of the machine's time")


def _spread(real_ms: Sequence[float]) -> dict[str, float]:
    kept = sorted(real_ms) or [0.0]
    p99 = kept[int(len(kept) * 0.99)]
    return {"median": round(median(kept), 1), "p99": round(p99, 1), "worst": round(kept[-1], 1)}


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

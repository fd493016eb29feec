# SPDX-License-Identifier: Apache-2.0
"""The independent model: what a day must have been like, by docs/queues.md. It imports nothing of the backend."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from headcall.run.rehearsal.history import History, LogLine, Record

LATE_MS: Final = 1_000
LAPSE_MS: Final = 5_000
"""For so long an agent who let a caller pass is not rung for that caller again (docs/queues.md)."""
SERVED_IN_MS: Final = 20_000


@dataclass(frozen=True)
class Wait:
    """A stretch in which a caller stood in line and nobody was rung for them."""

    call_id: str
    queue_id: str
    place: tuple[int, int, int, str]
    from_ms: int
    to_ms: int


@dataclass(frozen=True)
class Round:
    """Somebody was rung."""

    call_id: str
    queue_id: str
    place: tuple[int, int, int, str]
    users: tuple[str, ...]
    from_ms: int
    to_ms: int
    lapsed: bool


@dataclass(frozen=True)
class Stretches:
    """The logs of all calls, as stretches of time."""

    waits: list[Wait]
    rounds: list[Round]

    def lapsed(self, call_id: str, user_id: str, at_ms: int, slack_ms: int) -> bool:
        """Whether the agent had just let this caller pass."""
        return any(
            ring.lapsed and user_id in ring.users and ring.to_ms <= at_ms < ring.to_ms + LAPSE_MS + slack_ms
            for ring in self.rounds
            if ring.call_id == call_id
        )


class _Reader:
    """Folds one call's log."""

    def __init__(self, record: Record, found: Stretches) -> None:
        self._call_id, self._found = record.call_id, found
        self._queue = ""
        self._place = (0, 0, 0, "")
        self._since: int | None = None
        self._ring: tuple[int, tuple[str, ...]] | None = None

    def take(self, line: LogLine) -> None:
        data = line.data
        match line.type:
            case "queue_entered":
                self._end_wait(line.at_ms)
                self._queue = data["queue_id"]
                entered = int(data["entered_at_ms"])
                self._place = (data.get("rank", 0), -data.get("priority", 0), entered, self._call_id)
                self._since = line.at_ms
            case "ring_started":
                self._end_wait(line.at_ms)
                self._ring = (line.at_ms, tuple(data["ring"]["user_ids"]))
            case "ring_won":
                self._end_ring(line.at_ms)
                self._queue = ""
            case "ring_over":
                self._end_ring(line.at_ms, lapsed=data["outcome"] != "cancelled")
                self._since = line.at_ms if self._queue else None
            case "queue_left" | "ended":
                self._end_wait(line.at_ms)
                self._end_ring(line.at_ms)
                self._queue = ""
            case _:
                pass

    def _end_wait(self, at_ms: int) -> None:
        if self._since is not None and self._queue:
            self._found.waits.append(Wait(self._call_id, self._queue, self._place, self._since, at_ms))
        self._since = None

    def _end_ring(self, at_ms: int, *, lapsed: bool = False) -> None:
        if self._ring is not None:
            since, users = self._ring
            self._found.rounds.append(Round(self._call_id, self._queue, self._place, users, since, at_ms, lapsed))
        self._ring = None


def stretches(history: History) -> Stretches:
    found = Stretches([], [])
    for record in history.records:
        reader = _Reader(record, found)
        for line in record.log:
            reader.take(line)
    return found


def double_offers(history: History, found: Stretches) -> int:
    """One caller at two agents where the queue does not ring all; one agent with two callers."""
    doubles = history.page_doubles
    for ring in found.rounds:
        rules = history.queues.get(ring.queue_id)
        doubles += len(ring.users) > 1 and rules is not None and not rules.rings_all
    by_agent: dict[str, list[Round]] = {}
    for ring in sorted(found.rounds, key=lambda ring: ring.from_ms):
        for user in ring.users:
            by_agent.setdefault(user, []).append(ring)
    for rings in by_agent.values():
        doubles += sum(after.from_ms < before.to_ms for before, after in pairwise(rings))
    return doubles


def ready_stretches(states: list[tuple[int, str]]) -> Iterator[tuple[int, int]]:
    for (since, state), (until, _) in pairwise(states):
        if state == "ready" and until > since:
            yield since, until


def late_offers(history: History, found: Stretches, slack_ms: int) -> int:
    """Callers who stood in line for over a second beside an idle agent who could have been rung for them."""
    ready = {user: list(ready_stretches(states)) for user, states in history.states.items()}
    late: set[str] = set()
    for wait in found.waits:
        rules = history.queues.get(wait.queue_id)
        for user in rules.members if rules else ():
            for since, until in ready.get(user, ()):
                start, end = max(since, wait.from_ms), min(until, wait.to_ms)
                if end - start > LATE_MS + slack_ms:
                    while found.lapsed(wait.call_id, user, start, 0):
                        start += LATE_MS
                    if end - start > LATE_MS + slack_ms:
                        late.add(wait.call_id)
    return len(late)


def order_violations(history: History, found: Stretches, slack_ms: int) -> int:
    """Rounds that rang an agent for one caller while another, who stood before, could have had that agent."""
    count = 0
    for ring in found.rounds:
        for wait in found.waits:
            stood = wait.from_ms + slack_ms < ring.from_ms < wait.to_ms - slack_ms
            if not stood or wait.place >= ring.place or wait.call_id == ring.call_id:
                continue
            rules = history.queues.get(wait.queue_id)
            free = [user for user in ring.users if rules and user in rules.members]
            if any(not found.lapsed(wait.call_id, user, ring.from_ms, slack_ms) for user in free):
                count += 1
                break
    return count


def record_faults(history: History, slack_ms: int) -> tuple[int, int, int]:
    """Missing records, records of nothing that happened, and records that say something else than the people."""
    kept = Counter(record.number for record in history.records)
    seen = {caller.number for caller in history.callers if caller.status == 200}
    missing = len(seen - kept.keys())
    known = {caller.number for caller in history.callers}
    extra = sum(count - 1 if number in known else count for number, count in kept.items())
    talks = {talk.number: talk for talk in history.talks}
    wrong = 0
    for record in history.records:
        talk = talks.get(record.number)
        if talk is None:
            wrong += record.talk_s * 1000 > slack_ms
        else:
            length = talk.to_ms - talk.from_ms
            wrong += record.user_id != talk.user_id or abs(record.talk_s * 1000 - length) > slack_ms
    return missing, extra, wrong


def verdict(history: History, slack_ms: int) -> dict[str, int | float]:
    """All figures. `slack_ms`: virtual time in which the machine may still have been at work."""
    found = stretches(history)
    missing, extra, wrong = record_faults(history, slack_ms)
    offered = {caller.number: caller for caller in history.callers}
    waits = [talk.from_ms - offered[talk.number].offered_ms for talk in history.talks if talk.number in offered]
    in_time = sum(wait <= SERVED_IN_MS for wait in waits)
    return {
        "calls": len(history.callers),
        "answered": len(history.talks),
        "abandoned": len(history.callers) - len({talk.number for talk in history.talks}),
        "double_offers": double_offers(history, found),
        "late_offers": late_offers(history, found, slack_ms),
        "order_violations": order_violations(history, found, slack_ms),
        "cdr_missing": missing,
        "cdr_extra": extra,
        "cdr_wrong": wrong,
        "service_level": round(in_time / len(history.callers), 4) if history.callers else 0.0,
    }


MUST_BE_ZERO: Final = ("double_offers", "late_offers", "order_violations", "cdr_missing", "cdr_extra", "cdr_wrong")

# SPDX-License-Identifier: Apache-2.0
"""The logs of a day's calls as stretches of time: who stood where in line, and who was rung. Nothing is judged here."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from headcall.run.rehearsal.history import History, LogLine, QueueRules, Record

Place = tuple[int, int, int, str]
"""Rank, minus priority, entry, id: the lower is served first (docs/queues.md)."""


@dataclass(frozen=True)
class Wait:
    """A stretch in which a caller stood at one place in line and nobody was rung for them."""

    call_id: str
    number: str
    queue_id: str
    place: Place
    from_ms: int
    to_ms: int
    stood_since_ms: int
    """Earlier than `from_ms` when the place was changed while they stood."""
    entered_ms: int


@dataclass(frozen=True)
class Round:
    """Somebody was rung."""

    wait: Wait
    """How the caller had stood until then."""
    users: tuple[str, ...]
    decided_ms: int
    from_ms: int
    to_ms: int
    lapsed: bool

    @property
    def call_id(self) -> str:
        return self.wait.call_id


@dataclass
class Stretches:
    """All of the day, found by time."""

    waits: list[Wait] = field(default_factory=list)
    rounds: list[Round] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._by_minute: dict[int, list[Wait]] = defaultdict(list)
        self._lapses: dict[tuple[str, str], list[int]] = defaultdict(list)

    def index(self) -> None:
        """After everything has been put in."""
        self.rounds.sort(key=lambda ring: ring.decided_ms)
        for wait in self.waits:
            for minute in range(wait.from_ms // 60_000, wait.to_ms // 60_000 + 1):
                self._by_minute[minute].append(wait)
        for ring in self.rounds:
            for user in ring.users if ring.lapsed else ():
                self._lapses[ring.call_id, user].append(ring.to_ms)

    def standing(self, at_ms: int) -> Iterator[Wait]:
        """Who stood in line at a moment."""
        return (wait for wait in self._by_minute.get(at_ms // 60_000, ()) if wait.from_ms <= at_ms < wait.to_ms)

    def lapses(self, call_id: str, user_id: str) -> list[int]:
        """When this agent let this caller pass."""
        return self._lapses.get((call_id, user_id), [])


class _Reader:
    """Folds one call's log."""

    def __init__(self, record: Record, queues: dict[str, QueueRules], found: Stretches) -> None:
        self._record, self._queues, self._found = record, queues, found
        self._queue = ""
        self._place: Place = (0, 0, 0, "")
        self._entered: int | None = None
        self._stood: int | None = None
        self._since = 0
        self._ring: tuple[Wait, tuple[str, ...], int, int] | None = None

    def take(self, line: LogLine) -> None:
        data, at = line.data, line.at_ms
        match line.type:
            case "queue_entered":
                self._enters(data["queue_id"], data.get("rank", 0), at)
            case "priority_changed" if self._queue:
                self._piece(at)
                self._place, self._since = (self._place[0], -data["priority"], *self._place[2:]), at
            case "ring_started":
                decided = (data.get("choice") or {}).get("decided_at_ms", at)
                if (stood := self._leaves_line(at)) is not None:
                    self._ring = (stood, tuple(data["ring"]["user_ids"]), decided, at)
            case "ring_won":
                self._end_ring(at)
                self._queue = ""
            case "ring_over":
                self._end_ring(at, lapsed=data["outcome"] != "cancelled")
                if self._queue:
                    self._stood = self._since = at
            case "queue_left" | "ended":
                self._leaves_line(at)
                self._end_ring(at)
                self._queue = ""
            case _:
                pass

    def _enters(self, queue_id: str, rank: int, at_ms: int) -> None:
        """Priority and entry are the model's own: it does not believe the log where it can know better."""
        self._leaves_line(at_ms)
        self._queue = queue_id
        self._entered = at_ms if self._entered is None else self._entered
        rules = self._queues.get(queue_id)
        priority = rules.priority_of(self._record.number) if rules else 0
        self._place = (rank, -priority, self._entered, self._record.call_id)
        self._stood = self._since = at_ms

    def _piece(self, at_ms: int) -> Wait:
        assert self._entered is not None
        since = self._since if self._stood is None else self._stood
        wait = Wait(
            self._record.call_id,
            self._record.number,
            self._queue,
            self._place,
            self._since,
            at_ms,
            since,
            self._entered,
        )
        if self._stood is not None:
            self._found.waits.append(wait)
        return wait

    def _leaves_line(self, at_ms: int) -> Wait | None:
        if self._stood is None or not self._queue:
            return None
        wait, self._stood = self._piece(at_ms), None
        return wait

    def _end_ring(self, at_ms: int, *, lapsed: bool = False) -> None:
        if self._ring is not None:
            wait, users, decided, since = self._ring
            self._found.rounds.append(Round(wait, users, decided, since, at_ms, lapsed))
        self._ring = None


def stretches(history: History) -> Stretches:
    found = Stretches()
    for record in history.records:
        reader = _Reader(record, history.queues, found)
        for line in record.log:
            reader.take(line)
    found.index()
    return found

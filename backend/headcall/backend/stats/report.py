# SPDX-License-Identifier: Apache-2.0
"""A report: facts sorted into rows. Pure; `stats.service` brings the facts."""

from collections.abc import Iterator
from typing import Any, Literal

from msgspec import Struct

from headcall.backend.stats.chat_facts import ChatTalk, ChatTime, ChatVisit
from headcall.backend.stats.figures import Rules, Scope, Sums, codes_of, figures_of
from headcall.backend.stats.intervals import Interval, Span, place
from headcall.backend.stats.model import Handled, Refusal, Ring, Spell, Visit

By = Literal["queue", "agent", "number", "interval"]


class Question(Struct, frozen=True):
    """What somebody wants to know."""

    by: By
    span: Span
    interval: Interval = "day"
    queue_ids: tuple[str, ...] = ()
    """Empty: all."""
    user_id: str | None = None
    number: str = ""

    @property
    def scope(self) -> Scope:
        is_of_agents = self.by == "agent" or (self.by == "interval" and not self.queue_ids and not self.number)
        return Scope(
            visits=self.by != "agent" and self.user_id is None,
            agents=is_of_agents,
            chats=self.by != "number" and not self.number,
        )


class Row(Struct, frozen=True):
    """One line of a report. The key is an id, a number, or the beginning of an interval in milliseconds."""

    key: str | int
    figures: dict[str, Any]
    codes: list[dict[str, Any]]


class Report:
    def __init__(self, question: Question, rules: Rules, starts: list[int]) -> None:
        """`starts`: the beginnings of the intervals, when that is what it is by."""
        self.question, self._rules, self.starts = question, rules, starts
        self._rows: dict[str | int, Sums] = {start: Sums() for start in starts}
        self._total = Sums()

    def visit(self, visit: Visit) -> None:
        key = {"queue": visit.queue_id, "agent": visit.user_id, "number": visit.number}
        for sums in self._sums(key, visit.at_ms):
            sums.visit(visit, self._rules)

    def refusal(self, refusal: Refusal) -> None:
        for sums in self._sums({"queue": refusal.queue_id, "number": refusal.number}, refusal.at_ms):
            sums.refusal(refusal)

    def talk(self, handled: Handled) -> None:
        talk = handled.talk
        key = {"queue": talk.queue_id, "agent": talk.user_id, "number": talk.number if talk.queue_id else None}
        for sums in self._sums(key, talk.at_ms):
            sums.talk(handled)

    def ring(self, ring: Ring) -> None:
        for sums in self._sums({"queue": ring.queue_id, "agent": ring.user_id}, ring.at_ms):
            sums.ring(ring)

    def chat(self, visit: ChatVisit) -> None:
        for sums in self._sums({"queue": visit.queue_id, "agent": visit.user_id}, visit.at_ms):
            sums.chat(visit)

    def chat_talk(self, talk: ChatTalk) -> None:
        for sums in self._sums({"queue": talk.queue_id, "agent": talk.user_id}, talk.at_ms):
            sums.chat_talk(talk)

    def chat_time(self, spent: ChatTime, at_ms: int) -> None:
        """`at_ms`: in the interval whose sum it is."""
        for sums in self._sums({"agent": spent.user_id}, at_ms):
            sums.chat_time(spent)

    def spell(self, spell: Spell, at_ms: int) -> None:
        """`at_ms`: in the interval whose sum it is."""
        for sums in self._sums({"agent": spell.user_id}, at_ms):
            sums.spell(spell)

    def merge(self, key: str | int, part: Sums) -> None:
        """Sums that were made already: `key` is that of the row, or a moment of its interval."""
        where = self._sums({}, key) if isinstance(key, int) else self._sums({self.question.by: key}, 0)
        for sums in where:
            sums.add(part)

    def rows(self) -> Iterator[Row]:
        for key, sums in self._rows.items():
            yield Row(key, figures_of(sums, self.question.scope), codes_of(sums))

    def total(self) -> dict[str, Any]:
        return figures_of(self._total, self.question.scope)

    def all_codes(self) -> list[dict[str, Any]]:
        return codes_of(self._total)

    def _sums(self, key: dict[str, str | None], at_ms: int) -> tuple[Sums, ...]:
        """Where a fact counts: its row and the last line, or nowhere."""
        if self.question.by == "interval":
            return self._rows[self.starts[place(self.starts, at_ms)]], self._total
        found = key.get(self.question.by)
        if found is None:
            return ()
        if found not in self._rows:
            self._rows[found] = Sums()
        return self._rows[found], self._total

# SPDX-License-Identifier: Apache-2.0
"""Sums of facts, and the figures made of them (`stats.definitions` says what each means). Pure."""

from collections import Counter
from typing import Any

from msgspec import Struct, field

from headcall.backend.stats.model import Handled, Ring, Spell, Visit

BUSY = ("talking", "wrap_up")


class Rules(Struct, frozen=True):
    """The two limits that a company sets."""

    answer_within_ms: int = 20_000
    short_abandon_ms: int = 5_000


class Sums(Struct):
    """What has been counted for one row."""

    visits: Counter[str] = field(default_factory=Counter)
    """By outcome; `in-time` and `late` are parts of answered and of all abandoned."""
    answer_wait_ms: int = 0
    longest_wait_ms: int = 0
    handled: int = 0
    talk_ms: int = 0
    hold_ms: int = 0
    wrap_up_ms: int = 0
    transfers: int = 0
    other_calls: int = 0
    other_ms: int = 0
    rings: Counter[str] = field(default_factory=Counter)
    spells_ms: Counter[str] = field(default_factory=Counter)
    breaks_ms: Counter[str] = field(default_factory=Counter)
    asked: int = 0
    marks: Counter[int] = field(default_factory=Counter)
    dispositions: Counter[str] = field(default_factory=Counter)

    def visit(self, visit: Visit, rules: Rules) -> None:
        self.longest_wait_ms = max(self.longest_wait_ms, visit.wait_ms)
        outcome: str = visit.outcome
        if outcome == "answered":
            self.answer_wait_ms += visit.wait_ms
            self.visits["in-time"] += visit.wait_ms <= rules.answer_within_ms
        elif outcome == "abandoned":
            self.visits["late"] += visit.wait_ms > rules.answer_within_ms
            if visit.wait_ms < rules.short_abandon_ms:
                outcome = "short"
        self.visits[outcome] += 1

    def talk(self, handled: Handled) -> None:
        talk = handled.talk
        if talk.queue_id is None:
            self.other_calls += 1
            self.other_ms += talk.talk_ms + talk.hold_ms
        else:
            self.handled += 1
            self.talk_ms += talk.talk_ms
            self.hold_ms += talk.hold_ms
            self.wrap_up_ms += handled.wrap_up_ms
            self.transfers += talk.transferred
        if talk.is_last:
            self._came_out(handled)

    def _came_out(self, handled: Handled) -> None:
        self.asked += handled.talk.asked or handled.mark is not None
        if handled.mark is not None:
            self.marks[handled.mark] += 1
        if handled.disposition:
            self.dispositions[handled.disposition] += 1

    def ring(self, ring: Ring) -> None:
        self.rings[ring.outcome] += 1

    def spell(self, spell: Spell) -> None:
        if spell.state == "offline":
            return
        self.spells_ms[spell.state] += spell.ms
        if spell.state == "break":
            self.breaks_ms[spell.reason or ""] += spell.ms


class Scope(Struct, frozen=True):
    """Which figures have a meaning for a row; the others are empty, not nought."""

    visits: bool = True
    """All who came. False: only those answered, as the row is about agents."""
    agents: bool = False
    """The time of agents, which belongs to no single queue."""


def figures_of(sums: Sums, scope: Scope) -> dict[str, Any]:
    """All figures of a row, by the ids of the definitions."""
    return _of_visits(sums, scope) | _of_talks(sums) | _of_agents(sums, scope)


def _of_visits(sums: Sums, scope: Scope) -> dict[str, Any]:
    seen = sums.visits
    answered, abandoned, short = seen["answered"], seen["abandoned"], seen["short"]
    shown: dict[str, Any] = {"answered": answered, "asa_s": _mean_s(sums.answer_wait_ms, answered)}
    offered = answered + abandoned + short + seen["overflowed"] + seen["callback"] + seen["turned-away"]
    if scope.visits:
        shown |= {
            "offered": offered,
            "abandoned": abandoned,
            "short_abandoned": short,
            "overflowed": seen["overflowed"],
            "callbacks": seen["callback"],
            "turned_away": seen["turned-away"],
            "service_level": _share(seen["in-time"], offered),
            "service_level_net": _share(seen["in-time"], answered + seen["late"]),
            "abandon_rate": _share(abandoned, offered - short),
        }
    else:
        hidden = ("offered", "abandoned", "short_abandoned", "overflowed", "callbacks", "turned_away")
        shares = ("service_level", "service_level_net", "abandon_rate")
        shown |= dict.fromkeys((*hidden, *shares))
    return shown | {"longest_wait_s": _seconds(sums.longest_wait_ms) if offered else None}


def _of_talks(sums: Sums) -> dict[str, Any]:
    marks = sum(sums.marks.values())
    return {
        "handled": sums.handled,
        "talk_s": _mean_s(sums.talk_ms, sums.handled),
        "hold_s": _mean_s(sums.hold_ms, sums.handled),
        "wrap_up_s": _mean_s(sums.wrap_up_ms, sums.handled),
        "aht_s": _mean_s(sums.talk_ms + sums.hold_ms + sums.wrap_up_ms, sums.handled),
        "transfers": sums.transfers,
        "other_calls": sums.other_calls,
        "other_talk_s": _mean_s(sums.other_ms, sums.other_calls),
        "asked": sums.asked,
        "marks": marks,
        "mark_rate": _share(marks, sums.asked),
        "mark_mean": round(sum(mark * n for mark, n in sums.marks.items()) / marks, 2) if marks else None,
        "mark_counts": {str(mark): sums.marks[mark] for mark in range(1, 6)},
        "dispositions": dict(sorted(sums.dispositions.items(), key=lambda each: (-each[1], each[0]))),
    }


def _of_agents(sums: Sums, scope: Scope) -> dict[str, Any]:
    if not scope.agents:
        return dict.fromkeys(("rung", "missed", "login_s", "ready_s", "break_s", "occupancy", "breaks"))
    spent = sums.spells_ms
    login, pause = sum(spent.values()), spent["break"]
    return {
        "rung": sum(sums.rings.values()),
        "missed": sums.rings["missed"],
        "login_s": _seconds(login),
        "ready_s": _seconds(spent["ready"]),
        "break_s": _seconds(pause),
        "occupancy": _share(sum(spent[state] for state in BUSY), login - pause),
        "breaks": {reason: _seconds(ms) for reason, ms in sorted(sums.breaks_ms.items())},
    }


def _seconds(ms: int) -> float:
    return round(ms / 1000, 1)


def _mean_s(ms: int, of: int) -> float | None:
    return round(ms / of / 1000, 1) if of else None


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole > 0 else None

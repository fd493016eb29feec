# SPDX-License-Identifier: Apache-2.0
"""Sums of facts, and the figures made of them (`stats.definitions` says what each means). Pure."""

from collections import Counter
from hashlib import sha256
from typing import Any, Final

from msgspec import Struct, field

from headcall.backend.stats.chat_facts import ChatTalk, ChatTime, ChatVisit
from headcall.backend.stats.definitions import DEFINITIONS
from headcall.backend.stats.model import REFUSED_BY, Handled, Refusal, Ring, Spell, Visit

VERSION: Final = 1
"""Of how facts are summed up. Whoever changes that without changing a definition's text adds one."""

MARKS: Final = range(1, 6)


class Rules(Struct, frozen=True):
    """The two limits that a company sets."""

    answer_within_ms: int = 20_000
    short_abandon_ms: int = 5_000


class CallSums(Struct):
    """What callers met and what was talked: counted by queue, agent and number."""

    answered: int = 0
    in_time: int = 0
    """Of these."""
    abandoned: int = 0
    short_abandoned: int = 0
    late: int = 0
    """Gave up after the time in which they should have been answered; a part of both kinds of abandons."""
    overflowed: int = 0
    callbacks: int = 0
    turned_away: int = 0
    answer_wait_ms: int = 0
    longest_wait_ms: int = 0
    refused_full: int = 0
    refused_unstaffed: int = 0
    refused_closed: int = 0
    refused_unknown: int = 0
    handled: int = 0
    talk_ms: int = 0
    hold_ms: int = 0
    wrap_up_ms: int = 0
    transfers: int = 0
    other_calls: int = 0
    other_ms: int = 0
    asked: int = 0
    mark_1: int = 0
    mark_2: int = 0
    mark_3: int = 0
    mark_4: int = 0
    mark_5: int = 0

    @property
    def offered(self) -> int:
        turned = self.overflowed + self.callbacks + self.turned_away
        return self.answered + self.abandoned + self.short_abandoned + turned

    @property
    def marks(self) -> dict[int, int]:
        return {mark: getattr(self, f"mark_{mark}") for mark in MARKS}

    @property
    def refused(self) -> dict[str, int]:
        return {why: getattr(self, f"refused_{why}") for why in REFUSED_BY}


class AgentSums(Struct):
    """How agents were rung, and what they did with their time."""

    rung: int = 0
    missed: int = 0
    ready_ms: int = 0
    ringing_ms: int = 0
    talking_ms: int = 0
    wrap_up_ms: int = 0
    break_ms: int = 0


class ChatSums(Struct):
    """What was written."""

    answered: int = 0
    abandoned: int = 0
    turned_away: int = 0
    answer_wait_ms: int = 0
    replied: int = 0
    reply_ms: int = 0
    handled: int = 0
    handle_ms: int = 0
    chat_ms: int = 0
    busy_ms: int = 0
    most: int = 0


LARGEST: Final = frozenset({"longest_wait_ms", "most"})
"""Of these the larger one is kept; all others are added up."""


class Sums(Struct):
    """What has been counted for one row. Sums of parts can be put together: it is the same as the sums of the whole."""

    calls: CallSums = field(default_factory=CallSums)
    agents: AgentSums = field(default_factory=AgentSums)
    chats: ChatSums = field(default_factory=ChatSums)
    """Not kept by hours: read as they are."""
    breaks_ms: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    """Of calls whose last talk is counted here; the empty one: of a queue, and without a code."""
    code_talk_ms: Counter[str] = field(default_factory=Counter)

    def visit(self, visit: Visit, rules: Rules) -> None:
        calls = self.calls
        calls.longest_wait_ms = max(calls.longest_wait_ms, visit.wait_ms)
        match visit.outcome:
            case "answered":
                calls.answered += 1
                calls.answer_wait_ms += visit.wait_ms
                calls.in_time += visit.wait_ms <= rules.answer_within_ms
            case "abandoned":
                is_short = visit.wait_ms < rules.short_abandon_ms
                calls.short_abandoned += is_short
                calls.abandoned += not is_short
                calls.late += visit.wait_ms > rules.answer_within_ms
            case "overflowed":
                calls.overflowed += 1
            case "callback":
                calls.callbacks += 1
            case "turned-away":
                calls.turned_away += 1

    def refusal(self, refusal: Refusal) -> None:
        name = f"refused_{refusal.why}"
        setattr(self.calls, name, getattr(self.calls, name) + 1)

    def talk(self, handled: Handled) -> None:
        talk, calls = handled.talk, self.calls
        if talk.queue_id is None:
            calls.other_calls += 1
            calls.other_ms += talk.talk_ms + talk.hold_ms
        else:
            calls.handled += 1
            calls.talk_ms += talk.talk_ms
            calls.hold_ms += talk.hold_ms
            calls.wrap_up_ms += handled.wrap_up_ms
            calls.transfers += talk.transferred
        if talk.is_last:
            self._came_out(handled)

    def _came_out(self, handled: Handled) -> None:
        talk = handled.talk
        self.calls.asked += talk.asked or handled.mark is not None
        if handled.mark in MARKS:
            name = f"mark_{handled.mark}"
            setattr(self.calls, name, getattr(self.calls, name) + 1)
        if talk.queue_id is not None or handled.disposition:
            self.codes[handled.disposition or ""] += 1
            self.code_talk_ms[handled.disposition or ""] += talk.talk_ms

    def chat(self, visit: ChatVisit) -> None:
        chats = self.chats
        chats.answered += visit.outcome == "answered"
        chats.abandoned += visit.outcome == "abandoned"
        chats.turned_away += visit.outcome == "turned-away"
        chats.answer_wait_ms += visit.wait_ms if visit.outcome == "answered" else 0
        if visit.reply_ms is not None:
            chats.replied += 1
            chats.reply_ms += visit.reply_ms

    def chat_talk(self, talk: ChatTalk) -> None:
        self.chats.handled += 1
        self.chats.handle_ms += talk.until_ms - talk.at_ms

    def chat_time(self, spent: ChatTime) -> None:
        self.chats.chat_ms += spent.chat_ms
        self.chats.busy_ms += spent.busy_ms
        self.chats.most = max(self.chats.most, spent.most)

    def ring(self, ring: Ring) -> None:
        self.agents.rung += 1
        self.agents.missed += ring.outcome == "missed"

    def spell(self, spell: Spell) -> None:
        if spell.state == "offline":
            return
        name = f"{spell.state}_ms"
        setattr(self.agents, name, getattr(self.agents, name) + spell.ms)
        if spell.state == "break":
            self.breaks_ms[spell.reason or ""] += spell.ms

    def add(self, other: "Sums") -> None:
        """Puts the sums of another part to these."""
        for mine, theirs in ((self.calls, other.calls), (self.agents, other.agents), (self.chats, other.chats)):
            for name in mine.__struct_fields__:
                a, b = getattr(mine, name), getattr(theirs, name)
                setattr(mine, name, max(a, b) if name in LARGEST else a + b)
        self.breaks_ms.update(other.breaks_ms)
        self.codes.update(other.codes)
        self.code_talk_ms.update(other.code_talk_ms)


class Scope(Struct, frozen=True):
    """Which figures have a meaning for a row; the others are empty, not nought."""

    visits: bool = True
    """All who came. False: only those answered, as the row is about agents."""
    agents: bool = False
    """The time of agents, which belongs to no single queue."""
    chats: bool = True
    """Chats come by no number."""


def figures_of(sums: Sums, scope: Scope) -> dict[str, Any]:
    """All figures of a row, by the ids of the definitions."""
    return _of_visits(sums.calls, scope) | _of_talks(sums) | _of_agents(sums, scope) | _of_chats(sums.chats, scope)


ONLY_OF_VISITS: Final = (
    *("offered", "abandoned", "short_abandoned", "overflowed", "callbacks", "turned_away"),
    *("service_level", "service_level_net", "abandon_rate", "refused", "refused_by"),
)


def _of_visits(seen: CallSums, scope: Scope) -> dict[str, Any]:
    shown = {
        "answered": seen.answered,
        "asa_s": _mean_s(seen.answer_wait_ms, seen.answered),
        "longest_wait_s": _seconds(seen.longest_wait_ms) if seen.offered else None,
    }
    if not scope.visits:
        return shown | dict.fromkeys(ONLY_OF_VISITS)
    return shown | {
        "offered": seen.offered,
        "abandoned": seen.abandoned,
        "short_abandoned": seen.short_abandoned,
        "overflowed": seen.overflowed,
        "callbacks": seen.callbacks,
        "turned_away": seen.turned_away,
        "service_level": _share(seen.in_time, seen.offered),
        "service_level_net": _share(seen.in_time, seen.answered + seen.late),
        "abandon_rate": _share(seen.abandoned, seen.offered - seen.short_abandoned),
        "refused": sum(seen.refused.values()),
        "refused_by": seen.refused,
    }


def _of_talks(sums: Sums) -> dict[str, Any]:
    done, given = sums.calls, sums.calls.marks
    marks = sum(given.values())
    codes = {code: n for code, n in sums.codes.items() if code}
    return {
        "handled": done.handled,
        "talk_s": _mean_s(done.talk_ms, done.handled),
        "hold_s": _mean_s(done.hold_ms, done.handled),
        "wrap_up_s": _mean_s(done.wrap_up_ms, done.handled),
        "aht_s": _mean_s(done.talk_ms + done.hold_ms + done.wrap_up_ms, done.handled),
        "transfers": done.transfers,
        "other_calls": done.other_calls,
        "other_talk_s": _mean_s(done.other_ms, done.other_calls),
        "asked": done.asked,
        "marks": marks,
        "mark_rate": _share(marks, done.asked),
        "mark_mean": round(sum(mark * n for mark, n in given.items()) / marks, 2) if marks else None,
        "mark_counts": {str(mark): n for mark, n in given.items()},
        "dispositions": dict(sorted(codes.items(), key=lambda each: (-each[1], each[0]))),
    }


def _of_agents(sums: Sums, scope: Scope) -> dict[str, Any]:
    if not scope.agents:
        return dict.fromkeys(("rung", "missed", "login_s", "ready_s", "break_s", "occupancy", "breaks"))
    spent = sums.agents
    busy = spent.talking_ms + spent.wrap_up_ms
    login = spent.ready_ms + spent.ringing_ms + busy + spent.break_ms
    return {
        "rung": spent.rung,
        "missed": spent.missed,
        "login_s": _seconds(login),
        "ready_s": _seconds(spent.ready_ms),
        "break_s": _seconds(spent.break_ms),
        "occupancy": _share(busy, login - spent.break_ms),
        "breaks": {reason: _seconds(ms) for reason, ms in sorted(sums.breaks_ms.items())},
    }


def _of_chats(chats: ChatSums, scope: Scope) -> dict[str, Any]:
    figures: dict[str, Any] = {
        "chats_offered": chats.answered + chats.abandoned + chats.turned_away,
        "chats_answered": chats.answered,
        "chats_abandoned": chats.abandoned,
        "chats_turned_away": chats.turned_away,
        "chat_asa_s": _mean_s(chats.answer_wait_ms, chats.answered),
        "chat_reply_s": _mean_s(chats.reply_ms, chats.replied),
        "chats_handled": chats.handled,
        "chat_handle_s": _mean_s(chats.handle_ms, chats.handled),
        "chats_at_once": round(chats.chat_ms / chats.busy_ms, 2) if chats.busy_ms else None,
        "chats_most": chats.most,
    }
    if not scope.chats:
        return dict.fromkeys(figures)
    hidden = () if scope.visits else ("chats_offered", "chats_abandoned", "chats_turned_away")
    of_agents = () if scope.agents else ("chats_at_once", "chats_most")
    return figures | dict.fromkeys((*hidden, *of_agents))


def codes_of(sums: Sums) -> list[dict[str, Any]]:
    """Calls by their wrap-up code, the most frequent first; the empty code: without one."""
    whole = sum(sums.codes.values())
    found = sorted(sums.codes.items(), key=lambda each: (not each[0], -each[1], each[0]))
    return [
        {"code": code, "calls": n, "share": _share(n, whole), "talk_s": _mean_s(sums.code_talk_ms[code], n)}
        for code, n in found
        if n
    ]


def version_of(rules: Rules, shift_ms: int) -> str:
    """Names what sums were made by. Those of another version are made anew: by other limits or definitions, or cut by
    the clock of a zone that is half an hour off (`shift_ms`)."""
    meant = "\n".join(f"{each.id} {each.en_text}" for each in DEFINITIONS)
    return sha256(f"{VERSION} {rules} {shift_ms} {meant}".encode()).hexdigest()[:16]


def _seconds(ms: int) -> float:
    return round(ms / 1000, 1)


def _mean_s(ms: int, of: int) -> float | None:
    return round(ms / of / 1000, 1) if of else None


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole > 0 else None

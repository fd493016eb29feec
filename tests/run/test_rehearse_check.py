# SPDX-License-Identifier: Apache-2.0
"""The checker of rehearsals can fail: hand-written days with one fault each."""

from dataclasses import replace
from typing import Any

import pytest

from headcall.run.rehearsal.check import MUST_BE_ZERO, verdict
from headcall.run.rehearsal.history import AgentTalked, CallerSaw, History, LogLine, QueueRules, Record


def line(at_s: float, kind: str, **data: Any) -> LogLine:
    return LogLine(round(at_s * 1000), kind, data)


def call(name: str, entered: float, rung: float, answered: float, ended: float, user: str = "mei", **q: Any) -> Record:
    log = [
        line(entered, "queue_entered", queue_id="q", entered_at_ms=round(entered * 1000), **q),
        line(rung, "ring_started", ring={"user_ids": [user]}),
        line(answered, "ring_won"),
        line(ended, "ended"),
    ]
    return Record(name, f"nr-{name}", user, ended - answered, log)


def day(*records: Record, mei: tuple[tuple[float, str], ...]) -> History:
    history = History({"q": QueueRules(frozenset({"mei", "lei"}))})
    for record in records:
        start, end = record.log[0].at_ms, record.log[-1].at_ms
        history.callers.append(CallerSaw(record.number, "q", start, end, 200, "caller"))
        assert record.user_id
        history.talks.append(AgentTalked(record.number, record.user_id, record.log[-2].at_ms, end))
        history.records.append(record)
    history.states = {"mei": [(round(at * 1000), state) for at, state in mei]}
    return history


MEI = (
    *((0, "ready"), (10.1, "ringing"), (13, "talking"), (60, "wrap_up")),
    *((70, "ready"), (70.1, "ringing"), (75, "talking")),
)
FIRST, SECOND = call("1", 10, 10.1, 13, 60), call("2", 20, 70.1, 75, 100)


def good() -> History:
    return day(FIRST, SECOND, mei=MEI)


def broken(history: History) -> set[str]:
    found = verdict(history, 0)
    return {name for name in MUST_BE_ZERO if found[name]}


def test_a_good_day_has_no_fault() -> None:
    found = verdict(good(), 0)
    assert not broken(good())
    assert (found["calls"], found["answered"], found["service_level"]) == (2, 2, 0.5)


def test_an_agent_with_two_callers_is_a_double_offer() -> None:
    both = day(FIRST, call("2", 10, 11, 14, 60), mei=MEI)
    assert "double_offers" in broken(both)


def test_a_caller_at_two_agents_is_one_too_unless_the_queue_rings_all() -> None:
    history = good()
    history.records[0].log[1] = line(10.1, "ring_started", ring={"user_ids": ["mei", "lei"]})
    try:
        assert "double_offers" in broken(history)
        history.queues["q"] = QueueRules(frozenset({"mei", "lei"}), rings_all=True)
        assert "double_offers" not in broken(history)
    finally:
        history.records[0].log[1] = line(10.1, "ring_started", ring={"user_ids": ["mei"]})


def test_a_page_with_two_calls_counts() -> None:
    assert broken(replace(good(), page_doubles=1)) == {"double_offers"}


def test_an_idle_agent_beside_a_caller_is_late_after_a_second() -> None:
    late = day(call("1", 10, 12, 13, 60), mei=((0, "ready"), (12, "ringing")))
    assert broken(late) == {"late_offers"}
    assert verdict(late, 2000)["late_offers"] == 0


def test_who_let_the_caller_pass_need_not_be_rung_for_five_seconds() -> None:
    log = [
        line(0, "queue_entered", queue_id="q", entered_at_ms=0),
        line(0, "ring_started", ring={"user_ids": ["mei"]}),
        line(10, "ring_over", outcome="rejected"),
        line(15, "ring_started", ring={"user_ids": ["mei"]}),
        line(16, "ring_won"),
        line(20, "ended"),
    ]
    record = Record("1", "nr-1", "mei", 4, log)
    assert not broken(day(record, mei=((0, "ringing"), (10, "ready"), (15, "ringing"))))


@pytest.mark.parametrize("priorities", [(0, 0), (5, 9)])
def test_who_came_later_or_matters_less_goes_behind(priorities: tuple[int, int]) -> None:
    """Mei is rung for caller 2 while caller 1, who stands before, waits on."""
    first, second = (30, 20) if priorities == (5, 9) else (20, 30)
    one = call("1", first, 90, 91, 100, user="lei", priority=priorities[1])
    two = call("2", second, 50, 51, 60, priority=priorities[0])
    assert broken(day(one, two, mei=((0, "break"), (50, "ringing")))) == {"order_violations"}


def test_a_call_without_a_record() -> None:
    history = good()
    history.records.pop()
    assert broken(history) == {"cdr_missing"}


@pytest.mark.parametrize("number", ["nr-1", "nobody"])
def test_a_record_without_a_call(number: str) -> None:
    history = good()
    history.records.append(Record("3", number, "mei", 47))
    assert "cdr_extra" in broken(history)


@pytest.mark.parametrize("change", [{"talk_s": 3.0}, {"user_id": "lei"}])
def test_a_record_that_says_something_else(change: dict[str, Any]) -> None:
    history = good()
    history.records[0] = replace(history.records[0], **change)
    assert broken(history) == {"cdr_wrong"}

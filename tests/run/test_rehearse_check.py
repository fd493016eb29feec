# SPDX-License-Identifier: Apache-2.0
"""The checker of rehearsals can fail: hand-written days with one fault each."""

from dataclasses import replace
from typing import Any

import pytest

from headcall.run.rehearsal.check import MUST_BE_ZERO, verdict
from headcall.run.rehearsal.history import AgentTalked, CallerSaw, History, LogLine, QueueRules, Record

BOTH = ("mei", "lei")
States = dict[str, tuple[tuple[float, str], ...]]


def line(at_s: float, kind: str, **data: Any) -> LogLine:
    return LogLine(round(at_s * 1000), kind, data)


def call(
    name: str,
    times: tuple[float, float, float, float],
    *,
    user: str = "mei",
    number: str = "",
    ended_by: str = "caller",
) -> Record:
    """`times`: entered, rung, answered, ended."""
    entered, rung, answered, ended = times
    log = [
        line(entered, "queue_entered", queue_id="q"),
        line(rung, "ring_started", ring={"user_ids": [user]}, choice={"decided_at_ms": round(rung * 1000)}),
        line(answered, "ring_won"),
        line(ended, "ended"),
    ]
    return Record(
        name,
        number or f"nr-{name}",
        user,
        ended - answered,
        log,
        queue_id="q",
        started_ms=round(entered * 1000),
        ended_by=ended_by,
    )


def day(*records: Record, states: States, **rules: Any) -> History:
    history = History({"q": QueueRules(rules.pop("members", BOTH), **rules)})
    counts: dict[str, int] = {}
    for record in sorted(records, key=lambda record: record.started_ms):
        counts[record.number] = counts.get(record.number, 0) + 1
        key, start, end = f"{record.number}#{counts[record.number]}", record.log[0].at_ms, record.log[-1].at_ms
        history.callers.append(CallerSaw(key, record.number, "q", start, end, 200, "caller"))
        assert record.user_id
        won = next(each.at_ms for each in record.log if each.type == "ring_won")
        history.talks.append(AgentTalked(key, record.user_id, won, end))
        history.records.append(record)
    history.states = {user: [(round(at * 1000), state) for at, state in kept] for user, kept in states.items()}
    return history


def ready_at(at_s: float) -> tuple[tuple[float, str], ...]:
    """Back from a break, and rung at once."""
    return ((0, "break"), (at_s - 0.1, "ready"), (at_s, "ringing"))


MEI = (
    *((0, "ready"), (10.1, "ringing"), (13, "talking"), (60, "wrap_up")),
    *((70, "ready"), (70.1, "ringing"), (75, "talking")),
)
FIRST, SECOND = call("1", (10, 10.1, 13, 60)), call("2", (20, 70.1, 75, 100))


def good() -> History:
    return day(FIRST, SECOND, states={"mei": MEI})


def broken(history: History) -> set[str]:
    found = verdict(history)
    faults = {name for name in MUST_BE_ZERO if found[name]}
    assert {text.partition(":")[0] for text in found["faults"]} == faults, "each fault is told in words"
    return faults


def test_a_good_day_has_no_fault() -> None:
    found = verdict(good())
    assert not broken(good())
    assert (found["calls"], found["answered"], found["service_level"]) == (2, 2, 0.5)


def test_an_agent_with_two_callers_is_a_double_offer() -> None:
    assert "double_offers" in broken(day(FIRST, call("2", (10, 11, 14, 60)), states={"mei": MEI}))


def test_a_caller_at_two_agents_is_one_too_unless_the_queue_rings_all() -> None:
    history = good()
    history.records[0] = replace(FIRST, log=[*FIRST.log])
    history.records[0].log[1] = line(10.1, "ring_started", ring={"user_ids": ["mei", "lei"]})
    assert "double_offers" in broken(history)
    history.queues["q"] = QueueRules(BOTH, strategy="ring-all")
    assert "double_offers" not in broken(history)


def test_a_page_with_two_calls_counts() -> None:
    assert broken(replace(good(), page_doubles=1)) == {"double_offers"}


# ------------------------------------------------------------ nobody idles beside a caller


def rung_after(seconds: float) -> History:
    """Mei idles beside the caller for so long."""
    states: States = {"mei": ((0, "ready"), (10 + seconds, "ringing"))}
    return day(call("1", (10, 10 + seconds, 13, 60)), states=states)


def test_an_idle_agent_beside_a_caller_is_late_after_a_second() -> None:
    assert not broken(rung_after(1.0))
    assert broken(rung_after(1.001)) == broken(rung_after(1.5)) == {"late_offers"}
    assert verdict(rung_after(0.4))["worst_ms"]["late_offers"] == 400


def test_a_caller_who_is_never_rung_for_is_late_too() -> None:
    """Forgotten for a second and a half, then they give up."""
    log = [line(10, "queue_entered", queue_id="q"), line(11.5, "ended")]
    history = good()
    history.records.append(Record("9", "nr-9", None, 0, log, queue_id="q", started_ms=10_000, ended_by="caller"))
    history.callers.append(CallerSaw("nr-9#1", "nr-9", "q", 10_000, 11_500, 200, "caller"))
    history.states["lei"] = [(0, "ready"), (99_000, "end")]
    assert "late_offers" in broken(history)
    history.states["lei"] = [(0, "ready"), (10_900, "break"), (99_000, "end")]
    assert not broken(history)


def test_who_let_the_caller_pass_need_not_be_rung_for_five_seconds() -> None:
    log = [
        line(0, "queue_entered", queue_id="q"),
        line(0, "ring_started", ring={"user_ids": ["mei"]}),
        line(10, "ring_over", outcome="rejected"),
        line(15, "ring_started", ring={"user_ids": ["mei"]}),
        line(16, "ring_won"),
        line(20, "ended"),
    ]
    record = Record("1", "nr-1", "mei", 4, log, queue_id="q", ended_by="caller")
    states: States = {"mei": ((0, "ringing"), (10, "ready"), (15, "ringing"))}
    assert not broken(day(record, states=states))
    log[3] = line(18, "ring_started", ring={"user_ids": ["mei"]})
    states = {"mei": ((0, "ringing"), (10, "ready"), (18, "ringing"))}
    assert "late_offers" in broken(day(record, states=states))


# ------------------------------------------------------------ the order of callers


@pytest.mark.parametrize(
    ("rules", "entered"),
    [({}, (20, 30)), ({"vip": {"nr-1": 5}}, (30, 20))],
    ids=["who came first", "who is on the list"],
)
def test_who_came_later_or_matters_less_goes_behind(rules: dict[str, Any], entered: tuple[int, int]) -> None:
    """Mei is rung for caller 2 while caller 1, who stands before, waits on."""
    one, two = call("1", (entered[0], 90, 91, 100), user="lei"), call("2", (entered[1], 50, 51, 60))
    states: States = {
        user: ((0, "break"), (at - 0.1, "ready"), (at, "ringing")) for user, at in (("mei", 50), ("lei", 90))
    }
    assert broken(day(one, two, states=states, **rules)) == {"order_violations"}


def test_whoever_is_moved_forward_while_waiting_goes_before() -> None:
    """Caller 1 came first, but a supervisor put caller 2 before them, and that counts from then on."""
    one, two = call("1", (20, 90, 91, 100), user="lei"), call("2", (30, 50, 51, 60))
    states: States = {
        user: ((0, "break"), (at - 0.1, "ready"), (at, "ringing")) for user, at in (("mei", 50), ("lei", 90))
    }
    two.log.insert(1, line(40, "priority_changed", priority=7, by="boss"))
    assert not broken(day(one, two, states=states))
    two.log[1] = line(51, "priority_changed", priority=7, by="boss")
    two.log.sort(key=lambda each: each.at_ms)
    assert broken(day(one, two, states=states)) == {"order_violations"}


# ------------------------------------------------------------ the order of agents

FREE: States = {
    "mei": ((0, "ready"), (5, "ringing"), (6, "talking"), (9, "wrap_up"), (15, "ready"), (50, "ringing")),
    "lei": ((0, "break"), (12, "ready"), (55, "ringing")),
}


@pytest.mark.parametrize(
    ("strategy", "right"),
    [("longest-idle", "mei"), ("round-robin", "lei"), ("linear", "mei")],
)
def test_the_queues_strategy_names_the_agent(strategy: str, right: str) -> None:
    """Mei's last talk ended at 9 and she was rung at 5, Lei came at 12 and was not rung yet; both are free at 50."""
    first = call("0", (5, 5, 6, 9))
    for user in BOTH:
        history = day(first, call("1", (50, 50, 51, 60), user=user), states=FREE, strategy=strategy)
        assert broken(history) == (set() if user == right else {"order_violations"})


def test_a_queue_that_rings_all_forgets_nobody() -> None:
    history = day(call("1", (50, 50, 51, 60)), states=FREE, strategy="ring-all")
    assert broken(history) == {"order_violations"}
    history.records[0].log[1] = line(50, "ring_started", ring={"user_ids": ["mei", "lei"]})
    assert not broken(history)


def test_a_caller_belongs_to_the_agent_they_talked_with() -> None:
    """Lei talked with this number; the strategy would name Mei."""
    before = call("0", (1, 1, 2, 3), user="lei", number="again")
    states: States = {
        "mei": ((0, "break"), (4, "ready")),
        "lei": ((0, "ready"), (1, "ringing"), (2, "talking"), (3, "ready")),
    }
    for user in BOTH:
        again = call("1", (50, 50, 51, 60), user=user, number="again")
        history = day(replace(before, log=[*before.log]), again, states=states, strategy="linear", is_sticky=True)
        assert broken(history) == (set() if user == "lei" else {"order_violations"})


def test_while_a_caller_is_kept_for_their_agent_nobody_else_is_late_or_rung() -> None:
    before = call("0", (1, 1, 2, 3), user="lei", number="again")
    again = call("1", (50, 80, 81, 90), user="mei", number="again")
    states: States = {
        "mei": ((0, "break"), (10, "ready"), (80, "ringing")),
        "lei": ((0, "ready"), (1, "ringing"), (2, "talking"), (40, "talking")),
    }
    rules: dict[str, Any] = {"strategy": "linear", "is_sticky": True, "sticky_wait_ms": 30_000}
    assert not broken(day(before, again, states=states, **rules))
    assert "late_offers" in broken(day(before, again, states=states, **{**rules, "sticky_wait_ms": 10_000}))
    too_soon = call("1", (50, 60, 61, 90), user="mei", number="again")
    states["mei"] = ((0, "break"), (10, "ready"), (60, "ringing"))
    assert broken(day(before, too_soon, states=states, **rules)) == {"order_violations"}


@pytest.mark.parametrize("state", ["break", "talking", "wrap_up"])
def test_nobody_is_rung_who_is_not_ready(state: str) -> None:
    states: States = {"mei": ((0, "ready"), (5, state), (50, "ringing"))}
    assert broken(day(call("1", (50, 50, 51, 60)), states=states)) == {"order_violations"}


# ------------------------------------------------------------ the backend's own watch, and the calendar


@pytest.mark.parametrize(("field", "kind"), [("mended", "mended"), ("forced", "calendar_forced")])
def test_what_was_put_right_or_forced_is_told(field: str, kind: str) -> None:
    history = good()
    setattr(history, field, 2)
    assert broken(history) == {kind}
    assert verdict(history)[kind] == 2


# ------------------------------------------------------------ records


def test_a_call_without_a_record() -> None:
    history = good()
    history.records.pop()
    assert broken(history) == {"cdr_missing"}


@pytest.mark.parametrize("number", ["nr-1", "nobody"])
def test_a_record_without_a_call(number: str) -> None:
    history = good()
    history.records.append(Record("3", number, "mei", 47, started_ms=99_000))
    assert "cdr_extra" in broken(history)


@pytest.mark.parametrize(
    "change", [{"talk_s": 3.0}, {"user_id": "lei"}, {"queue_id": "other"}, {"ended_by": "agent"}, {"ended_by": None}]
)
def test_a_record_that_says_something_else(change: dict[str, Any]) -> None:
    history = good()
    history.records[0] = replace(history.records[0], **change)
    assert broken(history) == {"cdr_wrong"}


def test_a_second_call_of_a_number_has_a_record_of_its_own() -> None:
    again = replace(SECOND, number="nr-1")
    assert not broken(day(FIRST, again, states={"mei": MEI}))
    history = day(FIRST, again, states={"mei": MEI})
    history.records.pop()
    assert broken(history) == {"cdr_missing"}

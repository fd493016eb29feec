# SPDX-License-Identifier: Apache-2.0
"""Figures of the fixed log against figures computed by hand. T is 20 s, short abandons are those under 5 s."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from headcall.backend.calls.log import Entry
from headcall.backend.stats.facts import facts_of
from headcall.backend.stats.figures import Rules
from headcall.backend.stats.intervals import Span, cuts
from headcall.backend.stats.model import Handled, Spell
from headcall.backend.stats.report import By, Question, Report
from tests.backend.stats.fixed_log import CALLS, DISPOSITIONS, DOORS, LEI, MARKS, MEI, WRAP_UPS, ZONE, A, B, at

DAY = Span(at("00:00"), at("24:00"))


def report(by: By, user_id: str | None = None, calls: Mapping[str, Sequence[Entry]] = CALLS) -> Report:
    question = Question(by, DAY, "hour", user_id=user_id)
    made = Report(question, Rules(), cuts(DAY, "hour", ZONE) if by == "interval" else [])
    for call_id, entries in calls.items():
        facts = facts_of(call_id, entries)
        if facts.refusal:
            made.refusal(facts.refusal)
        for visit in facts.visits:
            made.visit(visit)
        for talk in facts.talks:
            wrap_up = WRAP_UPS.get((call_id, talk.user_id), 0)
            made.talk(Handled(talk, wrap_up, DISPOSITIONS.get(call_id), MARKS.get(call_id)))
        for ring in facts.rings:
            made.ring(ring)
    return made


def rows(by: By, calls: Mapping[str, Sequence[Entry]] = CALLS) -> dict[str | int, dict[str, Any]]:
    return {row.key: row.figures for row in report(by, calls=calls).rows()}


def check(found: dict[str, Any], **expected: object) -> None:
    assert {name: found[name] for name in expected} == expected


def test_queue_a() -> None:
    check(
        rows("queue")[A],
        offered=11,  # calls 1 to 9, 14, 15
        answered=6,  # 1, 2, 3, 7, 14, 15
        abandoned=2,  # 5 (just 5 s is no short one), 6
        short_abandoned=1,  # 4
        overflowed=1,  # 8
        turned_away=1,  # 9; 6 + 2 + 1 + 1 + 1 = 11
        service_level=0.2727,  # in time: 1 (10 s), 2 and 15 (20 s each): 3 / 11
        service_level_net=0.4286,  # 3 / (6 answered + 1 abandoned after 20 s: call 6) = 3 / 7
        abandon_rate=0.2,  # 2 / (11 - 1)
        asa_s=23.3,  # (10 + 20 + 35 + 30 + 25 + 20) / 6 = 140 / 6
        longest_wait_s=90.0,  # call 9
        handled=7,  # 1, 2, 3, 7 twice (Lei, Mei), 14, 15
        talk_s=69.3,  # (80 + 60 + 200 + 50 + 70 + 15 + 10) / 7 = 485 / 7
        hold_s=2.9,  # 20 / 7
        wrap_up_s=5.7,  # (30 + 10) / 7
        aht_s=77.9,  # (485 + 20 + 40) / 7 = 545 / 7
        transfers=1,  # 7
        other_calls=0,
        asked=4,  # 1, 2, 7, 14
        marks=3,  # 1, 7, 14
        mark_rate=0.75,
        mark_mean=4.0,  # (5 + 3 + 4) / 3
        mark_counts={"1": 0, "2": 0, "3": 1, "4": 1, "5": 1},
        dispositions={"sold": 2, "lost": 1},
        occupancy=None,  # agents serve several queues
    )


def test_queue_b() -> None:
    check(
        rows("queue")[B],
        offered=3,  # 8 by overflow, 10 (coming back is no second visit), 11
        answered=3,
        service_level=1.0,
        service_level_net=1.0,
        abandon_rate=0.0,
        asa_s=5.7,  # (5 + 4 + 8) / 3 = 17 / 3; in call 8 the wait in B alone
        longest_wait_s=8.0,
        handled=5,  # 8 Lei; 10 Mei, Lei; 11 Lei, Mei
        talk_s=32.0,  # (40 + 30 + 25 + 20 + 45) / 5 = 160 / 5
        hold_s=3.0,  # 15 of consulting / 5
        aht_s=35.0,
        transfers=1,  # 11
        asked=0,
        mark_rate=None,
        mark_mean=None,
    )


def test_all_queues_together() -> None:
    check(
        report("queue").total(),
        offered=14,
        answered=9,
        service_level=0.4286,  # (3 + 3) / 14
        service_level_net=0.6,  # 6 / (9 + 1)
        asa_s=17.4,  # (140 + 17) / 9
        handled=12,
        talk_s=53.8,  # (485 + 160) / 12 = 53.75
        aht_s=60.0,  # (545 + 175) / 12
    )


def test_agents() -> None:
    by_agent = rows("agent")
    assert by_agent.keys() == {MEI, LEI}
    check(
        by_agent[MEI],
        answered=5,  # 1, 2, 10, 14, 15
        asa_s=15.8,  # (10 + 20 + 4 + 25 + 20) / 5
        longest_wait_s=25.0,
        offered=None,  # whom nobody answered is nobody's
        service_level=None,
        handled=7,  # 1, 2, 7, 10, 11, 14, 15; being consulted in 11 is not counted, the talk after it is
        talk_s=44.3,  # (80 + 60 + 70 + 30 + 45 + 15 + 10) / 7 = 310 / 7
        aht_s=52.9,  # (310 + 20 + 40) / 7 = 370 / 7
        transfers=0,
        other_calls=1,  # 12
        other_talk_s=80.0,
        rung=7,  # 1, 2, 6, 7, 10, 14, 15
        missed=1,  # 7; in 6 the caller gave up
        marks=3,
        mark_mean=4.0,
    )
    check(
        by_agent[LEI],
        answered=4,  # 3, 7, 8, 11
        asa_s=19.5,  # (35 + 30 + 5 + 8) / 4
        handled=5,  # 3, 7, 8, 10, 11
        talk_s=67.0,  # (200 + 50 + 40 + 25 + 20) / 5
        hold_s=3.0,
        aht_s=70.0,
        transfers=2,  # 7, 11
        other_calls=1,  # 13
        other_talk_s=33.0,
        rung=5,
        missed=0,
        dispositions={"lost": 1},
    )


def test_codes() -> None:
    codes = {row.key: {each["code"]: each for each in row.codes} for row in report("queue").rows()}
    sold, lost, none = (codes[A][code] for code in ("sold", "lost", ""))
    check(sold, calls=2, share=0.3333, talk_s=70.0)  # 1 (80 s), 2 (60 s) of the six that were answered
    check(lost, calls=1, share=0.1667, talk_s=200.0)  # 3
    check(none, calls=3, share=0.5, talk_s=31.7)  # 7 (its last talk, 70 s), 14 (15 s), 15 (10 s)
    assert list(codes[A]) == ["sold", "lost", ""]
    check(codes[B][""], calls=3, share=1.0, talk_s=36.7)  # 8 (40 s), 10 (25 s), 11 (45 s)
    by_agent = {row.key: {each["code"]: each["calls"] for each in row.codes} for row in report("agent").rows()}
    assert by_agent == {MEI: {"sold": 2, "": 4}, LEI: {"lost": 1, "": 2}}  # 7, 11, 14, 15 and 8, 10
    check(report("queue").all_codes()[0], code="sold", calls=2, share=0.2222)  # 2 / 9


def test_the_doors() -> None:
    queues = rows("queue", DOORS)
    assert queues.keys() == {A, B}  # a number's hours, and nobody's number, are no queue's
    check(queues[A], refused=2, refused_by={"full": 1, "unstaffed": 1, "closed": 0, "unknown": 0}, offered=0)
    check(queues[B], refused=0, offered=1, answered=1, asa_s=6.0)  # 20, which came to A first
    numbers = rows("number", DOORS)
    check(numbers["400"], refused=2, offered=1)
    check(numbers["955"], refused=1, refused_by={"full": 0, "unstaffed": 0, "closed": 1, "unknown": 0})
    check(numbers["999"], refused=1, refused_by={"full": 0, "unstaffed": 0, "closed": 0, "unknown": 1})
    check(rows("interval", DOORS)[at("12:00")], refused=4, offered=1)
    agents = rows("agent", DOORS)
    assert agents.keys() == {LEI} and agents[LEI]["refused"] is agents[LEI]["refused_by"] is None
    check(report("queue").total(), refused=0)  # nobody of the fifteen: 9 waited in vain, inside


def test_numbers() -> None:
    by_number = rows("number")
    assert by_number.keys() == {"400", "955"}  # those by which callers came into a queue
    check(by_number["400"], offered=12, answered=7, handled=8)  # all of A, and call 8 in B
    check(by_number["955"], offered=2, answered=2, handled=4)


def test_hours() -> None:
    hours = rows("interval")
    assert len(hours) == 24 and hours[at("03:00")]["offered"] == 0 and hours[at("03:00")]["asa_s"] is None
    check(hours[at("09:00")], offered=12, answered=7, handled=10, other_calls=1)
    check(hours[at("10:00")], offered=2, answered=2, handled=1, other_calls=1)  # 15 came before eleven …
    check(hours[at("11:00")], offered=0, answered=0, handled=1)  # … and was talked with after it


def test_the_time_of_agents() -> None:
    made = report("agent")
    for state, reason, seconds in (
        ("ready", None, 3000),
        ("ringing", None, 600),
        ("talking", None, 1800),
        ("wrap_up", None, 340),
        ("break", "lunch", 600),
        ("break", None, 300),
        ("offline", None, 9999),
    ):
        made.spell(Spell(MEI, state, reason, seconds * 1000), at("09:00"))  # type: ignore[arg-type]
    (mei,) = (row.figures for row in made.rows() if row.key == MEI)
    check(
        mei,
        login_s=6640.0,  # 3000 + 600 + 1800 + 340 + 600 + 300
        ready_s=3000.0,
        break_s=900.0,
        breaks={"": 300.0, "lunch": 600.0},
        occupancy=0.3728,  # (1800 + 340) / (6640 - 900) = 2140 / 5740
    )


def test_nothing_happened() -> None:
    total = Report(Question("queue", DAY), Rules(), []).total()
    check(total, offered=0, service_level=None, service_level_net=None, asa_s=None, longest_wait_s=None, aht_s=None)


@pytest.mark.parametrize("call_id", CALLS)
def test_what_came_of_a_visit_is_one_of_five(call_id: str) -> None:
    """A log cut off anywhere gives facts as well: a backend may die at any moment."""
    for length in range(len(CALLS[call_id]) + 1):
        facts = facts_of(call_id, CALLS[call_id][:length])
        assert all(visit.wait_ms >= 0 for visit in facts.visits)
        assert sum(talk.is_last for talk in facts.talks) <= 1

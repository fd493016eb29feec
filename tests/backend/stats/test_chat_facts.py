# SPDX-License-Identifier: Apache-2.0
"""Figures of a fixed log of chats against figures computed by hand.

| chat | at    | what happens (minutes)                                                                            |
|------|-------|---------------------------------------------------------------------------------------------------|
| 1    | 09:00 | A: Mei takes it after 1, writes after 2, has it until its end at 11                               |
| 2    | 09:05 | A: Mei takes it after 1, writes after 1; at 10 she passes it to Lei, who takes it at 12; ends at 20 |
| 3    | 09:06 | A: the visitor leaves after 3                                                                     |
| 4    | 09:20 | A: nobody takes it; the system ends it after 15                                                   |
| 5    | 09:50 | A: Mei takes it after 2, and is lost at 5; B: Lei takes it at 8, writes at 9; ends at 15           |
| 6    | 09:58 | B: Lei takes it after 1, writes nothing; the visitor ends it at 4                                  |
"""

from typing import Any

import pytest

from headcall.backend.chats.model import Author, Chat, Message, Visitor
from headcall.backend.stats.chat_facts import ChatFacts, chat_facts_of, time_of
from headcall.backend.stats.figures import Rules
from headcall.backend.stats.intervals import Span, cuts
from headcall.backend.stats.pieces import pieces_of
from headcall.backend.stats.report import By, Question, Report
from tests.backend.stats.fixed_log import LEI, MEI, ZONE, A, B, at
from tests.backend.stats.test_fixed_log import check

DAY = Span(at("00:00"), at("24:00"))
Said = tuple[float, Author, str, str | None]


def chat(n: int, begins: str, queue_id: str, ends: float, by: Any, *said: Said, cause: str = "normal") -> ChatFacts:
    """`said`: minutes after the first word, who, what."""
    at_ms = at(begins)
    end_ms = at_ms + round(ends * 60_000)
    over = Chat(f"chat_{n}", queue_id, Visitor(), at_ms, state="ended", ended_at_ms=end_ms, ended_by=by, cause=cause)
    words = [Message(1, at_ms, "visitor", "?")]
    words += [
        Message(seq, at_ms + round(minutes * 60_000), who, text, user_id)
        for seq, (minutes, who, text, user_id) in enumerate(said, start=2)
    ]
    return chat_facts_of(over, [*words, Message(99, end_ms, "system", "ended")])


def joined(minutes: float, user_id: str) -> Said:
    return minutes, "system", "joined", user_id


def says(minutes: float, user_id: str) -> Said:
    return minutes, "agent", "!", user_id


LOG = [
    chat(1, "09:00", A, 11, "agent", joined(1, MEI), says(2, MEI), says(5, MEI)),
    chat(
        *(2, "09:05", A, 20, "agent", joined(1, MEI), says(1, MEI)),
        *((10, "system", "passed-on", MEI), joined(12, LEI)),
    ),
    chat(3, "09:06", A, 3, "system", cause="visitor-left"),
    chat(4, "09:20", A, 15, "system", cause="no-agent"),
    chat(5, "09:50", B, 15, "agent", joined(2, MEI), (5, "system", "left", MEI), joined(8, LEI), says(9, LEI)),
    chat(6, "09:58", B, 4, "visitor", joined(1, LEI), (2, "note", "rude", LEI)),
]


def report(by: By, user_id: str | None = None) -> Report:
    starts = cuts(DAY, "hour", ZONE) if by == "interval" else []
    made = Report(Question(by, DAY, "hour", user_id=user_id), Rules(), starts)
    talks = [talk for facts in LOG for talk in facts.talks]
    for facts in LOG:
        made.chat(facts.visit)
    for talk in talks:
        made.chat_talk(talk)
    for piece in pieces_of(DAY, starts):
        for spent in time_of(talks, piece.since_ms, piece.until_ms):
            made.chat_time(spent, piece.since_ms)
    return made


def rows(by: By) -> dict[str | int, dict[str, Any]]:
    return {row.key: row.figures for row in report(by).rows()}


def test_queues() -> None:
    check(
        rows("queue")[A],
        chats_offered=4,
        chats_answered=2,  # 1, 2
        chats_abandoned=1,  # 3
        chats_turned_away=1,  # 4
        chat_asa_s=60.0,
        chat_reply_s=90.0,  # (2 + 1) / 2 minutes
        chats_handled=3,  # 1 Mei; 2 Mei, Lei
        chat_handle_s=580.0,  # (10 + 11 + 8) / 3 minutes
        chats_at_once=None,  # of agents, not of queues
        chats_most=None,
        offered=0,
    )
    check(
        rows("queue")[B],
        chats_offered=2,  # 5 counts for its last queue
        chats_answered=2,
        chat_asa_s=90.0,  # (2 + 1) / 2 minutes
        chat_reply_s=540.0,  # 5 after 9 minutes; a note is no reply
        chats_handled=3,  # 5 Mei, Lei; 6 Lei
        chat_handle_s=260.0,  # (3 + 7 + 3) / 3 minutes
    )


def test_agents() -> None:
    agents = rows("agent")
    check(
        agents[MEI],
        chats_answered=3,  # 1, 2, 5
        chats_offered=None,
        chats_handled=3,
        chat_handle_s=480.0,  # (10 + 11 + 3) / 3 minutes
        # 09:01 to 09:11, 09:06 to 09:17, 09:52 to 09:55: 24 minutes of chats in 16 + 3 with at least one
        chats_at_once=1.26,
        chats_most=2,
    )
    # 09:17 to 09:25, 09:58 to 10:05, 09:59 to 10:02: 18 minutes of chats in 8 + 7
    check(agents[LEI], chats_answered=1, chats_handled=3, chat_handle_s=360.0, chats_at_once=1.2, chats_most=2)


def test_hours() -> None:
    hours = rows("interval")
    # until ten: Mei 24 in 19, Lei 8 + 2 + 1 in 8 + 2
    check(hours[at("09:00")], chats_offered=6, chats_handled=6, chats_at_once=1.21, chats_most=2)
    # after ten: Lei 5 + 2 in 5
    check(hours[at("10:00")], chats_offered=0, chats_handled=0, chat_handle_s=None, chats_at_once=1.4, chats_most=2)
    check(report("interval").total(), chats_offered=6, chats_at_once=1.24)  # (24 + 18) / (19 + 15)


def test_chats_come_by_no_number() -> None:
    assert rows("number") == {} and report("number").total()["chats_offered"] is None


def test_the_next_chat_in_the_same_moment_is_not_at_once() -> None:
    first = chat(7, "11:00", A, 5, "agent", joined(1, MEI)).talks
    second = chat(8, "11:00", A, 9, "agent", joined(5, MEI)).talks
    (mei,) = time_of([*first, *second], DAY.since_ms, DAY.until_ms)
    assert (mei.most, mei.chat_ms, mei.busy_ms) == (1, 8 * 60_000, 8 * 60_000)


@pytest.mark.parametrize("clock_went", [-5.0, 0.0])
def test_a_clock_that_goes_back_makes_no_time_less_than_nothing(clock_went: float) -> None:
    facts = chat(9, "11:00", A, clock_went, "agent", joined(1, MEI), says(clock_went, MEI))
    assert facts.visit.wait_ms >= 0 and (facts.visit.reply_ms or 0) >= 0
    assert all(talk.until_ms >= talk.at_ms for talk in facts.talks)

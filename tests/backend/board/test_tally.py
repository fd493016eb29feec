# SPDX-License-Identifier: Apache-2.0
"""The figures of a short log, computed by hand."""

import pytest

from headcall.backend.board.tally import Figures, Stretch, Today, outcome
from headcall.backend.calls.log import Ended, Entry, Event, QueueEntered, QueueLeft
from headcall.backend.calls.model import EMPTY, Call
from headcall.backend.queues.tally import midnight

NOON = midnight(1_790_000_000_000) + 43_200_000


@pytest.mark.parametrize(
    ("waited_ms", "why", "adds"),
    [
        (20_000, "answered", Figures(answered=1, in_time=1, counted=1)),
        (20_001, "answered", Figures(answered=1, in_time=0, counted=1)),
        (4_999, "abandoned", Figures(abandoned=1)),
        (5_000, "abandoned", Figures(abandoned=1, counted=1)),
        (1_000, "no-agent", Figures(counted=1)),
    ],
)
def test_what_a_caller_who_leaves_adds(waited_ms: int, why: str, adds: Figures) -> None:
    assert outcome(Stretch("q", 1_000), 1_000 + waited_ms, why) == adds


def entered(queue: str, at_ms: int, rank: int = 0) -> QueueEntered:
    return QueueEntered(queue, queue, at_ms, at_ms + 10**6, rank)


def counted(*story: tuple[str, int, Event]) -> Today:
    today = Today()
    today.pass_time(NOON)
    for call_id, at_ms, event in story:
        call = Call(call_id=call_id)
        today.changed(EMPTY, call, [Entry(1, at_ms, event)])
    return today


def test_who_comes_back_from_a_lost_agent_is_one_caller() -> None:
    today = counted(
        ("a", NOON, entered("q", NOON)),
        ("a", NOON + 9_000, QueueLeft("answered")),
        ("a", NOON + 60_000, entered("q", NOON, rank=-1)),
        ("a", NOON + 99_000, QueueLeft("answered")),
    )
    assert today.of("q") == Figures(offered=1, answered=1, in_time=1, counted=1)


def test_who_is_sent_on_counts_in_both_queues() -> None:
    today = counted(
        ("a", NOON, entered("q", NOON)),
        ("a", NOON + 30_000, QueueLeft("timeout")),
        ("a", NOON + 30_000, entered("r", NOON)),
        ("a", NOON + 31_000, QueueLeft("answered")),
    )
    assert today.of("q") == Figures(offered=1, counted=1)
    assert today.of("r") == Figures(offered=1, answered=1, counted=1), "the caller's waiting is one"
    assert today.total()[0] == Figures(offered=2, answered=1, counted=2)


def test_a_call_that_ends_while_it_waits_is_forgotten_and_a_stranger_changes_nothing() -> None:
    today = counted(
        ("a", NOON, entered("q", NOON)),
        ("a", NOON + 1, Ended("normal", "system")),
        ("a", NOON + 2, QueueLeft("answered")),
        ("b", NOON + 3, QueueLeft("answered")),
    )
    assert today.of("q") == Figures(offered=1)


def test_lately_is_half_an_hour_and_today_ends_at_midnight() -> None:
    today = counted(("a", NOON, entered("q", NOON)), ("a", NOON + 1_000, QueueLeft("answered")))
    assert today.pass_time(NOON + 2_000) == {"q"} and today.pass_time(NOON + 3_000) == set()
    assert today.lately("q").level == 1.0
    assert today.pass_time(NOON + 1_801_001) == {"q"}
    assert today.lately("q").level is None and today.of("q").level == 1.0
    assert today.pass_time(NOON + 43_200_000) == {"q"}
    assert today.of("q") == Figures()

# SPDX-License-Identifier: Apache-2.0
"""Rates, lock-outs and the door, with a clock that only the test moves."""

import pytest

from headcall.kit.clock import ManualClock
from headcall.sip_bridge.flow import Flow
from headcall.sip_bridge.guard.door import KEEP_ALIVES, STRANGER, Door
from headcall.sip_bridge.guard.lockout import ACCOUNTS, LOCKED_S, MOST_SOURCES, TRIES, WINDOW_S, Lockout
from headcall.sip_bridge.guard.rates import Buckets, Rate

REQUEST = b"OPTIONS sip:a SIP/2.0\r\n" + b"X: y\r\n" * 20
FLOW = Flow("udp", ("198.51.100.1", 5060), "phone")


def test_a_bucket_gives_its_burst_and_then_its_rate() -> None:
    buckets = Buckets(Rate(per_second=2.0, burst=5.0))
    assert sum(buckets.take("a", 0.0) for _ in range(10)) == 5
    assert sum(buckets.take("a", 1.0) for _ in range(10)) == 2
    assert buckets.take("b", 1.0)


def test_the_buckets_of_many_sources_stay_bounded() -> None:
    buckets = Buckets(Rate(1.0, 1.0), most=100)
    for number in range(1000):
        buckets.take(str(number), 0.0)
    assert len(buckets) == 100


def test_one_account_is_locked_after_some_tries_and_open_again_later() -> None:
    lockout = Lockout()
    for _ in range(TRIES):
        assert not lockout.is_locked("1001", "a", 0.0)
        lockout.wrong("1001", "a", 0.0)
    assert lockout.is_locked("1001", "a", LOCKED_S - 1)
    assert not lockout.is_locked("1002", "a", 1.0)
    assert not lockout.is_locked("1001", "b", 1.0)
    assert not lockout.is_locked("1001", "a", LOCKED_S + 1)


def test_slow_tries_are_an_old_password_and_no_attack() -> None:
    lockout = Lockout()
    for number in range(TRIES * 3):
        lockout.wrong("1001", "a", number * WINDOW_S)
    assert not lockout.is_locked("1001", "a", TRIES * 3 * WINDOW_S)


def test_many_accounts_lock_the_source() -> None:
    lockout = Lockout()
    for number in range(ACCOUNTS):
        lockout.wrong(str(number), "a", 0.0)
    assert lockout.is_source_locked("a", 1.0)
    assert not lockout.is_source_locked("b", 1.0)


def test_the_sources_remembered_are_bounded() -> None:
    lockout = Lockout()
    for number in range(MOST_SOURCES + 10):
        lockout.wrong("x", str(number), 0.0)
    assert len(lockout._sources) == MOST_SOURCES


def door(*, knows: bool = False) -> tuple[Door, ManualClock]:
    clock = ManualClock()
    return Door(clock, Lockout(), lambda flow: knows), clock


@pytest.mark.parametrize("data", KEEP_ALIVES)
def test_keep_alives_are_not_looked_at(data: bytes) -> None:
    here, _ = door()
    assert not here.admits(data, FLOW)
    assert here.counters == {"keep_alive": 1}


def test_a_stranger_has_its_rate_and_a_known_one_another() -> None:
    here, clock = door()
    assert sum(here.admits(REQUEST, FLOW) for _ in range(1000)) == STRANGER.burst
    clock.advance(1.0)
    assert sum(here.admits(REQUEST, FLOW) for _ in range(1000)) == STRANGER.per_second
    trusting, _ = door(knows=True)
    assert sum(trusting.admits(REQUEST, FLOW) for _ in range(1000)) == 1000


def test_what_is_no_sip_is_turned_away() -> None:
    here, _ = door()
    for data in (b"\x80\x08" + REQUEST, b"\x16\x03\x01" + REQUEST, b"\0\1" + REQUEST):
        assert not here.admits(data, FLOW)
    assert here.counters["no_sip"] == 3


def test_a_telephone_that_is_called_like_a_scanner_is_judged_by_its_user_agent_only() -> None:
    here, _ = door()
    assert here.admits(REQUEST + b"Subject: sipvicious\r\n", FLOW)
    assert not here.admits(REQUEST + b"User-Agent: SIPVicious/1.0\r\n", FLOW)

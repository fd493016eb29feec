# SPDX-License-Identifier: Apache-2.0
"""Ids: unique, sorted by time, and of a form that is safe in headers and file names."""

import re

from hypothesis import given
from hypothesis import strategies as st

from headcall.kit.clock import ManualClock
from headcall.kit.ids import LONGEST, IdMaker, is_id, make_id


def test_an_id_is_its_prefix_and_26_characters() -> None:
    assert make_id("call", now_ms=0, chance=0) == "call_00000000000000000000000000"
    assert make_id("leg", now_ms=(1 << 48) - 1, chance=(1 << 80) - 1) == "leg_7ZZZZZZZZZZZZZZZZZZZZZZZZZ"


def test_the_time_is_read_back_as_ulid_writes_it() -> None:
    # The example of the ULID specification: 1469918176385 ms is 01ARYZ6S41.
    assert make_id("x", now_ms=1469918176385, chance=0).startswith("x_01ARYZ6S41")


@given(st.integers(0, (1 << 48) - 1), st.integers(0, (1 << 80) - 1))
def test_every_id_is_short_and_plain(now_ms: int, chance: int) -> None:
    made = make_id("rec", now_ms=now_ms, chance=chance)
    assert len(made) <= LONGEST and re.fullmatch(r"\w+", made, re.ASCII)
    assert is_id(made, "rec") and not is_id(made, "leg")


def test_ids_of_one_millisecond_grow() -> None:
    ids = IdMaker(ManualClock())
    made = [ids("leg") for _ in range(1000)]
    assert made == sorted(made) and len(set(made)) == 1000


class Setback(ManualClock):
    """A calendar that is set back by a second each time it is read."""

    def wall_ms(self) -> int:
        self._wall_ms -= 1000
        return super().wall_ms()


def test_ids_grow_when_the_calendar_is_set_back() -> None:
    ids = IdMaker(Setback())
    made = [ids("leg") for _ in range(100)]
    assert made == sorted(made) and len(set(made)) == 100


def test_later_ids_are_greater() -> None:
    clock = ManualClock()
    ids = IdMaker(clock, entropy=lambda n: b"\xff" * n)
    first = ids("leg")
    clock.advance(0.001)
    ids = IdMaker(clock, entropy=bytes)
    assert first < ids("leg")


@given(st.text(max_size=60))
def test_strangers_text_is_an_id_or_not_and_nothing_else_happens(text: str) -> None:
    assert is_id(text, "leg") in (True, False)
    assert not is_id(f"leg_{text}\n", "leg")

# SPDX-License-Identifier: Apache-2.0
"""Words to bytes and back, and nothing but `UnknownWord` for other bytes."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headcall.wire.codec import MAX_OCTETS, UnknownWord, decode, encode
from headcall.wire.legs import EndLeg, LegCommand, PlaceLeg, ToPhone
from headcall.wire.media import FromLeg, Hear, MediaCommand, Playlist


def test_a_command_arrives_as_it_was_said() -> None:
    command = PlaceLeg("leg_1", "call_1", "sfu-1", ToPhone("83012341001"), "13800138000", ring_for_s=30)
    assert decode(encode(command), LegCommand) == command  # type: ignore[arg-type]


def test_a_source_keeps_its_kind() -> None:
    for source in (FromLeg("leg_2"), Playlist("p", ("a.wav",), loop=True)):
        assert decode(encode(Hear("leg_1", source)), MediaCommand) == Hear("leg_1", source)  # type: ignore[arg-type]


def test_a_word_of_another_vocabulary_is_refused() -> None:
    with pytest.raises(UnknownWord):
        decode(encode(EndLeg("leg_1")), MediaCommand)  # type: ignore[arg-type]


def test_a_message_beyond_the_bound_is_refused() -> None:
    with pytest.raises(UnknownWord):
        decode(b"\0" * (MAX_OCTETS + 1), EndLeg)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_word_or_unknown(data: bytes) -> None:
    with contextlib.suppress(UnknownWord):
        decode(data, LegCommand)  # type: ignore[arg-type]


def test_a_deeply_nested_message_is_refused() -> None:
    with pytest.raises(UnknownWord):
        decode(b"\x91" * 100_000 + b"\xc0", LegCommand)  # type: ignore[arg-type]

# SPDX-License-Identifier: Apache-2.0
"""Messages in a stream, however it is cut."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headcall.sip_bridge.errors import Malformed, TooLarge
from headcall.sip_bridge.framing import Framer, Ping

SHORT = b"OPTIONS sip:a@b SIP/2.0\r\nl: 0\r\n\r\n"
LONG = b"INVITE sip:a@b SIP/2.0\r\nContent-Length:\r\n  5\r\nTo: x\r\n\r\nh\r\n\r\nello"
LONG = LONG.replace(b"  5", b"  9")


@given(st.lists(st.integers(0, 200), max_size=30))
def test_a_stream_may_be_cut_anywhere(cuts: list[int]) -> None:
    stream = b"\r\n" + SHORT + b"\r\n\r\n" + LONG + SHORT
    framer = Framer()
    found: list[bytes | Ping] = []
    edges = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    for start, end in pairwise(edges):
        found += framer.feed(stream[start:end])
    assert found == [SHORT, Ping(), LONG, SHORT]


def test_pings_are_counted_and_pongs_are_not() -> None:
    assert Framer().feed(b"\r\n\r\n\r\n\r\n\r\n" + SHORT) == [Ping(), Ping(), SHORT]


@pytest.mark.parametrize(
    "bad",
    [
        b"OPTIONS sip:a@b SIP/2.0\r\n\r\n",
        b"OPTIONS sip:a@b SIP/2.0\r\nl: 5\r\nContent-Length: 6\r\n\r\n",
        b"OPTIONS sip:a@b SIP/2.0\r\nContent-Length: -1\r\n\r\n",
        b"OPTIONS sip:a@b SIP/2.0\r\nContent-Length: 99999999999\r\n\r\n",
    ],
)
def test_a_stream_that_cannot_be_followed_is_given_up(bad: bytes) -> None:
    with pytest.raises(Malformed):
        Framer().feed(bad)


@pytest.mark.parametrize("bad", [b"x" * 20_000, SHORT.replace(b"l: 0", b"l: 70000")])
def test_nobody_fills_our_memory(bad: bytes) -> None:
    with pytest.raises(TooLarge):
        Framer().feed(bad)

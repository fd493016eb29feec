# SPDX-License-Identifier: Apache-2.0
"""Which part of a span is taken from sums, and which from facts. Pure."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from headcall.backend.stats.intervals import Span, place
from headcall.backend.stats.slots import HOUR_MS


def runs_of(hours: Iterable[int], span: Span, starts: Sequence[int]) -> Iterator[Span]:
    """Hours that follow each other. One that the span or an interval cuts is of no use: whoever asks for quarters, or
    has moved to a zone of another half hour, gets facts."""
    begin = end = -1
    for hour in hours:
        after = hour + HOUR_MS
        if hour < span.since_ms or after > span.until_ms or _is_cut(hour, starts):
            continue
        if hour != end:
            if end > begin:
                yield Span(begin, end)
            begin = hour
        end = after
    if end > begin:
        yield Span(begin, end)


def _is_cut(hour: int, starts: Sequence[int]) -> bool:
    return bool(starts) and place(starts, hour) != place(starts, hour + HOUR_MS - 1)


def gaps_of(runs: Iterable[Span], span: Span) -> Iterator[Span]:
    """What the runs leave of the span."""
    begin = span.since_ms
    for run in runs:
        if run.since_ms > begin:
            yield Span(begin, run.since_ms)
        begin = run.until_ms
    if begin < span.until_ms:
        yield Span(begin, span.until_ms)


def pieces_of(span: Span, starts: Sequence[int]) -> Iterator[Span]:
    """The span, cut where intervals begin."""
    begin = span.since_ms
    for start in starts[bisect_right(starts, begin) :]:
        if start >= span.until_ms:
            break
        yield Span(begin, start)
        begin = start
    if begin < span.until_ms:
        yield Span(begin, span.until_ms)

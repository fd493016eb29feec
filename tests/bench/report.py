# SPDX-License-Identifier: Apache-2.0
"""How benchmarks say what they found: a ratio to a peer or a limit measured in the same run, never a bare time."""

import statistics
from collections.abc import Sequence


def spread(seconds: Sequence[float]) -> str:
    """Median and the worst, in milliseconds."""
    return f"median {statistics.median(seconds) * 1e3:.1f} ms, worst {max(seconds) * 1e3:.1f} ms of {len(seconds)}"


def ratio(name: str, ours: float, peer: str, theirs: float, aim: str = "") -> float:
    """Prints `ours` as a multiple of `theirs` and gives the multiple."""
    times = ours / theirs if theirs else float("inf")
    print(f"{name}: {times:.2f} x {peer}{f'  (aim: {aim})' if aim else ''}")
    return times

# SPDX-License-Identifier: Apache-2.0
"""CPU of a two-way G.711 call that passes through the engine, against a bare relay of the same packets."""

import subprocess

from tests.bench.relay.bench import HERE, bare, engine
from tests.bench.report import ratio

CALLS = 50
SECONDS = 5
PACKETS_PER_SECOND = 2 * 50


def test_a_call_that_passes_through_costs_little_more_than_a_bare_relay() -> None:
    subprocess.run(["cargo", "build", "--release", "--quiet"], cwd=HERE, check=True)
    relay, ours = bare(CALLS, SECONDS), engine(CALLS, SECONDS)
    print(f"\n{CALLS} two-way G.711 calls, {SECONDS} s each way, microseconds of CPU per packet passed on:")
    print(f"  bare relay {relay:.2f}, engine {ours:.2f} ({ours * PACKETS_PER_SECOND / 1e4:.3f} % of a core per call)")
    ratio("CPU of a passed-through call", ours, "bare relay", relay, "at most 2")

# SPDX-License-Identifier: Apache-2.0
"""The first load of the agent's desk on a telephone of the middle price, against the smallest file of the same server.

The built pages are measured as they are: `npm run build` first. Where a processor is slowed down by four that is shared
with others, times are upper bounds; kilobytes and requests are exact.
"""

import statistics

from tests.bench.chromium import Load, telephone
from tests.bench.report import ratio
from tests.scenarios.conftest import Run
from tests.world.system import Demo
from tests.world.workday import signed_in

LOADS = 5
LIMIT_KB = 220
SMALLEST = "/icon.svg"


def test_the_first_load_of_the_desk(system: Run) -> None:
    async def measure(running: Demo) -> tuple[list[Load], list[Load]]:
        async with signed_in(running, "mei") as mei, telephone() as tab:
            name, _, value = mei.cookie.partition("=")
            desks = [await tab.load(f"{running.web}/", (name, value)) for _ in range(LOADS)]
            return desks, [await tab.load(running.web + SMALLEST) for _ in range(LOADS)]

    desks, smallest = system(measure)
    print(f"\nfirst load of the desk, 390 x 844, slow 4G, processor 4 x slower, median of {LOADS}:")
    print(f"  {max(load.octets for load in desks) / 1000:.0f} kB over the wire in {desks[0].requests} requests")
    for name in ("fcp", "lcp", "interactive", "blocked"):
        print(f"  {name:12} {statistics.median(getattr(load, name) for load in desks):7.0f} ms")
    peer = statistics.median(load.fcp for load in smallest)
    ratio("first contentful paint", statistics.median(load.fcp for load in desks), f"the paint of {SMALLEST}", peer)
    ratio("kilobytes", max(load.octets for load in desks) / 1000, "the limit", LIMIT_KB, "below 1")

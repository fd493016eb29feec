# SPDX-License-Identifier: Apache-2.0
"""A test's own time."""

import asyncio

import pytest

from headcall.kit.clock import ManualClock, SystemClock


def test_whoever_sleeps_by_it_wakes_when_so_much_has_passed() -> None:
    async def story() -> None:
        clock, woken = ManualClock(now=10.0), list[int]()
        pass_by = clock.sleep

        async def sleep(seconds: int) -> None:
            await pass_by(seconds)
            woken.append(seconds)

        sleepers = [asyncio.ensure_future(sleep(seconds)) for seconds in (3, 1)]
        await asyncio.sleep(0)
        for _ in range(3):
            clock.advance(1)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            assert woken == ([1], [1], [1, 3])[round(clock.now()) - 11]
        await asyncio.gather(*sleepers)

    asyncio.run(story())


def test_it_does_not_go_back_and_says_how_fast_it_runs() -> None:
    with pytest.raises(ValueError, match="back"):
        ManualClock().advance(-1)
    assert SystemClock().speed == ManualClock().speed == 1
    assert ManualClock(speed=60).speed == 60

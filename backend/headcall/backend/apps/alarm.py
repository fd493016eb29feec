# SPDX-License-Identifier: Apache-2.0
"""Sleeping by a clock that a test can own: whoever waits is woken by the next `tick` after its time."""

import asyncio

from headcall.kit.clock import Clock


class Alarm:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sleepers: dict[asyncio.Future[None], float] = {}

    def now(self) -> float:
        """Seconds of the clock that `sleep` goes by."""
        return self._clock.now()

    def wall_ms(self) -> int:
        return self._clock.wall_ms()

    async def sleep(self, seconds: float) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._sleepers[future] = self._clock.now() + seconds
        try:
            await future
        finally:
            del self._sleepers[future]

    def tick(self) -> None:
        """Wakes whose time has come."""
        now = self._clock.now()
        for future, due in list(self._sleepers.items()):
            if due <= now and not future.done():
                future.set_result(None)

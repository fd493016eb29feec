# SPDX-License-Identifier: Apache-2.0
"""Stories run against one whole system, in one event loop. After each of them the house is swept."""

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from tests.world.logged import complaints
from tests.world.system import Demo, demo, measure_undisturbed
from tests.world.workday import Gap, closing_time

Run = Callable[[Callable[[Demo], Awaitable[Any]]], Any]
STORY_LIMIT_S = 120 + 15 * int(os.environ.get("KILLS", "0"))
TRIES_WHEN_BUSY = 3


class House:
    """A demo that outlives the stories; when a story broke it, the next one gets a new one."""

    def __init__(self, runner: asyncio.Runner) -> None:
        self._runner = runner
        self._demo: contextlib.AbstractAsyncContextManager[Demo] | None = None
        self._running: Demo | None = None
        self._log_read = 0

    def play(self, story: Callable[[Demo], Awaitable[Any]]) -> Any:
        """Runs a story. A gap on a machine that is busy with other things proves nothing: then it is played again."""
        for _ in range(TRIES_WHEN_BUSY - 1):
            try:
                return self._play(story)
            except Gap as gap:
                if os.getloadavg()[0] <= (os.cpu_count() or 1):
                    raise
                print(f"\n{gap}: this machine has other work; again")
                self.sweep()
        return self._play(story)

    def _play(self, story: Callable[[Demo], Awaitable[Any]]) -> Any:
        running = self._open()
        try:
            return self._runner.run(_limited(story, running))
        except BaseException:
            print("\n".join(["", "the log:", *running.log.read_text().splitlines()[-60:]]))
            raise

    def sweep(self) -> None:
        """Ends what the story left, and reads what was logged meanwhile."""
        if self._running is None:
            return
        try:
            self._runner.run(closing_time(self._running))
            self._read_log()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        leaving, self._demo, self._running = self._demo, None, None
        if leaving is not None:
            self._runner.run(leaving.__aexit__(None, None, None))

    def _open(self) -> Demo:
        if self._running is None or not self._running.is_alive:
            self.close()
            self._demo = demo()
            self._running = self._runner.run(self._demo.__aenter__())
            measure_undisturbed()
            self._log_read = 0
        return self._running

    def _read_log(self) -> None:
        assert self._running is not None
        log = self._running.log.read_text()
        new, self._log_read = log[self._log_read :], len(log)
        assert not (found := list(complaints(new, self._running.line))), "\n".join(found[:5])


@pytest.fixture(scope="session")
def house() -> Iterator[House]:
    with asyncio.Runner() as runner:
        house = House(runner)
        try:
            yield house
        finally:
            house.close()


@pytest.fixture
def system(house: House) -> Iterator[Run]:
    """Runs a coroutine function against the demo."""
    yield house.play
    house.sweep()


async def _limited(story: Callable[[Demo], Awaitable[Any]], running: Demo) -> Any:
    async with asyncio.timeout(STORY_LIMIT_S):
        return await story(running)

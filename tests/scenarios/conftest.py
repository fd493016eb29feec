# SPDX-License-Identifier: Apache-2.0
"""Scenarios run against the whole system, one for the module, in one event loop."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from tests.world.system import Demo, demo

Run = Callable[[Callable[[Demo], Awaitable[Any]]], Any]


@pytest.fixture(scope="module")
def system() -> Iterator[Run]:
    """Runs a coroutine function against the module's demo."""
    with asyncio.Runner() as runner:
        context = demo()
        running = runner.run(context.__aenter__())
        try:
            yield lambda scenario: runner.run(_limited(scenario, running))
        finally:
            runner.run(context.__aexit__(None, None, None))


async def _limited(scenario: Callable[[Demo], Awaitable[Any]], running: Demo) -> Any:
    async with asyncio.timeout(120):
        return await scenario(running)

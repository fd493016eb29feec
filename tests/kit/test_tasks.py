# SPDX-License-Identifier: Apache-2.0
"""Tasks that somebody owns."""

import asyncio
import logging

import pytest

from headcall.kit.tasks import Tasks


async def fail() -> None:
    raise ValueError("broken")


def test_a_failure_is_logged_counted_told_and_ends_nobody_else(caplog: pytest.LogCaptureFixture) -> None:
    told: list[str] = []

    async def scenario() -> None:
        tasks = Tasks("calls", on_failure=lambda name, error: told.append(f"{name}: {error}"))
        go = asyncio.Event()
        other = tasks.start(go.wait(), "other")
        await asyncio.gather(tasks.start(fail(), "this"), return_exceptions=True)
        assert tasks.failed == 1 and not other.done() and len(tasks) == 1
        go.set()
        assert await other is True
        await tasks.close()

    asyncio.run(scenario())
    assert told == ["calls: this: broken"]
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert caplog.records[0].exc_info is not None


def test_closing_ends_all_but_the_one_that_closes() -> None:
    async def scenario() -> None:
        tasks = Tasks("calls")
        forever = [tasks.start(asyncio.Event().wait(), str(n)) for n in range(3)]
        ended = asyncio.Event()

        async def close() -> None:
            await tasks.close()
            ended.set()

        tasks.start(close(), "closer")
        await ended.wait()
        assert all(task.cancelled() for task in forever)
        with pytest.raises(RuntimeError, match="closed"):
            tasks.start(fail(), "late")

    asyncio.run(scenario())

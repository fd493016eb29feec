# SPDX-License-Identifier: Apache-2.0
"""One row, one winner, whoever is fast: over both databases, as two backends would do it."""

import asyncio

import pytest

from headcall.backend.calls.log import Entry, RingOver, RingStarted, RingWon
from headcall.backend.calls.model import Ring
from headcall.backend.queues.offers import OfferRow, OfferTaken, project
from headcall.backend.store.engine import Store
from headcall.backend.store.migrate import migrate

RING = Ring("ring_1", "queue", ("usr_1",), started_at_ms=1, expires_at_ms=15_001)


async def opened(url: str) -> Store:
    store = Store.open(url)
    await migrate(store)
    async with store.begin() as session:
        await project(session, "call_1", Entry(1, 1, RingStarted(RING)))
    return store


async def win(store: Store, leg_id: str) -> bool:
    try:
        async with store.begin() as session:
            await project(session, "call_1", Entry(2, 5, RingWon("ring_1", leg_id)))
    except OfferTaken:
        return False
    return True


def test_of_many_who_answer_at_once_one_wins(database_url: str) -> None:
    async def scenario() -> None:
        store = await opened(database_url)
        won = await asyncio.gather(*(win(store, f"leg_{n}") for n in range(8)))
        assert won.count(True) == 1
        async with store.read() as session:
            row = await session.get(OfferRow, "ring_1")
            assert row is not None and row.state == "won" and row.leg_id == f"leg_{won.index(True)}"
        await store.close()

    asyncio.run(scenario())


@pytest.mark.parametrize("answers_late", [True, False])
def test_a_round_that_is_over_cannot_be_won(database_url: str, answers_late: bool) -> None:
    async def scenario() -> None:
        store = await opened(database_url)
        if answers_late:
            async with store.begin() as session:
                await project(session, "call_1", Entry(2, 5, RingOver("ring_1", "no-answer")))
        assert await win(store, "leg_1") == (not answers_late)
        assert not await win(store, "leg_2")
        await store.close()

    asyncio.run(scenario())

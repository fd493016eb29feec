# SPDX-License-Identifier: Apache-2.0
"""Hours whose sums are made. Whoever writes a fact says so in the same transaction: the sums of its hour are void.

That costs a writer one statement, which finds nothing nearly always, as the hour that goes on has no sums. A fact
cannot slip in between unseen: whoever makes sums first claims the hour, then reads its facts, then writes the sums, if
the claim still stands; and a claim waits for all who wrote a fact before it.
"""

from collections.abc import Sequence
from typing import Final, cast

from sqlalchemy import CursorResult, delete, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from headcall.backend.stats.store import TalkRow
from headcall.backend.stats.sum_rows import SlotRow

HOUR_MS: Final = 3_600_000


async def touch(session: AsyncSession, since_ms: int, until_ms: int) -> None:
    """A fact between these moments, both included, is new or has changed."""
    row = SlotRow
    void = delete(row).where(row.slot_ms > since_ms - HOUR_MS, row.slot_ms <= until_ms)
    await session.execute(void, execution_options={"synchronize_session": False})


async def talks_of(session: AsyncSession, call_id: str) -> Sequence[int]:
    """When the talks of a call began. As long as it goes on there are none."""
    return (await session.scalars(select(TalkRow.at_ms).where(TalkRow.call_id == call_id))).all()


async def touch_call(session: AsyncSession, call_id: str) -> None:
    """Something about the talks of a call has changed."""
    if moments := await talks_of(session, call_id):
        await touch(session, min(moments), max(moments))


async def claim(session: AsyncSession, slot_ms: int, token: str) -> None:
    """Says that we make the sums of this hour. Facts that are written from now on void the claim."""
    if session.get_bind().dialect.name == "postgresql":  # SQLite has one writer at a time anyway
        await session.execute(text("LOCK TABLE stat_slots IN SHARE ROW EXCLUSIVE MODE"))
    await touch(session, slot_ms, slot_ms + HOUR_MS - 1)  # also the hours that another zone's clock had cut there
    await session.execute(insert(SlotRow), [{"slot_ms": slot_ms, "version": token}])


async def settle(session: AsyncSession, slot_ms: int, token: str, version: str) -> bool:
    """Says that the sums are made. False: a fact has come since the claim."""
    mine = update(SlotRow).where(SlotRow.slot_ms == slot_ms, SlotRow.version == token).values(version=version)
    return cast("CursorResult[object]", await session.execute(mine)).rowcount == 1


async def made(session: AsyncSession, since_ms: int, until_ms: int, version: str) -> Sequence[int]:
    """The hours that begin between these moments and have their sums, in order."""
    wanted = select(SlotRow.slot_ms).where(SlotRow.slot_ms >= since_ms, SlotRow.slot_ms < until_ms)
    return (await session.scalars(wanted.where(SlotRow.version == version).order_by(SlotRow.slot_ms))).all()

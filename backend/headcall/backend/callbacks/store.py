# SPDX-License-Identifier: Apache-2.0
"""Rows of call-backs, in step with the logs of their calls, and of places kept for who redials."""

from collections.abc import Sequence
from typing import cast

from sqlalchemy import CursorResult, Index, String, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from headcall.backend.calls.log import (
    CallbackAsked,
    CallbackCancelled,
    CallbackDialled,
    CallbackMissed,
    Entry,
)
from headcall.backend.queues.offers import OfferTaken
from headcall.backend.store.base import Base, Id


class CallbackRow(Base):
    """Somebody who waits to be called back, or did."""

    __tablename__ = "callbacks"
    __table_args__ = (Index(None, "queue_id", "asked_at_ms"),)

    call_id: Mapped[str] = mapped_column(Id, primary_key=True)
    """Of the call-back itself."""
    origin_call_id: Mapped[str] = mapped_column(Id, unique=True)
    """Of the call in which it was asked for: asked for once, it is made once."""
    queue_id: Mapped[str] = mapped_column(Id)
    number: Mapped[str] = mapped_column(String(32), index=True)
    state: Mapped[str] = mapped_column(String(16))
    """`open`, `dialled`, `answered`, `failed` or `cancelled`."""
    attempts: Mapped[int] = mapped_column(default=0)
    asked_at_ms: Mapped[int]
    closed_at_ms: Mapped[int | None]
    result: Mapped[str] = mapped_column(String(64), default="")
    """The cause with which the last attempt or the whole of it ended."""


class KeptPlaceRow(Base):
    """The entry time of a caller who gave up, for when they call again."""

    __tablename__ = "kept_places"

    queue_id: Mapped[str] = mapped_column(Id, primary_key=True)
    number: Mapped[str] = mapped_column(String(32), primary_key=True)
    entered_at_ms: Mapped[int]
    until_ms: Mapped[int] = mapped_column(index=True)


async def project(session: AsyncSession, call_id: str, entry: Entry) -> None:
    """Keeps the row in step with the log, in the log's own transaction, so before anybody is told to dial."""
    match entry.event:
        case CallbackAsked(callback=callback, queue_id=queue_id):
            session.add(
                CallbackRow(
                    call_id=call_id,
                    origin_call_id=callback.origin,
                    queue_id=queue_id,
                    number=callback.number,
                    state="open",
                    attempts=0,
                    asked_at_ms=entry.at_ms,
                    closed_at_ms=None,
                    result="",
                )
            )
            await session.flush()
        case CallbackDialled(attempt=attempt):
            if not await _dial(session, call_id, attempt):
                raise OfferTaken(call_id)
        case CallbackMissed(cause=cause, retry_at_ms=retry_at):
            await _set(session, call_id, "open" if retry_at is not None else "failed", cause)
        case CallbackCancelled():
            await _set(session, call_id, "cancelled", "")
        case _:
            pass


async def _dial(session: AsyncSession, call_id: str, attempt: int) -> bool:
    """Compare and set: True for the one who may make this attempt."""
    change = (
        update(CallbackRow)
        .where(CallbackRow.call_id == call_id, CallbackRow.state == "open", CallbackRow.attempts == attempt - 1)
        .values(state="dialled", attempts=attempt)
    )
    return cast("CursorResult[object]", await session.execute(change)).rowcount == 1


async def _set(session: AsyncSession, call_id: str, state: str, result: str) -> None:
    change = update(CallbackRow).where(CallbackRow.call_id == call_id)
    await session.execute(change.values(state=state, result=result))


async def close(session: AsyncSession, call_id: str, *, was_answered: bool, cause: str, at_ms: int) -> None:
    """The call-back is over. Doing it twice does no harm."""
    row = await session.get(CallbackRow, call_id)
    if row is None or row.closed_at_ms is not None:
        return
    row.closed_at_ms = at_ms
    if row.state != "cancelled":
        row.state, row.result = ("answered" if was_answered else "failed"), row.result or cause


async def is_made(session: AsyncSession, origin_call_id: str) -> bool:
    """Whether there is a call-back for this call, whatever became of it."""
    found = select(CallbackRow.call_id).where(CallbackRow.origin_call_id == origin_call_id)
    return await session.scalar(found) is not None


async def latest(session: AsyncSession, limit: int) -> Sequence[CallbackRow]:
    """Newest first, open or over."""
    wanted = select(CallbackRow).order_by(CallbackRow.asked_at_ms.desc(), CallbackRow.call_id.desc())
    return (await session.scalars(wanted.limit(limit))).all()


# ---------------------------------------------------------------- who redials


async def keep_place(session: AsyncSession, queue_id: str, number: str, entered_at_ms: int, until_ms: int) -> None:
    row = await session.get(KeptPlaceRow, (queue_id, number))
    if row is None:
        row = KeptPlaceRow(queue_id=queue_id, number=number)
        session.add(row)
    row.entered_at_ms, row.until_ms = entered_at_ms, until_ms
    await session.flush()


async def has_place(session: AsyncSession, queue_id: str, number: str) -> bool:
    """Whether it is worth a transaction: most callers have not called before."""
    return await session.get(KeptPlaceRow, (queue_id, number)) is not None


async def take_place(session: AsyncSession, queue_id: str, number: str, now_ms: int) -> int | None:
    """The entry time kept for this caller, once: whoever takes it has deleted it. What is too old goes as well."""
    await session.execute(delete(KeptPlaceRow).where(KeptPlaceRow.until_ms < now_ms))
    row = await session.get(KeptPlaceRow, (queue_id, number))
    if row is None:
        return None
    entered_at_ms = row.entered_at_ms
    gone = delete(KeptPlaceRow).where(KeptPlaceRow.queue_id == queue_id, KeptPlaceRow.number == number)
    was_mine = cast("CursorResult[object]", await session.execute(gone)).rowcount == 1
    return entered_at_ms if was_mine else None

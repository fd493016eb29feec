# SPDX-License-Identifier: Apache-2.0
"""Offers: a round of ringing as one row, so that it has one winner whoever is fast, on however many backends."""

from typing import cast

from sqlalchemy import CursorResult, String, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from headcall.backend.calls.log import Entry, RingOver, RingStarted, RingWon
from headcall.backend.store.base import Base, Id


class OfferTaken(Exception):
    """The round is over already: another one answered, or it lapsed."""


class OfferRow(Base):
    __tablename__ = "offers"

    ring_id: Mapped[str] = mapped_column(Id, primary_key=True)
    call_id: Mapped[str] = mapped_column(Id, index=True)
    user_ids: Mapped[list[str]]
    state: Mapped[str] = mapped_column(String(16))
    """`open`, `won` or `over`."""
    leg_id: Mapped[str | None] = mapped_column(Id)
    """The winner's."""
    started_at_ms: Mapped[int]
    expires_at_ms: Mapped[int]
    """The lease: after this moment whoever sees the row may call the round over."""
    closed_at_ms: Mapped[int | None]


async def project(session: AsyncSession, call_id: str, entry: Entry) -> None:
    """Keeps the row in step with the log, in the log's own transaction."""
    match entry.event:
        case RingStarted(ring=ring):
            session.add(
                OfferRow(
                    ring_id=ring.ring_id,
                    call_id=call_id,
                    user_ids=list(ring.user_ids),
                    state="open",
                    leg_id=None,
                    started_at_ms=ring.started_at_ms,
                    expires_at_ms=ring.expires_at_ms,
                    closed_at_ms=None,
                )
            )
            await session.flush()
        case RingWon(ring_id=ring_id, leg_id=leg_id):
            if not await _close(session, ring_id, entry.at_ms, state="won", leg_id=leg_id):
                raise OfferTaken(ring_id)
        case RingOver(ring_id=ring_id):
            await _close(session, ring_id, entry.at_ms, state="over", leg_id=None)
        case _:
            pass


async def _close(session: AsyncSession, ring_id: str, at_ms: int, *, state: str, leg_id: str | None) -> bool:
    """Compare and set: True for the one who closed the open row."""
    change = (
        update(OfferRow)
        .where(OfferRow.ring_id == ring_id, OfferRow.state == "open")
        .values(state=state, leg_id=leg_id, closed_at_ms=at_ms)
    )
    return cast("CursorResult[object]", await session.execute(change)).rowcount == 1

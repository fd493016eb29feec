# SPDX-License-Identifier: Apache-2.0
"""Rows of outcomes: beside the record of the call, which is written anew whenever the call changes."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import String, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from headcall.backend.stats.slots import touch_call
from headcall.backend.store.base import Base, Id, iso_or_none


class Outcome(Struct, frozen=True):
    """What is known of how a call came out."""

    call_id: str
    disposition: str | None = None
    note: str = ""
    user_id: str | None = None
    """Who gave the code or the note last."""
    at_ms: int | None = None
    mark: int | None = None
    """The caller's, 1 to 5."""
    words_zh: str = ""
    """What the code said when it was given: since then it may have been renamed, or removed."""
    words_en: str = ""


class OutcomeRow(Base):
    __tablename__ = "call_outcomes"

    call_id: Mapped[str] = mapped_column(Id, primary_key=True)
    disposition: Mapped[str | None] = mapped_column(String(40), index=True)
    note: Mapped[str] = mapped_column(default="")
    user_id: Mapped[str | None] = mapped_column(Id)
    at_ms: Mapped[int | None]
    mark: Mapped[int | None]
    words_zh: Mapped[str] = mapped_column(default="", server_default="")
    words_en: Mapped[str] = mapped_column(default="", server_default="")

    def outcome(self) -> Outcome:
        return Outcome(**{name: getattr(self, name) for name in Outcome.__struct_fields__})


async def change(session: AsyncSession, call_id: str, **fields: object) -> Outcome:
    """Adds to what is known of a call."""
    row = await session.get(OutcomeRow, call_id)
    if row is None:
        row = OutcomeRow(call_id=call_id, note="", words_zh="", words_en="")
        session.add(row)
    for name, value in fields.items():
        setattr(row, name, value)
    await session.flush()
    await touch_call(session, call_id)
    return row.outcome()


async def of_calls(session: AsyncSession, call_ids: Sequence[str]) -> dict[str, Outcome]:
    rows = (await session.scalars(select(OutcomeRow).where(OutcomeRow.call_id.in_(call_ids)))).all()
    return {row.call_id: row.outcome() for row in rows}


def outcome_view(outcome: Outcome | None) -> dict[str, Any]:
    """`Outcome` of the browser API."""
    outcome = outcome or Outcome("")
    return {
        "disposition": outcome.disposition,
        "words": {"zh": outcome.words_zh, "en": outcome.words_en} if outcome.disposition else None,
        "note": outcome.note,
        "by": outcome.user_id,
        "at": iso_or_none(outcome.at_ms),
        "mark": outcome.mark,
    }

# SPDX-License-Identifier: Apache-2.0
"""Rows of links to the question, and of the answers. Of a link only the digest is kept."""

from collections.abc import Sequence

from sqlalchemy import String, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from headcall.backend.store.base import Base, Id


class SurveyLinkRow(Base):
    __tablename__ = "survey_links"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    """SHA-256 of the token, in hexadecimal: who reads the database cannot vote."""
    call_id: Mapped[str] = mapped_column(Id, index=True)
    user_id: Mapped[str] = mapped_column(Id)
    """Who made it."""
    expires_at_ms: Mapped[int] = mapped_column(index=True)


class SurveyAnswerRow(Base):
    """One for each call, whoever and however many links there are: the key is the call."""

    __tablename__ = "survey_answers"

    call_id: Mapped[str] = mapped_column(Id, primary_key=True)
    mark: Mapped[int]
    comment: Mapped[str]
    at_ms: Mapped[int]


async def links_of(session: AsyncSession, call_id: str) -> int:
    wanted = select(func.count()).select_from(SurveyLinkRow).where(SurveyLinkRow.call_id == call_id)
    return await session.scalar(wanted) or 0


async def forget_old(session: AsyncSession, now_ms: int) -> None:
    await session.execute(delete(SurveyLinkRow).where(SurveyLinkRow.expires_at_ms < now_ms))


async def link(session: AsyncSession, digest: str) -> SurveyLinkRow | None:
    return await session.get(SurveyLinkRow, digest)


async def answer(session: AsyncSession, call_id: str) -> SurveyAnswerRow | None:
    return await session.get(SurveyAnswerRow, call_id)


async def answers(session: AsyncSession, call_ids: Sequence[str]) -> Sequence[SurveyAnswerRow]:
    return (await session.scalars(select(SurveyAnswerRow).where(SurveyAnswerRow.call_id.in_(call_ids)))).all()

# SPDX-License-Identifier: Apache-2.0
"""Rows of the house's own prompts: each has versions, of which one per language is heard."""

from collections.abc import Sequence

from sqlalchemy import ForeignKey, Index, String, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from headcall.backend.store.base import DEFAULT_TENANT, Base, Id


class PromptRow(Base):
    __tablename__ = "prompts"

    prompt_id: Mapped[str] = mapped_column(Id, primary_key=True)
    tenant_id: Mapped[str] = mapped_column(Id, default=DEFAULT_TENANT)
    name: Mapped[str]
    kind: Mapped[str] = mapped_column(String(16))
    """`announcement` or `music`."""
    created_at_ms: Mapped[int]


class PromptVersionRow(Base):
    __tablename__ = "prompt_versions"
    __table_args__ = (Index(None, "prompt_id", "at_ms"),)

    version_id: Mapped[str] = mapped_column(Id, primary_key=True)
    prompt_id: Mapped[str] = mapped_column(Id, ForeignKey("prompts.prompt_id", ondelete="CASCADE"))
    language: Mapped[str] = mapped_column(String(8))
    made: Mapped[str] = mapped_column(String(16))
    """`upload`, `recording` or `speech`."""
    text: Mapped[str]
    """What was spoken by the synthesizer; the file's name of an upload."""
    file: Mapped[str] = mapped_column(String(80))
    """The file's name in the prompts' folder: the hash of what is in it."""
    length_ms: Mapped[int]
    is_current: Mapped[bool]
    user_id: Mapped[str] = mapped_column(Id)
    user_name: Mapped[str]
    at_ms: Mapped[int]


async def every(session: AsyncSession) -> Sequence[PromptRow]:
    return (await session.scalars(select(PromptRow).order_by(PromptRow.name, PromptRow.prompt_id))).all()


async def versions(session: AsyncSession, prompt_id: str = "") -> Sequence[PromptVersionRow]:
    """Newest first; of one prompt, or of all."""
    wanted = select(PromptVersionRow).order_by(PromptVersionRow.at_ms.desc(), PromptVersionRow.version_id.desc())
    if prompt_id:
        wanted = wanted.where(PromptVersionRow.prompt_id == prompt_id)
    return (await session.scalars(wanted)).all()

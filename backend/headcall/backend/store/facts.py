# SPDX-License-Identifier: Apache-2.0
"""Single values that a feature must not forget, by name."""

from typing import Any

from sqlalchemy import String
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from headcall.backend.store.base import Base


class FactRow(Base):
    __tablename__ = "facts"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[dict[str, Any]]


async def recall(session: AsyncSession, name: str) -> dict[str, Any]:
    """The value kept under `name`, or an empty one."""
    row = await session.get(FactRow, name)
    return dict(row.value) if row else {}


async def remember(session: AsyncSession, name: str, value: dict[str, Any]) -> None:
    """Keeps a value under `name`."""
    row = await session.get(FactRow, name)
    if row is None:
        session.add(FactRow(name=name, value=value))
    else:
        row.value = value
    await session.flush()

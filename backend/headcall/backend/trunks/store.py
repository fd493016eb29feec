# SPDX-License-Identifier: Apache-2.0
"""Rows of trunks."""

from collections.abc import Sequence

from sqlalchemy import String, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from headcall.backend.store.base import DEFAULT_TENANT, Base, Id


class TrunkRow(Base):
    __tablename__ = "trunks"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(Id, default=DEFAULT_TENANT)
    host: Mapped[str]
    port: Mapped[int]
    transport: Mapped[str] = mapped_column(String(8))
    username: Mapped[str]
    password: Mapped[str]
    """Sealed (`store.secrets`); empty when there is none."""
    registers: Mapped[bool]
    expires_s: Mapped[int]
    accept_from: Mapped[list[str]]
    max_calls: Mapped[int]


async def every(session: AsyncSession) -> Sequence[TrunkRow]:
    return (await session.scalars(select(TrunkRow).order_by(TrunkRow.name))).all()

# SPDX-License-Identifier: Apache-2.0
"""The companies. The first cut has one row, so that every other table can say whose it is."""

from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from headcall.backend.store.base import DEFAULT_TENANT, Base, Id


class TenantRow(Base):
    __tablename__ = "tenants"

    tenant_id: Mapped[str] = mapped_column(Id, primary_key=True)
    name: Mapped[str]
    created_at_ms: Mapped[int]


async def ensure_default(session: AsyncSession, *, now_ms: int, name: str = "HeadCall") -> None:
    """Makes the one tenant if it is not there."""
    if await session.get(TenantRow, DEFAULT_TENANT) is None:
        session.add(TenantRow(tenant_id=DEFAULT_TENANT, name=name, created_at_ms=now_ms))
        await session.flush()

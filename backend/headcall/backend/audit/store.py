# SPDX-License-Identifier: Apache-2.0
"""Rows of the audit log. They are only ever added, in the transaction of the change they tell of."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Index, String, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from headcall.backend.store.base import DEFAULT_TENANT, Base, Id


class AuditRow(Base):
    __tablename__ = "audit_log"
    __table_args__ = (Index(None, "at_ms", "audit_id"), Index(None, "object_id", "at_ms"))

    audit_id: Mapped[str] = mapped_column(Id, primary_key=True)
    tenant_id: Mapped[str] = mapped_column(Id, default=DEFAULT_TENANT)
    at_ms: Mapped[int]
    user_id: Mapped[str] = mapped_column(Id)
    user_name: Mapped[str]
    action: Mapped[str] = mapped_column(String(64))
    """`queue.change`, `call.priority` …"""
    object_id: Mapped[str] = mapped_column(String(64))
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]
    """Only what has changed."""


def difference(before: dict[str, Any], after: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is not the same, as it was and as it is. Pure."""
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return {name: before.get(name) for name in names}, {name: after.get(name) for name in names}


async def newest(session: AsyncSession, *, object_id: str | None, limit: int) -> Sequence[AuditRow]:
    wanted = select(AuditRow).order_by(AuditRow.at_ms.desc(), AuditRow.audit_id.desc()).limit(limit)
    if object_id is not None:
        wanted = wanted.where(AuditRow.object_id == object_id)
    return (await session.scalars(wanted)).all()

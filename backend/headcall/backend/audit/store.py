# SPDX-License-Identifier: Apache-2.0
"""Rows of the audit log. They are only ever added, in the transaction of the change they tell of."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct
from sqlalchemy import Index, String, select, tuple_
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


class Wanted(Struct, frozen=True):
    """Which changes: what is empty matters not."""

    object_id: str = ""
    person: str = ""
    """A part of the name, in any case, or a user id."""
    action: str = ""
    """The beginning: `queue.` is all of queues."""
    since_ms: int | None = None
    until_ms: int | None = None
    """Not included."""
    before: str = ""
    """Those older than this one, by its id."""


async def newest(session: AsyncSession, wanted: Wanted, limit: int) -> Sequence[AuditRow]:
    order = (AuditRow.at_ms.desc(), AuditRow.audit_id.desc())
    query = select(AuditRow).order_by(*order).limit(limit)
    if wanted.object_id:
        query = query.where(AuditRow.object_id == wanted.object_id)
    if wanted.person:
        named = AuditRow.user_name.icontains(wanted.person, autoescape=True)
        query = query.where(named | (AuditRow.user_id == wanted.person))
    if wanted.action:
        query = query.where(AuditRow.action.startswith(wanted.action, autoescape=True))
    if wanted.since_ms is not None:
        query = query.where(AuditRow.at_ms >= wanted.since_ms)
    if wanted.until_ms is not None:
        query = query.where(AuditRow.at_ms < wanted.until_ms)
    if wanted.before and (last := await session.get(AuditRow, wanted.before)):
        query = query.where(tuple_(AuditRow.at_ms, AuditRow.audit_id) < (last.at_ms, last.audit_id))
    return (await session.scalars(query)).all()

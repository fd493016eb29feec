# SPDX-License-Identifier: Apache-2.0
"""Rows of report schedules, and of each sending: a slot is one row, so one backend sends it, once."""

from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from headcall.backend.store.base import DEFAULT_TENANT, Base, Id


class ScheduleRow(Base):
    __tablename__ = "report_schedules"

    schedule_id: Mapped[str] = mapped_column(Id, primary_key=True)
    tenant_id: Mapped[str] = mapped_column(Id, default=DEFAULT_TENANT)
    name: Mapped[str]
    wanted: Mapped[dict[str, Any]]
    """By what, of which queues."""
    every: Mapped[str] = mapped_column(String(16))
    """`daily`, `weekly` or `monthly`."""
    day: Mapped[int]
    """Of the week (1 is Monday) or of the month."""
    minute: Mapped[int]
    """Of the day, in the company's time zone."""
    recipients: Mapped[list[str]]
    language: Mapped[str] = mapped_column(String(8))
    enabled: Mapped[bool]
    changed_by: Mapped[str] = mapped_column(Id)
    changed_at_ms: Mapped[int]
    """No slot before this moment is made up for."""


class SendingRow(Base):
    __tablename__ = "report_sendings"

    schedule_id: Mapped[str] = mapped_column(
        Id, ForeignKey("report_schedules.schedule_id", ondelete="CASCADE"), primary_key=True
    )
    slot_ms: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(String(16))
    """`sending`, `sent` or `failed`."""
    attempts: Mapped[int]
    at_ms: Mapped[int]
    """Of the latest change."""
    detail: Mapped[str]
    """Why it failed."""

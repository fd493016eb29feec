# SPDX-License-Identifier: Apache-2.0
"""Rows of opening hours and of holidays."""

from typing import Any

from msgspec import convert
from sqlalchemy import String, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from headcall.backend.hours.model import Holiday, Hours
from headcall.backend.store.base import DEFAULT_TENANT, Base, Id


class HoursRow(Base):
    __tablename__ = "hours"

    hours_id: Mapped[str] = mapped_column(Id, primary_key=True)
    tenant_id: Mapped[str] = mapped_column(Id, default=DEFAULT_TENANT)
    name: Mapped[str]
    rules: Mapped[dict[str, Any]]
    """All of `Hours` but id and name."""

    def value(self) -> Hours:
        return convert({**self.rules, "hours_id": self.hours_id, "name": self.name}, Hours)


class HolidayRow(Base):
    __tablename__ = "holidays"

    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    """`2026-10-01`, in the time zone of whoever asks."""
    tenant_id: Mapped[str] = mapped_column(Id, default=DEFAULT_TENANT)
    name: Mapped[str]
    works_like: Mapped[int | None]
    """The weekday (0 Monday) whose hours hold on this day, as on a working Saturday; None: closed."""


async def every(session: AsyncSession) -> list[Hours]:
    return [row.value() for row in (await session.scalars(select(HoursRow).order_by(HoursRow.name))).all()]


async def holidays(session: AsyncSession) -> list[Holiday]:
    found = (await session.scalars(select(HolidayRow).order_by(HolidayRow.day))).all()
    return [Holiday(row.day, row.name, row.works_like) for row in found]

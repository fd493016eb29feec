# SPDX-License-Identifier: Apache-2.0
"""Rows of the number inventory."""

from collections.abc import Sequence
from typing import cast

from sqlalchemy import Index, String, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from headcall.backend.numbers.model import Kind, Network, Number, TargetKind
from headcall.backend.store.base import DEFAULT_TENANT, Base, Id


class NumberRow(Base):
    __tablename__ = "numbers"
    __table_args__ = (Index(None, "target_kind", "target"), Index(None, "branch", "number"))

    number: Mapped[str] = mapped_column(String(32), primary_key=True)
    tenant_id: Mapped[str] = mapped_column(Id, default=DEFAULT_TENANT)
    display: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(16))
    target_kind: Mapped[str] = mapped_column(String(16))
    target: Mapped[str] = mapped_column(String(64))
    networks: Mapped[list[str]]
    branch: Mapped[str] = mapped_column(default="", server_default="")
    isp: Mapped[str] = mapped_column(default="", server_default="")
    staff: Mapped[str] = mapped_column(String(16), default="", server_default="")
    """`overseas`, `travelling`, or empty."""
    hours_id: Mapped[str] = mapped_column(Id, default="", server_default="")
    prompt_id: Mapped[str] = mapped_column(Id, default="", server_default="")
    """Of a switchboard number: its announcement."""

    def value(self) -> Number:
        return Number(
            number=self.number,
            display=self.display,
            kind=cast(Kind, self.kind),
            target_kind=cast(TargetKind, self.target_kind),
            target=self.target,
            networks=cast(tuple[Network, ...], tuple(self.networks)),
            hours_id=self.hours_id,
            prompt_id=self.prompt_id,
        )


class NumberBlockRow(Base):
    """Consecutive numbers that came together. Each of them has a row of its own in `numbers`."""

    __tablename__ = "number_blocks"

    block_id: Mapped[str] = mapped_column(Id, primary_key=True)
    tenant_id: Mapped[str] = mapped_column(Id, default=DEFAULT_TENANT)
    name: Mapped[str]
    first: Mapped[str] = mapped_column(String(32))
    last: Mapped[str] = mapped_column(String(32))
    created_at_ms: Mapped[int]


async def put(session: AsyncSession, number: Number) -> None:
    """Adds a number, or changes what it means."""
    row = await session.get(NumberRow, number.number)
    if row is None:
        row = NumberRow(number=number.number)
        session.add(row)
    row.display, row.kind, row.target_kind = number.display, number.kind, number.target_kind
    row.target, row.networks = number.target, list(number.networks)
    await session.flush()


async def get(session: AsyncSession, number: str) -> Number | None:
    row = await session.get(NumberRow, number)
    return row.value() if row else None


async def every(session: AsyncSession) -> Sequence[Number]:
    """The inventory, in order."""
    return [row.value() for row in (await session.scalars(select(NumberRow).order_by(NumberRow.number))).all()]

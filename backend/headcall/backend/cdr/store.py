# SPDX-License-Identifier: Apache-2.0
"""Call detail records: one row per call, written when it begins to be interesting and again when it ends."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from sqlalchemy import Index, String, and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from headcall.backend.store.base import DEFAULT_TENANT, Base, Id


@dataclass(frozen=True, slots=True)
class CallRecord:
    """What is kept of a call for good."""

    call_id: str
    direction: Literal["in", "out", "internal"]
    from_number: str
    to_number: str
    started_at_ms: int
    from_name: str = ""
    to_name: str = ""
    from_user_id: str | None = None
    to_user_id: str | None = None
    queue_id: str | None = None
    queue_name: str = ""
    agent_user_id: str | None = None
    agent_name: str = ""
    agent_number: str = ""
    answered_at_ms: int | None = None
    """When a person (not a prompt) answered."""
    ended_at_ms: int | None = None
    cause: str = ""
    """An id of `headcall.wire.causes`; empty while the call lives."""
    ended_by: Literal["caller", "agent", "system"] | None = None
    recording_id: str | None = None
    callback: Literal["promised", "made"] | None = None
    """The caller chose to be called back; or this is the call that did."""
    tenant_id: str = DEFAULT_TENANT


class CdrRow(Base):
    __tablename__ = "cdr"
    __table_args__ = (
        Index(None, "started_at_ms", "call_id"),
        Index(None, "agent_user_id", "started_at_ms"),
        Index(None, "from_user_id", "started_at_ms"),
        Index(None, "to_user_id", "started_at_ms"),
        Index(None, "from_number", "started_at_ms"),
    )

    call_id: Mapped[str] = mapped_column(Id, primary_key=True)
    tenant_id: Mapped[str] = mapped_column(Id)
    direction: Mapped[str] = mapped_column(String(16))
    from_number: Mapped[str] = mapped_column(String(64))
    from_name: Mapped[str]
    to_number: Mapped[str] = mapped_column(String(64))
    to_name: Mapped[str]
    from_user_id: Mapped[str | None] = mapped_column(Id)
    to_user_id: Mapped[str | None] = mapped_column(Id)
    queue_id: Mapped[str | None] = mapped_column(Id)
    queue_name: Mapped[str]
    agent_user_id: Mapped[str | None] = mapped_column(Id)
    agent_name: Mapped[str]
    agent_number: Mapped[str]
    started_at_ms: Mapped[int]
    answered_at_ms: Mapped[int | None]
    ended_at_ms: Mapped[int | None]
    cause: Mapped[str] = mapped_column(String(64))
    ended_by: Mapped[str | None] = mapped_column(String(16))
    recording_id: Mapped[str | None] = mapped_column(Id)
    callback: Mapped[str | None] = mapped_column(String(16))

    def record(self) -> CallRecord:
        return CallRecord(**{name: getattr(self, name) for name in CallRecord.__dataclass_fields__})


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place in the list, newest first."""

    started_at_ms: int
    call_id: str

    def __str__(self) -> str:
        return f"{self.started_at_ms}.{self.call_id}"

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """Raises ValueError for what is no cursor of ours."""
        at, dot, call_id = text.partition(".")
        if not (dot and at.isascii() and at.isdigit() and len(at) <= 15 and call_id.isascii()):
            raise ValueError("not a cursor of ours")
        return cls(int(at), call_id)


async def write(session: AsyncSession, record: CallRecord) -> None:
    """Writes the record of a call, or writes it anew."""
    fields: dict[str, Any] = asdict(record)
    fields |= {"from_number": record.from_number[:64], "to_number": record.to_number[:64]}
    row = await session.get(CdrRow, record.call_id)
    if row is None:
        session.add(CdrRow(**fields))
    else:
        for name, value in fields.items():
            setattr(row, name, value)
    await session.flush()


async def read(session: AsyncSession, call_id: str) -> CallRecord | None:
    row = await session.get(CdrRow, call_id)
    return row.record() if row else None


async def find(
    session: AsyncSession,
    *,
    user_id: str | None,
    q: str = "",
    number: str = "",
    before: Cursor | None = None,
    limit: int = 50,
) -> Sequence[CallRecord]:
    """Calls, newest first: those `user_id` took part in, or all; with `q` in them, or `number` in one of their
    numbers; that came before a place."""
    wanted = select(CdrRow).order_by(CdrRow.started_at_ms.desc(), CdrRow.call_id.desc()).limit(limit)
    if user_id is not None:
        mine = (CdrRow.agent_user_id, CdrRow.from_user_id, CdrRow.to_user_id)
        wanted = wanted.where(or_(*(column == user_id for column in mine)))
    if q:
        numbers, names = (CdrRow.from_number, CdrRow.to_number), (CdrRow.from_name, CdrRow.to_name)
        columns = (*numbers, *names, CdrRow.agent_name, CdrRow.queue_name)
        either = [column.icontains(q, autoescape=True) for column in columns]
        either += [column.contains(number, autoescape=True) for column in numbers if number]
        wanted = wanted.where(or_(*either))
    if before is not None:
        older = CdrRow.started_at_ms < before.started_at_ms
        same = and_(CdrRow.started_at_ms == before.started_at_ms, CdrRow.call_id < before.call_id)
        wanted = wanted.where(or_(older, same))
    return [row.record() for row in (await session.scalars(wanted)).all()]

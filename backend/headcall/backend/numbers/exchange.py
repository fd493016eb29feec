# SPDX-License-Identifier: Apache-2.0
"""The inventory out to a file and in from one: all of it or nothing."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from headcall.backend.audit.service import Audit
from headcall.backend.numbers import administration as inventory
from headcall.backend.numbers.names import AT_ONCE
from headcall.backend.numbers.plan import DialPlan
from headcall.backend.numbers.store import NumberRow
from headcall.backend.numbers.table import SWITCHBOARD, USES, Known, Read, Wish, checked, read, written_csv
from headcall.backend.queues.store import QueueRow
from headcall.backend.store.base import DEFAULT_TENANT
from headcall.backend.store.engine import Store
from headcall.backend.users.model import Actor
from headcall.backend.users.store import UserRow

USE_OF = {kind: use for use, kind in USES.items()}


@dataclass(frozen=True)
class Exchange:
    store: Store
    audit: Audit
    plan: DialPlan
    queues_changed: Callable[[], Awaitable[None]]

    async def export(self) -> str:
        """All numbers; people by their login, queues by their id."""
        async with self.store.read() as session:
            logins = dict((await session.execute(select(UserRow.user_id, UserRow.login))).all())
            found = (await session.scalars(select(NumberRow).order_by(NumberRow.number))).all()
            lines = [
                (
                    row.number,
                    SWITCHBOARD if row.kind == "switchboard" else USE_OF.get(row.target_kind, row.target_kind),
                    logins.get(row.target, row.target),
                    row.branch,
                    row.isp,
                    row.staff,
                )
                for row in found
            ]
        return written_csv(lines)

    async def take(self, who: Actor, data: bytes, *, is_dry: bool) -> dict[str, Any]:
        """What the file would change, or what is wrong with it. Unless `is_dry`, a file without a fault is applied."""
        told = await asyncio.to_thread(read, data)  # ten thousand lines are a tenth of a second
        if is_dry or told.faults:
            async with self.store.read() as session:
                return (await self._weighed(session, told))[0]
        async with self.store.begin() as session:
            report, changes = await self._weighed(session, told)
            if not report["faults"] and changes:
                await self._apply(session, changes)
                counts = {name: report[name] for name in ("new", "changed")}
                self.audit.note(session, who, "number.import", DEFAULT_TENANT, {}, counts)
                report["is_applied"] = True
        if report["is_applied"]:
            await self.queues_changed()
        return report

    async def _weighed(self, session: AsyncSession, told: Read) -> tuple[dict[str, Any], list[Wish]]:
        rows = await _rows(session, [line.number for line in told.lines])
        wishes, faults, fault_count = checked(told, await _known(session, rows))
        kinds = {wish.number: _change(wish, rows.get(wish.number)) for wish in wishes}
        counts = Counter(kinds.values())
        report = {
            "encoding": told.encoding,
            "lines": len(told.lines),
            "new": counts["new"],
            "changed": counts["changed"],
            "same": counts["same"],
            "faults": [{"line": f.line, "column": f.column, "reason": f.reason, "value": f.value} for f in faults],
            "fault_count": fault_count,
            "is_applied": False,
        }
        return report, [wish for wish in wishes if kinds[wish.number] != "same"]

    async def _apply(self, session: AsyncSession, changes: list[Wish]) -> None:
        """First all that people have and others get become free, so that people may swap."""
        rows = await _rows(session, [wish.number for wish in changes])
        for wish in changes:
            row = rows.get(wish.number)
            if row is None:
                row = rows[wish.number] = NumberRow(**inventory.free_row(self.plan, wish.number))
                session.add(row)
            elif row.target_kind == "user" and (row.target_kind, row.target) != (wish.target_kind, wish.target):
                await inventory.set_target(session, self.plan, row, "free", "")
            row.branch, row.isp, row.staff = wish.branch, wish.isp, wish.staff
        await session.flush()
        for wish in changes:
            row = rows[wish.number]
            await inventory.set_target(session, self.plan, row, wish.target_kind, wish.target, wish.is_switchboard)


async def _rows(session: AsyncSession, numbers: list[str]) -> dict[str, NumberRow]:
    rows: dict[str, NumberRow] = {}
    for n in range(0, len(numbers), AT_ONCE):
        wanted = select(NumberRow).where(NumberRow.number.in_(numbers[n : n + AT_ONCE]))
        rows |= {row.number: row for row in (await session.scalars(wanted)).all()}
    return rows


async def _known(session: AsyncSession, rows: dict[str, NumberRow]) -> Known:
    people = (await session.execute(select(UserRow.login, UserRow.user_id).where(UserRow.is_active))).all()
    queues = (await session.execute(select(QueueRow.queue_id, QueueRow.name, QueueRow.number))).all()
    named = Counter(name for _, name, _ in queues)
    ways = {name: queue_id for queue_id, name, _ in queues if named[name] == 1}
    ways |= {number: queue_id for queue_id, _, number in queues if number}
    ways |= {queue_id: queue_id for queue_id, _, _ in queues}
    led = (await session.scalars(select(NumberRow.number).where(NumberRow.target_kind != "free"))).all()
    switchboards = (await session.scalars(select(NumberRow.number).where(NumberRow.kind == SWITCHBOARD))).all()
    owners = {number: row.target for number, row in rows.items() if row.target_kind == "user"}
    return Known(dict(people), ways, frozenset(led), owners, frozenset(switchboards))


def _change(wish: Wish, row: NumberRow | None) -> str:
    if row is None:
        return "new"
    was = (row.target_kind, row.target, row.branch, row.isp, row.staff, row.kind == "switchboard")
    wished = (wish.target_kind, wish.target, wish.branch, wish.isp, wish.staff, wish.is_switchboard)
    return "same" if was == wished else "changed"

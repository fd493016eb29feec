# SPDX-License-Identifier: Apache-2.0
"""Writes and reads the audit log."""

from collections.abc import Callable
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from headcall.backend.audit import store as rows
from headcall.backend.audit.names import names_of
from headcall.backend.store.base import iso
from headcall.backend.store.engine import Store
from headcall.backend.users.model import Actor
from headcall.kit.clock import Clock


class Audit:
    def __init__(self, store: Store, clock: Clock, new_id: Callable[[str], str]) -> None:
        self._store, self._clock, self._new_id = store, clock, new_id

    def note(
        self,
        session: AsyncSession,
        who: Actor,
        action: str,
        object_id: str,
        before: dict[str, Any],
        after: dict[str, Any],
    ) -> None:
        """One more row, in the transaction of the change itself. Nothing, if nothing changes."""
        was, is_now = rows.difference(before, after)
        if was == is_now:
            return
        session.add(
            rows.AuditRow(
                audit_id=self._new_id("aud"),
                at_ms=self._clock.wall_ms(),
                user_id=who.user_id,
                user_name=who.name,
                action=action,
                object_id=object_id,
                before=was,
                after=is_now,
            )
        )

    async def note_alone(
        self, who: Actor, action: str, object_id: str, before: dict[str, Any], after: dict[str, Any]
    ) -> None:
        """One more row, for what is done in no transaction of its own."""
        async with self._store.begin() as session:
            self.note(session, who, action, object_id, before, after)

    async def newest(self, *, object_id: str, limit: int = 50) -> list[dict[str, Any]]:
        """The latest changes of one thing, newest first."""
        return await self.find(rows.Wanted(object_id), limit)

    async def find(self, wanted: rows.Wanted, limit: int) -> list[dict[str, Any]]:
        """The latest of the changes that are wanted, newest first."""
        async with self._store.read() as session:
            found = await rows.newest(session, wanted, limit)
            names = await names_of(session, (row.object_id for row in found))
        return [
            {
                "id": row.audit_id,
                "at": iso(row.at_ms),
                "user": {"user_id": row.user_id, "name": row.user_name},
                "action": row.action,
                "object_id": row.object_id,
                "object_name": names.get(row.object_id, ""),
                "before": row.before,
                "after": row.after,
            }
            for row in found
        ]

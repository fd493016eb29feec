# SPDX-License-Identifier: Apache-2.0
"""What the targets of numbers are called."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from headcall.backend.numbers.store import NumberRow
from headcall.backend.queues.store import QueueRow
from headcall.backend.users.store import UserRow

AT_ONCE = 500
"""Values in one question: both databases have a limit."""


async def names_of(session: AsyncSession, numbers: Iterable[NumberRow]) -> dict[tuple[str, str], str]:
    """(kind, target) → name, of people and queues."""
    targets = [(row.target_kind, row.target) for row in numbers]
    names: dict[tuple[str, str], str] = {}
    columns = (("user", UserRow.user_id, UserRow.name), ("queue", QueueRow.queue_id, QueueRow.name))
    for kind, key, name in columns:
        wanted = sorted({target for each, target in targets if each == kind})
        for n in range(0, len(wanted), AT_ONCE):
            found = await session.execute(select(key, name).where(key.in_(wanted[n : n + AT_ONCE])))
            names |= {(kind, target): called for target, called in found.all()}
    return names

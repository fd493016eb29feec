# SPDX-License-Identifier: Apache-2.0
"""What the things of the audit log are called now; what is gone has no name any more."""

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from headcall.backend.hours.store import HoursRow
from headcall.backend.numbers.store import NumberBlockRow
from headcall.backend.prompts.store import PromptRow
from headcall.backend.queues.store import QueueRow
from headcall.backend.users.store import UserRow

NAMED = (
    (UserRow.user_id, UserRow.name),
    (QueueRow.queue_id, QueueRow.name),
    (HoursRow.hours_id, HoursRow.name),
    (PromptRow.prompt_id, PromptRow.name),
    (NumberBlockRow.block_id, NumberBlockRow.name),
)


async def names_of(session: AsyncSession, object_ids: Iterable[str]) -> dict[str, str]:
    """Id → name, of at most a page of the log."""
    wanted = sorted(set(object_ids))
    names: dict[str, str] = {}
    for key, name in NAMED:
        found = await session.execute(select(key, name).where(key.in_(wanted)))
        names |= {object_id: called for object_id, called in found.all()}
    return names

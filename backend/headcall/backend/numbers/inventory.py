# SPDX-License-Identifier: Apache-2.0
"""What becomes of a number when somebody gets it or gives it back. In the transaction of the change itself."""

import re

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from headcall.backend.errors import ApiError
from headcall.backend.numbers.model import normal
from headcall.backend.numbers.plan import DialPlan
from headcall.backend.numbers.store import NumberBlockRow, NumberRow
from headcall.backend.users.store import UserRow

INSIDE = ["phone", "browser"]
"""People are reached from outside through a seat (N2)."""

_DIGITS = re.compile(r"[0-9]{3,15}", re.ASCII)


def digits_of(dialled: str) -> str:
    """The number as the inventory keeps it. Raises `bad-request`."""
    number = normal(dialled)
    if number is None or not _DIGITS.fullmatch(number):
        raise ApiError("bad-request", "`number` is a telephone number of 3 to 15 digits")
    return number


def written(plan: DialPlan, number: str) -> str:
    """A number as people write it."""
    short = plan.short_form(number)
    return f"{number.removesuffix(short)}-{short}" if short else number


async def give_to_person(session: AsyncSession, plan: DialPlan, user: UserRow, dialled: str | None) -> None:
    """A person's one long number from now on; None or empty takes it away. Raises `taken`."""
    number = digits_of(plan.long_form(normal(dialled) or "") or dialled) if dialled else None
    if user.number and user.number != number:
        await release(session, user.number)
    if number is not None:
        row = await session.get(NumberRow, number)
        if row is None:
            row = NumberRow(number=number, display=written(plan, number))
            session.add(row)
        elif row.target_kind != "free" and (row.target_kind, row.target) != ("user", user.user_id):
            raise ApiError("taken", "the number leads somewhere else already")
        if row.target != user.user_id:
            row.kind, row.target_kind, row.target, row.networks = "person", "user", user.user_id, list(INSIDE)
    user.number = number
    await session.flush()


async def release(session: AsyncSession, number: str) -> None:
    """Free again where it is part of a block, and gone otherwise."""
    row = await session.get(NumberRow, number)
    if row is None:
        return
    if await block_of(session, number) is None:
        await session.delete(row)
    else:
        make_free(row)
    await session.flush()


def make_free(row: NumberRow) -> None:
    row.kind, row.target_kind, row.target, row.networks, row.hours_id = "free", "free", "", [], ""
    row.prompt_id = ""


async def block_of(session: AsyncSession, number: str) -> NumberBlockRow | None:
    """The block of which a number is part. Numbers of one length compare as texts do."""
    block = NumberBlockRow
    wanted = select(block).where(block.first <= number, block.last >= number)
    found = (await session.scalars(wanted)).all()
    return next((each for each in found if len(each.first) == len(number)), None)

# SPDX-License-Identifier: Apache-2.0
"""The inventory of numbers (N3): blocks, ranges, who has which, as a list and as a file."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec import Struct
from sqlalchemy import Select, and_, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from headcall.backend.audit.service import Audit
from headcall.backend.errors import ApiError
from headcall.backend.hours.store import HoursRow
from headcall.backend.numbers.inventory import INSIDE, block_of, digits_of, give_to_person, make_free, written
from headcall.backend.numbers.model import NETWORKS, Network, normal
from headcall.backend.numbers.names import names_of
from headcall.backend.numbers.plan import DialPlan
from headcall.backend.numbers.store import NumberBlockRow, NumberRow
from headcall.backend.prompts.store import PromptRow
from headcall.backend.queues.store import QueueRow
from headcall.backend.store.base import DEFAULT_TENANT
from headcall.backend.store.engine import Store
from headcall.backend.store.stamp import check_stamp, stamp
from headcall.backend.users.model import Actor
from headcall.backend.users.store import UserRow
from headcall.kit.clock import Clock
from headcall.kit.ids import IdMaker

View = dict[str, Any]

LARGEST_BLOCK = 10_000

KINDS = {"user": "person", "queue": "queue", "number": "did", "free": "free"}

LED = frozenset({"queue", "did", "switchboard"})
"""Kinds that lead elsewhere. Led to another place, such a number is reached from where it was."""


class Wanted(Struct, frozen=True):
    """Which numbers: what is empty matters not."""

    q: str = ""
    """A part of the number, as people write it, or of who has it."""
    use: str = ""
    """`free`, `used`, `switchboard`, or what it leads to: `user`, `queue`, `number`."""
    branch: str = ""
    first: str = ""
    last: str = ""


class Assignment(Struct, frozen=True):
    """What a number is to mean."""

    target_kind: str
    target: str = ""
    branch: str = ""
    isp: str = ""
    staff: str = ""
    hours_id: str = ""
    networks: tuple[Network, ...] | None = None
    """From where it may be reached (N2). None: as it was, or as is usual for what it has become."""
    is_switchboard: bool | None = None
    """Whether an auto attendant answers first, and 0 leads to the target. None: as it was."""
    prompt_id: str = ""
    """Its announcement."""


@dataclass(frozen=True)
class NumberAdministration:
    store: Store
    clock: Clock
    ids: IdMaker
    audit: Audit
    plan: DialPlan
    queues_changed: Callable[[], Awaitable[None]]
    """Call control takes the queues up again: a queue shows the first number that leads to it."""

    # ------------------------------------------------------------ looking

    async def page(self, wanted: Wanted, limit: int, offset: int) -> View:
        async with self.store.read() as session:
            query = _query(wanted)
            total = await session.scalar(select(func.count()).select_from(query.order_by(None).subquery()))
            found = (await session.scalars(query.order_by(NumberRow.number).limit(limit).offset(offset))).all()
            names = await names_of(session, found)
        return {"numbers": [view(row, names) for row in found], "total": total or 0}

    async def blocks(self) -> View:
        """All blocks, with how many of their numbers are free, and the branches there are."""
        async with self.store.read() as session:
            blocks = (await session.scalars(select(NumberBlockRow).order_by(NumberBlockRow.first))).all()
            shown = [await _block(session, block) for block in blocks]
            branches = (await session.scalars(select(NumberRow.branch).distinct().order_by(NumberRow.branch))).all()
        return {"blocks": shown, "branches": [branch for branch in branches if branch]}

    # ------------------------------------------------------------ blocks and ranges

    async def add_block(self, who: Actor, name: str, first: str, count: int) -> View:
        """Consecutive numbers, each of which is free unless the inventory has it already. Raises `taken`."""
        begin = digits_of(first)
        last = str(int(begin) + count - 1).zfill(len(begin))
        if len(last) > len(begin):
            raise ApiError("bad-request", "the block would go over the last number of this length")
        block = NumberBlockRow(
            block_id=self.ids("blk"),
            tenant_id=DEFAULT_TENANT,
            name=name,
            first=begin,
            last=last,
            created_at_ms=self.clock.wall_ms(),
        )
        async with self.store.begin() as session:
            await _refuse_overlap(session, begin, last)
            session.add(block)
            known = set((await session.scalars(_between(select(NumberRow.number), begin, last))).all())
            new = [number for n in range(count) if (number := str(int(begin) + n).zfill(len(begin))) not in known]
            if new:
                await session.execute(insert(NumberRow), [free_row(self.plan, number) for number in new])
            facts = {"name": name, "first": begin, "last": last}
            self.audit.note(session, who, "block.create", block.block_id, {}, facts)
            return await _block(session, block)

    async def remove_block(self, who: Actor, block_id: str) -> None:
        """With its numbers. Refused while one of them is used."""
        async with self.store.begin() as session:
            block = await session.get(NumberBlockRow, block_id)
            if block is None:
                raise ApiError("not-found", "no such block")
            shown = await _block(session, block)
            if shown["used"]:
                raise ApiError("in-use", "numbers of this block are used")
            await session.execute(_between(delete(NumberRow), block.first, block.last))
            await session.delete(block)
            facts = {"name": block.name, "first": block.first, "last": block.last}
            self.audit.note(session, who, "block.delete", block_id, facts, {})

    async def set_range(self, who: Actor, first: str, last: str, values: dict[str, str]) -> int:
        """Branch, ISP and kind of staff of all numbers from `first` to `last`; gives how many those are."""
        begin, end = digits_of(first), digits_of(last)
        if len(begin) != len(end) or begin > end:
            raise ApiError("bad-request", "`first` and `last` are numbers of one length, in order")
        async with self.store.begin() as session:
            count: int = await session.scalar(_between(select(func.count()).select_from(NumberRow), begin, end))
            if not count:
                raise ApiError("not-found", "no numbers in this range")
            await session.execute(_between(update(NumberRow), begin, end).values(**values))
            self.audit.note(session, who, "number.range", f"{begin}-{end}", {}, values)
        return count

    # ------------------------------------------------------------ one number

    async def one(self, number: str) -> View:
        async with self.store.read() as session:
            row = await session.get(NumberRow, number)
            if row is None:
                raise ApiError("not-found", "no such number")
            return view(row, await names_of(session, [row]))

    async def assign(self, who: Actor, dialled: str, wish: Assignment, version: str = "") -> View:
        """What a number means from now on; a number that the inventory lacks is added."""
        number = digits_of(dialled)
        async with self.store.begin() as session:
            row = await session.get(NumberRow, number)
            before: View = {}
            if row is None:
                row = NumberRow(**free_row(self.plan, number))
                session.add(row)
                await session.flush()
            else:
                before = facts(row)
                check_stamp(version, before)
            await set_target(session, self.plan, row, wish.target_kind, wish.target, _is_switchboard(row, wish))
            row.branch, row.isp, row.staff = wish.branch, wish.isp, wish.staff
            await _set_hours(session, row, wish.hours_id)
            await _set_prompt(session, row, wish.prompt_id)
            if wish.networks is not None and wish.target_kind != "free":
                row.networks = [network for network in NETWORKS if network in wish.networks]
            await session.flush()
            self.audit.note(session, who, "number.assign", number, before, facts(row))
        await self.queues_changed()
        return await self.one(number)

    async def remove(self, who: Actor, number: str) -> None:
        """Out of the inventory. Refused for a number that is used, or of a block."""
        async with self.store.begin() as session:
            row = await session.get(NumberRow, number)
            if row is None:
                raise ApiError("not-found", "no such number")
            if row.target_kind == "user" or await block_of(session, number) is not None:
                raise ApiError("in-use", "somebody has this number, or it belongs to a block")
            before = facts(row)
            await session.delete(row)
            self.audit.note(session, who, "number.delete", number, before, {})


# ---------------------------------------------------------------- rows


def facts(row: NumberRow) -> View:
    """What the administration changes of a number."""
    fields = ("kind", "target_kind", "target", "branch", "isp", "staff", "hours_id", "prompt_id", "networks")
    return {name: getattr(row, name) for name in fields}


def view(row: NumberRow, names: dict[tuple[str, str], str]) -> View:
    """`NumberOut` of the browser API."""
    return {
        "number": row.number,
        "display": row.display,
        **facts(row),
        "target_name": names.get((row.target_kind, row.target), ""),
        "version": stamp(facts(row)),
    }


async def set_target(
    session: AsyncSession, plan: DialPlan, row: NumberRow, target_kind: str, target: str, is_switchboard: bool = False
) -> None:
    """Leads a number somewhere; whoever had it has none any more. What is special about it stays where it may."""
    kind = "switchboard" if is_switchboard else KINDS[target_kind]
    if (row.kind, row.target_kind, row.target) == (kind, target_kind, target):
        return
    networks, hours_id, prompt_id = _networks(row, kind), row.hours_id, row.prompt_id
    if row.target_kind == "queue" and (queue := await session.get(QueueRow, row.target)) and queue.number == row.number:
        queue.number = ""
    if row.target_kind == "user" and (had := await session.get(UserRow, row.target)) and had.number == row.number:
        had.number = None
        await session.flush()
    make_free(row)
    await session.flush()
    if target_kind == "user":
        user = await session.get(UserRow, target)
        if user is None or not user.is_active:
            raise ApiError("bad-request", "`target` is nobody of this house")
        await give_to_person(session, plan, user, row.number)
        return
    if target_kind == "queue":
        await _show_at_queue(session, row.number, target, is_switchboard)
    if target_kind == "number":
        await _refuse_circle(session, row.number, target, is_switchboard)
    row.kind, row.target_kind, row.target, row.networks = kind, target_kind, target, networks
    if target_kind != "free":
        row.hours_id, row.prompt_id = hours_id, prompt_id if is_switchboard else ""
    await session.flush()


def _networks(row: NumberRow, kind: str) -> list[str]:
    """From where a number may be reached that becomes one of this kind."""
    if kind == "free":
        return []
    was_like_it = row.kind in LED and (kind != "switchboard" or row.kind == kind)
    return list(row.networks) if was_like_it else list(INSIDE if kind == "switchboard" else NETWORKS)


def _is_switchboard(row: NumberRow, wish: Assignment) -> bool:
    leads = wish.target_kind in ("queue", "number")
    if wish.is_switchboard and not leads:
        raise ApiError("bad-request", "at a switchboard number 0 leads to a queue or another number")
    return leads and (row.kind == "switchboard" if wish.is_switchboard is None else wish.is_switchboard)


async def _show_at_queue(session: AsyncSession, number: str, queue_id: str, is_switchboard: bool) -> None:
    """A queue shows the number by which it is called; that is none where one has to press 0."""
    queue = await session.get(QueueRow, queue_id)
    if queue is None:
        raise ApiError("bad-request", "`target` is no queue")
    queue.number = queue.number or ("" if is_switchboard else number)


async def _refuse_circle(session: AsyncSession, number: str, target: str, is_switchboard: bool) -> None:
    row = await session.get(NumberRow, target)
    if row is None or target == number:
        raise ApiError("bad-request", "`target` is no number of the inventory, or this one")
    if is_switchboard and row.kind == "switchboard":
        raise ApiError("bad-request", "0 may not lead to another switchboard number")


async def _set_prompt(session: AsyncSession, row: NumberRow, prompt_id: str) -> None:
    if prompt_id and await session.get(PromptRow, prompt_id) is None:
        raise ApiError("bad-request", "`prompt_id` is no prompt")
    row.prompt_id = prompt_id if row.kind == "switchboard" else ""


async def _set_hours(session: AsyncSession, row: NumberRow, hours_id: str) -> None:
    if hours_id and await session.get(HoursRow, hours_id) is None:
        raise ApiError("bad-request", "`hours_id` are no opening hours")
    row.hours_id = hours_id


def free_row(plan: DialPlan, number: str) -> View:
    return {
        "number": number,
        "tenant_id": DEFAULT_TENANT,
        "display": written(plan, number),
        "kind": "free",
        "target_kind": "free",
        "target": "",
        "networks": [],
        "branch": "",
        "isp": "",
        "staff": "",
        "hours_id": "",
        "prompt_id": "",
    }


def _between(statement: Any, first: str, last: str) -> Any:
    """Numbers of one length compare as texts do."""
    number = NumberRow.number
    return statement.where(number >= first, number <= last, func.length(number) == len(first))


async def _refuse_overlap(session: AsyncSession, first: str, last: str) -> None:
    block = NumberBlockRow
    wanted = select(block.name).where(block.first <= last, block.last >= first, func.length(block.first) == len(first))
    if (name := await session.scalar(wanted.limit(1))) is not None:
        raise ApiError("taken", f"the block overlaps with {name[:100]!r}")


async def _block(session: AsyncSession, block: NumberBlockRow) -> View:
    free = func.count().filter(NumberRow.target_kind == "free")
    counted = select(func.count(), free).select_from(NumberRow)
    total, unused = (await session.execute(_between(counted, block.first, block.last))).one()
    shown = {"block_id": block.block_id, "name": block.name, "first": block.first, "last": block.last}
    return shown | {"total": total, "free": unused, "used": total - unused}


def _query(wanted: Wanted) -> Select[NumberRow]:
    query = select(NumberRow)
    if wanted.q:
        query = query.where(or_(*_matches(wanted.q)))
    if wanted.use:
        query = query.where(_is_used_as(wanted.use))
    if wanted.branch:
        query = query.where(NumberRow.branch == wanted.branch)
    if wanted.first and wanted.last:
        query = _between(query, wanted.first, wanted.last)
    return query


def _is_used_as(use: str) -> Any:
    kind, leads = NumberRow.kind, NumberRow.target_kind
    if use == "switchboard":
        return kind == use
    return leads != "free" if use == "used" else and_(leads == use, kind != "switchboard")


def _matches(q: str) -> Sequence[Any]:
    """What looks like a number is one; everything else is a name, a branch or an ISP."""
    if (number := normal(q)) is not None:
        return [NumberRow.number.contains(number.removeprefix("+"), autoescape=True)]
    people = select(UserRow.user_id).where(UserRow.name.icontains(q, autoescape=True))
    queues = select(QueueRow.queue_id).where(QueueRow.name.icontains(q, autoescape=True))
    return [
        and_(NumberRow.target_kind == "user", NumberRow.target.in_(people)),
        and_(NumberRow.target_kind == "queue", NumberRow.target.in_(queues)),
        NumberRow.branch.icontains(q, autoescape=True),
        NumberRow.isp.icontains(q, autoescape=True),
    ]

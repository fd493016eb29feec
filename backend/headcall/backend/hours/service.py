# SPDX-License-Identifier: Apache-2.0
"""The opening hours as they stand, and what is changed of them."""

from collections.abc import Callable
from typing import Any

from msgspec import to_builtins
from msgspec.structs import replace
from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from headcall.backend.audit.service import Audit
from headcall.backend.errors import ApiError
from headcall.backend.hours import holidays as lists
from headcall.backend.hours import store as rows
from headcall.backend.hours.model import Closed, Closure, Holiday, Hours, Switch, Verdict, is_open, next_opening
from headcall.backend.numbers.store import NumberRow
from headcall.backend.queues.store import QueueRow
from headcall.backend.store.base import DEFAULT_TENANT, iso_or_none
from headcall.backend.store.engine import Store
from headcall.backend.store.stamp import check_stamp, stamp
from headcall.backend.users.model import Actor
from headcall.kit.clock import Clock

View = dict[str, Any]


class OpeningHours:
    """All hours and holidays, in memory: every call asks."""

    def __init__(self, store: Store, clock: Clock, new_id: Callable[[str], str], audit: Audit) -> None:
        self._store, self._clock, self._new_id, self._audit = store, clock, new_id, audit
        self._hours: dict[str, Hours] = {}
        self._holidays: dict[str, Holiday] = {}

    async def load(self) -> None:
        async with self._store.read() as session:
            self._hours = {hours.hours_id: hours for hours in await rows.every(session)}
            self._holidays = {holiday.day: holiday for holiday in await rows.holidays(session)}

    # ------------------------------------------------------------ for calls

    def is_closed(self, hours_id: str) -> bool:
        """Whether nobody answers now. Hours that are not there are no reason to send a caller away."""
        hours = self._hours.get(hours_id)
        return hours is not None and not self._verdict(hours).is_open

    def closed(self, hours_id: str) -> Closed:
        """What a caller meets outside these hours."""
        hours = self._hours.get(hours_id)
        return hours.closed if hours else Closed()

    def closure(self, hours_id: str) -> Closure | None:
        """Until when nobody answers. None: somebody does, as far as these hours say."""
        hours = self._hours.get(hours_id)
        if hours is None or self._verdict(hours).is_open:
            return None
        return Closure(hours.zone, self._opens_at_ms(hours))

    def _opens_at_ms(self, hours: Hours) -> int | None:
        return next_opening(hours, self._holidays, hours.switch, self._clock.wall_ms())

    def _verdict(self, hours: Hours) -> Verdict:
        return is_open(hours, self._holidays, hours.switch, self._clock.wall_ms())

    # ------------------------------------------------------------ for pages

    def every(self) -> list[View]:
        return [self.view(hours) for hours in self._hours.values()]

    def one(self, hours_id: str) -> Hours:
        hours = self._hours.get(hours_id)
        if hours is None:
            raise ApiError("not-found", "no such opening hours")
        return hours

    def view(self, hours: Hours) -> View:
        """`HoursOut` of the browser API."""
        verdict = self._verdict(hours)
        switch = hours.switch and {
            "is_open": hours.switch.is_open,
            "user_name": hours.switch.user_name,
            "since": iso_or_none(hours.switch.since_ms),
            "until": iso_or_none(hours.switch.until_ms),
        }
        return facts(hours) | {
            "hours_id": hours.hours_id,
            "switch": switch if verdict.why == "switch" else None,
            "is_open": verdict.is_open,
            "opens_at": iso_or_none(None if verdict.is_open else self._opens_at_ms(hours)),
            "why": verdict.why,
            "why_name": verdict.name,
            "version": stamp(facts(hours)),
        }

    def holidays(self) -> list[View]:
        return [to_builtins(holiday) for holiday in self._holidays.values()]

    # ------------------------------------------------------------ changing

    async def put(self, who: Actor, hours: Hours, version: str = "") -> View:
        """New hours, or others; the switch stays as it is."""
        hours_id = hours.hours_id or self._new_id("hrs")
        async with self._store.begin() as session:
            row = await session.get(rows.HoursRow, hours_id, with_for_update=True)
            was = row.value() if row else None
            if was is None and hours.hours_id:
                raise ApiError("not-found", "no such opening hours")
            if was is not None:
                check_stamp(version, facts(was))
            hours = replace(hours, hours_id=hours_id, switch=was.switch if was else None)
            await _save(session, hours, row)
            action = "hours.change" if was else "hours.create"
            self._audit.note(session, who, action, hours_id, facts(was) if was else {}, facts(hours))
        await self.load()
        return self.view(self.one(hours_id))

    async def switch(self, who: Actor, hours_id: str, *, to_open: bool | None, until_ms: int | None) -> View:
        """Open or closed by hand from now on; None: as the hours say."""
        now = self._clock.wall_ms()
        if until_ms is not None and until_ms <= now:
            raise ApiError("bad-request", "`until` is over already")
        switch = None if to_open is None else Switch(to_open, who.name, now, until_ms)
        async with self._store.begin() as session:
            row = await session.get(rows.HoursRow, hours_id, with_for_update=True)
            if row is None:
                raise ApiError("not-found", "no such opening hours")
            was = row.value()
            await _save(session, replace(was, switch=switch), row)
            self._audit.note(session, who, "hours.switch", hours_id, _switched(was.switch), _switched(switch))
        await self.load()
        return self.view(self.one(hours_id))

    async def delete(self, who: Actor, hours_id: str) -> None:
        """Refused while a queue or a number keeps them."""
        was = self.one(hours_id)
        async with self._store.begin() as session:
            number = await session.scalar(select(NumberRow.number).where(NumberRow.hours_id == hours_id).limit(1))
            queues = (await session.scalars(select(QueueRow.rules))).all()
            if number is not None or any(rules.get("hours_id") == hours_id for rules in queues):
                raise ApiError("in-use", "a queue or a number keeps these hours")
            await session.execute(delete(rows.HoursRow).where(rows.HoursRow.hours_id == hours_id))
            self._audit.note(session, who, "hours.delete", hours_id, facts(was), {})
        await self.load()

    async def put_holiday(self, who: Actor, holiday: Holiday) -> None:
        async with self._store.begin() as session:
            before = await _keep(session, holiday)
            self._audit.note(session, who, "holiday.change", holiday.day, before, to_builtins(holiday))
        await self.load()

    async def delete_holiday(self, who: Actor, day: str) -> None:
        async with self._store.begin() as session:
            row = await session.get(rows.HolidayRow, day)
            if row is None:
                raise ApiError("not-found", "no holiday on this day")
            before = {"day": day, "name": row.name, "works_like": row.works_like}
            await session.delete(row)
            self._audit.note(session, who, "holiday.delete", day, before, {})
        await self.load()

    async def take(self, who: Actor, data: bytes, *, is_dry: bool) -> View:
        """A list of holidays: all of it or nothing."""
        days, faults = lists.read(data)
        report: View = {"days": len(days), "faults": [to_builtins(f) for f in faults], "is_applied": False}
        if is_dry or faults:
            return report
        async with self._store.begin() as session:
            for holiday in days:
                await _keep(session, holiday)
            self._audit.note(session, who, "holiday.import", DEFAULT_TENANT, {}, {"days": len(days)})
        await self.load()
        return report | {"is_applied": True}


def facts(hours: Hours) -> View:
    """What the administration changes of hours."""
    found: View = to_builtins(hours)
    return {name: found[name] for name in ("name", "zone", "week", "closed", "keeps_holidays")}


def _switched(switch: Switch | None) -> View:
    return {"switch": None if switch is None else {"is_open": switch.is_open, "until": iso_or_none(switch.until_ms)}}


async def _save(session: AsyncSession, hours: Hours, row: rows.HoursRow | None) -> None:
    if row is None:
        row = rows.HoursRow(hours_id=hours.hours_id)
        session.add(row)
    rules = to_builtins(hours)
    row.name = hours.name
    row.rules = {name: value for name, value in rules.items() if name not in ("hours_id", "name")}
    await session.flush()


async def _keep(session: AsyncSession, holiday: Holiday) -> View:
    """Writes a holiday, and gives it as it was."""
    row = await session.get(rows.HolidayRow, holiday.day)
    before: View = {} if row is None else {"day": row.day, "name": row.name, "works_like": row.works_like}
    if row is None:
        row = rows.HolidayRow(day=holiday.day)
        session.add(row)
    row.name, row.works_like = holiday.name, holiday.works_like
    await session.flush()
    return before

# SPDX-License-Identifier: Apache-2.0
"""/hours and /holidays: when the company answers."""

from datetime import date
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fastapi import APIRouter, Depends, Request
from msgspec import convert
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from headcall.backend.edge.auth import Actor, requires
from headcall.backend.errors import ApiError
from headcall.backend.hours.model import Holiday, Hours, Why
from headcall.backend.hours.service import OpeningHours
from headcall.backend.numbers.model import normal

Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")
]


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("no such time zone") from None
    return name


def _number(text: str) -> str:
    if text and normal(text) is None:
        raise ValueError("a telephone number, or empty")
    return text


class IntervalRule(BaseModel):
    """Minutes since midnight; one that ends by its beginning ends the next day."""

    model_config = ConfigDict(extra="forbid")
    begins: Annotated[int, Field(ge=0, le=1439)]
    ends: Annotated[int, Field(ge=1, le=1440)]


class ClosedRule(BaseModel):
    """What a caller meets outside the hours."""

    model_config = ConfigDict(extra="forbid")
    zh: Annotated[str, Field(max_length=500)] = ""
    en: Annotated[str, Field(max_length=500)] = ""
    prompt_id: Annotated[str, Field(max_length=40)] = ""
    overflow: Annotated[str, Field(max_length=64), AfterValidator(_number)] = ""
    """The number to which the caller goes after the announcement. Empty: the call ends."""


Day = Annotated[list[IntervalRule], Field(max_length=10)]


class HoursRules(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: Name
    zone: Annotated[str, Field(max_length=60), AfterValidator(_zone)] = "Asia/Shanghai"
    week: Annotated[list[Day], Field(min_length=7, max_length=7)]
    """Monday first."""
    closed: ClosedRule = ClosedRule()
    keeps_holidays: bool = True


class HoursIn(HoursRules):
    version: Annotated[str, Field(max_length=64)] = ""


class SwitchOut(BaseModel):
    is_open: bool
    user_name: str
    since: str
    until: str | None


class HoursOut(HoursRules):
    """Opening hours, and how they stand now."""

    hours_id: str
    switch: SwitchOut | None
    is_open: bool
    opens_at: str | None
    """When somebody answers again; null while somebody does, and when it is not known."""
    why: Why
    why_name: str
    version: str


class HoursList(BaseModel):
    hours: list[HoursOut]
    company_zone: str
    """The time zone of reports and of "today"; hours have their own."""


class ClosedOut(BaseModel):
    """Nobody answers now."""

    zone: str
    opens_at: str | None
    """When somebody does again. Null: it is not known."""


class SwitchIn(BaseModel):
    """By hand, whatever the hours say."""

    to_open: bool | None
    """None: as the hours say."""
    until: AwareDatetime | None = None


class HolidayRule(BaseModel):
    day: date
    name: Name
    works_like: Annotated[int | None, Field(ge=0, le=6)] = None
    """The weekday (0 Monday) whose hours hold. Null: closed."""


class HolidayIn(BaseModel):
    name: Name
    works_like: Annotated[int | None, Field(ge=0, le=6)] = None


class HolidaysOut(BaseModel):
    holidays: list[HolidayRule]


class HolidayFault(BaseModel):
    line: int
    reason: str
    value: str


class HolidaysImported(BaseModel):
    days: int
    faults: list[HolidayFault]
    is_applied: bool


Manager = Annotated[Actor, Depends(requires("queue.manage"))]
Reader = Annotated[Actor, Depends(requires("queue.read"))]


def routes(hours: OpeningHours, company_zone: str) -> APIRouter:
    router = APIRouter(tags=["hours"])

    @router.get("/hours", response_model=HoursList)
    async def read_hours(_who: Reader) -> dict[str, Any]:
        """All opening hours, and whether they are open now."""
        return {"hours": hours.every(), "company_zone": company_zone}

    @router.post("/hours", response_model=HoursOut, status_code=201)
    async def post_hours(body: HoursRules, who: Manager) -> dict[str, Any]:
        """New hours; queues and numbers keep them by their id."""
        return await hours.put(who, _hours("", body))

    @router.put("/hours/{hours_id}", response_model=HoursOut)
    async def put_hours(hours_id: str, body: HoursIn, who: Manager) -> dict[str, Any]:
        """Other hours under the same id."""
        return await hours.put(who, _hours(hours_id, body), body.version)

    @router.delete("/hours/{hours_id}", status_code=204)
    async def delete_hours(hours_id: str, who: Manager) -> None:
        """`in-use` while a queue or a number keeps them."""
        await hours.delete(who, hours_id)

    @router.put("/hours/{hours_id}/switch", response_model=HoursOut)
    async def put_switch(hours_id: str, body: SwitchIn, who: Manager) -> dict[str, Any]:
        """Opens or closes by hand, until a time or until switched back."""
        until_ms = None if body.until is None else int(body.until.timestamp() * 1000)
        return await hours.switch(who, hours_id, to_open=body.to_open, until_ms=until_ms)

    _holiday_routes(router, hours)
    return router


def _holiday_routes(router: APIRouter, hours: OpeningHours) -> None:
    @router.get("/holidays", response_model=HolidaysOut)
    async def read_holidays(_who: Reader) -> dict[str, Any]:
        """All holidays, in order."""
        return {"holidays": hours.holidays()}

    @router.put("/holidays/{day}", status_code=204)
    async def put_holiday(day: date, body: HolidayIn, who: Manager) -> None:
        """A holiday, or a day that is worked like another."""
        await hours.put_holiday(who, Holiday(day.isoformat(), body.name, body.works_like))

    @router.delete("/holidays/{day}", status_code=204)
    async def delete_holiday(day: date, who: Manager) -> None:
        """A day like any other again."""
        await hours.delete_holiday(who, day.isoformat())

    @router.post("/holidays.csv", response_model=HolidaysImported, openapi_extra=_FILE)
    async def import_holidays(who: Manager, request: Request, dry: bool = True) -> dict[str, Any]:
        """A list: day, name and, for a day worked instead, the weekday (1 to 7) it is like."""
        return await hours.take(who, await request.body(), is_dry=dry)


def _hours(hours_id: str, body: HoursRules) -> Hours:
    rules = body.model_dump(exclude={"version"})
    for day in rules["week"]:
        if any(each["begins"] == each["ends"] for each in day):
            raise ApiError("bad-request", "`week`: an interval ends when it begins")
    return convert({**rules, "hours_id": hours_id}, Hours)


_FILE = {"requestBody": {"content": {"text/csv": {"schema": {"type": "string", "format": "binary"}}}, "required": True}}

# SPDX-License-Identifier: Apache-2.0
"""/report-schedules: reports that are sent by e-mail again and again."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import AfterValidator, BaseModel, Field

from headcall.backend.edge.auth import Actor, requires
from headcall.backend.stats.intervals import Interval
from headcall.backend.stats.mailing import Mailing
from headcall.backend.stats.report import By
from headcall.backend.stats.schedules import ADDRESS, Every, Schedule


def _address(text: str) -> str:
    if not ADDRESS.fullmatch(text):
        raise ValueError("is no e-mail address")
    return text


Recipient = Annotated[str, Field(max_length=254), AfterValidator(_address)]


class ScheduleIn(BaseModel):
    """What is sent to whom, and when on the company's clock."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    by: By = "queue"
    interval: Interval = "day"
    queue_ids: Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=100)] = []
    every: Every = "daily"
    day: Annotated[int, Field(ge=1, le=31)] = 1
    """Of the week (1 is Monday) or of the month; the month's last, if it has no such day."""
    at: Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")] = "08:00"
    recipients: Annotated[list[Recipient], Field(min_length=1, max_length=20)]
    language: Literal["zh", "en"] = "zh"
    enabled: bool = True

    def schedule(self, schedule_id: str) -> Schedule:
        hour, minute = self.at.split(":")
        day = (self.day - 1) % 7 + 1 if self.every == "weekly" else self.day
        fields = self.model_dump(exclude={"at", "day", "queue_ids", "recipients"})
        return Schedule(
            schedule_id=schedule_id,
            minute=int(hour) * 60 + int(minute),
            day=day,
            queue_ids=tuple(self.queue_ids),
            recipients=tuple(dict.fromkeys(self.recipients)),
            **fields,
        )


class SendingOut(BaseModel):
    """What became of the newest slot. `lost`: a backend died over it, and nobody knows; it is not sent again."""

    slot_at: str
    at: str
    state: Literal["sending", "sent", "failed", "lost"]
    detail: str


class ScheduleOut(ScheduleIn):
    id: str
    next_at: str | None
    last: SendingOut | None


class SchedulesOut(BaseModel):
    schedules: list[ScheduleOut]
    mail_is_set: bool
    """Whether there is a mail server in the settings: without one nothing is sent."""
    zone: str


Manager = Annotated[Actor, Depends(requires("report.manage"))]


def routes(mailing: Mailing) -> APIRouter:
    router = APIRouter(tags=["stats"])

    @router.get("/report-schedules", response_model=SchedulesOut)
    async def read_report_schedules(_who: Manager) -> dict[str, Any]:
        """All schedules, and what became of their latest slots."""
        return await mailing.list()

    @router.post("/report-schedules", response_model=ScheduleOut, status_code=201)
    async def make_report_schedule(wish: ScheduleIn, who: Manager) -> dict[str, Any]:
        """A new schedule."""
        return await mailing.put(who, wish.schedule(""))

    @router.put("/report-schedules/{schedule_id}", response_model=ScheduleOut)
    async def change_report_schedule(schedule_id: str, wish: ScheduleIn, who: Manager) -> dict[str, Any]:
        """Changes a schedule. What was due before is not made up for."""
        return await mailing.put(who, wish.schedule(schedule_id[:40] or "-"))

    @router.delete("/report-schedules/{schedule_id}", status_code=204)
    async def remove_report_schedule(schedule_id: str, who: Manager) -> None:
        """Ends a schedule."""
        await mailing.remove(who, schedule_id[:40])

    @router.post("/report-schedules/{schedule_id}/send", status_code=204)
    async def send_report_now(schedule_id: str, who: Manager) -> None:
        """Sends it once, now; `no-mail-server` or `mail-refused` if that cannot be."""
        await mailing.send_now(who, schedule_id[:40])

    return router

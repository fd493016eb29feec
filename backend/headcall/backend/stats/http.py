# SPDX-License-Identifier: Apache-2.0
"""/stats: figures of the past and of today."""

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from headcall.backend.edge.auth import Actor, Holder
from headcall.backend.errors import ApiError
from headcall.backend.stats.definitions import DEFINITIONS, Of, Unit
from headcall.backend.stats.intervals import Interval, Range, Span, span_of
from headcall.backend.stats.report import By, Question
from headcall.backend.stats.service import Stats
from headcall.backend.stats.sheet import codes_csv_of, csv_of

YEARS = range(2000, 2200)

Share = float | None
Seconds = float | None
Count = int | None


class Figures(BaseModel):
    """What each means: `GET /stats/definitions`. None: it has no meaning here, or there was nothing to divide by."""

    offered: Count
    answered: int
    abandoned: Count
    short_abandoned: Count
    overflowed: Count
    callbacks: Count
    turned_away: Count
    refused: Count
    refused_by: dict[str, int] | None
    service_level: Share
    service_level_net: Share
    abandon_rate: Share
    asa_s: Seconds
    longest_wait_s: Seconds
    handled: int
    talk_s: Seconds
    hold_s: Seconds
    wrap_up_s: Seconds
    aht_s: Seconds
    transfers: int
    other_calls: int
    other_talk_s: Seconds
    rung: Count
    missed: Count
    login_s: Seconds
    ready_s: Seconds
    break_s: Seconds
    occupancy: Share
    breaks: dict[str, float] | None
    asked: int
    marks: int
    mark_rate: Share
    mark_mean: float | None
    mark_counts: dict[str, int]
    dispositions: dict[str, int]
    chats_offered: Count
    chats_answered: Count
    chats_abandoned: Count
    chats_turned_away: Count
    chat_asa_s: Seconds
    chat_reply_s: Seconds
    chats_handled: Count
    chat_handle_s: Seconds
    chats_at_once: float | None
    chats_most: Count


class CodeFigures(BaseModel):
    """Calls with a wrap-up code."""

    code: str
    """Empty: without one."""
    calls: int
    share: Share
    talk_s: Seconds


class StatsRow(BaseModel):
    key: str
    """An id, a number, or the beginning of the interval in the company's time zone."""
    name: str
    agent_number: str
    figures: Figures
    codes: list[CodeFigures]


class Told(BaseModel):
    zh: str
    en: str


class StatsOut(BaseModel):
    """A report."""

    by: By
    interval: Interval | None
    since: str
    until: str
    """Not included."""
    first_day: str
    last_day: str
    zone: str
    answer_within_s: float
    short_abandon_s: float
    rows: list[StatsRow]
    total: Figures
    all_codes: list[CodeFigures]
    code_words: dict[str, Told]
    """What codes are called now; those that are no more have none."""


class DefinitionOut(BaseModel):
    """What a figure means."""

    id: str
    of: Of
    unit: Unit
    name: Told
    text: Told


class DefinitionsOut(BaseModel):
    definitions: list[DefinitionOut]
    answer_within_s: float
    short_abandon_s: float


class StatsQuery(BaseModel):
    by: By = "queue"
    interval: Interval = "day"
    range: Range | None = None
    """Instead of `since` and `until`, by the company's calendar."""
    since: Annotated[str, Field(max_length=40)] = ""
    """A day, or a moment with its offset. Nothing: today."""
    until: Annotated[str, Field(max_length=40)] = ""
    """Not included."""
    queue_id: Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=100)] = []
    user_id: Annotated[str, Field(max_length=40)] = ""
    number: Annotated[str, Field(max_length=64)] = ""


class SheetQuery(StatsQuery):
    language: Literal["zh", "en"] | None = None
    """Of the heads. Nothing: one's own."""
    section: Literal["figures", "codes"] = "figures"
    """`codes`: a line for each wrap-up code of each row."""


Asked = Annotated[StatsQuery, Query()]


def may_read(who: Holder) -> Actor:
    """Supervisors read everybody's figures, agents their own."""
    if not (who.may("stats.read") or who.may("agent.work")):
        raise ApiError("not-allowed", "needs the right stats.read")
    return who


Reader = Annotated[Actor, Depends(may_read)]


def routes(stats: Stats) -> APIRouter:
    router = APIRouter(tags=["stats"])

    @router.get("/stats", response_model=StatsOut)
    async def read_stats(who: Reader, query: Asked) -> dict[str, Any]:
        """Figures by queue, agent, number dialled or interval. Calls count once they have ended."""
        return await stats.report(question_of(stats, who, query))

    @router.get("/stats.csv", response_class=StreamingResponse, responses={200: {"content": {"text/csv": {}}}})
    async def export_stats(who: Reader, query: Annotated[SheetQuery, Query()]) -> StreamingResponse:
        """The same as a file for spreadsheets."""
        report = await stats.report(question_of(stats, who, query))
        write = csv_of if query.section == "figures" else codes_csv_of
        lines: Iterable[str] = write(report, query.language or who.language)
        kind = "stats" if query.section == "figures" else "codes"
        name = f"{kind}-{report['by']}-{report['first_day']}-{report['last_day']}.csv"
        headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
        return StreamingResponse(lines, headers=headers, media_type="text/csv; charset=utf-8")

    @router.get("/stats/definitions", response_model=DefinitionsOut)
    async def read_definitions(_who: Reader) -> dict[str, Any]:
        """What each figure means, in both languages."""
        return {
            "definitions": [
                {
                    "id": each.id,
                    "of": each.of,
                    "unit": each.unit,
                    "name": {"zh": each.zh, "en": each.en},
                    "text": {"zh": each.zh_text, "en": each.en_text},
                }
                for each in DEFINITIONS
            ],
            "answer_within_s": stats.rules.answer_within_ms / 1000,
            "short_abandon_s": stats.rules.short_abandon_ms / 1000,
        }

    return router


def question_of(stats: Stats, who: Actor, query: StatsQuery) -> Question:
    """What is asked, within what `who` may know."""
    if query.range is not None and (query.since or query.until):
        raise ApiError("bad-request", "either `range`, or `since` and `until`")
    if query.since or query.until:
        span = Span(_moment(stats, "since", query.since), _moment(stats, "until", query.until))
    else:
        span = span_of(query.range or "today", stats.now_ms, stats.zone)
    return Question(
        by=query.by,
        span=span,
        interval=query.interval,
        queue_ids=tuple(query.queue_id),
        user_id=query.user_id or None if who.may("stats.read") else who.user_id,
        number=query.number,
    )


def _moment(stats: Stats, name: str, text: str) -> int:
    try:
        if len(text) == len("2026-11-25"):
            moment = datetime.combine(date.fromisoformat(text), time(), stats.zone)
        else:
            moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None and moment.year in YEARS:
            return round(moment.timestamp() * 1000)
    except ValueError:
        pass
    raise ApiError("bad-request", f"`{name}` is a day as 2026-11-25, or a moment with its offset")

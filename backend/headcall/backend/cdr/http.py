# SPDX-License-Identifier: Apache-2.0
"""/calls: the history of calls."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from headcall.backend.cdr.service import Records
from headcall.backend.edge.auth import Actor, requires
from headcall.backend.outcomes.http import OutcomeOut
from headcall.backend.recordings.service import Recordings

LogOf = Callable[[str], Awaitable[list[dict[str, Any]]]]


class QueueRef(BaseModel):
    id: str
    name: str


class AgentRef(BaseModel):
    user_id: str
    name: str
    agent_number: str


class CallRecordOut(BaseModel):
    """One call, for good."""

    call_id: str
    direction: Literal["in", "out", "internal"]
    from_number: str
    from_name: str
    to_number: str
    to_name: str
    queue: QueueRef | None
    agent: AgentRef | None
    started_at: str
    answered_at: str | None
    ended_at: str | None
    wait_s: float
    talk_s: float
    cause: str
    ended_by: Literal["caller", "agent", "system"] | None
    recording_id: str | None
    callback: Literal["promised", "made"] | None
    outcome: OutcomeOut


class RecordingOut(BaseModel):
    """One recording of a call."""

    recording_id: str
    call_id: str
    started_at: str
    duration_s: float
    octets: int
    channels: int
    state: Literal["recording", "done"]


class LogEntry(BaseModel):
    """Something that happened in a call."""

    seq: int
    at: str
    type: str
    data: dict[str, Any]


class CallDetail(CallRecordOut):
    """A call with all that happened in it."""

    log: list[LogEntry]
    recordings: list[RecordingOut]


class CallsOut(BaseModel):
    """One page of calls; `next` goes into `before`."""

    calls: list[CallRecordOut]
    next: str | None


History = Annotated[Actor, Depends(requires("call.history"))]
Scope = Literal["mine", "all"]
Search = Annotated[str, Query(max_length=100)]


def routes(records: Records, recordings: Recordings, log_of: LogOf) -> APIRouter:
    """`log_of` gives the events of a call, which are call control's."""
    router = APIRouter(tags=["calls"])

    @router.get("/calls", response_model=CallsOut)
    async def read_calls(
        who: History,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
        before: Annotated[str | None, Query(max_length=64)] = None,
        scope: Scope = "mine",
        q: Search = "",
    ) -> dict[str, Any]:
        """Calls, newest first: one's own, or all for those who may."""
        return await records.page(who, scope=scope, q=q, before=before, limit=limit)

    @router.get("/calls.csv", response_class=StreamingResponse, responses={200: {"content": {"text/csv": {}}}})
    async def export_calls(who: History, scope: Scope = "mine", q: Search = "") -> StreamingResponse:
        """The same list as a file for spreadsheets."""
        headers = {"content-disposition": 'attachment; filename="calls.csv"', "cache-control": "no-store"}
        lines = records.export(who, scope=scope, q=q)
        return StreamingResponse(lines, headers=headers, media_type="text/csv; charset=utf-8")

    @router.get("/calls/{call_id}", response_model=CallDetail)
    async def read_call(call_id: str, who: History) -> dict[str, Any]:
        """One call with its log and its recordings."""
        record = await records.one(who, call_id)
        return record | {"log": await log_of(call_id), "recordings": await recordings.of_call(call_id)}

    return router

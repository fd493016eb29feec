# SPDX-License-Identifier: Apache-2.0
"""/audit: who changed what."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel, Field

from headcall.backend.audit.service import Audit
from headcall.backend.audit.store import Wanted
from headcall.backend.edge.auth import Actor, requires


class Changer(BaseModel):
    user_id: str
    name: str


class AuditEntry(BaseModel):
    """One change: only what is different."""

    id: str
    at: str
    user: Changer
    action: str
    object_id: str
    object_name: str
    """What it is called now; empty for what has no name, or is gone."""
    before: dict[str, Any]
    after: dict[str, Any]


class AuditOut(BaseModel):
    entries: list[AuditEntry]


class AuditQuery(BaseModel):
    """What is left out matters not."""

    object_id: Annotated[str, Field(max_length=64)] = ""
    person: Annotated[str, Field(max_length=100)] = ""
    """A part of the name, or a user id."""
    action: Annotated[str, Field(max_length=64)] = ""
    """How the action begins: `queue.` is all of queues."""
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None
    before: Annotated[str, Field(max_length=40)] = ""
    """The id of the last entry one has."""
    limit: Annotated[int, Field(ge=1, le=200)] = 50


def routes(audit: Audit) -> APIRouter:
    router = APIRouter(tags=["audit"])

    @router.get("/audit", response_model=AuditOut)
    async def read_audit(
        _who: Annotated[Actor, Depends(requires("system.read"))],
        query: Annotated[AuditQuery, Query()],
    ) -> dict[str, Any]:
        """The latest changes that are wanted, newest first."""
        since, until = _ms(query.since), _ms(query.until)
        wanted = Wanted(query.object_id, query.person, query.action, since, until, query.before)
        return {"entries": await audit.find(wanted, query.limit)}

    return router


def _ms(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp() * 1000)

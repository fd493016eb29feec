# SPDX-License-Identifier: Apache-2.0
"""/audit: who changed what."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from headcall.backend.audit.service import Audit
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
    before: dict[str, Any]
    after: dict[str, Any]


class AuditOut(BaseModel):
    entries: list[AuditEntry]


def routes(audit: Audit) -> APIRouter:
    router = APIRouter(tags=["audit"])

    @router.get("/audit", response_model=AuditOut)
    async def read_audit(
        _who: Annotated[Actor, Depends(requires("system.read"))],
        object_id: Annotated[str | None, Query(max_length=64)] = None,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> dict[str, Any]:
        """The latest changes, newest first."""
        return {"entries": await audit.newest(object_id=object_id, limit=limit)}

    return router

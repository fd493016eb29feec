# SPDX-License-Identifier: Apache-2.0
"""/calls/{call_id}/outcome: the wrap-up code and the note of a call."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from headcall.backend.edge.auth import Actor, requires
from headcall.backend.edge.views import Text
from headcall.backend.outcomes.service import LONGEST_NOTE, Outcomes


class OutcomeIn(BaseModel):
    disposition: Annotated[str, Field(max_length=40)] = ""
    note: Annotated[str, Field(max_length=LONGEST_NOTE)] = ""


class OutcomeOut(BaseModel):
    """How a call came out."""

    disposition: str | None
    words: Text | None
    """What the code said when it was given."""
    note: str
    by: str | None
    at: str | None
    mark: int | None
    """The caller's, 1 to 5."""


def routes(outcomes: Outcomes) -> APIRouter:
    router = APIRouter(tags=["calls"])

    @router.put("/calls/{call_id}/outcome", response_model=OutcomeOut)
    async def put_outcome(
        call_id: str, outcome: OutcomeIn, who: Annotated[Actor, Depends(requires("call.control"))]
    ) -> dict[str, Any]:
        """Says how a call came out: one's own, or as a supervisor anybody's."""
        return await outcomes.dispose(who, call_id, outcome.disposition, outcome.note)

    return router

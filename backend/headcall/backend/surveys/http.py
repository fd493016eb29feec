# SPDX-License-Identifier: Apache-2.0
"""/s/{token}: the question, for everybody who has the link; /calls/{id}/survey: the link and the answer, for us."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Final
from urllib.parse import parse_qs

from fastapi import APIRouter, Depends, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel

from headcall.backend.edge.auth import Actor, requires
from headcall.backend.surveys.page import POLICY, language_of, message, question
from headcall.backend.surveys.service import MARKS, Surveys

LONGEST_FORM: Final = 16_384
HEADERS: Final = {"content-security-policy": POLICY, "cache-control": "no-store", "referrer-policy": "no-referrer"}
STATUS: Final = {"gone": 404, "answered": 200, "thanks": 200, "too-many": 429}

CallOf = Callable[[Actor, str], Awaitable[Any]]
"""Raises `ApiError` for a call that this one may not see."""


class SurveyLink(BaseModel):
    """A link to be sent to the customer."""

    path: str
    expires_at: str


class SurveyAnswer(BaseModel):
    """What the customer answered."""

    mark: int | None
    comment: str
    at: str | None


Caller = Annotated[Actor, Depends(requires("call.control"))]


def routes(surveys: Surveys, call_of: CallOf) -> APIRouter:
    router = APIRouter(tags=["calls"])

    @router.post("/calls/{call_id}/survey", response_model=SurveyLink, status_code=201)
    async def make_survey_link(
        call_id: str, who: Annotated[Actor, Depends(requires("call.control"))]
    ) -> dict[str, str]:
        """A link with which the customer of this call can say how content they are: once, within seven days."""
        return await surveys.make_link(who, call_id)

    @router.get("/calls/{call_id}/survey", response_model=SurveyAnswer)
    async def read_survey(call_id: str, who: Annotated[Actor, Depends(requires("call.history"))]) -> dict[str, Any]:
        """What the customer answered to the link."""
        await call_of(who, call_id)
        return await surveys.answer_to(call_id)

    return router


def public_routes(surveys: Surveys) -> APIRouter:
    router = APIRouter()

    def said(request: Request, key: str) -> HTMLResponse:
        page = message(language_of(request.headers.get("accept-language", "")), key)
        return HTMLResponse(page, STATUS[key], HEADERS)

    def too_fast(request: Request) -> bool:
        return surveys.pace.is_too_fast(request.client.host if request.client else "")

    @router.get("/s/{token}", response_class=HTMLResponse)
    async def ask(token: str, request: Request) -> HTMLResponse:
        if too_fast(request):
            return said(request, "too-many")
        state = await surveys.state_of(token)
        if state != "open":
            return said(request, state)
        language = language_of(request.headers.get("accept-language", ""))
        return HTMLResponse(question(language, token=token), headers=HEADERS)

    @router.post("/s/{token}", response_class=HTMLResponse)
    async def take(token: str, request: Request) -> HTMLResponse:
        if too_fast(request):
            return said(request, "too-many")
        mark, comment = _form(await request.body())
        if mark is None:
            state = await surveys.state_of(token)
            if state != "open":
                return said(request, state)
            language = language_of(request.headers.get("accept-language", ""))
            return HTMLResponse(question(language, token=token, hint=True, comment=comment), 400, HEADERS)
        return said(request, await surveys.vote(token, mark, comment))

    return router


def _form(body: bytes) -> tuple[int | None, str]:
    """The mark, if it is one, and the comment. What is no form is an empty one."""
    try:
        fields = parse_qs(body[:LONGEST_FORM].decode("utf-8", "replace"), max_num_fields=10)
    except ValueError:
        return None, ""
    mark = fields.get("mark", [""])[0]
    chosen = int(mark) if mark.isascii() and mark.isdigit() and len(mark) == 1 else None
    return chosen if chosen in MARKS else None, fields.get("comment", [""])[0]

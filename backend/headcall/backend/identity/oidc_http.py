# SPDX-License-Identifier: Apache-2.0
"""/oidc: pages' addresses rather than an interface: a browser is sent there and from there, and never sees JSON."""

import logging
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse
from pydantic import BaseModel

from headcall.backend.edge.auth import origin_of, set_session_cookie
from headcall.backend.errors import ApiError
from headcall.backend.identity.oidc import PENDING_MS, CompanyLogIn
from headcall.backend.identity.pace import Pace
from headcall.backend.identity.provider import Busy, OidcFault

log = logging.getLogger(__name__)

COOKIE = "headcall_oidc"
PATH = "/api/v1/oidc"


class Company(BaseModel):
    """The company account: what its button says."""

    name: str
    host: str


class Ways(BaseModel):
    """How one may log in here."""

    company: Company | None


def routes(company: CompanyLogIn, pace: Pace) -> APIRouter:
    router = APIRouter(tags=["session"])

    @router.get("/session/ways", response_model=Ways)
    async def read_ways() -> dict[str, Any]:
        """How one may log in: what the log-in page shows beside the password."""
        if not company.is_on:
            return {"company": None}
        host = company.settings.issuer.split("//", 1)[-1].split("/", 1)[0]
        return {"company": {"name": company.settings.name or host, "host": host}}

    @router.get("/oidc/start", response_class=RedirectResponse, status_code=303)
    async def start_company_log_in(request: Request) -> RedirectResponse:
        """Sends the browser to the identity provider."""
        _require(company)
        try:
            _slow_down(pace, request)
            url, cookie = await company.begin(_redirect_uri(company, request))
        except OidcFault as fault:
            return _back(fault)
        there = RedirectResponse(url, 303, headers={"cache-control": "no-store"})
        is_safe = request.url.scheme == "https"
        there.set_cookie(
            COOKIE, cookie, max_age=PENDING_MS // 1000, path=PATH, secure=is_safe, httponly=True, samesite="lax"
        )
        return there

    @router.get("/oidc/callback", response_class=RedirectResponse, status_code=303)
    async def finish_company_log_in(request: Request) -> RedirectResponse:
        """The browser is back from the identity provider: signs in, or says on the log-in page whose fault it is."""
        _require(company)
        cookie, uri = request.cookies.get(COOKIE, ""), _redirect_uri(company, request)
        try:
            _slow_down(pace, request)
            done = await company.finish(cookie, request.query_params, uri, origin_of(request))
        except OidcFault as fault:
            return _back(fault)
        here = RedirectResponse("/", 303)
        set_session_cookie(request, here, done.token)
        here.delete_cookie(COOKIE, path=PATH)
        return here

    return router


def _require(company: CompanyLogIn) -> None:
    if not company.is_on:
        raise ApiError("not-found", "no identity provider is set")


def _slow_down(pace: Pace, request: Request) -> None:
    """Each attempt may cost a request to the provider: one address has only so many."""
    if not pace.allows(origin_of(request).address):
        raise Busy("too many log-ins from one address")


def _redirect_uri(company: CompanyLogIn, request: Request) -> str:
    return company.settings.redirect_uri or f"{request.url.scheme}://{request.url.netloc}{PATH}/callback"


def _back(fault: OidcFault) -> RedirectResponse:
    log.warning("log-in with the company account: %s: %r", type(fault).__name__, str(fault))
    back = RedirectResponse(f"/?login={fault.id}", 303, headers={"cache-control": "no-store"})
    back.delete_cookie(COOKIE, path=PATH)
    return back

# SPDX-License-Identifier: Apache-2.0
"""The HTTP application: the features' routes under /api/v1, one shape for all errors, pages for everything else."""

from collections.abc import Iterable
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from headcall.backend.edge.auth import Authenticator
from headcall.backend.edge.faults import Fault, fault, fault_of
from headcall.backend.edge.views import ErrorOut
from headcall.backend.errors import ApiError

PREFIX = "/api/v1"

MOST_COMPLAINTS = 5

CAUSE_OF_STATUS = {
    401: "not-signed-in",
    403: "not-allowed",
    404: "not-found",
    405: "method-not-allowed",
    408: "timeout",
    413: "too-large",
    429: "too-many-attempts",
    500: "internal",
    501: "not-implemented",
    503: "unavailable",
}


def make_app(authenticator: Authenticator, routers: Iterable[APIRouter], public: Iterable[APIRouter] = ()) -> FastAPI:
    """The application. `routers` get the prefix of the API, `public` ones stand at the root."""
    app = FastAPI(
        title="HeadCall",
        version="1",
        summary="Calls, people, numbers and records of a HeadCall server.",
        openapi_url=f"{PREFIX}/openapi.json",
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=_operation_id,
        responses={"4XX": {"model": ErrorOut}, "5XX": {"model": ErrorOut}},
    )
    app.state.authenticator = authenticator
    for router in routers:
        app.include_router(router, prefix=PREFIX)
    for router in public:
        app.include_router(router, include_in_schema=False)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(ApiError, _raised)
    app.add_exception_handler(Exception, _raised)
    return app


def answer(refusal: Fault, headers: dict[str, str] | None = None) -> JSONResponse:
    """A refusal as a response."""
    return JSONResponse(refusal.body(), status_code=refusal.status, headers=headers)


def _operation_id(route: APIRoute) -> str:
    """`read_calls` rather than `read_calls_api_v1_calls_get`: it becomes a function's name in the client."""
    return route.name


async def _raised(_request: Request, error: Exception) -> JSONResponse:
    return answer(fault_of(error))


async def _http(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    cause = CAUSE_OF_STATUS.get(error.status_code, "bad-request")
    return answer(fault(cause, str(error.detail)), dict(error.headers or {}))


async def _invalid(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    found = error.errors()[:MOST_COMPLAINTS]
    return answer(fault("bad-request", "; ".join(_complaint(each) for each in found), _fields(found)))


def _fields(errors: Iterable[dict[str, Any]]) -> tuple[str, ...]:
    """A body that is no JSON is wrong at a position, and at no field."""
    places = (each.get("loc") or ("",) for each in errors)
    return tuple(_place(rest) for root, *rest in places if root == "body" and rest and isinstance(rest[0], str))


def _complaint(error: dict[str, Any]) -> str:
    """Where and what, without the value: it may be a password."""
    return f"{_place(error.get('loc', ()))}: {error.get('msg', 'invalid')}"[:160]


def _place(loc: Iterable[object]) -> str:
    return ".".join(str(part)[:40] for part in loc)

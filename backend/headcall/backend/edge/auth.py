# SPDX-License-Identifier: Apache-2.0
"""Who asks: by the session cookie, or by a bearer token. And what they may ask for.

A cookie travels with requests that another site provokes, so a request that changes something must also carry
`X-HeadCall: 1`, which no form and no image can send, and which a foreign script may not (we answer no CORS preflight).
"""

from collections.abc import Awaitable, Callable
from http.cookies import CookieError, SimpleCookie
from typing import Annotated, Protocol

from fastapi import Depends, Request, Response

from headcall.backend.errors import ApiError
from headcall.backend.users.model import Actor
from headcall.backend.users.sessions import LIFETIME_MS, Origin

__all__ = [
    "COOKIE",
    "Actor",
    "Authenticator",
    "CurrentUser",
    "Holder",
    "bearer",
    "check_origin_header",
    "origin_of",
    "requires",
    "set_session_cookie",
    "token_in_cookies",
]

COOKIE = "headcall_session"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
MAX_TOKEN = 200


class Authenticator(Protocol):
    """Knows who holds a token: a session's or a key."""

    async def actor(self, token: str) -> Actor | None: ...


def token_in_cookies(header: str) -> str:
    """The session token in a `Cookie` header, or an empty string."""
    try:
        morsel = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return ""
    return morsel.value[: MAX_TOKEN + 1] if morsel else ""


def check_origin_header(request: Request) -> None:
    """Refuses a changing request that a foreign page may have provoked."""
    if request.method in SAFE_METHODS or bearer(request):
        return
    if request.headers.get("x-headcall") != "1":
        raise ApiError("not-allowed", "a changing request needs the header X-HeadCall: 1")


async def holder(request: Request) -> Actor:
    """The person behind the request, or the program with a person's key; or 401."""
    token = bearer(request) or token_in_cookies(request.headers.get("cookie", ""))
    if not token or len(token) > MAX_TOKEN:
        raise ApiError("not-signed-in", "no session")
    check_origin_header(request)
    authenticator: Authenticator = request.app.state.authenticator
    actor = await authenticator.actor(token)
    if actor is None:
        raise ApiError("not-signed-in", "the session has ended")
    return actor


Holder = Annotated[Actor, Depends(holder)]
"""For routes that ask for rights by themselves, of whoever asks."""


async def current_user(who: Holder) -> Actor:
    """The person themselves. Where no right is asked for, a program with a key has none."""
    if who.is_key:
        raise ApiError("not-allowed", "not with a key: log in")
    return who


CurrentUser = Annotated[Actor, Depends(current_user)]


def origin_of(request: Request) -> Origin:
    """Where a request comes from."""
    return Origin(request.client.host if request.client else "", request.headers.get("user-agent", ""))


def set_session_cookie(request: Request, response: Response, token: str) -> None:
    """Signs the browser in."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=LIFETIME_MS // 1000,
        path="/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )
    response.headers["cache-control"] = "no-store"


def requires(right: str) -> Callable[[Actor], Awaitable[Actor]]:
    """A dependency that gives the actor if they have `right`, and refuses otherwise."""

    async def with_right(who: Holder) -> Actor:
        if not who.may(right):
            raise ApiError("not-allowed", f"needs the right {right}")
        return who

    return with_right


def bearer(request: Request) -> str:
    """The bearer token of a request, or an empty string."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""

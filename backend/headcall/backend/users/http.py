# SPDX-License-Identifier: Apache-2.0
"""/session and /me."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, StringConstraints

from headcall.backend.edge.auth import (
    COOKIE,
    CurrentUser,
    Holder,
    check_origin_header,
    origin_of,
    set_session_cookie,
)
from headcall.backend.identity.login import TICKET_MS, Challenge, LogIn, SignedIn
from headcall.backend.users.passwords import MAX_PASSWORD
from headcall.backend.users.service import Users
from headcall.backend.users.sessions import MAX_LOGIN, Sessions


class SignIn(BaseModel):
    """What a person types to sign in."""

    login: Annotated[str, StringConstraints(min_length=1, max_length=MAX_LOGIN)]
    password: Annotated[str, StringConstraints(min_length=1, max_length=MAX_PASSWORD)] = Field(repr=False)


class QueueName(BaseModel):
    id: str
    name: str


class AgentSelf(BaseModel):
    """The agent that a person is."""

    agent_id: str
    agent_number: str
    queues: list[QueueName]


class Me(BaseModel):
    """The person who is signed in."""

    user_id: str
    login: str
    name: str
    roles: list[str]
    rights: list[str]
    number: str | None
    agent: AgentSelf | None
    language: Literal["zh", "en"]
    answer_on: Literal["browser", "phone", "both"]


class ChangeMe(BaseModel):
    """What a person changes of themselves; what is not given stays."""

    language: Literal["zh", "en"] | None = None
    answer_on: Literal["browser", "phone", "both"] | None = None


class ChallengeOut(BaseModel):
    """The password was right; what is asked next, with what to send along and for how long it counts."""

    ticket: str
    step: Literal["password", "code", "enrol"]
    expires_in_s: int


Password = Annotated[str, StringConstraints(min_length=1, max_length=MAX_PASSWORD)]


class ChangePassword(BaseModel):
    """The password as it is, and as it is to be."""

    old: Password = Field(repr=False)
    password: Password = Field(repr=False)


def signed_in(users: Users, done: SignedIn | Challenge, request: Request, response: Response) -> Any:
    """The person, with the session's cookie; or, 202, what is asked next."""
    if isinstance(done, Challenge):
        next_step = {"ticket": done.ticket, "step": done.step, "expires_in_s": TICKET_MS // 1000}
        return JSONResponse(next_step, 202, headers={"cache-control": "no-store"})
    set_session_cookie(request, response, done.token)
    return users.me(done.actor.person)


def routes(login: LogIn, sessions: Sessions, users: Users, drop_session: Callable[[str], Awaitable[None]]) -> APIRouter:
    """`drop_session` cuts off the live connections of a session that ended."""
    router = APIRouter(tags=["session"])

    @router.post("/session", response_model=Me, responses={202: {"model": ChallengeOut}})
    async def sign_in(body: SignIn, request: Request, response: Response) -> Any:
        """Signs in and sets the session cookie; or, 202, says what is asked next (`POST /session/code` and others)."""
        check_origin_header(request)
        done = await login.by_password(body.login, body.password, origin_of(request))
        return signed_in(users, done, request, response)

    @router.get("/session", response_model=Me)
    async def read_session(who: Holder) -> dict[str, Any]:
        """The person who is signed in; for a program with a key, whose it is, with the key's rights."""
        return {**users.me(who.person), "rights": sorted(who.rights)}

    @router.delete("/session", status_code=204)
    async def sign_out(who: CurrentUser, response: Response) -> None:
        """Ends the session, here and in its live connections."""
        await sessions.sign_out(who.session_id)
        await drop_session(who.session_id)
        response.delete_cookie(COOKIE, path="/")

    @router.patch("/me", response_model=Me)
    async def change_me(body: ChangeMe, who: CurrentUser) -> dict[str, Any]:
        """Changes one's own settings."""
        return users.me(await users.change_self(who.user_id, language=body.language, answer_on=body.answer_on))

    @router.post("/me/password", status_code=204)
    async def change_password(body: ChangePassword, who: CurrentUser, request: Request) -> None:
        """Changes one's own password; all one's other sessions end."""
        address = request.client.host if request.client else ""
        for ended in await sessions.change_password(who, body.old, body.password, address=address):
            await drop_session(ended)

    return router

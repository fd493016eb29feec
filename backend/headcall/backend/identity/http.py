# SPDX-License-Identifier: Apache-2.0
"""/session/code and what follows it, /me/second-factor, /me/sessions, /keys, /identity."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field, StringConstraints

from headcall.backend.edge.auth import (
    Actor,
    CurrentUser,
    check_origin_header,
    current_user,
    origin_of,
    requires,
)
from headcall.backend.identity import oidc_http
from headcall.backend.identity.keys import MAX_DAYS, Keys, NewKey
from headcall.backend.identity.login import MAX_TICKET, LogIn
from headcall.backend.identity.oidc import CompanyLogIn
from headcall.backend.identity.pace import Pace
from headcall.backend.identity.policy import Policy
from headcall.backend.identity.second import Enrolment, SecondFactors
from headcall.backend.identity.store import ApiKeyRow
from headcall.backend.store.base import iso, iso_or_none
from headcall.backend.users.http import ChallengeOut, Me, Password, signed_in
from headcall.backend.users.service import Users
from headcall.backend.users.sessions import Sessions

Ticket = Annotated[str, StringConstraints(min_length=1, max_length=MAX_TICKET)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=40)]
"""Of the telephone or of the paper, as people type it."""

KeyName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class TicketIn(BaseModel):
    """What the first step of the log-in gave."""

    ticket: Ticket = Field(repr=False)


class TicketAndCode(TicketIn):
    code: Code = Field(repr=False)


class TicketAndPassword(TicketIn):
    """One's own password, in the place of the initial one."""

    password: Password = Field(repr=False)


class CodeIn(BaseModel):
    code: Code = Field(repr=False)


class PasswordIn(BaseModel):
    password: Password = Field(repr=False)


class PasswordAndCode(PasswordIn):
    code: Code = Field(repr=False)


class EnrolmentOut(BaseModel):
    """What is shown once: the secret for those who type it, the same as an address and as a picture (SVG)."""

    secret: str
    uri: str
    picture: str


class RecoveryCodes(BaseModel):
    """Ten codes for the day the telephone is lost, each good for one log-in. They are not shown again."""

    codes: list[str]


class Enrolled(RecoveryCodes):
    me: Me


class SecondFactorState(BaseModel):
    """One's own second factor."""

    since: str | None
    codes_left: int
    required: bool
    """Whether one of the person's roles must have it."""
    possible: bool
    """Not for who has no password: their second step is the company account's."""


class SessionOut(BaseModel):
    """A place where one is logged in."""

    session_id: str
    began_at: str
    seen_at: str
    address: str
    device: str
    way: str
    current: bool


class SessionsOut(BaseModel):
    sessions: list[SessionOut]


class KeyWanted(BaseModel):
    """A key for a program."""

    name: KeyName
    rights: Annotated[list[Annotated[str, Field(max_length=40)]], Field(min_length=1, max_length=100)]
    days: Annotated[int, Field(ge=1, le=MAX_DAYS)]


class KeyOut(BaseModel):
    """A key without its secret: `prefix` is what it begins with."""

    key_id: str
    name: str
    prefix: str
    rights: list[str]
    created_at: str
    expires_at: str
    last_used_at: str | None


class KeyMade(KeyOut):
    key: str


class KeysOut(BaseModel):
    keys: list[KeyOut]


class PolicyOut(BaseModel):
    """The roles whose bearers log in with a second factor."""

    second_factor_roles: list[str]


class PolicyIn(BaseModel):
    second_factor_roles: Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=20)]


class Protected(BaseModel):
    """Someone with a second factor."""

    user_id: str
    name: str
    login: str
    since: str


class ProtectedOut(BaseModel):
    people: list[Protected]


@dataclass(frozen=True)
class Identity:
    """What the routes are built upon."""

    login: LogIn
    sessions: Sessions
    second: SecondFactors
    policy: Policy
    keys: Keys
    users: Users
    company: CompanyLogIn
    pace: Pace
    """Of each address at the company log-in."""
    drop_session: Callable[[str], Awaitable[None]]
    """Cuts off the live connections of a session, or of a key, that ended."""


def routes(identity: Identity) -> APIRouter:
    router = APIRouter()
    router.include_router(_log_in_routes(identity))
    router.include_router(oidc_http.routes(identity.company, identity.pace))
    router.include_router(_second_factor_routes(identity))
    router.include_router(_session_routes(identity))
    router.include_router(_key_routes(identity))
    router.include_router(_administration(identity))
    return router


def _log_in_routes(identity: Identity) -> APIRouter:
    router = APIRouter(tags=["session"], dependencies=[Depends(check_origin_header)])

    @router.post("/session/code", response_model=Me, responses={202: {"model": ChallengeOut}})
    async def sign_in_with_code(body: TicketAndCode, request: Request, response: Response) -> Any:
        """The second step: the code of the telephone, or one of the recovery codes. Sets the session cookie."""
        done = await identity.login.by_code(body.ticket, body.code, origin_of(request))
        return signed_in(identity.users, done, request, response)

    @router.post("/session/password", response_model=Me, responses={202: {"model": ChallengeOut}})
    async def sign_in_with_new_password(body: TicketAndPassword, request: Request, response: Response) -> Any:
        """Who has logged in with an initial password chooses their own."""
        done = await identity.login.by_new_password(body.ticket, body.password, origin_of(request))
        return signed_in(identity.users, done, request, response)

    @router.post("/session/enrol", response_model=EnrolmentOut)
    async def enrol_at_log_in(body: TicketIn, response: Response) -> Enrolment:
        """The picture for someone whose role must have a second factor, and who has none."""
        response.headers["cache-control"] = "no-store"
        return await identity.login.enrol(body.ticket)

    @router.post("/session/confirm", response_model=Enrolled)
    async def confirm_at_log_in(body: TicketAndCode, request: Request, response: Response) -> dict[str, Any]:
        """The first code of such a one: signs in, and gives the recovery codes."""
        done, codes = await identity.login.confirm(body.ticket, body.code, origin_of(request))
        return {"codes": codes, "me": signed_in(identity.users, done, request, response)}

    return router


def _second_factor_routes(identity: Identity) -> APIRouter:
    router = APIRouter(prefix="/me/second-factor", tags=["identity"])
    second = identity.second

    async def prove(who: Actor, password: str, request: Request) -> str:
        address = origin_of(request).address
        await identity.sessions.check_password(who.login, password, address=address)
        return address

    @router.get("", response_model=SecondFactorState)
    async def read_second_factor(who: CurrentUser) -> dict[str, Any]:
        """One's own second factor."""
        since, left = await second.state(who.user_id)
        required = await identity.policy.requires_second_factor(who.roles)
        possible = await identity.sessions.has_password(who.user_id)
        return {"since": since, "codes_left": left, "required": required, "possible": possible}

    @router.post("/enrol", response_model=EnrolmentOut)
    async def enrol(body: PasswordIn, who: CurrentUser, request: Request, response: Response) -> Enrolment:
        """Begins with a second factor: a page left open is not yet its owner, so the password is asked for."""
        await prove(who, body.password, request)
        response.headers["cache-control"] = "no-store"
        return await second.enrol(who.person)

    @router.post("/confirm", response_model=RecoveryCodes)
    async def confirm_second_factor(body: CodeIn, who: CurrentUser, request: Request) -> dict[str, Any]:
        """The first code: from now on one is asked for at each log-in."""
        return {"codes": await second.confirm(who, body.code, address=origin_of(request).address)}

    @router.post("/codes", response_model=RecoveryCodes)
    async def renew_recovery_codes(body: PasswordAndCode, who: CurrentUser, request: Request) -> dict[str, Any]:
        """Ten new recovery codes; the old ones are worth nothing any more."""
        address = await prove(who, body.password, request)
        await second.check(who.user_id, body.code, address=address)
        return {"codes": await second.renew_codes(who)}

    @router.post("/off", status_code=204)
    async def switch_off_second_factor(body: PasswordAndCode, who: CurrentUser, request: Request) -> None:
        """Takes one's own second factor away."""
        address = await prove(who, body.password, request)
        await second.check(who.user_id, body.code, address=address)
        await second.switch_off(who)

    return router


def _session_routes(identity: Identity) -> APIRouter:
    router = APIRouter(prefix="/me/sessions", tags=["identity"])

    @router.get("", response_model=SessionsOut)
    async def read_sessions(who: CurrentUser) -> dict[str, Any]:
        """Where one is logged in."""
        return {
            "sessions": [
                {
                    "session_id": each.session_id,
                    "began_at": iso(each.created_at_ms),
                    "seen_at": iso(each.seen_at_ms),
                    "address": each.address,
                    "device": each.device,
                    "way": each.way,
                    "current": each.session_id == who.session_id,
                }
                for each in await identity.sessions.of(who.user_id)
            ]
        }

    @router.delete("/{session_id}", status_code=204)
    async def end_session(session_id: str, who: CurrentUser) -> None:
        """Logs out elsewhere: the pages there are cut off at once."""
        await identity.sessions.end_one(who, session_id)
        await identity.drop_session(session_id)

    @router.post("/end-others", status_code=204)
    async def end_other_sessions(who: CurrentUser) -> None:
        """Logs out everywhere else."""
        for ended in await identity.sessions.end_others(who):
            await identity.drop_session(ended)

    return router


def _key_view(row: ApiKeyRow) -> dict[str, Any]:
    return {
        "key_id": row.key_id,
        "name": row.name,
        "prefix": row.prefix,
        "rights": row.rights,
        "created_at": iso(row.created_at_ms),
        "expires_at": iso(row.expires_at_ms),
        "last_used_at": iso_or_none(row.last_used_at_ms),
    }


def _key_routes(identity: Identity) -> APIRouter:
    router = APIRouter(prefix="/keys", tags=["identity"])

    @router.get("", response_model=KeysOut)
    async def read_keys(who: CurrentUser) -> dict[str, Any]:
        """One's own keys, the newest first."""
        return {"keys": [_key_view(row) for row in await identity.keys.of(who.user_id)]}

    @router.post("", response_model=KeyMade, status_code=201)
    async def make_key(body: KeyWanted, who: CurrentUser, response: Response) -> dict[str, Any]:
        """Makes a key for a program; `key` is shown this once."""
        response.headers["cache-control"] = "no-store"
        row, key = await identity.keys.make(who, NewKey(body.name, frozenset(body.rights), body.days))
        return {**_key_view(row), "key": key}

    @router.delete("/{key_id}", status_code=204)
    async def revoke_key(key_id: str, who: CurrentUser) -> None:
        """Ends a key of one's own, at once; who manages people ends anybody's."""
        await identity.keys.revoke(who, key_id)
        await identity.drop_session(key_id)

    return router


def _administration(identity: Identity) -> APIRouter:
    router = APIRouter(prefix="/identity", tags=["identity"], dependencies=[Depends(current_user)])
    manager = Annotated[Actor, Depends(requires("user.manage"))]

    @router.get("/policy", response_model=PolicyOut)
    async def read_identity_policy(_who: manager) -> dict[str, Any]:
        """Which roles log in with a second factor."""
        return {"second_factor_roles": await identity.policy.roles()}

    @router.put("/policy", response_model=PolicyOut)
    async def change_identity_policy(body: PolicyIn, who: manager) -> dict[str, Any]:
        """Sets them; counts from each one's next log-in."""
        return {"second_factor_roles": await identity.policy.change(who, body.second_factor_roles)}

    @router.get("/second-factors", response_model=ProtectedOut)
    async def read_second_factors(_who: manager) -> dict[str, Any]:
        """Who has a second factor."""
        return {"people": await identity.second.people()}

    @router.delete("/second-factors/{user_id}", status_code=204)
    async def reset_second_factor(user_id: str, who: manager) -> None:
        """Takes somebody's lost second factor away; their sessions end."""
        for ended in await identity.second.reset(who, user_id):
            await identity.drop_session(ended)

    return router

# SPDX-License-Identifier: Apache-2.0
"""/people and /roles: the administration of people."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from headcall.backend.edge.auth import Actor, requires
from headcall.backend.users.model import RIGHTS, Language, Role, exceeds
from headcall.backend.users.passwords import MAX_PASSWORD
from headcall.backend.users.people import People

Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")
]
Login = Annotated[
    str, StringConstraints(strip_whitespace=True, to_lower=True, min_length=1, max_length=100, pattern=r"^[^\s\x00]+$")
]
Branch = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]
Dialled = Annotated[str, Field(max_length=64)]
Password = Annotated[str, StringConstraints(min_length=1, max_length=MAX_PASSWORD)]
Version = Annotated[str, Field(max_length=64)]


class PersonWhole(BaseModel):
    """A person as the administration sees them."""

    user_id: str
    login: str
    name: str
    language: Language
    roles: list[str]
    number: str | None
    short_number: str | None
    branch: str
    is_active: bool
    agent_number: str | None
    created_at: str
    version: str
    """Sent back with a change: `changed-meanwhile` where somebody else was faster."""


class PeopleOut(BaseModel):
    people: list[PersonWhole]
    total: int


class PersonIn(BaseModel):
    """A new person. Without a password one is made, and told once."""

    model_config = ConfigDict(extra="forbid")
    login: Login
    name: Name
    language: Language = "zh"
    roles: Annotated[list[Role], Field(min_length=1, max_length=6)] = ["employee"]
    number: Dialled | None = None
    branch: Branch = ""
    password: Annotated[Password | None, Field(repr=False)] = None


class PersonMade(PersonWhole):
    initial_password: str | None
    """Made for this person; nobody can read it again."""


class PersonPatch(BaseModel):
    """What is given is changed."""

    model_config = ConfigDict(extra="forbid")
    login: Login | None = None
    name: Name | None = None
    language: Language | None = None
    roles: Annotated[list[Role] | None, Field(min_length=1, max_length=6)] = None
    number: Dialled | None = None
    """Null takes the number away."""
    branch: Branch | None = None
    is_active: bool | None = None
    version: Version = ""


class NewPassword(BaseModel):
    password: Annotated[Password | None, Field(repr=False)] = None
    """None: one is made."""


class PasswordMade(BaseModel):
    initial_password: str | None


class RoleOut(BaseModel):
    """A role, and what it may do."""

    role: str
    rights: list[str]
    may_give: bool
    """Whether you may give it, and change who has it."""


class RolesOut(BaseModel):
    roles: list[RoleOut]


class PeopleQuery(BaseModel):
    q: Annotated[str, Field(max_length=100)] = ""
    """A part of the name, login, number, branch or agent's number."""
    role: Literal["", "owner", "admin", "supervisor", "agent", "employee", "guest"] = ""
    active: bool | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    offset: Annotated[int, Field(ge=0, le=1_000_000)] = 0


Manager = Annotated[Actor, Depends(requires("user.manage"))]


def routes(people: People) -> APIRouter:
    router = APIRouter(tags=["people"])

    @router.get("/people", response_model=PeopleOut)
    async def read_people(_who: Manager, query: Annotated[PeopleQuery, Query()]) -> dict[str, Any]:
        """A page of the people, who are active first."""
        return await people.page(query.q, role=query.role, active=query.active, limit=query.limit, offset=query.offset)

    @router.get("/people/{user_id}", response_model=PersonWhole)
    async def read_person(user_id: str, _who: Manager) -> dict[str, Any]:
        """One person."""
        return await people.whole(user_id)

    @router.post("/people", response_model=PersonMade, status_code=201)
    async def post_person(body: PersonIn, who: Manager) -> dict[str, Any]:
        """A new person. `taken`: the login or the number is somebody's."""
        fields = body.model_dump(exclude={"password"})
        fields["roles"] = list(dict.fromkeys(fields["roles"]))
        person, made = await people.create(who, fields, body.password)
        return person | {"initial_password": made}

    @router.patch("/people/{user_id}", response_model=PersonWhole)
    async def patch_person(user_id: str, body: PersonPatch, who: Manager) -> dict[str, Any]:
        """Changes a person. `is_active: false` ends all sessions and live connections."""
        patch = body.model_dump(include=body.model_fields_set - {"version"})
        patch = {name: value for name, value in patch.items() if value is not None or name == "number"}
        if "roles" in patch:
            patch["roles"] = list(dict.fromkeys(patch["roles"]))
        return await people.change(who, user_id, patch, body.version)

    @router.post("/people/{user_id}/password", response_model=PasswordMade)
    async def post_person_password(user_id: str, body: NewPassword, who: Manager) -> dict[str, Any]:
        """A new initial password for another; all their sessions end."""
        return {"initial_password": await people.set_password(who, user_id, body.password)}

    @router.get("/roles", response_model=RolesOut)
    async def read_roles(who: Manager) -> dict[str, Any]:
        """The roles and their rights."""
        return {
            "roles": [
                {"role": role, "rights": sorted(rights), "may_give": not exceeds(who, (role,))}
                for role, rights in RIGHTS.items()
            ]
        }

    return router

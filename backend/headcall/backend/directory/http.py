# SPDX-License-Identifier: Apache-2.0
"""/directory: the company's people, with presence."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel

from headcall.backend.edge.auth import Actor, requires
from headcall.backend.numbers.plan import DialPlan
from headcall.backend.users.service import Users


class DirectoryPerson(BaseModel):
    """Someone who can be called."""

    user_id: str
    name: str
    number: str | None
    short_number: str | None
    state: str
    branch: str


class DirectoryOut(BaseModel):
    people: list[DirectoryPerson]


def routes(users: Users, plan: DialPlan, state_of: Callable[[str], str]) -> APIRouter:
    """`state_of` tells a person's presence."""
    router = APIRouter(tags=["directory"])

    @router.get("/directory", response_model=DirectoryOut)
    async def read_directory(
        _who: Annotated[Actor, Depends(requires("directory.read"))], q: Annotated[str, Query(max_length=100)] = ""
    ) -> dict[str, Any]:
        """The people whose name, login or number contains `q`."""
        return {
            "people": [
                {
                    "user_id": person.user_id,
                    "name": person.name,
                    "number": person.number,
                    "short_number": plan.short_form(person.number),
                    "state": state_of(person.user_id),
                    "branch": person.branch,
                }
                for person in await users.people(q)
                if person.number
            ]
        }

    return router

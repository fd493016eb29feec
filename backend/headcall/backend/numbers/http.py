# SPDX-License-Identifier: Apache-2.0
"""/numbers."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from pydantic import BaseModel

from headcall.backend.edge.auth import Actor, requires
from headcall.backend.numbers.service import Numbers


class NumberOut(BaseModel):
    """One number of the inventory."""

    number: str
    display: str
    kind: str
    target: str
    networks: list[str]


class NumbersOut(BaseModel):
    numbers: list[NumberOut]


def routes(numbers: Numbers) -> APIRouter:
    router = APIRouter(tags=["numbers"])

    @router.get("/numbers", response_model=NumbersOut)
    async def read_numbers(_who: Annotated[Actor, Depends(requires("number.read"))]) -> dict[str, Any]:
        """The number inventory: what each number means, and from where it may be reached."""
        return {
            "numbers": [
                {
                    "number": entry.number,
                    "display": entry.display,
                    "kind": entry.kind,
                    "target": f"{entry.target_kind}:{entry.target}",
                    "networks": list(entry.networks),
                }
                for entry in await numbers.every()
            ]
        }

    return router

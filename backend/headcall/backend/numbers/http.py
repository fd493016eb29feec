# SPDX-License-Identifier: Apache-2.0
"""/numbers: the inventory, and its administration."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from headcall.backend.edge.auth import Actor, requires
from headcall.backend.numbers.administration import LARGEST_BLOCK, Assignment, NumberAdministration, Wanted
from headcall.backend.numbers.exchange import Exchange
from headcall.backend.numbers.model import Network
from headcall.backend.numbers.table import Reason

Dialled = Annotated[str, Field(min_length=1, max_length=64)]
Plain = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$")]
TargetKind = Literal["free", "user", "queue", "number"]
Staff = Literal["", "overseas", "travelling"]


class NumberOut(BaseModel):
    """One number of the inventory."""

    number: str
    display: str
    kind: str
    target_kind: str
    target: str
    target_name: str
    """Of the person or the queue."""
    networks: list[str]
    branch: str
    isp: str
    staff: str
    hours_id: str
    prompt_id: str
    """Of a switchboard number: its announcement."""
    version: str


class NumbersOut(BaseModel):
    numbers: list[NumberOut]
    total: int


class NumbersQuery(BaseModel):
    q: Annotated[str, Field(max_length=100)] = ""
    """A part of the number, of its person or queue, of branch or ISP."""
    use: Literal["", "free", "used", "user", "queue", "number", "switchboard"] = ""
    branch: Annotated[str, Field(max_length=100)] = ""
    first: Annotated[str, Field(max_length=32)] = ""
    last: Annotated[str, Field(max_length=32)] = ""
    """With `first`: a range."""
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    offset: Annotated[int, Field(ge=0, le=10_000_000)] = 0


class BlockOut(BaseModel):
    block_id: str
    name: str
    first: str
    last: str
    total: int
    free: int
    used: int


class BlocksOut(BaseModel):
    blocks: list[BlockOut]
    branches: list[str]


class BlockIn(BaseModel):
    """Consecutive numbers that came together."""

    model_config = ConfigDict(extra="forbid")
    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
    first: Annotated[str, StringConstraints(pattern=r"^[0-9]{11}$")]
    count: Annotated[int, Field(ge=1, le=LARGEST_BLOCK)]


class RangeIn(BaseModel):
    """What all numbers of a range have in common; what is left out stays."""

    model_config = ConfigDict(extra="forbid")
    first: Dialled
    last: Dialled
    branch: Plain | None = None
    isp: Plain | None = None
    staff: Staff | None = None


class RangeSet(BaseModel):
    count: int


class AssignmentIn(BaseModel):
    """What a number is to mean."""

    model_config = ConfigDict(extra="forbid")
    target_kind: TargetKind
    target: Annotated[str, Field(max_length=64)] = ""
    branch: Plain = ""
    isp: Plain = ""
    staff: Staff = ""
    hours_id: Annotated[str, Field(max_length=40)] = ""
    networks: Annotated[tuple[Network, ...], Field(min_length=1, max_length=3)] | None = None
    """From where it may be reached; as it was, or as is usual, if this is left out."""
    is_switchboard: bool | None = None
    """Whether an auto attendant answers, and 0 leads to the target; as it was if this is left out."""
    prompt_id: Annotated[str, Field(max_length=40)] = ""
    version: Annotated[str, Field(max_length=64)] = ""


class FaultOut(BaseModel):
    line: int
    column: str
    reason: Reason
    value: str


class ImportOut(BaseModel):
    """What a file changes, or why it changes nothing."""

    encoding: str
    lines: int
    new: int
    changed: int
    same: int
    faults: list[FaultOut]
    fault_count: int
    is_applied: bool


Reader = Annotated[Actor, Depends(requires("number.read"))]
Manager = Annotated[Actor, Depends(requires("number.manage"))]


def routes(numbers: NumberAdministration, exchange: Exchange) -> APIRouter:
    router = APIRouter(tags=["numbers"])

    @router.get("/numbers", response_model=NumbersOut)
    async def read_numbers(_who: Reader, query: Annotated[NumbersQuery, Query()]) -> dict[str, Any]:
        """A page of the inventory: what each number means, and from where it may be reached."""
        wanted = Wanted(query.q, query.use, query.branch, query.first, query.last)
        return await numbers.page(wanted, query.limit, query.offset)

    @router.get("/numbers.csv", response_class=Response)
    async def export_numbers(_who: Manager) -> Response:
        """The whole inventory as a CSV file."""
        headers = {"content-disposition": 'attachment; filename="numbers.csv"', "cache-control": "no-store"}
        return Response(await exchange.export(), media_type="text/csv; charset=utf-8", headers=headers)

    @router.post("/numbers.csv", response_model=ImportOut, openapi_extra=_FILE)
    async def import_numbers(who: Manager, request: Request, dry: bool = True) -> dict[str, Any]:
        """Reads a CSV file. With `dry` (the default) it is only looked at; one fault, and nothing is applied."""
        return await exchange.take(who, await request.body(), is_dry=dry)

    @router.put("/numbers/{number}", response_model=NumberOut)
    async def put_number(number: str, body: AssignmentIn, who: Manager) -> dict[str, Any]:
        """Leads a number to a person, a queue or another number, at once or by the attendant's 0, or frees it."""
        wish = Assignment(**body.model_dump(exclude={"version"}))
        return await numbers.assign(who, number, wish, body.version)

    @router.delete("/numbers/{number}", status_code=204)
    async def delete_number(number: str, who: Manager) -> None:
        """Takes a single number out of the inventory. `in-use` for one of a block or a person."""
        await numbers.remove(who, number)

    _block_routes(router, numbers)
    return router


def _block_routes(router: APIRouter, numbers: NumberAdministration) -> None:
    @router.get("/number-blocks", response_model=BlocksOut)
    async def read_blocks(_who: Reader) -> dict[str, Any]:
        """The blocks, how much of them is free, and the branches that have numbers."""
        return await numbers.blocks()

    @router.post("/number-blocks", response_model=BlockOut, status_code=201)
    async def post_block(body: BlockIn, who: Manager) -> dict[str, Any]:
        """Adds up to 10,000 consecutive numbers. `taken`: another block has some of them."""
        return await numbers.add_block(who, body.name, body.first, body.count)

    @router.delete("/number-blocks/{block_id}", status_code=204)
    async def delete_block(block_id: str, who: Manager) -> None:
        """Removes a block. `in-use` while one of its numbers is."""
        await numbers.remove_block(who, block_id)

    @router.post("/number-ranges", response_model=RangeSet)
    async def post_range(body: RangeIn, who: Manager) -> dict[str, Any]:
        """Gives the numbers of a range a branch, an ISP, a kind of staff."""
        values = body.model_dump(include={"branch", "isp", "staff"}, exclude_none=True)
        return {"count": await numbers.set_range(who, body.first, body.last, values)}


_FILE = {"requestBody": {"content": {"text/csv": {"schema": {"type": "string", "format": "binary"}}}, "required": True}}

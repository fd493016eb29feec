# SPDX-License-Identifier: Apache-2.0
"""/simulator: has a telephone far away call us (demo mode only)."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field, StringConstraints

from headcall.backend.edge.auth import Actor, requires
from headcall.backend.errors import ApiError
from headcall.backend.store.base import iso, iso_or_none
from headcall.kit.bus.port import Bus
from headcall.wire import topics
from headcall.wire.codec import UnknownWord, decode, encode
from headcall.wire.nodes import Refused
from headcall.wire.simulator import (
    CallSimulated,
    DescribeSimulated,
    HangUpSimulated,
    SimulateCall,
    SimulatedCall,
    SimulatedDescribed,
    SimulatorCommand,
    SimulatorReply,
)

NODE = "simulator-1"
Digits = StringConstraints(pattern=r"^[0-9+()\- ]{1,40}$")


class CallWanted(BaseModel):
    """The call that the simulated telephone makes."""

    number: Annotated[str, Digits]
    caller_number: Annotated[str, Digits] = "13800138000"
    caller_name: Annotated[str, StringConstraints(max_length=80)] = ""
    say: Annotated[str, StringConstraints(max_length=1000)] = ""
    keys: Annotated[str, StringConstraints(pattern=r"^[0-9*#A-D,]{0,64}$")] = ""
    language: Literal["zh", "en"] = "zh"
    tone_hz: Annotated[float, Field(ge=0, le=4000, allow_inf_nan=False)] = 0.0
    hang_up_after_s: Annotated[float, Field(gt=0, le=3600, allow_inf_nan=False)] = 120.0


class Simulated(BaseModel):
    simulated_id: str


class SimulatedCallOut(BaseModel):
    """A simulated call of the last ten minutes."""

    simulated_id: str
    number: str
    state: Literal["dialling", "ringing", "talking", "ended"]
    sip_status: int
    started_at: str
    answered_at: str | None
    ended_at: str | None
    heard_dbov: float
    packets_received: int
    longest_gap_ms: float


class SimulatedCallsOut(BaseModel):
    calls: list[SimulatedCallOut]


Who = Annotated[Actor, Depends(requires("simulator.use"))]


def routes(bus: Bus, *, is_demo: bool) -> APIRouter:
    """Without the demo every path is `not-found`, but stays in the description of the interface."""
    router = APIRouter(prefix="/simulator", tags=["simulator"])

    async def ask(command: SimulatorCommand) -> Any:
        if not is_demo:
            raise ApiError("not-found", "the simulator belongs to the demo")
        try:
            data = await bus.request(topics.simulator(NODE), encode(command), timeout=10.0)
            reply: Any = decode(data, SimulatorReply)  # type: ignore[arg-type]
        except UnknownWord as error:
            raise ApiError("bad-gateway", f"the simulator speaks another language: {error}") from error
        if isinstance(reply, Refused):
            raise ApiError(reply.cause, reply.text)
        return reply

    @router.post("/calls", response_model=Simulated, status_code=201)
    async def simulate_call(body: CallWanted, _who: Who) -> dict[str, Any]:
        """A telephone far away dials a number over the trunk, now."""
        reply = await ask(SimulateCall(**body.model_dump()))
        assert isinstance(reply, CallSimulated)
        return {"simulated_id": reply.simulated_id}

    @router.get("/calls", response_model=SimulatedCallsOut)
    async def read_simulated_calls(_who: Who) -> dict[str, Any]:
        """The simulated calls of the last ten minutes."""
        reply = await ask(DescribeSimulated())
        assert isinstance(reply, SimulatedDescribed)
        return {"calls": [_view(call) for call in reply.calls]}

    @router.delete("/calls/{simulated_id}", status_code=204)
    async def end_simulated_call(simulated_id: str, _who: Who) -> None:
        """The telephone far away hangs up."""
        await ask(HangUpSimulated(simulated_id[:64]))

    return router


def _view(call: SimulatedCall) -> dict[str, Any]:
    return {
        "simulated_id": call.simulated_id,
        "number": call.number,
        "state": call.state,
        "sip_status": call.sip_status,
        "started_at": iso(call.started_at_ms),
        "answered_at": iso_or_none(call.answered_at_ms),
        "ended_at": iso_or_none(call.ended_at_ms),
        "heard_dbov": call.heard_dbov,
        "packets_received": call.packets_received,
        "longest_gap_ms": call.longest_gap_ms,
    }

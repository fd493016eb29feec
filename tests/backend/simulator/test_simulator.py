# SPDX-License-Identifier: Apache-2.0
from pathlib import Path
from typing import Any

import pytest

from headcall.wire.codec import decode, encode
from headcall.wire.nodes import Done, Refused
from headcall.wire.simulator import (
    CallSimulated,
    DescribeSimulated,
    HangUpSimulated,
    SimulateCall,
    SimulatedCall,
    SimulatedDescribed,
    SimulatorCommand,
)
from tests.backend.company import Company, run_in_company

CALLS = "/api/v1/simulator/calls"


class Simulator:
    """Answers like the simulator, and remembers."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    async def __call__(self, message: bytes) -> bytes:
        command: Any = decode(message, SimulatorCommand)  # type: ignore[arg-type]
        self.asked.append(command)
        match command:
            case SimulateCall():
                return encode(CallSimulated("sim_1"))
            case HangUpSimulated("sim_1"):
                return encode(Done())
            case HangUpSimulated():
                return encode(Refused("not-found", "no such call"))
        call = SimulatedCall("sim_1", "4008123456", "talking", 200, 1_790_000_000_000, None, None, -20.0, 50, 21.0)
        return encode(SimulatedDescribed((call,)))


def test_a_page_has_a_telephone_call_us(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        simulator = c.bus.handlers["simulator.simulator-1"] = Simulator()
        mei = await c.signed_in("mei")
        made = await mei.post(CALLS, json={"number": "4008-123456", "keys": "1,,2#", "tone_hz": 440})
        assert made.status_code == 201 and made.json() == {"simulated_id": "sim_1"}
        assert simulator.asked == [SimulateCall("4008-123456", keys="1,,2#", tone_hz=440.0)]
        (shown,) = (await mei.get(CALLS)).json()["calls"]
        assert shown["state"] == "talking" and shown["answered_at"] is None
        assert isinstance(simulator.asked[-1], DescribeSimulated)
        assert (await mei.delete(f"{CALLS}/sim_1")).status_code == 204
        assert (await mei.delete(f"{CALLS}/sim_2")).status_code == 404

    run_in_company(tmp_path, scenario)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"number": ""},
        {"number": "sip:x@evil"},
        {"number": "1" * 41},
        {"number": 5},
        {"number": "1", "say": "x" * 4000},
        {"number": "1", "keys": "x"},
        {"number": "1", "tone_hz": -1},
        {"number": "1", "tone_hz": 1e9},
        {"number": "1", "hang_up_after_s": 0},
        {"number": "1", "language": "tlh"},
        {"number": "1\r\nX-Evil: 1"},
        {"number": "1\n"},
    ],
)
def test_nonsense_does_not_reach_the_simulator(tmp_path: Path, body: dict[str, Any]) -> None:
    async def scenario(c: Company) -> None:
        simulator = c.bus.handlers["simulator.simulator-1"] = Simulator()
        answer = await (await c.signed_in("mei")).post(CALLS, json=body)
        assert answer.status_code == 400 and simulator.asked == []

    run_in_company(tmp_path, scenario)


def test_a_simulator_that_is_away_is_unavailable_and_one_that_raves_is_a_bad_gateway(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        mei = await c.signed_in("mei")
        assert (await mei.get(CALLS)).status_code == 503

        async def rave(_message: bytes) -> bytes:
            return b"\xc1"

        c.bus.handlers["simulator.simulator-1"] = rave
        assert (await mei.get(CALLS)).status_code == 502

    run_in_company(tmp_path, scenario)


def test_without_the_demo_there_is_no_simulator(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        c.bus.handlers["simulator.simulator-1"] = Simulator()
        answer = await (await c.signed_in("mei")).get(CALLS)
        assert answer.status_code == 404

    run_in_company(tmp_path, scenario, is_demo=False)


def test_an_employee_has_no_simulator(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        assert (await (await c.signed_in("wei")).get(CALLS)).status_code == 403

    run_in_company(tmp_path, scenario)

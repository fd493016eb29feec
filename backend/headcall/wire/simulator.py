# SPDX-License-Identifier: Apache-2.0
"""The words spoken with the caller simulator: a telephone far away, on the other end of the trunk."""

from typing import Literal

from msgspec import Struct

from headcall.wire.nodes import Done, Refused

__all__ = [
    "CallSimulated",
    "DescribeSimulated",
    "HangUpSimulated",
    "SimulateCall",
    "SimulatedCall",
    "SimulatedDescribed",
    "SimulatorCommand",
    "SimulatorReply",
]


class SimulateCall(Struct, frozen=True, tag=True):
    """Dials a number over the trunk, speaks, presses keys, and hangs up (reply: `CallSimulated`)."""

    number: str
    caller_number: str = "13800138000"
    caller_name: str = ""
    say: str = ""
    """Text spoken by espeak-ng, again and again; empty means the sample speech."""
    language: Literal["zh", "en"] = "zh"
    wav: str = ""
    """A file to play instead of `say`."""
    tone_hz: float = 0.0
    """A steady tone instead of speech, for measurements."""
    keys: str = ""
    """Keys to press, `,` waits a second; begins when the call is answered."""
    hang_up_after_s: float = 120.0


class CallSimulated(Struct, frozen=True, tag=True):
    simulated_id: str


class HangUpSimulated(Struct, frozen=True, tag=True):
    simulated_id: str


class DescribeSimulated(Struct, frozen=True, tag=True):
    """Asks for all calls of the last ten minutes (reply: `SimulatedDescribed`)."""


class SimulatedCall(Struct, frozen=True):
    simulated_id: str
    number: str
    state: Literal["dialling", "ringing", "talking", "ended"]
    sip_status: int
    started_at_ms: int
    answered_at_ms: int | None
    ended_at_ms: int | None
    heard_dbov: float
    """Loudness of what the caller hears now."""
    packets_received: int
    longest_gap_ms: float
    """The longest time between two received packets since the answer."""


class SimulatedDescribed(Struct, frozen=True, tag=True):
    calls: tuple[SimulatedCall, ...]


SimulatorCommand = SimulateCall | HangUpSimulated | DescribeSimulated
SimulatorReply = Done | Refused | CallSimulated | SimulatedDescribed

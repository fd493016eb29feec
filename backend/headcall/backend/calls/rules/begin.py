# SPDX-License-Identifier: Apache-2.0
"""How a call begins: a leg calls, and where it goes is known."""

from typing import assert_never

from headcall.backend.calls.inputs import (
    Begin,
    RefuseCaller,
    RingDevices,
    Target,
    UseCode,
    WaitInQueue,
    WithAttendant,
)
from headcall.backend.calls.log import CallStarted, CodeDialled, LegAnswered
from headcall.backend.calls.model import Leg
from headcall.backend.calls.plan import Plan
from headcall.backend.calls.rules import attendant
from headcall.backend.calls.rules.ringing import start_round, tell_caller_it_rings
from headcall.backend.calls.rules.where import refuse_caller, wait_in_queue


def begin(plan: Plan, start: Begin) -> None:
    if plan.call.seq:
        return  # told twice: it is the same call
    leg = Leg(
        leg_id=start.leg_id,
        kind=start.kind,
        role="caller",
        media_node=start.media_node,
        bridge=start.bridge,
        user_id=start.user_id,
        number=start.from_number,
        name=start.from_name,
        trunk=start.trunk,
        codec=start.codec,
        has_media=start.kind == "sip",
    )
    plan.note(
        CallStarted(
            direction=start.direction,
            language=start.language,
            from_number=start.from_number,
            from_name=start.from_name,
            to_number=_to_number(start),
            to_name="" if isinstance(start.target, RefuseCaller | UseCode) else start.target.to_name,
            leg=leg,
        )
    )
    if start.kind == "browser":
        plan.note(LegAnswered(leg.leg_id))  # whoever dials in a page is there
    if isinstance(start.target, UseCode):
        plan.note(CodeDialled(start.target.code, start.target.user_id))
    else:
        go_to(plan, start.target)


def _to_number(start: Begin) -> str:
    """What the public network dialled, as dialled; within the company the long number, however short it was dialled."""
    if start.direction == "in" or isinstance(start.target, RefuseCaller | UseCode):
        return start.to_number
    return start.target.to_number or start.to_number


def go_to(plan: Plan, target: Target) -> None:
    """Sends the caller where the number led."""
    match target:
        case WaitInQueue():
            wait_in_queue(plan, target)
        case RingDevices():
            start_round(plan, target)
            if any(device.kind == "browser" for device in target.devices):
                tell_caller_it_rings(plan)
        case RefuseCaller(cause, hours_id, queue_id):
            refuse_caller(plan, cause, hours_id, queue_id)
        case WithAttendant():
            attendant.enter(plan, target)
        case _:
            assert_never(target)

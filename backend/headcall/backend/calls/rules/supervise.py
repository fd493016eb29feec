# SPDX-License-Identifier: Apache-2.0
"""A supervisor at somebody else's talk: listens, whispers to the agent, speaks to both, takes over, ends it.

Their leg is no part of the talk: it comes and goes without a trace in the record, and ends with the talk.
"""

from headcall.backend.calls.errors import NotNow
from headcall.backend.calls.inputs import EndCall, Supervise, TakeOver
from headcall.backend.calls.log import (
    Bridged,
    ConferenceJoined,
    EndedBySupervisor,
    LegAdded,
    Supervised,
    TookOver,
)
from headcall.backend.calls.model import Leg
from headcall.backend.calls.plan import Plan
from headcall.backend.calls.rules.conference import leave_conference
from headcall.backend.calls.rules.ending import close_leg, end, unbridge


def supervise(plan: Plan, wish: Supervise) -> None:
    """Joins, or changes how. Raises `NotNow` while nobody talks, and for those who talk themselves."""
    leg = plan.call.leg_of(wish.user_id)
    if leg is None and plan.call.pair:
        plan.note(LegAdded(_leg_for(plan, wish)))
        plan.note(Supervised(wish.leg_id, wish.mode))
    elif leg is None or leg.role != "supervisor":
        raise NotNow("no talk of others to join", call_id=plan.call.call_id)
    elif leg.mode != wish.mode:
        plan.note(Supervised(leg.leg_id, wish.mode))


def _leg_for(plan: Plan, wish: Supervise) -> Leg:
    return Leg(
        leg_id=wish.leg_id,
        kind="browser",
        role="supervisor",
        media_node=plan.call.media_node,
        user_id=wish.user_id,
        number=wish.number,
        name=wish.name,
        state="up",
        has_media=False,
    )


def take_over(plan: Plan, wish: TakeOver) -> None:
    """The supervisor who has joined takes the agent's place; the agent is free."""
    leg, agent = plan.call.leg_of(wish.user_id), plan.call.coached
    if leg is None or leg.role != "supervisor" or agent is None:
        raise NotNow("nobody to take over from", call_id=plan.call.call_id)
    stays = plan.call.other(agent.leg_id)
    if stays is None:
        plan.note(TookOver(leg.leg_id))
        plan.note(ConferenceJoined(leg.leg_id))
        leave_conference(plan, agent, "normal")
        return
    unbridge(plan, "taken-over")
    close_leg(plan, agent.leg_id, "normal")
    plan.note(TookOver(leg.leg_id))
    plan.note(Bridged(stays.leg_id, leg.leg_id))


def end_call(plan: Plan, wish: EndCall) -> None:
    plan.note(EndedBySupervisor(wish.user_id))
    end(plan, "normal", "system")

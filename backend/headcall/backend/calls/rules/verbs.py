# SPDX-License-Identifier: Apache-2.0
"""What applications may do to a call that nobody talks in."""

from headcall.backend.calls.errors import NotNow
from headcall.backend.calls.inputs import AppAnswers, AppEnds, AppPlays, AppRings, Failed, TakenOver
from headcall.backend.calls.log import LegAnswered, LegRang, Plays, Recovered
from headcall.backend.calls.plan import Plan
from headcall.backend.calls.rules.ending import end


def app_answers(plan: Plan, _: AppAnswers) -> None:
    customer = plan.call.customer
    if customer.state == "incoming":
        plan.note(LegAnswered(customer.leg_id))


def app_rings(plan: Plan, wish: AppRings) -> None:
    customer = plan.call.customer
    wanted = "early" if wish.early_media else "ringing"
    if customer.state == "incoming" and customer.progress not in (wanted, "early"):
        plan.note(LegRang(customer.leg_id, wish.early_media))


def app_plays(plan: Plan, wish: AppPlays) -> None:
    leg = plan.call.legs.get(wish.leg_id)
    if leg is None or not leg.is_live:
        raise NotNow("the leg has ended", call_id=plan.call.call_id)
    if leg.plays != wish.source:
        plan.note(Plays(wish.leg_id, wish.source))


def app_ends(plan: Plan, wish: AppEnds) -> None:
    end(plan, wish.cause, "system")


def failed(plan: Plan, _: Failed) -> None:
    end(plan, "internal", "system")


def taken_over(plan: Plan, wish: TakenOver) -> None:
    plan.note(Recovered(wish.by))

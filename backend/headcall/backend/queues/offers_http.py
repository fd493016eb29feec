# SPDX-License-Identifier: Apache-2.0
"""/calls/{id}/offers: whom a call was offered to and why, and who it would have been by other rules."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import select

from headcall.backend.calls.log import Entry, from_row
from headcall.backend.calls.store import CallLogRow
from headcall.backend.edge.auth import Actor, requires
from headcall.backend.errors import ApiError
from headcall.backend.queues.model import Choice, Need, StrategyName
from headcall.backend.queues.why import EVENTS, Offer, Rules, offers_of, replay
from headcall.backend.store.base import iso
from headcall.backend.store.engine import Store

SEES_RANKS = "queue.manage"
"""How much a colleague has talked today is not everybody's business; that they were on a break is."""


class PersonRef(BaseModel):
    user_id: str
    name: str


class ConsideredOut(BaseModel):
    """An agent of the queue at that moment: their place, or why not."""

    user_id: str
    name: str
    place: int | None
    obstacle: str | None
    lacks: str
    idle_s: float
    ranks: dict[str, float]


class OfferOut(BaseModel):
    """One round of ringing, and the decision behind it."""

    n: int
    at: str
    strategy: StrategyName
    waited_s: float
    line: int
    priority: int
    needs: dict[str, int]
    total: int
    left_out: dict[str, int]
    considered: list[ConsideredOut]
    rung: list[PersonRef]
    refused: list[PersonRef]
    outcome: Literal["ringing", "answered", "refused", "missed", "cancelled", "failed"]
    cause: str
    answered_by: PersonRef | None
    after_s: float | None
    can_replay: bool
    is_whole: bool


class OffersOut(BaseModel):
    offers: list[OfferOut]


Level = Annotated[int, Field(ge=0, le=100)]
Short = Annotated[str, Field(min_length=1, max_length=40)]


class NeedIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    skill: Short
    level: Level = 1


class ReplayIn(BaseModel):
    """What is to be different. What is left out stays as it was."""

    model_config = ConfigDict(extra="forbid")
    strategy: StrategyName | None = None
    needs: Annotated[list[NeedIn] | None, Field(max_length=20)] = None
    weights: Annotated[dict[Short, Annotated[int, Field(ge=1, le=100)]], Field(max_length=1000)] = {}
    skills: Annotated[dict[Short, dict[Short, Level]], Field(max_length=1000)] = {}


class ReplayOut(BaseModel):
    """Who would have been rung then. Nothing was changed."""

    strategy: StrategyName
    needs: dict[str, int]
    rung: list[PersonRef]
    considered: list[ConsideredOut]
    is_same: bool
    is_whole: bool


CallOf = Callable[[Actor, str], Awaitable[Any]]
"""Raises `ApiError` for a call that this one may not see."""


def routes(store: Store, call_of: CallOf) -> APIRouter:
    router = APIRouter(tags=["calls"])

    @router.get("/calls/{call_id}/offers", response_model=OffersOut)
    async def read_offers(call_id: str, who: Annotated[Actor, Depends(requires("call.history"))]) -> dict[str, Any]:
        """Each offer of a call: who could be rung, in which order and why, and why the others could not."""
        await call_of(who, call_id)
        return {"offers": [_view(offer, ranks=who.may(SEES_RANKS)) for offer in await _offers(store, call_id)]}

    @router.post("/calls/{call_id}/offers/{n}/replay", response_model=ReplayOut)
    async def replay_offer(
        call_id: str,
        n: Annotated[int, Path(ge=1, le=1_000_000)],
        wish: ReplayIn,
        who: Annotated[Actor, Depends(requires("queue.manage"))],
    ) -> dict[str, Any]:
        """The same decision by other rules: who would have been rung. Changes nothing."""
        await call_of(who, call_id)
        offer = next((offer for offer in await _offers(store, call_id) if offer.n == n), None)
        if offer is None:
            raise ApiError("not-found", "no such offer")
        if not offer.choice.candidates:
            raise ApiError("conflict", "this offer was made before its snapshot was kept")
        needs = None if wish.needs is None else tuple(Need(need.skill, need.level) for need in wish.needs)
        then = replay(offer, Rules(wish.strategy, needs, wish.weights, wish.skills))
        return {
            "strategy": then.strategy,
            "needs": then.needs,
            "rung": _people(then, then.user_ids),
            "considered": _considered(then, ranks=True),
            "is_same": then.user_ids == offer.choice.user_ids,
            "is_whole": offer.choice.is_whole,
        }

    return router


async def _offers(store: Store, call_id: str) -> list[Offer]:
    wanted = select(CallLogRow).where(CallLogRow.call_id == call_id, CallLogRow.type.in_(EVENTS))
    async with store.read() as session:
        found = (await session.scalars(wanted.order_by(CallLogRow.seq))).all()
        return offers_of(Entry(row.seq, row.at_ms, from_row(row.type, row.data)) for row in found)


def _view(offer: Offer, *, ranks: bool) -> dict[str, Any]:
    choice = offer.choice
    out = [each.obstacle for each in choice.considered if each.obstacle is not None]
    return {
        "n": offer.n,
        "at": iso(offer.at_ms),
        "strategy": choice.strategy,
        "waited_s": choice.waited_ms / 1000,
        "line": choice.line,
        "priority": choice.priority,
        "needs": choice.needs,
        "total": choice.total or len(choice.considered),
        "left_out": choice.left_out if choice.total else {name: out.count(name) for name in sorted(set(out))},
        "considered": _considered(choice, ranks=ranks),
        "rung": _people(choice, choice.user_ids),
        "refused": _people(choice, offer.refused),
        "outcome": offer.outcome,
        "cause": offer.cause,
        "answered_by": next(iter(_people(choice, [offer.user_id] if offer.user_id else [])), None),
        "after_s": (offer.over_at_ms - offer.at_ms) / 1000 if offer.over_at_ms is not None else None,
        "can_replay": bool(choice.candidates),
        "is_whole": choice.is_whole,
    }


def _considered(choice: Choice, *, ranks: bool) -> list[dict[str, Any]]:
    return [
        {
            "user_id": each.user_id,
            "name": each.name,
            "place": each.place,
            "obstacle": each.obstacle,
            "lacks": each.lacks,
            "idle_s": each.idle_ms / 1000,
            "ranks": each.ranks if ranks else {},
        }
        for each in sorted(choice.considered, key=lambda each: (each.place is None, each.place or 0))
    ]


def _people(choice: Choice, user_ids: list[str] | tuple[str, ...]) -> list[dict[str, str]]:
    names = {each.user_id: each.name for each in choice.considered}
    return [{"user_id": user_id, "name": names[user_id]} for user_id in user_ids if user_id in names]

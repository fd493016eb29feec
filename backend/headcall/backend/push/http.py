# SPDX-License-Identifier: Apache-2.0
"""/push: this browser may be rung while its page sleeps."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints

from headcall.backend.edge.auth import CurrentUser
from headcall.backend.push.model import LONGEST_ENDPOINT
from headcall.backend.push.service import Push

Endpoint = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_ENDPOINT)]
Key = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class PushKeyOut(BaseModel):
    """Our public key, with which a page subscribes."""

    public_key: str


class PushKeys(BaseModel):
    p256dh: Key
    auth: Key = Field(repr=False)


class SubscriptionIn(BaseModel):
    """What the browser's push manager gives."""

    endpoint: Endpoint
    keys: PushKeys


class EndpointIn(BaseModel):
    endpoint: Endpoint


def routes(push: Push) -> APIRouter:
    router = APIRouter(prefix="/push", tags=["push"])

    @router.get("", response_model=PushKeyOut)
    async def read_push_key(_who: CurrentUser) -> dict[str, Any]:
        """The key that the push manager wants."""
        return {"public_key": push.key}

    @router.put("/subscription", status_code=204)
    async def subscribe(body: SubscriptionIn, who: CurrentUser) -> None:
        """Has this browser rung, too. It ends with the session."""
        await push.subscribe(who, body.endpoint, body.keys.p256dh, body.keys.auth)

    @router.post("/unsubscribe", status_code=204)
    async def unsubscribe(body: EndpointIn, who: CurrentUser) -> None:
        """Does not any more."""
        await push.unsubscribe(who.user_id, body.endpoint)

    return router

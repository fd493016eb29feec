# SPDX-License-Identifier: Apache-2.0
"""/visitor-chats: what somebody from outside may do, who has no account and only the token of their own chat."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field

from headcall.backend.chats.http import FileName, as_attachment
from headcall.backend.chats.live import ChatSocket
from headcall.backend.chats.model import LONGEST_TEXT, Visitor
from headcall.backend.chats.rooms import Room
from headcall.backend.chats.service import Chats
from headcall.backend.chats.view import for_visitor, visitor_view
from headcall.backend.edge.auth import bearer
from headcall.backend.hours.http import ClosedOut
from headcall.backend.hours.view import closed_view
from headcall.backend.queues.model import Queue
from headcall.kit.clock import Clock

LONGEST_WAIT_S = 25
"""Proxies between us and a visitor cut what is silent for 30 s."""

Said = Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT)]


class OpenIn(BaseModel):
    """The first word."""

    queue_id: Annotated[str, Field(max_length=40)]
    text: Said
    name: Annotated[str, Field(max_length=100)] = ""
    contact: Annotated[str, Field(max_length=200)] = ""
    page: Annotated[str, Field(max_length=500)] = ""
    language: Literal["zh", "en"] = "zh"


class OpenedOut(BaseModel):
    chat_id: str
    token: str
    """Opens this chat, and nothing else: `Authorization: Bearer …`."""


class TextIn(BaseModel):
    text: Said


class NamedOut(BaseModel):
    name: str


class VisitorMessage(BaseModel):
    seq: int
    at: str
    by: Literal["visitor", "agent", "system"]
    text: str
    user: NamedOut | None
    file_id: str | None


class NewsOut(BaseModel):
    """A chat as its visitor sees it, and what was written since."""

    chat_id: str
    state: Literal["waiting", "open", "ended"]
    before: int | None
    """How many are answered first."""
    agent: str | None
    is_typing: bool
    last_seq: int
    """To be given as `after` the next time."""
    messages: list[VisitorMessage]


class VisitorQueue(BaseModel):
    id: str
    name: str
    closed: ClosedOut | None
    """Nobody is there now; null while somebody is."""


class VisitorQueues(BaseModel):
    queues: list[VisitorQueue]


class Visitors:
    """What the routes share: whose chat it is, and what its visitor is told of it."""

    def __init__(self, chats: Chats, socket: ChatSocket, clock: Clock) -> None:
        self._chats, self._socket, self._clock = chats, socket, clock

    def queue(self, queue: Queue) -> dict[str, Any]:
        """`VisitorQueue` of the browser API."""
        closure = self._chats.hours.closure(queue.hours_id)
        return {"id": queue.queue_id, "name": queue.name, "closed": closed_view(closure)}

    async def own_room(self, chat_id: str, request: Request) -> Room:
        """The chat that the bearer token of the request opens."""
        return self._chats.room_of_visitor(chat_id, bearer(request))

    async def news(self, room: Room, after: int) -> dict[str, Any]:
        chat = room.chat
        said = await self._chats.messages(chat.chat_id, after, with_notes=False)
        agent = self._socket.name_of(chat.agent_id) if chat.agent_id else None
        return visitor_view(chat, self._chats.place_of(chat), agent) | {
            "is_typing": self._clock.now() < room.agent_types_until,
            "last_seq": chat.last_seq,
            "messages": for_visitor(said, self._socket.name_of),
        }


def routes(chats: Chats, socket: ChatSocket, clock: Clock) -> APIRouter:
    router = APIRouter(tags=["visitors' chats"])

    visitors = Visitors(chats, socket, clock)
    OwnRoom = Annotated[Room, Depends(visitors.own_room)]
    news = visitors.news

    @router.get("/visitor-chats/queues", response_model=VisitorQueues)
    async def read_visitor_queues() -> dict[str, Any]:
        """Where a visitor can write to."""
        found = [queue for queue in chats.queues.all() if queue.chats_at_once]
        return {"queues": [visitors.queue(queue) for queue in found]}

    @router.post("/visitor-chats", response_model=OpenedOut, status_code=201)
    async def open_visitor_chat(wish: OpenIn, request: Request) -> dict[str, Any]:
        """Begins a chat. Its token is told here and never again."""
        address = request.client.host if request.client else ""
        visitor = Visitor(wish.name, wish.contact, wish.page, wish.language)
        room, token = await chats.open(wish.queue_id, visitor, wish.text, address=address)
        return {"chat_id": room.chat.chat_id, "token": token}

    @router.get("/visitor-chats/{chat_id}", response_model=NewsOut)
    async def read_visitor_chat(
        room: OwnRoom,
        after: Annotated[int, Query(ge=0)] = 0,
        wait_s: Annotated[float, Query(ge=0, le=LONGEST_WAIT_S)] = 0,
    ) -> dict[str, Any]:
        """What is new after message `after`; waits up to `wait_s` for something."""
        if wait_s and room.chat.is_live and room.chat.last_seq <= after:
            await room.news(wait_s)
        return await news(room, after)

    @router.post("/visitor-chats/{chat_id}/messages", response_model=NewsOut)
    async def post_visitor_message(said: TextIn, room: OwnRoom) -> dict[str, Any]:
        """Says something."""
        message = await chats.visitor_says(room, said.text)
        return await news(room, message.seq - 1)

    @router.post("/visitor-chats/{chat_id}/typing", status_code=204)
    async def post_visitor_typing(room: OwnRoom) -> None:
        """The agent sees that something is being written."""
        socket.visitor_types(room)

    @router.delete("/visitor-chats/{chat_id}", status_code=204)
    async def end_visitor_chat(room: OwnRoom) -> None:
        """Ends the chat."""
        await chats.visitor_ends(room)

    return router


def file_routes(chats: Chats, socket: ChatSocket, clock: Clock) -> APIRouter:
    router = APIRouter(tags=["visitors' chats"])
    visitors = Visitors(chats, socket, clock)
    OwnRoom = Annotated[Room, Depends(visitors.own_room)]
    news = visitors.news

    @router.post("/visitor-chats/{chat_id}/files", response_model=NewsOut)
    async def post_visitor_file(name: FileName, room: OwnRoom, request: Request) -> dict[str, Any]:
        """Sends a file; its octets are the body."""
        message = await chats.attach(room, "visitor", name, await request.body())
        return await news(room, message.seq - 1)

    @router.get("/visitor-chats/{chat_id}/files/{file_id}", response_class=Response)
    async def read_visitor_file(file_id: str, room: OwnRoom) -> Response:
        """A file that was sent."""
        return as_attachment(*await chats.file(room.chat.chat_id, file_id))

    return router

# SPDX-License-Identifier: Apache-2.0
"""/chats for agents and supervisors, /canned-replies."""

from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, Field

from headcall.backend.chats.live import ChatSocket
from headcall.backend.chats.replies import Replies
from headcall.backend.chats.service import Chats
from headcall.backend.chats.view import message_view
from headcall.backend.edge.auth import Actor, CurrentUser, requires

Worker = Annotated[Actor, Depends(requires("agent.work"))]
Manager = Annotated[Actor, Depends(requires("queue.manage"))]
FileName = Annotated[str, Query(min_length=1, max_length=300)]
Author = Literal["visitor", "agent", "system", "note"]


class PersonOut(BaseModel):
    user_id: str
    name: str


class QueueName(BaseModel):
    id: str
    name: str


class VisitorOut(BaseModel):
    """Who wrote to us, by their own word."""

    name: str
    contact: str
    page: str
    language: Literal["zh", "en"]
    is_here: bool


class ChatOut(BaseModel):
    chat_id: str
    state: Literal["waiting", "offered", "open", "ended"]
    queue: QueueName
    visitor: VisitorOut
    agent: PersonOut | None
    offered_to: str | None
    offer_expires_at: str | None
    entered_at: str
    opened_at: str | None
    ended_at: str | None
    ended_by: Literal["visitor", "agent", "system"] | None
    cause: str
    disposition: str
    last_seq: int
    read_seq: int


class MessageOut(BaseModel):
    seq: int
    at: str
    by: Author
    text: str
    """Of a file, its name; of the system, what happened: joined, left, passed-on, passed-to-queue, ended."""
    user: PersonOut | None
    file_id: str | None


class ChatWhole(ChatOut):
    messages: list[MessageOut]


class ChatsOut(BaseModel):
    chats: list[ChatOut]


class MessagesOut(BaseModel):
    messages: list[MessageOut]


class ReplyIn(BaseModel):
    """An answer that is kept ready."""

    shortcut: Annotated[str, Field(pattern=r"^[\w-]{1,32}$")]
    language: Literal["zh", "en"] = "zh"
    text: Annotated[str, Field(min_length=1, max_length=4000)]


class ReplyOut(ReplyIn):
    reply_id: str


class RepliesOut(BaseModel):
    replies: list[ReplyOut]


def routes(chats: Chats, socket: ChatSocket) -> APIRouter:
    router = APIRouter(tags=["chats"])

    @router.get("/chats", response_model=ChatsOut)
    async def read_chats(
        who: CurrentUser,
        scope: Literal["mine", "all", "live"] = "mine",
        q: Annotated[str, Query(max_length=100)] = "",
        before_ms: Annotated[int | None, Query(ge=0, le=1 << 53)] = None,
    ) -> dict[str, Any]:
        """Chats that are over, the newest first; or (`live`, as a supervisor) all that go on."""
        if scope == "live":
            await requires("agent.supervise")(who)
            return {"chats": [socket.view(chat) for chat in chats.rooms.chats()]}
        found = await chats.history(who, everybody=scope == "all", search=q, before_ms=before_ms)
        return {"chats": [socket.view(chat) for chat in found]}

    @router.get("/chats/{chat_id}", response_model=ChatWhole)
    async def read_chat(chat_id: str, who: CurrentUser) -> dict[str, Any]:
        """A chat and all that was written in it."""
        chat = await chats.one(who, chat_id)
        said = await chats.messages(chat.chat_id)
        return socket.view(chat) | {"messages": [message_view(each, socket.name_of) for each in said]}

    @router.post("/chats/{chat_id}/files", response_model=MessageOut)
    async def post_chat_file(chat_id: str, name: FileName, who: Worker, request: Request) -> dict[str, Any]:
        """Sends a file; its octets are the body."""
        room = chats.own(who, chat_id)
        said = await chats.attach(room, "agent", name, await request.body(), who.user_id)
        return message_view(said, socket.name_of)

    @router.get("/chats/{chat_id}/files/{file_id}", response_class=Response)
    async def read_chat_file(chat_id: str, file_id: str, who: CurrentUser) -> Response:
        """A file that was sent."""
        await chats.one(who, chat_id)
        return as_attachment(*await chats.file(chat_id, file_id))

    return router


def as_attachment(file: Any, octets: bytes) -> Response:
    """To be kept, never to be shown as a page of ours."""
    headers = {
        "content-disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
        "content-security-policy": "default-src 'none'; sandbox",
        "cache-control": "private, max-age=3600",
    }
    return Response(octets, media_type=file.type, headers=headers)


def reply_routes(replies: Replies) -> APIRouter:
    router = APIRouter(tags=["chats"])

    @router.get("/canned-replies", response_model=RepliesOut)
    async def read_canned_replies(_who: Annotated[Actor, Depends(requires("queue.read"))]) -> dict[str, Any]:
        """Answers that are kept ready."""
        return {"replies": await replies.all()}

    @router.post("/canned-replies", response_model=ReplyOut, status_code=201)
    async def post_canned_reply(reply: ReplyIn, who: Manager) -> dict[str, Any]:
        """One more answer."""
        return await replies.put(who, None, **reply.model_dump())

    @router.put("/canned-replies/{reply_id}", response_model=ReplyOut)
    async def put_canned_reply(reply_id: str, reply: ReplyIn, who: Manager) -> dict[str, Any]:
        """Another text for one."""
        return await replies.put(who, reply_id, **reply.model_dump())

    @router.delete("/canned-replies/{reply_id}", status_code=204)
    async def delete_canned_reply(reply_id: str, who: Manager) -> None:
        """Keeps one no longer."""
        await replies.drop(who, reply_id)

    return router

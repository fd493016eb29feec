# SPDX-License-Identifier: Apache-2.0
"""Joins the parts of chats."""

from fastapi import APIRouter

from headcall.backend.chats import http, visitors
from headcall.backend.chats.desk import ChatDesk
from headcall.backend.chats.given import Given
from headcall.backend.chats.live import ChatSocket
from headcall.backend.chats.replies import Replies
from headcall.backend.chats.service import Chats


class Written:
    """Written conversations, beside the spoken ones."""

    def __init__(self, given: Given) -> None:
        self.chats = Chats(given)
        self.desk = ChatDesk(self.chats, given.clock)
        self._given = given
        self._socket = ChatSocket(self.chats, given.live, given.clock)
        self._socket.register()

    def routes(self) -> APIRouter:
        given = self._given
        router = APIRouter()
        for routes in (
            http.routes(self.chats, self._socket),
            http.reply_routes(Replies(given.store, given.audit, given.ids)),
            visitors.routes(self.chats, self._socket, given.clock),
            visitors.file_routes(self.chats, self._socket, given.clock),
        ):
            router.include_router(routes)
        return router

# SPDX-License-Identifier: Apache-2.0
"""Answers that are kept ready for agents, and who changed them."""

from typing import Any

from msgspec import to_builtins
from sqlalchemy.exc import IntegrityError

from headcall.backend.audit.service import Audit
from headcall.backend.chats import store as rows
from headcall.backend.chats.store import CannedReply
from headcall.backend.errors import ApiError
from headcall.backend.store.engine import Store
from headcall.backend.users.model import Actor
from headcall.kit.ids import IdMaker

MOST = 500


class Replies:
    def __init__(self, store: Store, audit: Audit, ids: IdMaker) -> None:
        self._store, self._audit, self._ids = store, audit, ids

    async def all(self) -> list[dict[str, Any]]:
        async with self._store.read() as session:
            return [to_builtins(reply) for reply in await rows.replies(session)]

    async def put(self, who: Actor, reply_id: str | None, *, shortcut: str, language: str, text: str) -> dict[str, Any]:
        """A new reply, or another text for one. Raises `ApiError`."""
        reply = CannedReply(reply_id or self._ids("reply"), shortcut, language, text)
        try:
            async with self._store.begin() as session:
                known = {each.reply_id: each for each in await rows.replies(session)}
                if reply_id is not None and reply_id not in known:
                    raise ApiError("not-found", "no such reply")
                if reply_id is None and len(known) >= MOST:
                    raise ApiError("bad-request", f"at most {MOST} replies are kept")
                was = to_builtins(known[reply_id]) if reply_id else {}
                await rows.put_reply(session, reply)
                self._audit.note(session, who, "canned-reply.put", reply.reply_id, was, to_builtins(reply))
        except IntegrityError:
            raise ApiError("conflict", f"another reply has the shortcut {shortcut!r}") from None
        view: dict[str, Any] = to_builtins(reply)
        return view

    async def drop(self, who: Actor, reply_id: str) -> None:
        async with self._store.begin() as session:
            known = {each.reply_id: each for each in await rows.replies(session)}
            if reply_id not in known:
                raise ApiError("not-found", "no such reply")
            await rows.drop_reply(session, reply_id)
            self._audit.note(session, who, "canned-reply.delete", reply_id, to_builtins(known[reply_id]), {})

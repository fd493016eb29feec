# SPDX-License-Identifier: Apache-2.0
"""Socket.IO: joins `Live` to python-socketio. JSON only; connections of our own origin only."""

import asyncio
import logging
from typing import Any

import socketio  # type: ignore[import-untyped]

from headcall.backend.edge.auth import MAX_TOKEN, Authenticator, token_in_cookies
from headcall.backend.edge.faults import fault
from headcall.backend.edge.live import BOX, Connection, Live

log = logging.getLogger(__name__)

MAX_MESSAGE = 512 * 1024
"""Octets of one message. The largest is an SDP offer, at most 256 KiB."""

DOES_AT_ONCE = 16
"""Requests of one page that are carried out side by side; the rest is refused. A person makes one or two."""


class LiveSocket:
    """The Socket.IO server. One task per connection empties its box, so that order is kept."""

    def __init__(self, live: Live, authenticator: Authenticator) -> None:
        self._live, self._authenticator = live, authenticator
        self._pumps: dict[str, asyncio.Task[None]] = {}
        self._doing: dict[str, int] = {}
        self.server = socketio.AsyncServer(
            async_mode="asgi",
            cors_allowed_origins=None,  # the same origin only
            max_http_buffer_size=MAX_MESSAGE,
            ping_interval=10,
            ping_timeout=8,
            serializer="default",
            always_connect=False,
        )
        self.server.on("connect", self._connect)
        self.server.on("disconnect", self._disconnect)
        self.server.on("do", self._do)

    async def drop_session(self, session_id: str) -> None:
        """Cuts off the tabs of a session that was ended."""
        for sid in self._live.sids_of_session(session_id):
            await self.server.disconnect(sid)

    async def close(self) -> None:
        """Ends all connections; pages come back by themselves."""
        await self.server.shutdown()
        for pump in tuple(self._pumps.values()):
            pump.cancel()

    async def _connect(self, sid: str, environ: dict[str, Any], auth: object = None) -> None:
        offered = auth if isinstance(auth, dict) else {}
        token = offered.get("token") or token_in_cookies(environ.get("HTTP_COOKIE", ""))
        who = await self._authenticator.actor(token) if isinstance(token, str) and 0 < len(token) <= MAX_TOKEN else None
        if who is None:
            refusal = fault("not-signed-in", "no session")
            raise socketio.exceptions.ConnectionRefusedError(refusal.cause, refusal.body()["error"])
        instance = offered.get("instance")
        connection = self._live.connected(sid, who, instance[:64] if isinstance(instance, str) else sid)
        last = offered.get("last_event_id")
        self._pumps[sid] = asyncio.create_task(
            self._pump(connection, last if type(last) is int else None), name=f"live {sid}"
        )

    async def _disconnect(self, sid: str, _reason: object = None) -> None:
        self._doing.pop(sid, None)
        pump = self._pumps.pop(sid, None)
        if pump is not None:
            pump.cancel()
        await self._live.gone(sid)

    async def _do(self, sid: str, message: object = None, *_more: object) -> dict[str, Any]:
        if self._doing.get(sid, 0) >= DOES_AT_ONCE:
            refusal = fault("too-many-attempts", f"more than {DOES_AT_ONCE} requests at once")
            return {"ok": False, "cause": refusal.cause, "text": refusal.text, "detail": refusal.detail}
        self._doing[sid] = self._doing.get(sid, 0) + 1
        try:
            return await self._live.do(sid, message)
        finally:
            self._doing[sid] = self._doing.get(sid, 1) - 1
            if not self._doing[sid]:
                del self._doing[sid]

    async def _pump(self, connection: Connection, last_event_id: int | None) -> None:
        sid = connection.sid
        try:
            await self._live.welcome(connection, last_event_id)
            while not self._is_slow(connection):
                name, data = await connection.box.get()
                await self.server.emit(name, data, to=sid)
            log.warning("a page was too slow to take its events; cut off")
        except Exception:
            log.exception("could not serve a page's events")
        await self.server.disconnect(sid)

    def _is_slow(self, connection: Connection) -> bool:
        """python-engineio queues without a bound; we set one."""
        if connection.is_overflowing:
            return True
        eio_sid = self.server.manager.eio_sid_from_sid(connection.sid, "/")
        eio_socket = self.server.eio.sockets.get(eio_sid)
        return eio_socket is not None and eio_socket.queue.qsize() > BOX

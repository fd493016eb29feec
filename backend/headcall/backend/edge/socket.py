# SPDX-License-Identifier: Apache-2.0
"""Socket.IO: joins `Live` to python-socketio. JSON only; connections of our own origin only."""

import asyncio
import contextlib
import logging
from typing import Any
from urllib.parse import urlsplit

import socketio  # type: ignore[import-untyped]

from headcall.backend.edge.auth import MAX_TOKEN, Actor, Authenticator, token_in_cookies
from headcall.backend.edge.faults import fault, fault_of
from headcall.backend.edge.figures import EdgeFigures
from headcall.backend.edge.live import BOX, Connection, Live
from headcall.backend.edge.quiet import quieten
from headcall.backend.edge.strict import StrictPacket
from headcall.backend.errors import ApiError

log = logging.getLogger(__name__)

MAX_MESSAGE = 512 * 1024
"""Octets of one message. The largest is an SDP offer, at most 256 KiB."""

DOES_AT_ONCE = 16
"""Requests of one page that are carried out side by side; the rest is refused. A person makes one or two."""

STRANGER_SECONDS = 10.0
"""A connection must say who it is within one to two of these."""

PING_S = 5
"""How often a page is asked whether it lives, and how long it may take to say so. A lid that was closed, a tab that the
browser froze: within twice this they are offered nothing more."""

RECHECK_SECONDS = 300.0


def is_our_origin(origin: str | None, environ: dict[str, Any]) -> bool:
    """Whether a page of our own asks. python-engineio compares with `http://` also behind TLS, so we compare hosts."""
    hosts = {environ.get("HTTP_HOST"), environ.get("HTTP_X_FORWARDED_HOST")} - {None, ""}
    try:
        asked = urlsplit(origin or "")
    except ValueError:
        return False
    return asked.scheme in ("http", "https") and asked.netloc in hosts


class LiveSocket:
    """The Socket.IO server. One task per connection empties its box, so that order is kept."""

    def __init__(self, live: Live, authenticator: Authenticator, figures: EdgeFigures) -> None:
        self._live, self.authenticator, self.figures = live, authenticator, figures
        self._pumps: dict[str, asyncio.Task[None]] = {}
        self._doing: dict[str, int] = {}
        self._tokens: dict[str, str] = {}
        self._strangers: set[str] = set()
        quieten()
        self.server = socketio.AsyncServer(
            async_mode="asgi",
            cors_allowed_origins=is_our_origin,
            max_http_buffer_size=MAX_MESSAGE,
            ping_interval=PING_S,
            ping_timeout=PING_S,
            serializer=type("CountedPacket", (StrictPacket,), {"rubbish": figures.rubbish}),
            always_connect=False,
            logger=logging.getLogger("headcall.edge.socketio"),
            engineio_logger=logging.getLogger("headcall.edge.engineio"),
        )
        self.server.on("connect", self._connect)
        self.server.on("disconnect", self._disconnect)
        self.server.on("do", self._do)

    async def drop_session(self, session_id: str) -> None:
        """Cuts off the tabs of a session that was ended."""
        for sid in self._live.sids_of_session(session_id):
            await self.server.disconnect(sid)

    async def watch(self) -> None:
        """Until cancelled: cuts off who never says who they are, and whose session has ended meanwhile.

        Asking for a session also keeps it alive, so a page that is open all day stays signed in.
        """
        while True:
            for _ in range(round(RECHECK_SECONDS / STRANGER_SECONDS)):
                await asyncio.sleep(STRANGER_SECONDS)
                await self.sweep_strangers()
            try:
                await self.recheck()
            except Exception:
                log.exception("could not look after sessions; trying again")

    async def sweep_strangers(self) -> None:
        """Closes connections that were there at the sweep before and still belong to nobody."""
        manager = self.server.manager
        nobody = {each for each in tuple(self.server.eio.sockets) if manager.sid_from_eio_sid(each, "/") is None}
        for each in nobody & self._strangers:
            self.figures.cut.labels("stranger").inc()
            await self._cut(each)
        self._strangers = nobody

    async def recheck(self) -> None:
        """Cuts off the tabs whose session is over. A key that asks too fast is not over."""
        for sid, token in tuple(self._tokens.items()):
            with contextlib.suppress(ApiError):
                if await self.authenticator.actor(token) is None:
                    await self.server.disconnect(sid)

    async def close(self) -> None:
        """Ends all connections; pages come back by themselves."""
        await self.server.shutdown()
        for pump in tuple(self._pumps.values()):
            pump.cancel()

    async def _connect(self, sid: str, environ: dict[str, Any], auth: object = None) -> None:
        offered = auth if isinstance(auth, dict) else {}
        token = offered.get("token") or token_in_cookies(environ.get("HTTP_COOKIE", ""))
        who = await self._knock(token)
        instance = offered.get("instance")
        connection = self._live.connected(sid, who, instance[:64] if isinstance(instance, str) else sid)
        self._tokens[sid] = token
        self.figures.live.inc()
        last = offered.get("last_event_id")
        self._pumps[sid] = asyncio.create_task(
            self._pump(connection, last if type(last) is int else None), name=f"live {sid}"
        )

    async def _knock(self, token: object) -> Actor:
        """Who holds the token; the refusal that python-socketio tells the peer, if nobody does."""
        refusal = fault("not-signed-in", "no session")
        if isinstance(token, str) and 0 < len(token) <= MAX_TOKEN:
            try:
                if (who := await self.authenticator.actor(token)) is not None:
                    if who.is_key and not who.may("call.control"):
                        raise ApiError("not-allowed", "a key needs call.control to hear what a person hears")
                    return who
            except ApiError as error:
                refusal = fault_of(error)
        raise socketio.exceptions.ConnectionRefusedError(refusal.cause, refusal.body()["error"])

    async def _disconnect(self, sid: str, _reason: object = None) -> None:
        self._doing.pop(sid, None)
        if self._tokens.pop(sid, None):
            self.figures.live.dec()
        pump = self._pumps.pop(sid, None)
        if pump is not None:
            pump.cancel()
        await self._live.gone(sid)

    async def _do(self, sid: str, message: object = None, *_more: object) -> dict[str, Any]:
        if self._doing.get(sid, 0) >= DOES_AT_ONCE:
            self.figures.does.labels("too many").inc()
            refusal = fault("too-many-attempts", f"more than {DOES_AT_ONCE} requests at once")
            return {"ok": False, "cause": refusal.cause, "text": refusal.text, "detail": refusal.detail}
        self._doing[sid] = self._doing.get(sid, 0) + 1
        try:
            answer = await self._live.do(sid, message)
            self.figures.does.labels("ok" if answer["ok"] else answer["cause"]).inc()
            return answer
        finally:
            self._doing[sid] = self._doing.get(sid, 1) - 1
            if not self._doing[sid]:
                del self._doing[sid]

    async def _pump(self, connection: Connection, last_event_id: int | None) -> None:
        sid = connection.sid
        eio_sid = self.server.manager.eio_sid_from_sid(sid, "/")
        try:
            await self._live.welcome(connection, last_event_id)
            while not self._is_slow(connection, eio_sid):
                name, data = await connection.box.get()
                await self.server.emit(name, data, to=sid)
                self.figures.events.inc()
            self.figures.cut.labels("slow page").inc()
            log.warning("a page was too slow to take its events; cut off")
        except Exception:
            log.exception("could not serve a page's events")
        self._pumps.pop(sid, None)
        await self._cut(eio_sid)

    def _is_slow(self, connection: Connection, eio_sid: str) -> bool:
        """python-engineio queues without a bound; we set one."""
        eio_socket = self.server.eio.sockets.get(eio_sid)
        return connection.is_overflowing or (eio_socket is not None and eio_socket.queue.qsize() > BOX)

    async def _cut(self, eio_sid: str) -> None:
        """Closes the transport, whether or not the peer takes what is still to be sent. An honest page comes back."""
        eio_socket = self.server.eio.sockets.get(eio_sid)
        if eio_socket is not None:
            await eio_socket.close(wait=False)
            eio_socket.queue.put_nowait(None)  # ends python-engineio's writer, which closes the WebSocket

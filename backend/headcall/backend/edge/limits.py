# SPDX-License-Identifier: Apache-2.0
"""Bounds on what a stranger may send, around the whole application: body size; and headers every answer carries."""

import contextlib
import logging
import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import msgspec
from starlette.exceptions import HTTPException

from headcall.backend.edge.faults import Fault, fault, fault_of
from headcall.backend.edge.figures import EdgeFigures
from headcall.backend.edge.policy import HEADERS, content_security_policy
from headcall.kit.clock import Clock
from headcall.wire.codec import MAX_OCTETS

log = logging.getLogger("headcall.edge.strangers")

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]

MAX_BODY = MAX_OCTETS
"""Octets of a request's body."""

MAX_UPLOAD = 5 << 20
"""Octets of a file that is sent. A photograph of a telephone is 3 to 4 million."""

MAX_SOUND = 12 << 20
"""Octets of a prompt's sound. A minute of WAV at 48 kHz in two channels is 11.5 million."""

UPLOADS = (
    (re.compile(r"/api/v1/(?:visitor-)?chats/[^/]{1,64}/files"), MAX_UPLOAD),
    (re.compile(r"/api/v1/prompts/[^/]{1,64}/sound"), MAX_SOUND),
)
"""Where files are sent to, and how large they may be."""

_SECURITY = [(name.encode(), value.encode()) for name, value in HEADERS.items()]


class BodyTooLarge(HTTPException):
    """The body grew over the limit while it was read. (FastAPI lets an HTTPException through, and nothing else.)"""

    def __init__(self) -> None:
        super().__init__(413, "the body is too large")


class Limits:
    """ASGI middleware, outermost: refuses bodies that are too large and sets the security headers."""

    def __init__(self, app: Asgi, figures: EdgeFigures, clock: Clock, max_body: int = MAX_BODY) -> None:
        self._app, self._figures, self._clock, self._max_body = app, figures, clock, max_body

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._websocket(scope, receive, send)
            return
        answer = Answer(send, _host(scope))
        began = self._clock.now()
        try:
            await self._request(scope, receive, answer)
        finally:
            self._figures.answered(answer.status, self._clock.now() - began)

    async def _request(self, scope: MutableMapping[str, Any], receive: Receive, answer: "Answer") -> None:
        most = max([self._max_body, *(size for where, size in UPLOADS if where.fullmatch(scope["path"]))])
        if _content_length(scope) > most:
            await answer.refuse(fault("too-large", "the body is too large"))
            return
        try:
            await self._app(scope, _Counted(receive, most), answer)
        except BodyTooLarge:
            if not answer.has_begun:
                await answer.refuse(fault("too-large", "the body is too large"))
        except Exception as error:
            if not answer.has_begun:
                await answer.refuse(fault_of(error))
            elif not answer.is_complete:
                raise  # the connection must be cut: the peer cannot know otherwise that this was not all

    async def _websocket(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        try:
            await self._app(scope, receive, send)
        except Exception as error:  # noqa: BLE001 - octets that python-engineio does not foresee
            self._figures.cut.labels("websocket").inc()
            log.warning("a WebSocket peer broke the rules: %s", type(error).__name__)
            with contextlib.suppress(Exception):
                await send({"type": "websocket.close", "code": 1002})


class _Counted:
    """A `receive` that counts."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive, self._left = receive, limit

    async def __call__(self) -> Message:
        message = await self._receive()
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise BodyTooLarge
        return message


class Answer:
    """A `send` that adds the security headers and remembers whether the answer has begun."""

    def __init__(self, send: Send, host: str) -> None:
        self._send, self._host = send, host
        self.has_begun = False
        self.status = 499
        """Of the answer; until it has begun, that of a peer who left (nginx's number for it)."""
        self.is_complete = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.has_begun, self.status = True, message["status"]
            named = {name for name, _ in message.get("headers", ())}
            policy = (b"content-security-policy", content_security_policy(self._host).encode())
            more = [(name, value) for name, value in (*_SECURITY, policy) if name not in named]
            if message["status"] == 413 and b"connection" not in named:
                more.append((b"connection", b"close"))  # the rest of the body may still be under way
            message = {**message, "headers": [*message.get("headers", ()), *more]}
        if message["type"] == "http.response.body" and not message.get("more_body"):
            self.is_complete = True
        await self._send(message)

    async def refuse(self, refusal: Fault) -> None:
        """Answers in our error shape, and for the last time on this connection."""
        body = msgspec.json.encode(refusal.body())
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        headers.append((b"connection", b"close"))
        await self({"type": "http.response.start", "status": refusal.status, "headers": headers})
        await self({"type": "http.response.body", "body": body})


def _host(scope: MutableMapping[str, Any]) -> str:
    found = next((value for name, value in scope["headers"] if name == b"host"), b"")
    return str(found.decode("latin-1"))


def _content_length(scope: MutableMapping[str, Any]) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() and len(value) < 20 else MAX_BODY + 1
    return 0

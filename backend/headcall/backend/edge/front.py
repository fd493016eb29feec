# SPDX-License-Identifier: Apache-2.0
"""The outermost application: Socket.IO, the API, or the pages, by path; all within the limits."""

import socketio  # type: ignore[import-untyped]
from starlette.types import ASGIApp, Receive, Scope, Send

from headcall.backend.edge.limits import Limits
from headcall.backend.edge.socket import LiveSocket
from headcall.kit.clock import Clock

API_PATHS = ("/api/", "/health", "/metrics", "/s/")


class _ByPath:
    """The API for its paths, the pages for all others."""

    def __init__(self, api: ASGIApp, pages: ASGIApp) -> None:
        self._api, self._pages = api, pages

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": 1008})
            return
        is_api = scope["type"] == "http" and scope["path"].startswith(API_PATHS)
        await (self._api if is_api else self._pages)(scope, receive, send)


def front(live: LiveSocket, api: ASGIApp, pages: ASGIApp, clock: Clock) -> ASGIApp:
    """What the web server runs."""
    by_path = socketio.ASGIApp(live.server, other_asgi_app=_ByPath(api, pages), socketio_path="socket.io")
    return Limits(by_path, live.figures, clock)

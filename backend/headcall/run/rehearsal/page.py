# SPDX-License-Identifier: Apache-2.0
"""An agent's page without a screen: Socket.IO over one WebSocket, in the few words that a rehearsal needs."""

import asyncio
import itertools
import json
from collections.abc import Callable
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

OnEvent = Callable[[str, dict[str, Any]], None]


class Page:
    """Engine.IO 4 frames: 0 open, 2 ping, 3 pong, 4 message; Socket.IO 5 inside: 0 connect, 2 event, 3 answer."""

    def __init__(self, line: ClientConnection, on_event: OnEvent) -> None:
        self._line, self._on_event = line, on_event
        self._numbers = itertools.count()
        self._asked: dict[int, asyncio.Future[dict[str, Any]]] = {}

    @classmethod
    async def open(cls, port: int, cookie: str, instance: str, on_event: OnEvent) -> "Page":
        url = f"ws://127.0.0.1:{port}/socket.io/?EIO=4&transport=websocket"
        line = await connect(
            url, additional_headers={"Cookie": cookie}, max_size=None, ping_interval=None, compression=None
        )
        await line.recv()
        await line.send("40" + json.dumps({"device": "browser", "instance": instance}))
        return cls(line, on_event)

    async def read(self) -> None:
        """Until the line ends."""
        async for frame in self._line:
            text = frame if isinstance(frame, str) else ""
            if text == "2":
                await self._line.send("3")
            elif text.startswith("42"):
                name, data = json.loads(text[text.index("[") :])
                self._heard(name, data)
            elif text.startswith("43"):
                at = text.index("[")
                future = self._asked.pop(int(text[2:at]), None)
                if future and not future.done():
                    future.set_result(json.loads(text[at:])[0])

    def _heard(self, name: str, data: dict[str, Any]) -> None:
        if name == "snapshot":
            self._on_event("snapshot", data)
        elif name == "event":
            self._on_event(data["type"], data["data"])

    async def do(self, kind: str, **words: object) -> dict[str, Any]:
        """One command, and the answer as it is."""
        number = next(self._numbers)
        future = self._asked[number] = asyncio.get_running_loop().create_future()
        await self._line.send(f"42{number}" + json.dumps(["do", {"type": kind, **words}]))
        return await asyncio.wait_for(future, 15.0)

    async def close(self) -> None:
        await self._line.close()

# SPDX-License-Identifier: Apache-2.0
"""A node with a recorded engine, for tests of its control."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from pathlib import Path
from random import Random
from typing import Any

from headcall.kit.clock import ManualClock
from headcall.kit.log import Sparse
from headcall.sfu.clips import ClipError, Clips
from headcall.sfu.control import Node
from headcall.sfu.dtls import Certificate
from headcall.sfu.events import Events
from headcall.sfu.hearing import Hearing
from headcall.sfu.peers import Peers, Reachable
from headcall.sfu.recordings import Recordings
from headcall.wire.media import MediaEvent, MediaReply
from tests.sfu.fake_engine import FakeEngine

CERTIFICATE = Certificate.generateCertificate()
DATA = Path(__file__).parent / "data"


def offer(name: str = "chromium-156-audio") -> str:
    return (DATA / f"{name}.sdp").read_bytes().decode()


class World:
    """A node, its engine, what it told call control, and what became of its handshakes."""

    def __init__(self) -> None:
        self.engine = FakeEngine()
        self.told: list[MediaEvent] = []
        self.counted: list[str] = []
        self.peers = Peers(
            self.engine,
            CERTIFICATE,
            Reachable(("192.0.2.1",), 8402),
            sparse=Sparse(logging.getLogger("test"), ManualClock()),
            count=self.counted.append,
            chance=Random(1),
        )
        self.clips = Clips(self.engine, decode=decode)
        hearing = Hearing(self.engine, self.clips, self.told.append)
        self.node = Node("sfu-1", self.engine, self.peers, hearing, Recordings(self.engine, self.told.append))
        self.events = Events(self.engine, self.peers, self.node.recordings, self.told.append)

    async def do(self, *commands: Any) -> list[MediaReply]:
        return [await self.node.carry_out(command) for command in commands]

    async def close(self) -> None:
        await self.node.hearing.close()
        await self.peers.close()
        self.clips.close()
        self.engine.close()


def decode(path: Path) -> bytes:
    if path.name.startswith("broken"):
        raise ClipError(f"{path.name}: broken")
    return b"\0\0" * 100


def scenario(work: Callable[[World], Coroutine[Any, Any, None]]) -> None:
    async def run() -> None:
        world = World()
        try:
            await work(world)
        finally:
            await world.close()

    asyncio.run(asyncio.wait_for(run(), 10))


async def settled() -> None:
    """Lets every task that can go on do so."""
    for _ in range(20):
        await asyncio.sleep(0)

# SPDX-License-Identifier: Apache-2.0
"""A media node without media: keeps the promises of `wire.media`; what is played takes its length in virtual time."""

import asyncio
import wave
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from headcall.kit.bus.outbox import Outbox
from headcall.kit.role import RoleContext
from headcall.kit.tasks import Tasks
from headcall.wire import media, topics
from headcall.wire.codec import UnknownWord, decode, encode
from headcall.wire.nodes import Done, NodeAlive, Refused

Sleep = Callable[[float], Awaitable[None]]

UNKNOWN_CLIP_S = 3.0


@dataclass
class Leg:
    kind: Literal["peer", "plain"]
    codecs: tuple[media.Codec, ...] = ()
    source: media.Source = field(default_factory=media.Silence)
    play: asyncio.Task[None] | None = None


class SilentNode:
    """Legs that hear nothing, by the rehearsal's calendar."""

    def __init__(self, name: str, outbox: Outbox, sleep: Sleep) -> None:
        self.name, self.legs = name, dict[str, Leg]()
        self._outbox, self._sleep = outbox, sleep
        self._tasks = Tasks("silent media")
        self._recordings: dict[str, tuple[str, str]] = {}
        self._lengths: dict[str, float] = {}

    async def answer(self, message: bytes) -> bytes:
        """Serves `topics.media(node)`."""
        try:
            command: media.MediaCommand = decode(message, media.MediaCommand)  # type: ignore[arg-type]
        except UnknownWord as error:
            return encode(Refused("bad-request", str(error)))
        return encode(self._perform(command))

    def _perform(self, command: media.MediaCommand) -> media.MediaReply:
        match command:
            case media.OpenPlain() | media.SetPlainRemote():
                return self._plain(command)
            case media.ConnectPeer(leg_id=leg_id):
                self.legs.setdefault(leg_id, Leg("peer"))
                self._tell(media.MediaUp(leg_id))
                return media.PeerConnected(leg_id, "v=0")
            case media.Hear(leg_id=leg_id, source=source):
                return self._hear(leg_id, source)
            case media.DescribeMedia():
                legs = tuple(media.LegMedia(leg_id, leg.kind, True, "PCMA") for leg_id, leg in self.legs.items())
                return media.MediaDescribed(self.name, legs, tuple(self._recordings))
            case media.StartRecording(recording_id=recording_id, leg_id=leg_id, path=path):
                self._recordings[recording_id] = (leg_id, path)
            case media.StopRecording(recording_id=recording_id):
                self._end_recording(recording_id)
            case media.CloseLeg(leg_id=leg_id):
                self._close(leg_id)
            case _:
                pass
        return Done()

    def _plain(self, command: media.OpenPlain | media.SetPlainRemote) -> media.PlainOpened:
        is_new = command.leg_id not in self.legs
        leg = self.legs.setdefault(command.leg_id, Leg("plain"))
        leg.codecs = leg.codecs or tuple(c for c in command.codecs if c.name.upper() in ("PCMA", "TELEPHONE-EVENT"))
        if is_new:
            self._tell(media.MediaUp(command.leg_id))
        return media.PlainOpened(command.leg_id, media.Address("127.0.0.1", 9), leg.codecs)

    def _hear(self, leg_id: str, source: media.Source) -> Done | Refused:
        leg = self.legs.get(leg_id)
        if leg is None:
            return Refused("call-gone", f"no leg {leg_id}")
        if leg.source == source:
            return Done()
        self._cut(leg_id, leg)
        leg.source = source
        if isinstance(source, media.Playlist) and not source.loop:
            leg.play = self._tasks.start(self._play(leg_id, leg, source), "play")
        return Done()

    async def _play(self, leg_id: str, leg: Leg, source: media.Playlist) -> None:
        await self._sleep(sum(map(self._length, source.files)))
        leg.play = None
        self._tell(media.PlayEnded(leg_id, source.play_id, finished=True))

    def _length(self, path: str) -> float:
        if path not in self._lengths:
            try:
                with wave.open(path) as file:
                    self._lengths[path] = file.getnframes() / file.getframerate()
            except (OSError, EOFError, wave.Error):
                return UNKNOWN_CLIP_S
        return self._lengths[path]

    def _cut(self, leg_id: str, leg: Leg) -> None:
        if leg.play is not None and isinstance(leg.source, media.Playlist):
            leg.play.cancel()
            leg.play = None
            self._tell(media.PlayEnded(leg_id, leg.source.play_id, finished=False))

    def _close(self, leg_id: str) -> None:
        for recording_id in [key for key, (leg, _) in self._recordings.items() if leg == leg_id]:
            self._end_recording(recording_id)
        if leg := self.legs.pop(leg_id, None):
            self._cut(leg_id, leg)

    def _end_recording(self, recording_id: str) -> None:
        if found := self._recordings.pop(recording_id, None):
            Path(found[1]).touch()
            self._tell(media.RecordingEnded(recording_id, *found, duration_ms=0, octets=0))

    def _tell(self, event: media.MediaEvent) -> None:
        self._outbox.put(encode(event))

    async def close(self) -> None:
        await self._tasks.close()


async def run(ctx: RoleContext) -> None:
    """Serves until `ctx.stop`."""
    outbox = Outbox(ctx.bus, topics.EVENTS)
    ctx.tasks.start(outbox.run(), "events")
    node = SilentNode(ctx.name, outbox, ctx.sleep)
    served = await ctx.bus.serve(topics.media(ctx.name), node.answer)
    ctx.announce(topics.NODES, lambda: encode(NodeAlive(ctx.name, "sfu", ctx.epoch, len(node.legs))))
    ctx.ready()
    await ctx.stop.wait()
    await served.close()
    await node.close()

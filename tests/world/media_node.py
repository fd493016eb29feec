# SPDX-License-Identifier: Apache-2.0
"""A media node that carries no media: it keeps the promises of `wire.media`, and remembers what it was told."""

import asyncio
from dataclasses import dataclass, field
from typing import Literal

from headcall.kit.bus.outbox import Outbox
from headcall.kit.bus.port import Bus
from headcall.wire import media, topics
from headcall.wire.codec import decode, encode
from headcall.wire.nodes import Done, NodeAlive, Refused


@dataclass
class HeldLeg:
    kind: Literal["peer", "plain"]
    source: media.Source = field(default_factory=media.Silence)
    up: bool = True
    offers: list[str] = field(default_factory=list)


@dataclass
class FakeMediaNode:
    bus: Bus
    name: str = "sfu-1"
    plays_to_the_end: bool = True
    """Whether what is played ends at once."""
    legs: dict[str, HeldLeg] = field(default_factory=dict)
    recordings: dict[str, str] = field(default_factory=dict)
    commands: list[media.MediaCommand] = field(default_factory=list)
    happened: asyncio.Event = field(default_factory=asyncio.Event)
    _outbox: Outbox = field(init=False)
    _sending: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._outbox = Outbox(self.bus, topics.EVENTS)
        self._sending = asyncio.get_running_loop().create_task(self._outbox.run())
        await self.bus.serve(topics.media(self.name), self._answer)

    async def stop(self) -> None:
        await self.bus.close()
        if self._sending:
            self._sending.cancel()

    async def alive(self, epoch: int) -> None:
        await self.bus.publish(topics.NODES, encode(NodeAlive(self.name, "sfu", epoch)))

    async def bring(self, event: media.MediaEvent) -> None:
        """Brings an event, and waits until it is taken."""
        self._outbox.put(encode(event))
        assert await self._outbox.drained(5.0)

    def hears(self, leg_id: str) -> media.Source:
        return self.legs[leg_id].source

    async def _answer(self, message: bytes) -> bytes:
        command: media.MediaCommand = decode(message, media.MediaCommand)  # type: ignore[arg-type]
        self.commands.append(command)
        reply = self._reply(command)
        self.happened.set()
        return encode(reply)

    def _reply(self, command: media.MediaCommand) -> media.MediaReply:
        match command:
            case media.ConnectPeer(leg_id=leg_id, offer=offer):
                self.legs.setdefault(leg_id, HeldLeg("peer")).offers.append(offer)
                return media.PeerConnected(leg_id, f"answer to {offer}")
            case media.DescribeMedia():
                legs = (media.LegMedia(leg_id, leg.kind, leg.up, "PCMA") for leg_id, leg in self.legs.items())
                return media.MediaDescribed(self.name, tuple(legs), tuple(self.recordings))
            case media.StopRecording(recording_id=recording_id):
                self._end_recording(recording_id)
                return Done()
            case media.CloseLeg(leg_id=leg_id):
                for recording_id in [key for key, leg in self.recordings.items() if leg == leg_id]:
                    self._end_recording(recording_id)
                self.legs.pop(leg_id, None)
                return Done()
            case media.Hear() | media.StartRecording() | media.SendDigits():
                return self._with_leg(command)
            case _:
                return Done()

    def _with_leg(self, command: media.Hear | media.StartRecording | media.SendDigits) -> media.MediaReply:
        leg = self.legs.get(command.leg_id)
        if leg is None:
            return Refused("call-gone", f"no leg {command.leg_id}")
        match command:
            case media.Hear(leg_id=leg_id, source=source):
                was, leg.source = leg.source, source
                if isinstance(was, media.Playlist) and was != source:
                    self._soon(media.PlayEnded(leg_id, was.play_id, finished=False))
                if isinstance(source, media.Playlist) and not source.loop and self.plays_to_the_end:
                    self._soon(media.PlayEnded(leg_id, source.play_id, finished=True))
            case media.StartRecording(recording_id=recording_id, leg_id=leg_id):
                self.recordings[recording_id] = leg_id
            case _:
                pass
        return Done()

    def _end_recording(self, recording_id: str) -> None:
        leg_id = self.recordings.pop(recording_id, None)
        if leg_id is not None:
            self._soon(media.RecordingEnded(recording_id, leg_id, "", duration_ms=1000, octets=4000))

    def _soon(self, event: media.MediaEvent) -> None:
        self._outbox.put(encode(event))

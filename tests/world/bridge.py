# SPDX-License-Identifier: Apache-2.0
"""A bridge without SIP: it keeps the promises of `wire.legs`; the test is the telephones beyond it."""

import asyncio
import itertools
from dataclasses import dataclass, field
from typing import Literal

from headcall.kit.bus.outbox import Outbox
from headcall.kit.bus.port import Bus
from headcall.wire import legs as words
from headcall.wire import topics
from headcall.wire.codec import decode, encode
from headcall.wire.nodes import Done, Refused
from tests.world.media_node import FakeMediaNode, HeldLeg

State = Literal["offered", "dialling", "ringing", "answered"]


@dataclass
class FakeBridge:
    bus: Bus
    media: FakeMediaNode
    name: str = "sip-1"
    legs: dict[str, State] = field(default_factory=dict)
    placed: list[words.PlaceLeg] = field(default_factory=list)
    commands: list[words.LegCommand] = field(default_factory=list)
    causes: dict[str, str] = field(default_factory=dict)
    """Legs that we were told to end, and why."""
    registered: dict[str, int] = field(default_factory=dict)
    happened: asyncio.Event = field(default_factory=asyncio.Event)
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    _outbox: Outbox = field(init=False)
    _sending: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._outbox = Outbox(self.bus, topics.EVENTS)
        self._sending = asyncio.get_running_loop().create_task(self._outbox.run())
        await self.bus.serve(topics.sip(self.name), self._answer)

    async def stop(self) -> None:
        await self.bus.close()
        if self._sending:
            self._sending.cancel()

    # ------------------------------------------------------------ what telephones do

    async def offer(
        self, to_number: str, *, from_number: str = "13800138000", sip_user: str | None = None, codec: str = "PCMA"
    ) -> str:
        """Somebody calls; the leg's id."""
        leg_id = f"leg_{next(self._numbers):026d}"
        self.legs[leg_id] = "offered"
        self.media.legs[leg_id] = HeldLeg("plain")
        trunk = None if sip_user else "carrier"
        await self.bring(self.offered(leg_id, to_number, from_number, trunk, sip_user, codec))
        return leg_id

    def offered(
        self, leg_id: str, to: str, caller: str, trunk: str | None, sip_user: str | None, codec: str = "PCMA"
    ) -> words.LegOffered:
        return words.LegOffered(
            leg_id=leg_id,
            bridge=self.name,
            media_node=self.media.name,
            from_number=caller,
            from_name="",
            to_number=to,
            codec=codec,
            trunk=trunk,
            sip_user=sip_user,
        )

    async def rings(self, leg_id: str, *, early_media: bool = False) -> None:
        self.legs[leg_id] = "ringing"
        await self.bring(words.LegRinging(leg_id, early_media))

    async def picks_up(self, leg_id: str) -> None:
        self.legs[leg_id] = "answered"
        self.media.legs[leg_id] = HeldLeg("plain")
        await self.bring(words.LegAnswered(leg_id, "PCMA", "sip:phone"))

    async def hangs_up(self, leg_id: str, cause: str = "normal") -> None:
        self.legs.pop(leg_id, None)
        await self.bring(words.LegEnded(leg_id, cause, by_peer=True))

    async def registers(self, sip_user: str, contacts: int = 1) -> None:
        self.registered[sip_user] = contacts
        await self.bring(words.RegistrationChanged(sip_user, contacts))

    async def bring(self, event: words.LegEvent) -> None:
        self._outbox.put(encode(event))
        assert await self._outbox.drained(5.0)

    # ------------------------------------------------------------ what call control says

    async def _answer(self, message: bytes) -> bytes:
        command: words.LegCommand = decode(message, words.LegCommand)  # type: ignore[arg-type]
        self.commands.append(command)
        reply = self._reply(command)
        self.happened.set()
        return encode(reply)

    def _reply(self, command: words.LegCommand) -> words.LegReply:
        match command:
            case words.PlaceLeg(leg_id=leg_id):
                if leg_id not in self.legs:
                    self.legs[leg_id] = "dialling"
                    self.placed.append(command)
            case words.RingLeg(leg_id=leg_id) | words.AnswerLeg(leg_id=leg_id) if leg_id not in self.legs:
                return Refused("call-gone", f"no leg {leg_id}")
            case words.AnswerLeg(leg_id=leg_id):
                self.legs[leg_id] = "answered"
            case words.EndLeg(leg_id=leg_id, cause=cause):
                if self.legs.pop(leg_id, None):
                    self.causes[leg_id] = cause
                    self._soon(words.LegEnded(leg_id, cause, by_peer=False))
            case words.DescribeBridge():
                return self._described()
            case _:
                pass
        return Done()

    def _described(self) -> words.BridgeDescribed:
        held = tuple(words.LegState(leg_id, "", state) for leg_id, state in self.legs.items())
        registrations = tuple(words.Registration(user, "", "", "", 0) for user in self.registered)
        return words.BridgeDescribed(self.name, 1, held, (), registrations)

    def _soon(self, event: words.LegEvent) -> None:
        self._outbox.put(encode(event))

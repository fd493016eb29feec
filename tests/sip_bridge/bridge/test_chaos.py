# SPDX-License-Identifier: Apache-2.0
"""Everybody does anything at any time, and the bridge is killed in between. What is left at the end must be nothing."""

import asyncio
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from headcall.sip_bridge.simulator.telephone import PhoneCall, Telephone
from headcall.sip_bridge.uri import NameAddr, Uri
from headcall.wire import legs as words
from tests.sip_bridge.bridge.site import DOMAIN, Site, eventually, run, site
from tests.sip_bridge.bridge.test_phones import registrar, way

USERS = ("83012341001", "83012341002", "83012341003")


class Chaos:
    """A seed's worth of people."""

    def __init__(self, here: Site, seed: int) -> None:
        self.here = here
        self.chance = random.Random(seed)
        self.phones: list[Telephone] = []
        self.offered: list[str] = []
        self.placed: list[str] = []
        self.ended: Counter[str] = Counter()
        self.seen = 0

    async def gather(self) -> None:
        for user in USERS:
            phone = await self.here.telephone(user)
            await phone.register(registrar(self.here), way(self.here, phone))
            self.phones.append(phone)
        line = await self.here.telephone(name="line")
        self.phones.append(line)
        self.here.trunks = (
            words.Trunk("carrier", "127.0.0.1", line.port, accept_from=("127.0.0.0/8",), max_calls=1000),
        )
        await self.here.configure(2)

    def listen(self) -> None:
        """Notes what call control has been told since last time."""
        for event in self.here.control.events[self.seen :]:
            if isinstance(event, words.LegOffered) and event.leg_id not in self.offered:
                self.offered.append(event.leg_id)
            elif isinstance(event, words.LegEnded):
                self.ended[event.leg_id] += 1
        self.seen = len(self.here.control.events)

    def calls(self) -> list[tuple[Telephone, PhoneCall]]:
        return [(phone, call) for phone in self.phones for call in phone.calls.values() if call.state != "ended"]

    # ------------------------------------------------------------ what people do

    async def dials(self) -> None:
        phone = self.chance.choice(self.phones)
        is_ours = phone is not self.phones[-1]
        port = self.here.phone_port if is_ours else self.here.trunk_port
        caller = USERS[self.phones.index(phone)] if is_ours else "13800138000"
        phone.dial(
            Uri.sip("4008123456", "127.0.0.1", port),
            phone.flow_to("127.0.0.1", port),
            NameAddr(Uri.sip(caller, DOMAIN)),
        )

    async def acts(self) -> None:
        calls = self.calls()
        if not calls:
            return
        phone, call = self.chance.choice(calls)
        match self.chance.randrange(5):
            case 0 | 1 if call.is_incoming and call.state == "ringing":
                phone.answer(call)
            case 2 if call.is_incoming and call.state == "ringing":
                phone.refuse(call, self.chance.choice((480, 486, 603)))
            case 3 if call.state == "talking":
                phone.hold(call, self.chance.random() < 0.5)
            case 4:
                phone.hang_up(call)

    async def places(self) -> None:
        leg_id = f"leg_{len(self.placed):026d}"
        target: words.ToPhone | words.ToTrunk = words.ToPhone(self.chance.choice(USERS))
        if self.chance.random() < 0.4:
            target = words.ToTrunk("carrier", "13912345678")
        reply: Any = await self.say(words.PlaceLeg(leg_id, "call_1", "sfu-1", target, "13800138000", ring_for_s=3.0))
        if not hasattr(reply, "cause"):
            self.placed.append(leg_id)

    async def commands(self) -> None:
        legs = [leg_id for leg_id in (*self.offered, *self.placed) if not self.ended[leg_id]]
        if not legs:
            return
        leg_id = self.chance.choice(legs)
        command = self.chance.choice(
            (
                words.RingLeg(leg_id),
                words.RingLeg(leg_id, early_media=True),
                words.AnswerLeg(leg_id),
                words.AnswerLeg(leg_id),
                words.EndLeg(leg_id, self.chance.choice(("normal", "busy", "no-agent"))),
                words.TransferResult(leg_id, "normal"),
            )
        )
        await self.say(command)

    async def dies(self) -> None:
        await self.here.kill_bridge()
        await asyncio.sleep(self.chance.random() * 0.05)
        await self.here.start_bridge()

    async def say(self, command: Any) -> Any:
        return await self.here.control.say(command)

    async def step(self, *, kills: bool) -> None:
        deeds = [self.dials, self.acts, self.acts, self.acts, self.places, self.commands, self.commands, self.commands]
        await self.chance.choice(deeds)()
        if kills and self.chance.random() < 0.03:
            await self.dies()
        await asyncio.sleep(self.chance.choice((0, 0, 0.001, 0.005, 0.02)))
        self.listen()

    async def finish(self) -> None:
        """Everybody hangs up; call control ends what it knows."""
        for phone, call in self.calls():
            phone.hang_up(call)
        await asyncio.sleep(0.3)
        self.listen()
        for leg in self.here.bridge.describe().legs:
            await self.say(words.EndLeg(leg.leg_id))
        bridge = self.here.bridge
        await eventually(lambda: not bridge.board.legs, "no leg is left", 10)
        await eventually(lambda: len(bridge.events) == 0, "all is told", 10)
        self.listen()


@pytest.mark.parametrize("seed", range(4))
def test_every_leg_that_began_has_ended_once_and_nothing_is_left(tmp_path: Path, seed: int) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            chaos = Chaos(here, seed)
            await chaos.gather()
            for _ in range(250):
                await chaos.step(kills=False)
            await chaos.finish()
            assert here.bridge.line.failures == 0
            for leg_id in (*chaos.offered, *chaos.placed):
                assert chaos.ended[leg_id] == 1, f"{leg_id} ended {chaos.ended[leg_id]} times"
            await eventually(lambda: not here.media.legs, "no media leg is left", 5)
            await eventually(lambda: not here.store.dialogs.items(), "no dialog is kept", 40)
            assert here.store.legs.items() == []
            assert here.store.events.items() == []

    run(story, 90)


@pytest.mark.parametrize("seed", range(4))
def test_the_same_while_the_bridge_is_killed_again_and_again(tmp_path: Path, seed: int) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            chaos = Chaos(here, seed)
            await chaos.gather()
            for _ in range(250):
                await chaos.step(kills=True)
            await chaos.finish()
            assert here.bridge.line.failures == 0
            held = {leg.leg_id for leg in here.bridge.describe().legs}
            assert held == set()
            # An offer that died with a process is found by call control when it compares; an end is told at least once.
            assert here.store.legs.items() == []
            assert here.store.events.items() == []
            await eventually(lambda: not here.store.dialogs.items(), "no dialog is kept", 40)

    run(story, 120)

# SPDX-License-Identifier: Apache-2.0
"""A day in the call centre by chance: callers, agents, telephones, pages that close, backends that die. In the evening
nothing is left behind, on either side of the wire.
"""

import random
from pathlib import Path
from typing import Any

import pytest

from headcall.backend.calls import store as rows
from headcall.wire.media import MediaDown, MediaUp
from tests.backend.calls.office import ANNA, HOTLINE, LEI, MEI, WEI, Office, Page, play, restart

STEPS = 70
PEOPLE = (MEI, LEI, ANNA, WEI)


class Day:
    def __init__(self, office: Office, seed: int) -> None:
        self.office, self.dice = office, random.Random(seed)
        self.pages: dict[str, Page] = {}
        self.call_ids: set[str] = set()

    async def morning(self) -> None:
        for user in PEOPLE:
            self.pages[user] = await self.office.page(user)
            await self.pages[user].do("agent.state", state="ready")
        await self.office.bridge.registers("83012342001")

    async def step(self) -> None:
        for call in self.office.calls():
            self.call_ids.add(call.call_id)
        often = [self.customer_calls, self.click, self.click, self.telephone, self.time]
        seldom = [self.page, self.media, self.wish, self.backend_dies]
        await self.dice.choice(often * 2 + seldom)()

    async def customer_calls(self) -> None:
        if len(self.office.calls()) < 6:
            await self.office.bridge.offer(self.dice.choice([HOTLINE, HOTLINE, HOTLINE, "4008999999"]))

    async def click(self) -> None:
        page = self.pages[self.dice.choice(PEOPLE)]
        call = page.call
        if call is None:
            await page.do("call.dial", number=self.dice.choice(["1001", "1002", "2001", "02161234567"]))
            return
        if self.dice.random() < 0.8:
            await page.do("leg.connect", leg_id=call["leg_id"], sdp="offer")
        wish: dict[str, Any] = self.dice.choice(
            [
                {"type": "call.answer"},
                {"type": "call.answer"},
                {"type": "call.hang_up"},
                {"type": "call.refuse"},
                {"type": "call.hold", "on": self.dice.random() < 0.5},
                {"type": "call.transfer", "to": self.dice.choice(["1001", "1002", "2001", HOTLINE, "7777"])},
                {"type": "call.digits", "digits": "1"},
            ]
        )
        await page.do(wish.pop("type"), call_id=call["call_id"], **wish)

    async def telephone(self) -> None:
        bridge = self.office.bridge
        if not bridge.legs:
            return
        leg_id = self.dice.choice(list(bridge.legs))
        if bridge.legs[leg_id] in ("dialling", "ringing") and self.dice.random() < 0.7:
            await self.dice.choice([bridge.rings, bridge.picks_up])(leg_id)
        elif self.dice.random() < 0.4:
            await bridge.hangs_up(leg_id, self.dice.choice(["normal", "busy", "no-answer"]))

    async def time(self) -> None:
        await self.office.pass_time(self.dice.choice([0.2, 1, 5, 16]))

    async def page(self) -> None:
        user = self.dice.choice(PEOPLE)
        await self.pages[user].close()
        await self.office.pass_time(self.dice.choice([0.5, 3, 22]))
        self.pages[user] = await self.office.page(user)

    async def media(self) -> None:
        media = self.office.media
        if media.legs:
            leg_id = self.dice.choice(list(media.legs))
            await media.bring(MediaDown(leg_id) if self.dice.random() < 0.5 else MediaUp(leg_id))

    async def wish(self) -> None:
        page = self.pages[self.dice.choice(PEOPLE)]
        await page.do("agent.state", state=self.dice.choice(["ready", "ready", "break"]))

    async def backend_dies(self) -> None:
        if self.dice.random() < 0.4:
            await restart(self.office)
            for user in PEOPLE:
                self.pages[user] = await self.office.page(user)

    async def evening(self) -> None:
        """Everyone on the telephone hangs up; then only time passes."""
        for leg_id in list(self.office.bridge.legs):
            await self.office.bridge.hangs_up(leg_id)
        for page in self.pages.values():
            await page.close()
        for leg_id in list(self.office.media.legs):
            await self.office.media.bring(MediaDown(leg_id))
        for _ in range(40):
            await self.office.pass_time(31)
            if not self.office.calls():
                break
            await self.office.phone.duty.worker.settled()
        await self.office.over()


@pytest.mark.parametrize("seed", range(8))
def test_in_the_evening_nothing_is_left(tmp_path: Path, seed: int) -> None:
    async def story(office: Office) -> None:
        day = Day(office, seed)
        await day.morning()
        for _ in range(STEPS):
            await day.step()
        await day.evening()
        await office.until(lambda: not office.bridge.legs and not office.media.legs)
        await office.pass_time(60)
        for worker in (office.phone.dispatcher.worker, office.phone.duty.worker):
            await worker.settled()
        assert await office.phone.recovery.mend_agents(office.phone.agents, office.phone.duty) == 0
        assert {office.state(user) for user in (MEI, LEI, ANNA)} <= {"ready", "break", "offline"}
        async with office.parts.store.read() as session:
            assert await rows.open_calls(session) == []
        for call_id in day.call_ids:
            record = await office.record(call_id)
            assert record["ended_at"] and record["cause"] and record["ended_by"]

    play(tmp_path, story)

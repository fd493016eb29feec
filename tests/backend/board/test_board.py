# SPDX-License-Identifier: Apache-2.0
"""The board says what is: whatever happens, the changes that were told add up to the whole."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from headcall.backend.audit.service import Audit
from headcall.backend.board.service import Board
from headcall.backend.sample import QUEUE_ID
from tests.backend.calls.office import ANNA, HOTLINE, LEI, MEI, Office, Page, play, restart

KEYS = {"queues": "id", "agents": "user_id", "waiting": "call_id"}


class Screen:
    """A page that shows the board, as a fold of what it is told."""

    def __init__(self, page: Page) -> None:
        self.page, self.taken = page, 0
        self.rows: dict[str, dict[str, Any]] = {}
        self.seq = -1
        self.head: dict[str, Any] = {}

    async def read(self) -> "Screen":
        whole = (await self.page.must("board.read"))["board"]
        self.rows = {name: {row[key]: row for row in whole[name]} for name, key in KEYS.items()}
        self.seq, self.head = whole["seq"], whole
        return self

    def follow(self) -> int:
        """Takes what was told meanwhile; how many changes it was."""
        told = self.page.seen("board")
        new, self.taken = told[self.taken :], len(told)
        for change in new:
            if change["seq"] <= self.seq:
                continue
            assert change["seq"] == self.seq + 1, "nothing was missed"
            self.seq, self.head = change["seq"], {**self.head, **change}
            for name, key in KEYS.items():
                self.rows[name].update({row[key]: row for row in change[name]})
                for gone in change["gone"][name]:
                    self.rows[name].pop(gone, None)
        return len(new)

    @property
    def queue(self) -> dict[str, Any]:
        row: dict[str, Any] = self.rows["queues"][QUEUE_ID]
        return row

    def agent(self, user_id: str) -> dict[str, Any]:
        row: dict[str, Any] = self.rows["agents"][user_id]
        return row


async def second(office: Office, screen: Screen) -> None:
    for _ in range(2):  # what a tick sets off (a wrap-up that ends) is told with the next
        await office.phone.duty.worker.settled()
        await office.pass_time(1.0)
    screen.follow()
    afresh = Board(office.parts.store, office.clock, office.phone.calls, office.phone.agents, office.phone.queues)
    await afresh.load()
    really = afresh.whole()
    for name, key in KEYS.items():
        assert screen.rows[name] == {row[key]: row for row in really[name]}
    assert screen.head["total"] == really["total"] and screen.head["members"] == really["members"]


def test_a_morning_on_the_board(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        screen = await Screen(await office.page(ANNA)).read()
        assert screen.head["members"][QUEUE_ID] == sorted([MEI, LEI, ANNA]) and screen.head["promised_s"] == 20
        assert (screen.queue["waiting"], screen.queue["service_level"]) == (0, None)
        first = await office.bridge.offer(HOTLINE, from_number="13800138001")
        office.clock.advance(2)
        await office.bridge.offer(HOTLINE, from_number="13800138002")
        await second(office, screen)
        waiting = sorted(screen.rows["waiting"].values(), key=lambda row: row["place"])
        assert [row["number"] for row in waiting] == ["13800138001", "13800138002"]
        assert [row["expected_s"] for row in waiting] == [None, None], "nobody works"
        assert (screen.queue["waiting"], screen.queue["offered"]) == (2, 2)
        mei = await office.ready(MEI)
        call = await mei.answer()
        await second(office, screen)
        assert (screen.queue["waiting"], screen.queue["answered"], screen.queue["service_level"]) == (1, 1, 1.0)
        assert (screen.queue["agents_ready"], screen.queue["agents_busy"]) == (0, 1)
        shown = screen.agent(MEI)
        assert (shown["state"], shown["call"]["number"], shown["call"]["talks"]) == ("talking", "13800138001", True)
        (row,) = screen.rows["waiting"].values()
        assert (row["place"], row["expected_s"]) == (1, 190), "the mean before the first call, and the wrap-up"
        boss = screen.page
        await boss.must("call.supervise", call_id=call["call_id"], mode="whisper")
        await second(office, screen)
        assert screen.agent(MEI)["call"]["supervisors"] == [
            {"user_id": ANNA, "name": "Anna Schmidt", "mode": "whisper"}
        ]
        assert (screen.agent(ANNA)["state"], screen.agent(ANNA)["call"]["mode"]) == ("talking", "whisper")
        await office.bridge.hangs_up(first)
        await office.until(lambda: office.state(MEI) == "wrap_up")
        await second(office, screen)
        assert screen.agent(MEI)["call"] is None and screen.agent(ANNA)["state"] == "offline"

    play(tmp_path, story)


def test_why_nobody_is_offered_to_who_is_at_work(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei = await office.ready(MEI)
        screen = await Screen(await office.page(ANNA)).read()
        assert screen.agent(MEI)["hindrances"] == []
        tab = mei.connection.instance
        await mei.must("softphone.fit", instance=tab, faults=["silent", "microphone"])
        await second(office, screen)
        assert screen.agent(MEI)["hindrances"] == ["microphone", "silent"]
        await mei.must("softphone.fit", instance=tab, faults=[])
        await second(office, screen)
        assert screen.agent(MEI)["hindrances"] == []
        await mei.must("softphone.fit", instance=tab, faults=["path"])
        await mei.must("agent.state", state="offline")
        await second(office, screen)
        assert screen.agent(MEI)["hindrances"] == [], "who has gone home need not be told"

    play(tmp_path, story)


def test_it_is_told_once_a_second_by_right_and_kept_for_nobody(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei = await office.page(MEI)
        await office.bridge.offer(HOTLINE)
        await office.pass_time(1.0)
        assert office.phone.board.seq == 0, "nobody is there to see it, nothing is made"
        screen = await Screen(await office.page(ANNA)).read()
        last_id = screen.page.events[0][1]["event_id"]
        for state in ("ready", "break", "offline"):
            await mei.must("agent.state", state=state)
            await office.pass_time(0.3)
        assert screen.follow() <= 1
        await office.pass_time(1.0)
        await office.pass_time(1.0)
        assert screen.follow() == 1 and screen.agent(MEI)["state"] == "offline", "and nothing when nothing changes"
        assert mei.seen("board") == []
        kept = office.live._rings.after(ANNA, last_id)
        assert kept is not None and "board" not in {event.type for event in kept}

    play(tmp_path, story)


def test_a_page_that_is_behind_is_spared_and_sees_that_it_missed_something(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        page = await office.page(ANNA)
        screen = await Screen(page).read()
        while page.connection.box.qsize() < 250:
            page.connection.put("event", {"type": "filler", "data": {}})
        await office.ready(MEI)
        await office.pass_time(1.0)
        assert screen.follow() == 0 and not page.connection.is_overflowing
        await office.bridge.offer(HOTLINE)
        await office.pass_time(1.0)
        (change,) = page.seen("board")
        assert change["seq"] == screen.seq + 2

    play(tmp_path, story)


def test_todays_figures_are_the_same_after_a_restart(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei = await office.ready(MEI)
        served = await office.bridge.offer(HOTLINE)
        await mei.answer()
        impatient = await office.bridge.offer(HOTLINE)
        office.clock.advance(9)
        await office.bridge.hangs_up(impatient)
        slip = await office.bridge.offer(HOTLINE)
        office.clock.advance(1)
        await office.bridge.hangs_up(slip)
        await office.bridge.hangs_up(served)
        await office.over()
        waits = await office.bridge.offer(HOTLINE)
        before = (await Screen(await office.page(ANNA)).read()).queue
        assert [before[name] for name in ("offered", "answered", "abandoned")] == [4, 1, 2]
        assert before["service_level"] == before["service_level_now"] == 0.5, (
            "who hung up after a second is not counted"
        )
        await restart(office)
        screen = await Screen(await office.page(ANNA)).read()
        assert {name: screen.queue[name] for name in before} == {**before, "agents_busy": screen.queue["agents_busy"]}
        office.clock.advance(30)
        await office.bridge.hangs_up(waits)
        await office.over()
        await second(office, screen)
        assert (screen.queue["abandoned"], screen.queue["service_level"]) == (3, 0.3333)
        office.clock.advance(1_800)
        await second(office, screen)
        assert screen.queue["service_level_now"] is None and screen.queue["service_level"] == 0.3333
        office.clock.advance(86_400)
        await second(office, screen)
        assert (screen.queue["offered"], screen.queue["service_level"]) == (0, None), "a new day"

    play(tmp_path, story)


def test_another_set_of_members_is_told_with_the_queues(tmp_path: Path) -> None:
    from headcall.backend.queues import store as queue_rows

    async def story(office: Office) -> None:
        screen = await Screen(await office.page(ANNA)).read()
        await office.ready(MEI)
        await second(office, screen)
        assert screen.queue["agents_ready"] == 1
        async with office.parts.store.begin() as session:
            await queue_rows.put_members(session, QUEUE_ID, [LEI])
        await office.phone.queues.load()
        await second(office, screen)
        assert screen.head["members"] == {QUEUE_ID: [LEI]} and screen.queue["agents_ready"] == 0

    play(tmp_path, story)


def test_who_is_no_agent_any_more_leaves_the_board(tmp_path: Path) -> None:
    from headcall.backend.agents.store import AgentRow

    async def gone(session: AsyncSession) -> None:
        await session.delete(await session.get_one(AgentRow, LEI))

    async def story(office: Office) -> None:
        screen = await Screen(await office.page(ANNA)).read()
        await office.ready(LEI)
        await second(office, screen)
        assert screen.queue["agents_ready"] == 1
        await office.phone.agents.administer(LEI, gone)
        await second(office, screen)
        assert LEI not in screen.rows["agents"] and screen.queue["agents_ready"] == 0

    play(tmp_path, story)


def test_a_ready_supervisor_who_listens_is_offered_nobody(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei, boss = await office.ready(MEI), await office.ready(ANNA)
        await mei.must("agent.state", state="ready")
        await boss.must("agent.state", state="break")
        await office.bridge.offer(HOTLINE)
        await mei.answer()
        await boss.must("agent.state", state="ready")
        call_id = office.call().call_id
        await boss.must("call.supervise", call_id=call_id, mode="listen")
        await office.phone.duty.worker.settled()
        assert office.state(ANNA) == "talking"
        await office.bridge.offer(HOTLINE, from_number="13800138009")
        await office.phone.dispatcher.dispatch()
        assert office.state(ANNA) == "talking" and boss.call is not None and boss.call["supervise"] == "listen"
        await boss.must("call.hang_up", call_id=call_id)
        await office.until(lambda: boss.call is not None and boss.call["state"] == "ringing")
        assert office.state(MEI) == "talking"

    play(tmp_path, story)


def test_a_forced_state_and_its_trace_are_one_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(office: Office) -> None:
        mei, boss = await office.ready(MEI), await office.page(ANNA)
        forced = await boss.must("agent.force", user_id=MEI, state="break", reason="meeting")
        assert (forced["agent"]["state"], forced["agent"]["reason"]) == ("break", "meeting")
        assert mei.seen("agent")[-1]["state"] == "break"
        audit = Audit(office.parts.store, office.clock, office.phone.given.ids)
        (row,) = await audit.newest(object_id=MEI)
        assert (row["action"], row["user"]["user_id"]) == ("agent.force", ANNA)
        assert (row["before"]["state"], row["after"]["state"]) == ("ready", "break")

        def full(*_: object) -> None:
            raise OSError("the disk is full")

        monkeypatch.setattr(office.phone.audit, "note", full)
        assert not (await boss.do("agent.force", user_id=MEI, state="offline"))["ok"]
        assert office.state(MEI) == "break"
        await restart(office)
        assert office.state(MEI) == "break", "nor is it in the database"

    play(tmp_path, story)


def test_what_is_refused(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei, boss = await office.ready(MEI), await office.page(ANNA)
        for wish in ("board.read", "agent.force"):
            assert (await mei.do(wish, user_id=ANNA, state="break"))["cause"] == "not-allowed"
        for bad in (
            {"state": "talking"},
            {"state": ["break"]},
            {"state": "break", "reason": "x" * 101},
            {"state": None},
        ):
            assert (await boss.do("agent.force", user_id=MEI, **bad))["cause"] == "bad-request"
        assert (await boss.do("agent.force", user_id=7, state="break"))["cause"] == "bad-request"
        assert (await boss.do("agent.force", user_id="usr_none", state="break"))["cause"] == "not-found"
        assert (await boss.do("agent.force", user_id=LEI, state="ready"))["cause"] == "conflict", "no page is open"
        assert office.state(MEI) == "ready"

    play(tmp_path, story)

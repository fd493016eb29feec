# SPDX-License-Identifier: Apache-2.0
"""Agents at work: what they wish, what calls make of them, what time does, and what pages are told."""

from pathlib import Path

import pytest

from headcall.backend.agents.errors import NotPermittedNow
from headcall.backend.audit.service import Audit
from headcall.backend.edge.front import front
from headcall.backend.edge.static import Pages
from tests.backend.calls.office import ANNA, HOTLINE, LEI, MEI, WEI, Office, play
from tests.backend.company import CHANGING, PASSWORDS


def test_ready_needs_something_that_can_ring(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei = await office.page(MEI)
        await mei.close()
        page = await office.page(LEI)
        assert (await page.do("agent.state", state="ready"))["ok"]
        with pytest.raises(NotPermittedNow, match="no page is open"):
            await office.phone.agents.wish(MEI, "ready")

    play(tmp_path, story)


def test_pages_are_told_and_everyone_sees_presence(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        lei, mei = await office.page(LEI), await office.page(MEI)
        reply = await mei.must("agent.state", state="break", reason="lunch")
        assert reply["agent"]["state"] == "break"
        assert mei.seen("agent")[-1]["reason"] == "lunch"
        assert lei.seen("presence")[-1] == {"user_id": MEI, "state": "break"}
        assert lei.seen("agent") == []

    play(tmp_path, story)


def test_bad_wishes_are_refused(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei, wei = await office.page(MEI), await office.page(WEI)
        for state in ("talking", "", None, 5, "ready "):
            assert (await mei.do("agent.state", state=state))["cause"] == "bad-request"
        assert (await mei.do("agent.state", state="break", reason="x" * 101))["cause"] == "bad-request"
        assert (await wei.do("agent.state", state="ready"))["cause"] == "not-found"

    play(tmp_path, story)


def test_wrap_up_ends_by_itself_or_at_once(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei = await office.ready(MEI)
        for ends_itself in (True, False):
            await office.bridge.offer(HOTLINE)
            call = await mei.answer()
            await mei.must("call.hang_up", call_id=call["call_id"])
            await office.until(lambda: office.state(MEI) == "wrap_up")
            assert mei.seen("agent")[-1]["wrap_up_until"] is not None
            if ends_itself:
                await office.pass_time(9)
                assert office.state(MEI) == "wrap_up"
                await office.pass_time(1.1)
            else:
                await mei.must("agent.state", state="ready")
            assert office.state(MEI) == "ready"

    play(tmp_path, story)


def test_longest_idle_counts_from_the_last_call(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei = await office.ready(MEI)
        office.clock.advance(10)
        lei = await office.ready(LEI)
        await office.bridge.offer(HOTLINE)
        call = await mei.answer()  # idle for longer
        office.clock.advance(5)
        await mei.must("call.hang_up", call_id=call["call_id"])
        await office.until(lambda: office.state(MEI) == "wrap_up")
        await office.pass_time(10.1)
        await office.until(lambda: office.state(MEI) == "ready")
        await office.bridge.offer(HOTLINE)
        await lei.rung()

    play(tmp_path, story)


def test_a_wish_during_a_call_waits_for_its_end(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei = await office.ready(MEI)
        await office.bridge.offer(HOTLINE)
        call = await mei.answer()
        await office.until(lambda: office.state(MEI) == "talking")
        await mei.must("agent.state", state="break")
        assert office.state(MEI) == "talking"
        await mei.must("call.hang_up", call_id=call["call_id"])
        await office.until(lambda: office.state(MEI) == "break")

    play(tmp_path, story)


def test_a_call_from_a_colleague_leaves_no_wrap_up_and_keeps_the_break(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        wei, mei = await office.page(WEI), await office.page(MEI)
        await mei.must("agent.state", state="break", reason="lunch")
        await wei.must("call.dial", number="1001")
        call = await mei.answer()
        await office.until(lambda: office.state(MEI) == "talking")
        await mei.must("call.hang_up", call_id=call["call_id"])
        await office.until(lambda: office.state(MEI) == "break")
        agent = office.phone.agents.get(MEI)
        assert agent is not None and agent.reason == "lunch"

    play(tmp_path, story)


def test_an_agent_who_dials_is_offered_nobody(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei, _ = await office.ready(MEI), await office.page(WEI)
        reply = await mei.must("call.dial", number="2001")
        await office.until(lambda: office.state(MEI) == "talking")
        await office.bridge.offer(HOTLINE)
        await office.phone.dispatcher.dispatch()
        await mei.must("call.hang_up", call_id=reply["call_id"])
        await office.until(lambda: office.state(MEI) in ("ready", "ringing"))
        await mei.rung()

    play(tmp_path, story)


def test_a_ready_agent_whose_browser_is_gone_is_taken_off_after_the_grace(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei = await office.ready(MEI)
        await mei.close()
        await office.pass_time(0)
        await office.pass_time(19)
        assert office.state(MEI) == "ready"
        again = await office.page(MEI)
        await office.pass_time(5)
        assert office.state(MEI) == "ready"
        await again.close()
        await office.pass_time(0)
        await office.pass_time(20.1)
        assert office.state(MEI) == "offline"

    play(tmp_path, story)


def test_the_agent_behind_a_telephone(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await office.bridge.registers("83012341001")
        await office.parts.users.change_self(MEI, answer_on="phone")
        await office.phone.reach.refresh()
        mei = await office.ready(MEI)
        customer = await office.bridge.offer(HOTLINE)
        await office.until(lambda: bool(office.bridge.placed))
        placed = office.bridge.placed[0]
        assert placed.caller_number == "13800138000"
        assert mei.call is not None and mei.call["media"] == "phone" and mei.call["can"] == ["hang_up"]
        await office.bridge.rings(placed.leg_id)
        await office.bridge.picks_up(placed.leg_id)
        await office.until(lambda: office.state(MEI) == "talking")
        call_id = mei.call["call_id"]
        await mei.must("call.hold", call_id=call_id, on=True)
        assert mei.call["state"] == "held"
        await mei.must("call.hold", call_id=call_id, on=False)
        await mei.close()
        await office.pass_time(60)  # a telephone needs no page
        assert office.call().pair == (customer, placed.leg_id)
        await office.bridge.hangs_up(placed.leg_id)
        await office.over()
        record = await office.record(call_id)
        assert record["ended_by"] == "agent" and office.bridge.causes[customer] == "normal"
        assert office.state(MEI) == "wrap_up"

    play(tmp_path, story)


def test_a_telephone_that_unregisters_is_offered_nobody(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await office.bridge.registers("83012341001")
        await office.parts.users.change_self(MEI, answer_on="phone")
        await office.phone.reach.refresh()
        await office.ready(MEI)
        await office.bridge.registers("83012341001", contacts=0)
        await office.bridge.offer(HOTLINE)
        await office.phone.dispatcher.dispatch()
        assert office.bridge.placed == [] and office.state(MEI) == "ready"
        await office.bridge.registers("83012341001")
        await office.until(lambda: bool(office.bridge.placed))

    play(tmp_path, story)


def test_supervisors_and_queues_over_rest(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        import httpx

        app = front(office.parts.socket, office.parts.app(), Pages(tmp_path / "none"), office.parts.ctx.clock)
        transport = httpx.ASGITransport(app)
        await _set_passwords(office)
        async with httpx.AsyncClient(transport=transport, base_url="http://x", headers=CHANGING) as anna:
            signed = await anna.post("/api/v1/session", json={"login": "anna", "password": PASSWORDS["anna"]})
            assert signed.status_code == 200
            await office.page(MEI)
            changed = await anna.post(f"/api/v1/agents/{MEI}/state", json={"state": "ready"})
            assert changed.status_code == 200 and changed.json()["state"] == "ready"
            audit = Audit(office.parts.store, office.parts.ctx.clock, office.parts.ctx.ids)
            (forced,) = await audit.newest(object_id=MEI)
            assert (forced["action"], forced["user"]["user_id"]) == ("agent.force", ANNA)
            assert (forced["before"]["state"], forced["after"]["state"]) == ("offline", "ready")
            await office.bridge.offer(HOTLINE)
            (queue,) = (await anna.get("/api/v1/queues")).json()["queues"]
            assert (queue["waiting"], queue["agents_total"]) == (1, 3)
            kept = await anna.delete(f"/api/v1/queues/{queue['id']}")
            assert kept.status_code == 409 and "callers wait" in kept.text
            agents = (await anna.get("/api/v1/agents")).json()["agents"]
            assert {agent["agent_number"] for agent in agents} == {"1001", "1002", "1003"}
            refused = await anna.post(f"/api/v1/agents/{ANNA}/state", json={"state": "talking"})
            assert refused.status_code == 400

    play(tmp_path, story)


async def _set_passwords(office: Office) -> None:
    from headcall.backend.users.store import UserRow

    async with office.parts.store.begin() as session:
        row = await session.get(UserRow, ANNA)
        assert row is not None
        row.password_hash = await office.parts.passwords.hash(PASSWORDS["anna"])

# SPDX-License-Identifier: Apache-2.0
"""A day at the office, with the real rules of calls and agents: what is counted of it, also after a restart."""

from pathlib import Path
from typing import Any

from sqlalchemy import delete

from headcall.backend.queues.model import Disposition
from headcall.backend.stats.chat_rows import ChatTalkRow, ChatVisitRow
from headcall.backend.stats.intervals import span_of
from headcall.backend.stats.report import By, Question
from headcall.wire.media import DigitPressed
from tests.backend.calls.office import HOTLINE, MEI, Office, play, restart
from tests.backend.chats.test_chats import after, arrives, written
from tests.backend.queues.test_dispatch import change_queue


async def figures(office: Office, by: By) -> dict[str, Any]:
    stats = office.parts.stats
    report = await stats.report(Question(by, span_of("today", stats.now_ms, stats.zone)))
    return {row["key"]: row["figures"] for row in report["rows"]} | {"total": report["total"]}


def test_calls_and_agents_are_counted_as_they_work(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await change_queue(office, survey=True, wrap_up_s=10, dispositions=(Disposition("sold"),))
        mei = await office.ready(MEI)
        await office.pass_time(60)
        customer = await office.bridge.offer(HOTLINE)
        call = await mei.rung()
        await office.pass_time(4)
        await mei.must("call.answer", call_id=call["call_id"])
        await office.pass_time(30)
        await mei.must("call.hold", call_id=call["call_id"], on=True)
        await office.pass_time(5)
        await mei.must("call.hold", call_id=call["call_id"], on=False)
        await office.pass_time(5)
        await office.phone.ledger.worker.settled()
        await mei.must("call.dispose", call_id=call["call_id"], disposition="sold")
        await mei.must("call.hang_up", call_id=call["call_id"])
        await office.media.bring(DigitPressed(customer, "5", 100))
        await office.over()
        await office.pass_time(11)  # wrap-up
        assert office.state(MEI) == "ready"
        await mei.must("agent.state", state="break", reason="meal")
        await office.pass_time(600)
        await restart(office)
        found = (await figures(office, "queue"))["total"]
        assert (found["offered"], found["answered"], found["asa_s"], found["service_level"]) == (1, 1, 4.0, 1.0)
        assert (found["talk_s"], found["hold_s"], found["wrap_up_s"], found["aht_s"]) == (35.0, 5.0, 11.0, 51.0)
        assert (found["asked"], found["mark_mean"], found["dispositions"]) == (1, 5.0, {"sold": 1})
        agent = (await figures(office, "agent"))[MEI]
        assert (agent["rung"], agent["missed"], agent["ready_s"]) == (1, 0, 60.0)
        # 60 ready, 4 ringing, 40 talking, 11 wrap-up; the break goes on
        assert (agent["login_s"], agent["breaks"], agent["occupancy"]) == (715.0, {"meal": 600.0}, 0.4435)

    play(tmp_path, story)


def test_a_caller_who_gives_up_is_counted_and_so_is_a_missed_offer(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei = await office.ready(MEI)
        customer = await office.bridge.offer(HOTLINE)
        await mei.rung()
        await office.pass_time(15)  # nobody answers
        await office.until(lambda: not office.call().ring)
        await office.pass_time(3)
        await office.bridge.hangs_up(customer)
        await office.over()
        found = (await figures(office, "number"))["total"]
        assert (found["offered"], found["abandoned"], found["longest_wait_s"], found["handled"]) == (1, 1, 18.0, 0)
        agent = (await figures(office, "agent"))[MEI]
        assert (agent["rung"], agent["missed"]) == (1, 1)

    play(tmp_path, story)


def test_a_code_that_is_given_when_the_sums_are_made_counts_in_them(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await change_queue(office, dispositions=(Disposition("sold"),))
        mei = await office.ready(MEI)
        await office.bridge.offer(HOTLINE)
        call = await mei.rung()
        await mei.must("call.answer", call_id=call["call_id"])
        await office.phone.ledger.worker.settled()
        await mei.must("call.hang_up", call_id=call["call_id"])
        await office.over()
        office.clock.advance(4000)
        assert await office.parts.keeper.look() >= 1
        assert (await figures(office, "queue"))["total"]["dispositions"] == {}
        await mei.must("call.dispose", call_id=call["call_id"], disposition="sold")
        assert (await figures(office, "queue"))["total"]["dispositions"] == {"sold": 1}
        assert await office.parts.keeper.look() == 1
        found = (await figures(office, "queue"))["total"]
        assert (found["answered"], found["dispositions"]) == (1, {"sold": 1})

    play(tmp_path, story)


def test_who_is_refused_at_the_door_is_not_offered(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await change_queue(office, join="ready")
        for number, cause in ((HOTLINE, "no-agent"), ("4008120000", "unknown-number")):
            caller = await office.bridge.offer(number)
            await office.until(lambda caller=caller, cause=cause: office.bridge.causes.get(caller) == cause)  # type: ignore[misc]
        await office.over()
        (queue,) = (row for key, row in (await figures(office, "queue")).items() if key != "total")
        assert (queue["refused"], queue["offered"], queue["service_level"]) == (1, 0, None)
        total = (await figures(office, "interval"))["total"]
        refused = {"full": 0, "unstaffed": 1, "closed": 0, "unknown": 1}
        assert (total["refused"], total["refused_by"], total["offered"]) == (2, refused, 0)

    play(tmp_path, story)


def test_a_chat_is_counted_when_it_is_over(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei = await office.ready(MEI)
        room, gone = await arrives(office), await arrives(office)
        await after(office, 2)
        await mei.must("chat.accept", chat_id=room.chat.chat_id)
        await after(office, 10)
        await mei.must("chat.say", chat_id=room.chat.chat_id, text="!")
        await written(office).chats.visitor_ends(gone)
        assert (await figures(office, "queue"))["total"]["chats_offered"] == 1
        await after(office, 48)
        await mei.must("chat.end", chat_id=room.chat.chat_id)
        found = (await figures(office, "queue"))["total"]
        assert (found["chats_offered"], found["chats_answered"], found["chats_abandoned"]) == (2, 1, 1)
        assert (found["chat_asa_s"], found["chat_reply_s"], found["chat_handle_s"]) == (2.0, 12.0, 58.0)
        agent = (await figures(office, "agent"))[MEI]
        assert (agent["chats_handled"], agent["chats_at_once"], agent["chats_most"]) == (1, 1.0, 1)
        async with office.parts.store.begin() as session:  # as before chats were counted
            await session.execute(delete(ChatVisitRow))
            await session.execute(delete(ChatTalkRow))
        assert await office.parts.stats.catch_up_chats() == 2
        assert await office.parts.stats.catch_up_chats() == 0
        assert (await figures(office, "queue"))["total"] == found

    play(tmp_path, story)

# SPDX-License-Identifier: Apache-2.0
"""Wrap-up codes, notes and marks: who may give them, and where they are found again."""

from pathlib import Path

from headcall.backend.queues.model import Disposition
from headcall.wire.media import DigitPressed
from tests.backend.calls.office import ANNA, HOTLINE, LEI, MEI, Office, play
from tests.backend.queues.test_dispatch import change_queue


def test_an_agent_says_how_the_call_came_out_and_the_caller_gives_a_mark(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await change_queue(office, survey=True, dispositions=(Disposition("sold"), Disposition("lost")))
        mei, lei = await office.ready(MEI), await office.page(LEI)
        customer = await office.bridge.offer(HOTLINE)
        call_id = (await mei.answer())["call_id"]
        await office.phone.ledger.worker.settled()
        await mei.must("call.dispose", call_id=call_id, disposition="lost", note="=1+1 <b>😀")
        await mei.must("call.hang_up", call_id=call_id)
        await office.media.bring(DigitPressed(customer, "5", 100))
        await office.over()
        await mei.must("call.dispose", call_id=call_id, disposition="sold", note="two boxes")
        assert (await lei.do("call.dispose", call_id=call_id, disposition="sold"))["cause"] == "not-allowed"
        assert (await mei.do("call.dispose", call_id=call_id, disposition="magic"))["cause"] == "bad-request"
        assert (await mei.do("call.dispose", call_id=call_id, note="x" * 4001))["cause"] == "bad-request"
        assert (await mei.do("call.dispose", call_id="call_none", note="x"))["cause"] == "not-found"
        anna = await office.page(ANNA)
        outcome = (await office.parts.records.one(anna.who, call_id))["outcome"]
        assert (outcome["disposition"], outcome["note"], outcome["by"]) == ("sold", "two boxes", MEI)
        assert outcome["mark"] == 5
        lines = [line async for line in office.parts.records.export(anna.who, scope="all", q="")]
        assert lines[-1].strip().endswith("sold,two boxes,5")

    play(tmp_path, story)


def test_a_code_keeps_the_words_it_had_when_it_was_given(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await change_queue(office, dispositions=(Disposition("sold", "成交", "Sold"),))
        mei = await office.ready(MEI)
        await office.bridge.offer(HOTLINE)
        call_id = (await mei.answer())["call_id"]
        await office.phone.ledger.worker.settled()
        await mei.must("call.dispose", call_id=call_id, disposition="sold")
        await mei.must("call.hang_up", call_id=call_id)
        await change_queue(office, dispositions=(Disposition("sold", "已售", "Closed"), Disposition("lost", "流失")))
        again = (await mei.must("call.dispose", call_id=call_id, disposition="sold", note="two"))["outcome"]
        assert (again["words"], again["note"]) == ({"zh": "成交", "en": "Sold"}, "two"), "renamed since"
        await change_queue(office, dispositions=(Disposition("lost", "流失"),))
        again = (await mei.must("call.dispose", call_id=call_id, disposition="sold", note="three"))["outcome"]
        assert (again["words"], again["note"]) == ({"zh": "成交", "en": "Sold"}, "three"), "removed since"
        anna = await office.page(ANNA)
        outcome = (await office.parts.records.one(anna.who, call_id))["outcome"]
        assert outcome["words"] == {"zh": "成交", "en": "Sold"}
        other = (await mei.must("call.dispose", call_id=call_id, disposition="lost"))["outcome"]
        assert other["words"] == {"zh": "流失", "en": ""}
        assert (await mei.do("call.dispose", call_id=call_id, disposition="sold"))["cause"] == "bad-request"
        none = (await mei.must("call.dispose", call_id=call_id))["outcome"]
        assert (none["disposition"], none["words"]) == (None, None)

    play(tmp_path, story)

# SPDX-License-Identifier: Apache-2.0
"""Messages of supervisors: who gets one, who has read it, and what of it is left after a restart."""

from pathlib import Path
from typing import Any

from headcall.backend.audit.service import Audit
from headcall.backend.sample import QUEUE_ID
from tests.backend.calls.office import ANNA, LEI, MEI, WEI, Office, Page, play, restart

HOSTILE = '<script>alert(1)</script> 😀 {{x}} "; DROP TABLE notices; --\n第二行'


def came(page: Page) -> list[dict[str, Any]]:
    return [message for message in page.seen("message") if message["way"] == "in"]


def test_a_message_to_one_a_queue_and_all_is_read_and_kept(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei, lei, boss = await office.page(MEI), await office.page(LEI), await office.page(ANNA)
        one = (await boss.must("agent.message", to=[MEI], text=f"  {HOSTILE}  "))["message"]
        assert (one["text"], one["of"], one["seen"], one["to"]) == (HOSTILE, 1, 0, "people")
        assert [m["text"] for m in came(mei)] == [HOSTILE] and came(lei) == []
        assert came(mei)[0]["from"] == {"user_id": ANNA, "name": "Anna Schmidt"}
        queue = (await boss.must("agent.message", to=QUEUE_ID, text="x" * 500))["message"]
        assert (queue["to"], queue["of"]) == ("呼叫中心", 3) and len(came(lei)) == 1
        assert (await boss.must("agent.message", to="all", text="all"))["message"]["of"] == 3
        office.clock.advance(5)
        await mei.must("message.seen", id=one["id"])
        await mei.must("message.seen", id=one["id"])
        assert boss.seen("message_seen")[-1] == {"id": one["id"], "way": "out", "seen": 1, "of": 1}
        seen_at = mei.seen("message_seen")[0]["seen_at"]
        await restart(office)
        (snapshot,) = (await office.page(MEI)).seen("snapshot")
        kept = snapshot["messages"]
        assert [m["text"] for m in kept] == [HOSTILE, "x" * 500, "all"]
        assert [m["seen_at"] for m in kept] == [seen_at, None, None]
        (written,) = (await office.page(ANNA)).seen("snapshot")
        assert [m["seen"] for m in written["messages"] if m["way"] == "out"] == [1, 0, 0]
        office.clock.advance(86_400)
        (tomorrow,) = (await office.page(MEI)).seen("snapshot")
        assert tomorrow["messages"] == []
        audit = Audit(office.parts.store, office.clock, office.phone.given.ids)
        (row,) = await audit.newest(object_id=one["id"])
        assert (row["action"], row["after"]["text"]) == ("agent.message", HOSTILE)

    play(tmp_path, story)


def test_what_is_refused(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei, boss = await office.page(MEI), await office.page(ANNA)
        assert (await mei.do("agent.message", to="all", text="hi"))["cause"] == "not-allowed"
        for text in ("", "   \n", "x" * 501, "x" * 4_000, None, 5, ["hi"]):
            assert (await boss.do("agent.message", to="all", text=text))["cause"] == "bad-request"
        nonsense: list[object] = [None, 5, {}, [5], [MEI] * 1_001, [[MEI]]]
        for to in nonsense:
            assert (await boss.do("agent.message", to=to, text="hi"))["cause"] == "bad-request"
        nobody: list[object] = ["que_none", "x" * 4_000, [WEI], ["<script>"], []]
        for to in nobody:
            assert (await boss.do("agent.message", to=to, text="hi"))["cause"] == "not-found"
        sent = (await boss.must("agent.message", to=[LEI], text="hi"))["message"]
        assert (await mei.do("message.seen", id=sent["id"]))["cause"] == "not-found", "it was for another"
        assert (await mei.do("message.seen", id="msg_none"))["cause"] == "not-found"
        assert (await mei.do("message.seen"))["cause"] == "bad-request"
        assert came(mei) == []

    play(tmp_path, story)

# SPDX-License-Identifier: Apache-2.0
"""Chats in the company at work: real database, real agents, the clock moved by hand."""

from pathlib import Path

import pytest

from headcall.backend.chats.assembly import Written
from headcall.backend.chats.model import Visitor
from headcall.backend.chats.rooms import Room
from headcall.backend.errors import ApiError
from headcall.backend.sample import QUEUE_ID
from tests.backend.calls.office import ANNA, LEI, MEI, Office, Page, play, restart

LI = Visitor("李女士 <script>alert(1)</script> 😀", "13800138000", "https://example.com/price", "zh")


def written(office: Office) -> Written:
    return office.phone.written


async def arrives(office: Office, text: str = "Hello", address: str = "192.0.2.1") -> Room:
    room, _ = await written(office).chats.open(QUEUE_ID, LI, text, address=address)
    return room


async def after(office: Office, seconds: float = 0.0) -> None:
    """The clock moves, and the chats' desk looks once."""
    office.clock.advance(seconds)
    await written(office).desk.serve()


def chats_of(page: Page) -> dict[str, str]:
    """The chats as the page shows them: id to state."""
    page.read()
    shown: dict[str, str] = {}
    for kind, data in page.events:
        match kind:
            case "snapshot":
                shown = {chat["chat_id"]: chat["state"] for chat in data["chats"]}
            case "chat":
                shown[data["chat_id"]] = data["state"]
            case "chat_gone":
                shown.pop(data["chat_id"], None)
            case _:
                pass
    return shown


async def texts(office: Office, room: Room, *, with_notes: bool = True) -> list[str]:
    said = await written(office).chats.messages(room.chat.chat_id, with_notes=with_notes)
    return [f"{message.by}:{message.text}" for message in said]


def test_a_visitor_writes_an_agent_answers_and_both_are_kept(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei = await office.ready(MEI)
        room = await arrives(office, "我的订单在哪里？")
        chat_id = room.chat.chat_id
        await after(office)
        assert chats_of(mei) == {chat_id: "offered"}
        assert (await mei.do("chat.say", chat_id=chat_id, text="too early"))["cause"] == "not-allowed"
        accepted = await mei.must("chat.accept", chat_id=chat_id)
        assert accepted["chat"]["visitor"]["name"] == LI.name
        await mei.must("chat.say", chat_id=chat_id, text="I look for it.")
        await mei.must("chat.say", chat_id=chat_id, text="sounds angry", note=True)
        await written(office).chats.visitor_says(room, "谢谢 🙏")
        assert mei.seen("chat_message")[-1]["message"]["text"] == "谢谢 🙏"
        await mei.must("chat.read", chat_id=chat_id, seq=5)
        assert room.chat.read_seq == 5
        await mei.must("chat.end", chat_id=chat_id)
        assert chats_of(mei) == {}
        assert await texts(office, room) == [
            "visitor:我的订单在哪里？",
            "system:joined",
            "agent:I look for it.",
            "note:sounds angry",
            "visitor:谢谢 🙏",
            "system:ended",
        ]
        assert "note:sounds angry" not in await texts(office, room, with_notes=False)
        (kept,) = await written(office).chats.history(mei.who, everybody=False, search="李女士", before_ms=None)
        assert (kept.chat_id, kept.ended_by, kept.agent_id) == (chat_id, "agent", MEI)
        assert (await mei.do("chat.say", chat_id=chat_id, text="too late"))["cause"] == "call-gone"

    play(tmp_path, story)


def test_who_lets_a_chat_pass_is_not_asked_again_at_once_and_in_the_end_put_on_a_break(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei = await office.ready(MEI)
        room = await arrives(office)
        for _ in range(3):
            await after(office)
            assert room.chat.offered_to == MEI
            await after(office, 30.1)  # lapses
            assert room.chat.state == "waiting"
            office.clock.advance(30)
            room.visitor_seen = office.clock.now()  # its page asks on
        assert office.state(MEI) == "break"
        assert mei.seen("agent")[-1]["reason"] == "missed"
        lei = await office.ready(LEI)
        await after(office)
        assert chats_of(lei) == {room.chat.chat_id: "offered"} and chats_of(mei) == {}

    play(tmp_path, story)


def test_an_agent_holds_three_chats_and_the_fourth_waits(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei = await office.ready(MEI)
        rooms = [await arrives(office, f"chat {n}") for n in range(4)]
        await after(office)
        for room in rooms[:3]:
            await mei.must("chat.accept", chat_id=room.chat.chat_id)
        await after(office)
        assert [room.chat.state for room in rooms] == ["open", "open", "open", "waiting"]
        assert written(office).chats.place_of(rooms[3].chat) == 0
        await mei.must("chat.end", chat_id=rooms[1].chat.chat_id)
        await after(office)
        assert rooms[3].chat.offered_to == MEI

    play(tmp_path, story)


def test_a_restart_loses_no_chat_and_no_word(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei = await office.ready(MEI)
        held, waits = await arrives(office, "first"), await arrives(office, "second")
        await after(office)
        await mei.must("chat.accept", chat_id=held.chat.chat_id)
        before = {room.chat.chat_id: room.chat for room in (held, waits)}
        await restart(office)
        assert {chat.chat_id: chat for chat in written(office).chats.rooms.chats()} == before
        again = await office.page(MEI)
        assert chats_of(again) == {held.chat.chat_id: "open", waits.chat.chat_id: "offered"}
        await again.must("chat.say", chat_id=held.chat.chat_id, text="still here")
        assert (await texts(office, held))[-1] == "agent:still here"

    play(tmp_path, story)


def test_the_chats_of_an_agent_who_is_gone_go_to_the_front_of_the_line(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei = await office.ready(MEI)
        held = await arrives(office, "first")
        await after(office)
        await mei.must("chat.accept", chat_id=held.chat.chat_id)
        await mei.close()
        await after(office, 1)
        assert held.chat.state == "open"
        await after(office, 61)
        assert (held.chat.state, held.chat.rank) == ("waiting", 0)
        lei = await office.ready(LEI)
        await after(office)
        await lei.must("chat.accept", chat_id=held.chat.chat_id)
        assert "system:left" in await texts(office, held)

    play(tmp_path, story)


def test_a_visitor_who_has_gone_is_not_waited_for(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        room = await arrives(office)
        await after(office, 59)
        assert room.chat.is_live
        await after(office, 2)
        assert (room.chat.state, room.chat.cause) == ("ended", "visitor-left")
        await after(office, 601)
        assert written(office).chats.rooms.get(room.chat.chat_id) is None

    play(tmp_path, story)


def test_a_chat_is_passed_on_to_a_colleague_who_is_asked_and_to_a_queue(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei = await office.ready(MEI)
        room = await arrives(office)
        chat_id = room.chat.chat_id
        await after(office)
        await mei.must("chat.accept", chat_id=chat_id)
        assert (await mei.do("chat.transfer", chat_id=chat_id, user_id=LEI))["cause"] == "offline"
        assert (await mei.do("chat.transfer", chat_id=chat_id))["cause"] == "bad-request"
        lei = await office.ready(LEI)
        await mei.must("chat.transfer", chat_id=chat_id, user_id=LEI)
        assert (chats_of(mei), chats_of(lei)) == ({chat_id: "offered"}, {chat_id: "offered"})
        await lei.must("chat.refuse", chat_id=chat_id)
        assert (chats_of(mei), chats_of(lei)) == ({chat_id: "open"}, {})
        await mei.must("chat.transfer", chat_id=chat_id, user_id=LEI)
        assert (await mei.do("chat.accept", chat_id=chat_id))["cause"] == "call-taken"
        await lei.must("chat.accept", chat_id=chat_id)
        assert (chats_of(mei), chats_of(lei)) == ({}, {chat_id: "open"})
        await lei.must("chat.transfer", chat_id=chat_id, queue_id=QUEUE_ID)
        assert (room.chat.state, room.chat.agent_id, room.chat.rank) == ("waiting", None, 0)

    play(tmp_path, story)


def test_others_do_not_read_a_chat_but_who_may_see_all_does(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei, lei, anna = await office.ready(MEI), await office.page(LEI), await office.page(ANNA)
        room = await arrives(office)
        await after(office)
        await mei.must("chat.accept", chat_id=room.chat.chat_id)
        chats = written(office).chats
        with pytest.raises(ApiError, match="another agent"):
            await chats.one(lei.who, room.chat.chat_id)
        assert (await chats.one(anna.who, room.chat.chat_id)).agent_id == MEI
        assert (await lei.do("chat.end", chat_id=room.chat.chat_id))["cause"] == "not-allowed"
        assert (await lei.do("chat.say", chat_id={"a": 1}, text="x"))["cause"] == "call-gone"
        assert (await mei.do("chat.say", chat_id=room.chat.chat_id, text="x" * 4001))["cause"] == "bad-request"

    play(tmp_path, story)

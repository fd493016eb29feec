# SPDX-License-Identifier: Apache-2.0
"""Outside the opening hours: what a caller hears, and where the call goes."""

from pathlib import Path
from typing import Any

from sqlalchemy import update

from headcall.backend.hours.model import Closed, Hours, Interval
from headcall.backend.numbers.store import NumberRow
from headcall.backend.queues.store import QueueRow
from headcall.backend.sample import DID, QUEUE_ID
from headcall.backend.users.model import Actor
from headcall.wire.media import Playlist
from tests.backend.calls.office import HOTLINE, MEI, WEI, Office, play

ALWAYS = ((Interval(0, 1440),),) * 7
NEVER: Any = ((),) * 7


async def keep(office: Office, hours: Hours, *, by: str = "queue") -> str:
    """Gives the queue, or the published number, these hours."""
    admin = await office.parts.users.person("usr_demo_admin")
    assert admin is not None
    who = Actor(admin, "ses_x", admin.rights)
    hours_id: str = (await office.parts.hours.put(who, hours))["hours_id"]
    async with office.parts.store.begin() as session:
        if by == "queue":
            rules = {"hours_id": hours_id}
            await session.execute(update(QueueRow).where(QueueRow.queue_id == QUEUE_ID).values(rules=rules))
        else:
            await session.execute(update(NumberRow).where(NumberRow.number == DID).values(hours_id=hours_id))
    await office.phone.queues_changed()
    return hours_id


def said(office: Office) -> list[str]:
    heard = (getattr(command, "source", None) for command in office.media.commands)
    return [source.files[0] for source in heard if isinstance(source, Playlist)]


def test_who_calls_when_nobody_answers_hears_so_and_is_refused_with_the_cause(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await office.ready(MEI)
        await keep(office, Hours("", "nights", week=NEVER))
        customer = await office.bridge.offer(HOTLINE)
        await office.until(lambda: customer in office.bridge.causes)
        assert office.bridge.causes[customer] == "closed"
        assert said(office) == ["closed.zh"]
        await office.over()

    play(tmp_path, story)


def test_the_announcement_and_the_way_on_are_those_that_were_set(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        wei = await office.page(WEI)
        closed = Closed(zh="夜间请留言", en="Nobody is here", overflow="8301234-2001")
        await keep(office, Hours("", "nights", week=NEVER, closed=closed), by="number")
        await office.bridge.offer(HOTLINE)
        call = await wei.answer()
        assert said(office)[0] == "as-is.zh text=夜间请留言"
        assert call["state"] == "talking" and office.call().refusal is None
        await wei.must("call.hang_up", call_id=call["call_id"])
        await office.over()

    play(tmp_path, story)


def test_a_way_on_that_leads_nowhere_ends_in_the_refusal(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        for overflow in ("8301234-7777", HOTLINE):
            await keep(office, Hours("", "x", week=NEVER, closed=Closed(overflow=overflow)))
            customer = await office.bridge.offer(HOTLINE)
            await office.until(lambda leg=customer: leg in office.bridge.causes)  # type: ignore[misc]
            assert office.bridge.causes[customer] == "closed"

    play(tmp_path, story)


def test_open_hours_and_the_switch_let_callers_in(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei = await office.ready(MEI)
        await keep(office, Hours("", "always", week=ALWAYS), by="number")
        hours_id = await keep(office, Hours("", "never", week=NEVER))
        admin = await office.parts.users.person("usr_demo_admin")
        assert admin is not None
        who = Actor(admin, "ses_x", admin.rights)
        await office.parts.hours.switch(who, hours_id, to_open=True, until_ms=None)
        await office.bridge.offer(HOTLINE)
        call = await mei.answer()
        await mei.must("call.hang_up", call_id=call["call_id"])
        await office.over()

    play(tmp_path, story)


def test_a_queue_is_heard_with_the_sounds_it_has_chosen(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        sounds = {name: str(office.folder / f"{name}.wav") for name in ("hello", "tune", "news", "night")}
        for path in sounds.values():
            Path(path).write_bytes(b"RIFF")
        office.parts.library._heard = {name: {"zh": path} for name, path in sounds.items()}
        rules = {"welcome": "hello", "music": "tune", "announcements": [{"prompt_id": "news"}, {"prompt_id": "gone"}]}
        async with office.parts.store.begin() as session:
            await session.execute(update(QueueRow).where(QueueRow.queue_id == QUEUE_ID).values(rules=rules))
        await office.phone.queues_changed()
        customer = await office.bridge.offer(HOTLINE)
        await office.until(lambda: sounds["tune"] in said(office))
        assert said(office) == [sounds["hello"], "recorded.zh", "position.zh n=0", sounds["tune"]]
        await office.pass_time(31)
        await office.until(lambda: said(office).count(sounds["tune"]) == 2)
        assert said(office)[4:] == [sounds["news"], "position.zh n=0", sounds["tune"]]
        await office.pass_time(31)
        await office.until(lambda: said(office).count(sounds["tune"]) == 3)
        assert said(office)[7] == "still-waiting.zh"
        await office.bridge.hangs_up(customer, "caller-cancelled")
        await office.over()

    play(tmp_path, story)


def test_the_closed_announcement_may_be_a_prompt_of_ones_own(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        path = office.folder / "night.wav"
        path.write_bytes(b"RIFF")
        office.parts.library._heard = {"night": {"en": str(path)}}
        await keep(office, Hours("", "nights", week=NEVER, closed=Closed(zh="never spoken", prompt_id="night")))
        customer = await office.bridge.offer(HOTLINE)
        await office.until(lambda: customer in office.bridge.causes)
        assert said(office) == [str(path)]
        await office.over()

    play(tmp_path, story)

# SPDX-License-Identifier: Apache-2.0
"""Call-back: the key, the place in line, the agent first, then the customer, once for each attempt."""

from pathlib import Path

import pytest
from msgspec.structs import replace
from sqlalchemy import select

from headcall.backend.callbacks.model import callable_number
from headcall.backend.callbacks.store import CallbackRow
from headcall.backend.calls.model import Call
from headcall.backend.queues import store as queue_rows
from headcall.backend.sample import QUEUE_ID
from headcall.wire import legs as words
from headcall.wire.legs import ToTrunk
from headcall.wire.media import DigitPressed, FromLeg, Tone
from tests.backend.calls.office import ANNA, HOTLINE, LEI, MEI, WEI, Office, Page, play, restart
from tests.backend.queues.test_why import ask

CUSTOMER = "13800138000"


@pytest.mark.parametrize(
    ("number", "found"),
    [
        ("13800138000", "13800138000"),
        ("+86 138-0013-8000", "+8613800138000"),
        ("0755-1234567", "07551234567"),
        ("anonymous", None),
        ("", None),
        ("Restricted", None),
        ("12", None),
        ("1" * 21, None),
        ("138*0013#", None),
        ("<script>alert(1)</script>", None),
        ("１３８００１３８０００", "13800138000"),
        ("95588", None),
        ("+8695588", None),
        ("008695588", None),
        ("4001234567", None),
    ],
)
def test_who_can_be_called_back(number: str, found: str | None) -> None:
    assert callable_number(number, ("955", "400 1", "", "x")) == found


async def offering(office: Office, **rules: object) -> None:
    queue = office.phone.queues.get(QUEUE_ID)
    assert queue is not None
    async with office.parts.store.begin() as session:
        await queue_rows.put(session, replace(queue, **{"callback_after_s": 20, **rules}))
    await office.phone.queues.load()


def said(office: Office, leg_id: str) -> list[str]:
    plays = [c for c in office.media.commands if getattr(c, "leg_id", "") == leg_id and hasattr(c, "source")]
    return [c.source.files[0].split(" ")[0] for c in plays if hasattr(c.source, "files")]


async def hears(office: Office, leg_id: str, text: str) -> None:
    await office.until(lambda: said(office, leg_id)[-1:] == [text])


async def presses(office: Office, leg_id: str, keys: str) -> None:
    for key in keys:
        await office.media.bring(DigitPressed(leg_id, key, 100))


async def waits(office: Office, number: str = CUSTOMER) -> str:
    """A customer in the queue, who hears music."""
    leg_id = await office.bridge.offer(HOTLINE, from_number=number)
    await hears(office, leg_id, "music.wav")
    return leg_id


async def promised(office: Office, leg_id: str) -> Call:
    """The customer is told of the key after 20 s, presses it, and confirms; the call-back that stands in line."""
    await office.pass_time(20.1)
    await office.until(lambda: "callback-offer.zh" in said(office, leg_id))
    await hears(office, leg_id, "music.wav")
    await presses(office, leg_id, "11")
    await office.until(lambda: any(call.callback for call in office.calls()))
    (found,) = [call for call in office.calls() if call.callback]
    await office.until(lambda: len(office.calls()) == 1)
    return found


def callback(office: Office) -> Call:
    (found,) = [call for call in office.calls() if call.callback]
    return found


def placed(office: Office) -> list[str]:
    """Legs dialled outside, in order."""
    return [order.leg_id for order in office.bridge.placed if isinstance(order.target, ToTrunk)]


async def accepts(office: Office, page: Page) -> str:
    """The agent accepts; the leg with which the customer is dialled."""
    before = len(placed(office))
    call = await page.answer()
    assert call["callback"] == {"attempt": before + 1, "tries": 2} and call["peer"]["number"] == CUSTOMER
    await office.until(lambda: len(placed(office)) == before + 1)
    return placed(office)[-1]


async def shown_apart(office: Office, waiting: Call) -> None:
    """On the board, of which two callers and one call-back are told."""
    board = office.phone.board
    (row,) = [each for each in board.whole()["queues"] if each["id"] == QUEUE_ID]
    assert (row["waiting"], row["callbacks"]) == (2, 1)
    assert [each["call_id"] for each in board.whole()["waiting"] if each["is_callback"]] == [waiting.call_id]
    assert (row["offered"], row["abandoned"]) == (2, 0), "two callers; the kept place is none of its own"
    await board.load()
    (row,) = [each for each in board.whole()["queues"] if each["id"] == QUEUE_ID]
    assert row["offered"] == 2, "nor after a start"


def test_the_place_is_kept_the_agent_comes_first_and_then_the_customer(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await offering(office)
        leg_id = await waits(office)
        entered = office.call().wait.entered_at_ms  # type: ignore[union-attr]
        office.clock.advance(1)
        later = await waits(office, "13900139000")
        waiting = await promised_beside(office, leg_id)
        assert waiting.wait and waiting.wait.entered_at_ms == entered
        assert office.phone.queues.line()[0].call_id == waiting.call_id
        assert office.phone.queue_views.view(office.phone.queues.get(QUEUE_ID))["callbacks"] == 1  # type: ignore[arg-type]
        await shown_apart(office, waiting)
        assert office.bridge.causes[leg_id] == "normal" and not placed(office)

        mei = await office.ready(MEI)
        dialled = await accepts(office, mei)
        agent_leg = mei.call["leg_id"] if mei.call else ""
        await office.until(lambda: office.media.hears(agent_leg) == Tone("ringback"))
        assert mei.call and mei.call["state"] == "dialling"
        await office.until(lambda: office.state(MEI) == "talking")
        order = next(order for order in office.bridge.placed if order.leg_id == dialled)
        assert order.target.number == CUSTOMER and order.caller_number == HOTLINE  # type: ignore[union-attr]
        await office.bridge.rings(dialled)
        await office.bridge.picks_up(dialled)
        await office.until(lambda: office.media.hears(dialled) == FromLeg(agent_leg))
        assert office.media.hears(agent_leg) == FromLeg(dialled)
        call_id = callback(office).call_id
        await office.bridge.hangs_up(dialled)
        await office.until(lambda: not any(call.callback for call in office.calls()))
        await office.bridge.hangs_up(later)
        await office.over()
        record = await office.record(call_id)
        assert (record["direction"], record["to_number"], record["callback"]) == ("out", CUSTOMER, "made")
        assert record["from_number"] == HOTLINE and record["agent"]["user_id"] == MEI and record["answered_at"]
        assert (await row(office, call_id)).state == "answered"
        assert len(placed(office)) == 1

    play(tmp_path, story)


async def promised_beside(office: Office, leg_id: str) -> Call:
    await office.pass_time(20.1)
    await office.until(lambda: "callback-offer.zh" in said(office, leg_id))
    await hears(office, leg_id, "music.wav")
    await presses(office, leg_id, "11")
    await office.until(lambda: any(call.callback for call in office.calls()) and leg_id in office.bridge.causes)
    return callback(office)


async def row(office: Office, call_id: str) -> CallbackRow:
    async with office.parts.store.read() as session:
        found = await session.scalar(select(CallbackRow).where(CallbackRow.call_id == call_id))
    assert found is not None
    return found


def test_nobody_answers_once_more_later_and_then_it_is_over(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await offering(office, callback_retry_s=60)
        waiting = await promised(office, await waits(office))
        mei = await office.ready(MEI)
        first = await accepts(office, mei)
        await office.pass_time(45.1)
        await office.until(lambda: callback(office).phase == "new")
        await office.until(lambda: office.bridge.causes.get(first) == "no-answer")
        assert mei.call is None
        await office.until(lambda: office.state(MEI) == "wrap_up")
        await mei.must("agent.state", state="ready")
        await office.phone.dispatcher.dispatch()
        assert mei.call is None, "it rests"
        await office.pass_time(60.1)
        second = await accepts(office, mei)
        assert second != first
        await office.bridge.hangs_up(second, "busy")
        await office.over()
        found = await row(office, waiting.call_id)
        assert (found.state, found.attempts, found.result) == ("failed", 2, "busy")
        record = await office.record(waiting.call_id)
        assert (record["cause"], record["answered_at"]) == ("busy", None)
        assert len(placed(office)) == 2

    play(tmp_path, story)


def test_who_declines_is_not_dialled_again(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await offering(office)
        waiting = await promised(office, await waits(office))
        mei = await office.ready(MEI)
        await office.bridge.hangs_up(await accepts(office, mei), "rejected")
        await office.over()
        assert (await row(office, waiting.call_id)).attempts == 1

    play(tmp_path, story)


def test_one_agent_gets_one_call_back_however_many_wait(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await offering(office)
        legs = [await waits(office, f"1380013800{n}") for n in range(3)]
        await office.pass_time(20.1)
        for leg_id in legs:
            await office.until(lambda leg_id=leg_id: "callback-offer.zh" in said(office, leg_id))  # type: ignore[misc]
            await presses(office, leg_id, "11")
        await office.until(lambda: sum(call.callback is not None for call in office.calls()) == 3)
        mei, lei = await office.ready(MEI), await office.ready(LEI)
        await mei.answer()
        await office.phone.dispatcher.dispatch()
        await office.until(lambda: len(placed(office)) == 1)
        await lei.answer()
        await office.until(lambda: len(placed(office)) == 2)
        await office.phone.dispatcher.dispatch()
        assert sum(call.wait is not None for call in office.calls()) == 1

    play(tmp_path, story)


@pytest.mark.parametrize("moment", ["waiting", "offered", "dialled", "resting"])
def test_it_lives_through_a_kill_and_is_dialled_once(tmp_path: Path, moment: str) -> None:
    async def story(office: Office) -> None:
        await offering(office, callback_retry_s=30)
        waiting = await promised(office, await waits(office))
        entered = waiting.queue_entered_at_ms
        if moment != "waiting":
            mei = await office.ready(MEI)
            if moment == "offered":
                await mei.rung()
            else:
                dialled = await accepts(office, mei)
                if moment == "resting":
                    await office.bridge.hangs_up(dialled, "busy")
                    await office.until(lambda: callback(office).phase == "new")
        tries = len(placed(office))
        await restart(office)
        await restart(office)
        found = callback(office)
        assert found.call_id == waiting.call_id and found.queue_entered_at_ms == entered
        await office.phone.recovery.compare_all(office.phone.recovery.media_nodes())
        sent = [order.leg_id for order in office.bridge.commands if isinstance(order, words.PlaceLeg)]
        assert len(placed(office)) == tries and set(sent) >= set(placed(office)), "given twice, dialled once"
        if moment == "dialled":
            await office.bridge.picks_up(placed(office)[0])
            await office.until(lambda: callback(office).pair is not None)
        if moment in ("waiting", "resting"):
            await office.pass_time(30.1)
            mei = await (office.ready(MEI) if moment == "waiting" else office.page(MEI))
            await mei.answer()
            await office.until(lambda: len(placed(office)) == tries + 1)

    play(tmp_path, story)


def test_the_agent_may_hang_up_before_the_customer_answers(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await offering(office)
        waiting = await promised(office, await waits(office))
        mei = await office.ready(MEI)
        dialled = await accepts(office, mei)
        await mei.must("call.hang_up", call_id=waiting.call_id)
        await office.until(lambda: dialled in office.bridge.causes)
        assert callback(office).callback.retry_at_ms is not None  # type: ignore[union-attr]
        await office.until(lambda: office.state(MEI) == "wrap_up")

    play(tmp_path, story)


def test_another_number_may_be_keyed_in_and_a_wrong_one_is_refused(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await offering(office, callback_never=("400",))
        leg_id = await waits(office)
        await office.pass_time(20.1)
        await office.until(lambda: "callback-offer.zh" in said(office, leg_id))
        await presses(office, leg_id, "12")
        await hears(office, leg_id, "callback-enter.zh")
        await presses(office, leg_id, "4008123456#")
        await office.until(lambda: "callback-wrong.zh" in said(office, leg_id))
        await presses(office, leg_id, "2")
        await office.until(lambda: said(office, leg_id).count("callback-enter.zh") == 2)
        await presses(office, leg_id, "075512345678#1")
        await office.until(lambda: any(call.callback for call in office.calls()))
        assert callback(office).callback.number == "075512345678"  # type: ignore[union-attr]

    play(tmp_path, story)


@pytest.mark.parametrize("caller", ["anonymous", "", "95588", "83012342001"])
def test_who_cannot_be_called_back_is_not_offered_it(tmp_path: Path, caller: str) -> None:
    async def story(office: Office) -> None:
        await offering(office, callback_never=("95588",))
        leg_id = await office.bridge.offer(HOTLINE, from_number=caller)
        await office.until(lambda: bool(said(office, leg_id)) and said(office, leg_id)[-1] == "music.wav")
        await office.pass_time(25)
        await presses(office, leg_id, "11")
        await office.pass_time(30.1)
        await office.until(lambda: any(text.startswith("still-waiting") for text in said(office, leg_id)))
        assert not any(text.startswith("callback") for text in said(office, leg_id))
        assert office.call().wait is not None

    play(tmp_path, story)


def test_a_key_before_the_offer_and_another_key_mean_nothing(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await offering(office)
        leg_id = await waits(office)
        await presses(office, leg_id, "1")
        for _ in range(3):
            await office.pass_time(7)
        await office.until(lambda: "callback-offer.zh" in said(office, leg_id))
        await presses(office, leg_id, "5")
        await presses(office, leg_id, "1")
        await office.until(lambda: "callback-confirm.zh" in said(office, leg_id))
        await presses(office, leg_id, "9")
        await hears(office, leg_id, "music.wav")
        assert office.call().wait is not None

    play(tmp_path, story)


def test_the_caller_hangs_up_in_the_moment_of_the_promise_and_is_called_all_the_same(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await offering(office)
        leg_id = await waits(office)
        call = office.call()
        queue = office.phone.queues.get(QUEUE_ID)
        assert queue is not None
        wish = office.phone.callbacks.promise(call, queue, CUSTOMER)
        assert wish is not None
        box = office.phone.calls.box(call.call_id)
        box.tell(wish)
        box.tell(words.LegEnded(leg_id, "normal", by_peer=True))
        await office.until(lambda: [c.call_id for c in office.calls()] == [wish.promise.call_id])
        await office.until(lambda: call.call_id in office.finished)
        ended = await office.record(call.call_id)
        assert (ended["callback"], ended["answered_at"]) == ("promised", None)
        assert ended["cause"] != "caller-cancelled", "promised is not abandoned"

    play(tmp_path, story)


def test_who_calls_again_has_the_old_place_and_is_not_called_back(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await offering(office)
        waiting = await promised(office, await waits(office))
        office.clock.advance(300)
        await waits(office)
        await office.until(lambda: [call.callback for call in office.calls()] == [None])
        assert office.call().queue_entered_at_ms == waiting.queue_entered_at_ms
        assert (await row(office, waiting.call_id)).state == "cancelled"

    play(tmp_path, story)


def test_who_gave_up_and_calls_again_has_the_old_place_once(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await offering(office, callback_after_s=0, redial_keep_s=600)
        leg_id = await waits(office)
        entered = office.call().queue_entered_at_ms
        await office.pass_time(100)
        await office.bridge.hangs_up(leg_id)
        await office.over()
        await office.pass_time(200)
        again = await waits(office)
        assert office.call().queue_entered_at_ms == entered
        second = await office.bridge.offer(HOTLINE, from_number=CUSTOMER)
        await office.until(lambda: len(office.calls()) == 2)
        assert max(call.queue_entered_at_ms for call in office.calls()) > entered
        await office.bridge.hangs_up(second)
        await office.bridge.hangs_up(again)
        await office.over()
        await office.pass_time(700)
        await waits(office)
        assert office.call().queue_entered_at_ms > entered, "too late"

    play(tmp_path, story)


async def gives_up(office: Office, after_s: float, number: str = CUSTOMER) -> str:
    leg_id = await waits(office, number)
    (call,) = [call for call in office.calls() if call.callback is None]
    await office.pass_time(after_s)
    await office.bridge.hangs_up(leg_id)
    await office.until(lambda: call.call_id in office.finished)
    return call.call_id


def test_who_gives_up_is_called_back_unasked_at_the_place_they_had(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await offering(office, callback_after_s=0, callback_lost_s=30, redial_keep_s=600)
        origin = await gives_up(office, 40)
        lost = callback(office)
        assert lost.callback is not None and (lost.callback.number, lost.callback.origin) == (CUSTOMER, origin)
        assert lost.priority == 0 and lost.queue_entered_at_ms == office.clock.wall_ms() - 40_000
        assert (await office.record(origin))["cause"] == "caller-cancelled", "it is abandoned all the same"
        await restart(office)
        assert callback(office).call_id == lost.call_id
        await waits(office)
        await office.until(lambda: [call.callback for call in office.calls()] == [None])
        assert office.call().queue_entered_at_ms == lost.queue_entered_at_ms, "who calls again is in person there"

    play(tmp_path, story)


def test_a_call_that_is_finished_twice_is_won_back_once(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await offering(office, callback_after_s=0, callback_lost_s=30)
        leg_id = await waits(office)
        office.phone.calls.on_change(lambda before, after, entries: ended.append(after) if not after.is_open else None)
        ended = list[Call]()
        await office.pass_time(40)
        await office.bridge.hangs_up(leg_id)
        await office.until(lambda: bool(ended) and ended[0].call_id in office.finished)
        first = callback(office)
        await office.phone.callbacks.finish(ended[0])
        assert callback(office).call_id == first.call_id
        supervisor = (await office.page(ANNA)).who
        await office.phone.callbacks.cancel(supervisor, first.call_id)
        await office.until(lambda: not office.calls())
        await office.phone.callbacks.finish(ended[0])
        assert not office.calls(), "cancelled is cancelled"

    play(tmp_path, story)


@pytest.mark.parametrize(
    ("number", "after_s"), [(CUSTOMER, 20), ("anonymous", 40), ("95588", 40), ("83012342001", 40)], ids=str
)
def test_who_gives_up_soon_or_cannot_be_called_is_let_go(tmp_path: Path, number: str, after_s: float) -> None:
    async def story(office: Office) -> None:
        await offering(office, callback_after_s=0, callback_lost_s=30, callback_never=("955",))
        await gives_up(office, after_s, number)
        assert not office.calls()

    play(tmp_path, story)


def test_supervisors_see_and_cancel_call_backs_and_agents_do_not(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await offering(office)
        waiting = await promised(office, await waits(office))
        status, told = await ask(office, ANNA, "GET", "/callbacks")
        assert status == 200, told
        (found,) = told["callbacks"]
        assert (found["state"], found["number"], found["place"]) == ("waiting", CUSTOMER, 1)
        for who in (LEI, WEI):
            assert (await ask(office, who, "GET", "/callbacks"))[0] == 403
            assert (await ask(office, who, "DELETE", f"/callbacks/{waiting.call_id}"))[0] == 403
        assert (await ask(office, ANNA, "DELETE", "/callbacks/call_nowhere"))[0] == 404
        assert (await ask(office, ANNA, "DELETE", f"/callbacks/{waiting.call_id}"))[0] == 204
        await office.over()
        assert (await ask(office, ANNA, "DELETE", f"/callbacks/{waiting.call_id}"))[0] == 404
        assert (await ask(office, ANNA, "GET", "/callbacks"))[1] == {"callbacks": []}
        (over,) = (await ask(office, ANNA, "GET", "/callbacks?state=all"))[1]["callbacks"]
        assert over["state"] == "cancelled"

    play(tmp_path, story)


def test_while_the_customer_is_called_it_cannot_be_cancelled(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await offering(office)
        waiting = await promised(office, await waits(office))
        await accepts(office, await office.ready(MEI))
        assert (await ask(office, ANNA, "DELETE", f"/callbacks/{waiting.call_id}"))[0] == 409

    play(tmp_path, story)


def test_what_was_promised_is_given_up_in_the_end(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        await offering(office, callback_keep_s=3600, overflow="1001")
        waiting = await promised(office, await waits(office))
        await office.pass_time(3601)
        await office.over()
        assert (await row(office, waiting.call_id)).state == "failed"

    play(tmp_path, story)

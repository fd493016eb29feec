# SPDX-License-Identifier: Apache-2.0
"""What agents have done today is counted as it happens, and the next decision stands upon it."""

from pathlib import Path

import pytest

from headcall.backend.sample import QUEUE_ID
from tests.backend.calls.office import HOTLINE, LEI, MEI, Office, Page, play
from tests.backend.queues.test_dispatch import change_queue


async def one_call(office: Office, pages: dict[str, Page], talk_s: float) -> str:
    """Who was rung; everybody is ready again afterwards."""
    await office.bridge.offer(HOTLINE)
    await office.until(lambda: any(page.call for page in pages.values()))
    user = next(user for user, page in pages.items() if page.call)
    call = await pages[user].answer()
    office.clock.advance(talk_s)
    await pages[user].must("call.hang_up", call_id=call["call_id"])
    await office.over()
    await pages[user].must("agent.state", state="ready")
    office.clock.advance(1)
    return user


@pytest.mark.parametrize(
    ("strategy", "talks", "rung"),
    [
        ("round-robin", (5, 5, 5, 5), (MEI, LEI, MEI, LEI)),
        ("fewest-calls", (5, 5, 5, 5), (MEI, LEI, MEI, LEI)),
        ("least-talk", (60, 5, 5, 5), (MEI, LEI, LEI, LEI)),
    ],
)
def test_each_decision_counts_the_calls_before_it(
    tmp_path: Path, strategy: str, talks: tuple[float, ...], rung: tuple[str, ...]
) -> None:
    async def story(office: Office) -> None:
        await change_queue(office, strategy=strategy)
        pages = {user: await office.ready(user) for user in (MEI, LEI)}
        assert tuple([await one_call(office, pages, talk_s) for talk_s in talks]) == rung
        assert office.phone.queues.tally.handle_s(QUEUE_ID) < 180, "the mean talk moves with the calls"

    play(tmp_path, story)

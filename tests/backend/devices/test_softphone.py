# SPDX-License-Identifier: Apache-2.0
"""Which tab is the telephone, also when the one that was has gone."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from headcall.backend.devices.softphone import RELOAD_S, Softphones
from headcall.backend.edge.live import Live
from headcall.backend.users.model import Actor
from tests.backend.calls.office import MEI, Office, play

Due = list[tuple[float, Callable[[], None]]]


async def tab(live: Live, who: Actor, name: str) -> list[object]:
    """Opens one; gives what it is told of the telephone."""
    connection = live.connected(f"sid-{name}", who, name)
    await live.welcome(connection, None)
    heard: list[object] = []

    def put(_name: str, data: dict[str, object]) -> None:
        if data.get("type") == "softphone":
            heard.append(data["data"])

    connection.put = put  # type: ignore[assignment,method-assign]
    return heard


def with_tabs(tmp_path: Path, story: Callable[[Live, Softphones, Actor, Due], Awaitable[None]]) -> None:
    async def whole(office: Office) -> None:
        due: Due = []
        live = Live(first_event_id=1)
        phones = Softphones(live, later=lambda seconds, then: due.append((seconds, then)))
        phones.register()
        who = (await office.page(MEI)).who
        await story(live, phones, who, due)

    play(tmp_path, whole)


def test_the_others_hear_that_the_tab_with_the_phone_is_gone_for_good(tmp_path: Path) -> None:
    async def story(live: Live, phones: Softphones, who: Actor, due: Due) -> None:
        await tab(live, who, "a")
        heard = await tab(live, who, "b")
        await phones.take(who, {"instance": "a"})
        await live.gone("sid-a")
        assert heard == [{"owner_instance": "a"}], "it may only be loading again"
        ((seconds, then),) = due
        then()
        assert seconds == RELOAD_S and heard[-1] == {"owner_instance": None}
        then()
        assert len(heard) == 2

    with_tabs(tmp_path, story)


def test_a_tab_that_is_back_in_time_or_has_been_replaced_is_not_missed(tmp_path: Path) -> None:
    async def story(live: Live, phones: Softphones, who: Actor, due: Due) -> None:
        heard = await tab(live, who, "b")
        for back in ("a", "b"):
            await tab(live, who, "a")
            await phones.take(who, {"instance": "a"})
            await live.gone("sid-a")
            if back == "a":
                await tab(live, who, "a")
            else:
                await phones.take(who, {"instance": "b"})
            due.pop()[1]()
            assert heard[-1] == {"owner_instance": back}
        await live.gone("sid-nobody")
        await live.gone("sid-b")
        assert len(due) == 1, "only of the tab that has the phone"

    with_tabs(tmp_path, story)

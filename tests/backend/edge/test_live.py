# SPDX-License-Identifier: Apache-2.0
"""The live line without a socket: what reaches which tab, in which order."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from headcall.backend.edge.live import BOX, Connection, Live
from headcall.backend.errors import ApiError, CallFailed
from headcall.backend.users.model import Actor, Person
from headcall.kit.bus.port import NoResponder

Data = dict[str, Any]


def actor(user_id: str = "mei") -> Actor:
    return Actor(Person(user_id, user_id, user_id, ("agent",), None), f"ses_{user_id}", frozenset({"call.control"}))


def taken(connection: Connection) -> list[tuple[str, Data]]:
    found = []
    while not connection.box.empty():
        found.append(connection.box.get_nowait())
    return found


def ids(connection: Connection) -> list[int]:
    return [data["id"] for name, data in taken(connection) if name == "event"]


def play(scenario: Callable[[Live], Coroutine[Any, Any, None]]) -> None:
    asyncio.run(scenario(Live(first_event_id=1000)))


def test_a_new_tab_gets_a_snapshot_and_then_events_in_order() -> None:
    async def scenario(live: Live) -> None:
        async def calls(who: Actor) -> list[str]:
            live.publish_user("mei", "call", {"made": "while the snapshot was made"})
            return [who.user_id]

        live.on_snapshot("calls", calls)
        tab = live.connected("sid", actor(), "tab-1")
        live.publish_user("mei", "call", {"made": "before the snapshot"})
        await live.welcome(tab, None)
        live.publish_user("mei", "call", {"made": "after"})
        live.publish_user("lei", "call", {"made": "for someone else"})
        live.publish_all("queue", {"id": "q"})
        names = taken(tab)
        assert names[0] == ("snapshot", {"event_id": 1001, "calls": ["mei"]})
        assert [data["data"].get("made", "all") for _, data in names[1:]] == [
            "while the snapshot was made",
            "after",
            "all",
        ]
        assert [data["id"] for _, data in names[1:]] == [1002, 1003, 1005]

    play(scenario)


def test_a_tab_that_was_away_resumes_without_a_snapshot() -> None:
    async def scenario(live: Live) -> None:
        await live.welcome(live.connected("a", actor(), "tab-1"), None)
        live.publish_user("mei", "call", {"n": 1})
        await live.gone("a")
        live.publish_user("mei", "call", {"n": 2})
        live.publish_user("mei", "call", {"n": 3})
        back = live.connected("b", actor(), "tab-1")
        await live.welcome(back, 1001)
        assert ids(back) == [1002, 1003]

    play(scenario)


def test_a_tab_that_was_away_too_long_gets_a_snapshot() -> None:
    async def scenario(live: Live) -> None:
        await live.welcome(live.connected("a", actor(), "tab-1"), None)
        await live.gone("a")
        for n in range(BOX + 1):
            live.publish_user("mei", "call", {"n": n})
        back = live.connected("b", actor(), "tab-1")
        await live.welcome(back, 1000)
        assert [name for name, _ in taken(back)] == ["snapshot"]

    play(scenario)


def test_a_slow_tab_is_marked_and_publishing_goes_on() -> None:
    async def scenario(live: Live) -> None:
        slow, quick = live.connected("a", actor(), "1"), live.connected("b", actor(), "2")
        await live.welcome(slow, None)
        await live.welcome(quick, None)
        for n in range(BOX + 10):
            live.publish_user("mei", "call", {"n": n})
            taken(quick)
        assert slow.is_overflowing and not quick.is_overflowing

    play(scenario)


def test_presence_is_told_of_the_first_tab_and_of_the_last() -> None:
    async def scenario(live: Live) -> None:
        told: list[tuple[str, bool]] = []

        async def listen(user_id: str, is_here: bool) -> None:
            told.append((user_id, is_here))

        async def broken(user_id: str, is_here: bool) -> None:
            raise ValueError("a bug of a feature")

        live.on_presence(broken)
        live.on_presence(listen)
        for sid in ("a", "b"):
            await live.welcome(live.connected(sid, actor(), sid), None)
        assert live.is_connected("mei") and live.instances("mei") == {"a", "b"}
        for sid in ("a", "b", "b"):
            await live.gone(sid)
        assert told == [("mei", True), ("mei", False)]
        assert not live.is_connected("mei")

    play(scenario)


def test_presence_is_told_even_if_the_first_of_two_tabs_goes_at_once() -> None:
    async def scenario(live: Live) -> None:
        told: list[bool] = []

        async def listen(_user_id: str, is_here: bool) -> None:
            await asyncio.sleep(0)
            told.append(is_here)

        live.on_presence(listen)
        live.connected("a", actor(), "a")
        second = live.connected("b", actor(), "b")
        await live.gone("a")  # never welcomed
        await live.welcome(second, None)
        assert told == [True]
        hasty = asyncio.create_task(live.gone("b"))
        await asyncio.sleep(0)
        hasty.cancel()
        await live.welcome(live.connected("c", actor(), "c"), None)
        assert told in ([True], [True, False, True]), "the last word is the truth"

    play(scenario)


def test_whatever_a_page_does_it_gets_an_answer() -> None:
    async def scenario(live: Live) -> None:
        async def fine(who: Actor, data: Data) -> Data:
            return {"who": who.user_id, "got": data}

        async def refuse(who: Actor, data: Data) -> Data:
            raise CallFailed("busy", "someone else talks", call_id="call_1")

        async def bug(who: Actor, data: Data) -> Data:
            raise KeyError("secret inner name")

        async def away(who: Actor, data: Data) -> Data:
            raise NoResponder("media.sfu-1")

        for name, handler in (("fine", fine), ("refuse", refuse), ("bug", bug), ("away", away)):
            live.on_do(name, handler)
        live.connected("a", actor(), "1")
        assert await live.do("a", {"type": "fine", "x": 1}) == {"ok": True, "who": "mei", "got": {"x": 1}}
        refused = await live.do("a", {"type": "refuse"})
        assert refused["ok"] is False and refused["cause"] == "busy" and refused["text"]["zh"]
        broken = await live.do("a", {"type": "bug"})
        assert broken["cause"] == "internal" and "secret" not in str(broken)
        assert (await live.do("a", {"type": "away"}))["cause"] == "unavailable"
        for strange in (None, 5, "x", [], {}, {"type": 5}, {"type": "x" * 5000}, {"type": None}, [{"type": "fine"}]):
            assert (await live.do("a", strange))["cause"] == "bad-request"
        assert (await live.do("stranger", {"type": "fine"}))["cause"] == "not-signed-in"

    play(scenario)


def test_two_handlers_for_one_type_are_a_bug() -> None:
    async def handler(who: Actor, data: Data) -> Data:
        raise ApiError("not-implemented")

    live = Live(0)
    live.on_do("x", handler)
    with pytest.raises(AssertionError):
        live.on_do("x", handler)

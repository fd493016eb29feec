# SPDX-License-Identifier: Apache-2.0
"""What is kept of a decision, what an offer came to, and the same decision by other rules."""

from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest
from msgspec import convert, to_builtins
from msgspec.json import encode

from headcall.backend.calls.log import RingStarted, from_row, to_row
from headcall.backend.calls.model import Ring
from headcall.backend.queues.model import Candidate, Choice, Need
from headcall.backend.queues.strategies import STRATEGIES, Moment, choose
from headcall.backend.queues.why import MOST_KEPT, Offer, Rules, kept, replay
from headcall.backend.users.model import Actor
from tests.backend.calls.office import ANNA, HOTLINE, LEI, MEI, WEI, Office, play
from tests.backend.company import CHANGING

NOW = 1_000_000_000
STATES = ("ready", "talking", "break", "offline", "wrap_up")


def staff(count: int, chance: Random, states: tuple[str, ...] = STATES) -> list[Candidate]:
    return [
        Candidate(
            user_id=f"usr_{n:04}",
            name=f"Agent {n}",
            state=chance.choice(states),
            idle_since_ms=NOW - chance.randrange(10**6),
            seat=n,
            position=chance.randrange(count),
            weight=chance.randrange(1, 5),
            skills={"english": chance.randrange(4)},
            calls=chance.randrange(40),
            talk_ms=chance.randrange(10**7),
            offered_at_ms=NOW - chance.randrange(10**6),
        )
        for n in range(count)
    ]


def offer_of(choice: Choice) -> Offer:
    return Offer(1, "ring_1", NOW, kept(choice))


@pytest.mark.parametrize("seed", range(20))
def test_by_the_same_rules_a_replay_comes_to_the_same_agents(seed: int) -> None:
    chance = Random(seed)
    needs = (Need("english", 2, relax_every_s=30),)
    for name in set(STRATEGIES) - {"random"}:
        agents = staff(chance.randrange(1, MOST_KEPT), chance)
        choice = choose(name, agents, NOW, Moment(NOW, needs, waited_ms=40_000))
        then = replay(offer_of(choice), Rules())
        assert then.user_ids == choice.user_ids
        assert then.considered == choice.considered


@pytest.mark.parametrize("seed", range(20))
def test_by_another_strategy_a_replay_comes_to_whom_that_one_would_have_named(seed: int) -> None:
    chance = Random(seed)
    agents = staff(1000, chance, ("ready", *STATES[1:]) if seed % 2 else ("ready",))
    choice = choose("longest-idle", agents, NOW, Moment(NOW))
    offer = offer_of(choice)
    for name in set(STRATEGIES) - {"random", "ring-all"}:
        assert replay(offer, Rules(strategy=name)).user_ids == choose(name, agents, NOW, Moment(NOW)).user_ids, name
    assert len(offer.choice.candidates) <= MOST_KEPT
    assert not offer.choice.is_whole


def test_an_offer_among_a_thousand_agents_is_small_and_tells_their_numbers() -> None:
    agents = staff(1000, Random(1))
    choice = kept(choose("longest-idle", agents, NOW, Moment(NOW)))
    assert len(encode(choice)) < 60_000
    assert choice.total == 1000
    assert sum(choice.left_out.values()) == sum(agent.state != "ready" for agent in agents)
    assert choice.considered[0].place == 1


def test_where_few_of_a_thousand_were_free_nobody_is_missing() -> None:
    agents = staff(1000, Random(2), ("talking",))
    agents[777:780] = staff(3, Random(3), ("ready",))
    choice = kept(choose("longest-idle", agents, NOW, Moment(NOW)))
    assert choice.is_whole
    assert {agent.user_id for agent in choice.candidates if agent.state == "ready"} == {
        "usr_0000",
        "usr_0001",
        "usr_0002",
    }


def test_other_skills_weights_and_needs_change_who_is_named() -> None:
    mei = Candidate("mei", "Mei", "ready", calls=6, weight=1, skills={"english": 1})
    lei = Candidate("lei", "Lei", "ready", calls=7, weight=1)
    offer = offer_of(choose("weighted", [mei, lei], NOW, Moment(NOW, (Need("english"),))))
    assert offer.choice.user_ids == ("mei",)
    assert replay(offer, Rules(needs=(), weights={"lei": 3})).user_ids == ("lei",)
    assert replay(offer, Rules(skills={"mei": {}, "lei": {"english": 2}})).user_ids == ("lei",)
    assert replay(offer, Rules(needs=(Need("french", 2),))).user_ids == ()
    assert replay(offer, Rules(weights={"nobody": 9})).user_ids == ("mei",)


def test_chance_falls_the_same_way_each_time_it_is_asked() -> None:
    offer = offer_of(choose("levels", staff(20, Random(4), ("ready",)), NOW))
    assert replay(offer, Rules(strategy="random")) == replay(offer, Rules(strategy="random"))


def test_rows_of_before_are_read_and_new_ones_come_back_as_they_went() -> None:
    choice = kept(choose("levels", staff(3, Random(5)), NOW))
    event = RingStarted(Ring("ring_1", "queue", ("usr_0000",), NOW, NOW + 9), choice)
    assert from_row(*to_row(event)) == event
    old = to_builtins(choice)
    for name in ("candidates", "total", "left_out", "is_whole", "sticky_wait_ms"):
        del old[name]
    assert convert(old, Choice).candidates == ()


# ---------------------------------------------------------------- with the parts


async def ask(office: Office, user_id: str, method: str, url: str, **json: Any) -> tuple[int, Any]:
    person = await office.parts.users.person(user_id)
    assert person is not None
    actor = Actor(person, "ses_test", person.rights)

    class Known:
        async def actor(self, token: str) -> Actor | None:
            return actor

    app = office.parts.app()
    app.state.authenticator = Known()
    headers = CHANGING | {"Authorization": "Bearer x"}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test", headers=headers) as client:
        path = f"/api/v1{url}"
        answer = await (client.post(path, json=json) if method == "POST" else client.request(method, path))
        return answer.status_code, answer.json() if answer.content else None


def test_a_call_tells_whom_it_was_offered_to_and_what_came_of_it(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        mei, lei = await office.ready(MEI), await office.page(LEI)
        await lei.must("agent.state", state="break", reason="lunch")
        await office.bridge.offer(HOTLINE)
        call = await mei.rung()
        call_id = call["call_id"]
        await mei.must("call.refuse", call_id=call_id)
        await office.until(lambda: office.state(MEI) == "ready")
        await lei.must("agent.state", state="ready")
        await lei.answer()
        await office.phone.ledger.worker.settled()

        status, told = await ask(office, ANNA, "GET", f"/calls/{call_id}/offers")
        assert status == 200, told
        first, second = told["offers"]
        assert (first["outcome"], first["rung"][0]["user_id"], first["refused"][0]["user_id"]) == ("refused", MEI, MEI)
        assert (second["outcome"], second["answered_by"]["user_id"]) == ("answered", LEI)
        assert second["left_out"] == {"just-missed": 1, "offline": 1}
        assert first["considered"][0]["ranks"] and first["can_replay"]
        assert {each["obstacle"] for each in first["considered"]} == {None, "break", "offline"}

        before = len(await office.phone.log_of(call_id))
        status, then = await ask(office, ANNA, "POST", f"/calls/{call_id}/offers/2/replay", strategy="linear")
        assert (status, then["rung"][0]["user_id"], then["is_same"]) == (200, LEI, True)
        assert len(await office.phone.log_of(call_id)) == before
        for path, wish, expected in (
            ("/offers/9/replay", {}, 404),
            ("/offers/0/replay", {}, 400),
            ("/offers/1/replay", {"strategy": "by magic"}, 400),
            ("/offers/1/replay", {"weights": {"x": 0}}, 400),
        ):
            assert (await ask(office, ANNA, "POST", f"/calls/{call_id}{path}", **wish))[0] == expected, (path, wish)

        status, told = await ask(office, LEI, "GET", f"/calls/{call_id}/offers")
        assert status == 200 and told["offers"][0]["considered"][0]["ranks"] == {}, "an agent of the call"
        assert (await ask(office, LEI, "POST", f"/calls/{call_id}/offers/1/replay"))[0] == 403
        assert (await ask(office, WEI, "GET", f"/calls/{call_id}/offers"))[0] == 404
        assert (await ask(office, ANNA, "GET", "/calls/call_nowhere/offers"))[0] == 404

    play(tmp_path, story)

# SPDX-License-Identifier: Apache-2.0
"""Somebody becomes an agent, is offered callers, and is none any more; nobody at work loses their seat."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from headcall.backend.calls.assembly import make_control
from headcall.backend.edge.front import front
from headcall.backend.edge.static import Pages
from headcall.backend.sample import QUEUE_ID
from headcall.backend.users.store import UserRow
from tests.backend.calls.office import HOTLINE, MEI, WEI, Office, play
from tests.backend.company import CHANGING, CHEAP, PASSWORDS, Company, run_in_company

SEAT = f"/api/v1/people/{WEI}/seat"
RULES: dict[str, Any] = {
    "agent_number": "1004",
    "level": 2,
    "seat": 7,
    "queues": [{"queue_id": QUEUE_ID, "position": 3, "weight": 2}],
    "skills": {"德语": 3},
}


async def load(c: Company) -> None:
    await c.parts.control.queues.load()  # type: ignore[attr-defined]
    await c.parts.control.agents.load()  # type: ignore[attr-defined]


def test_a_seat_is_given_read_changed_and_taken_away(tmp_path: Path, database_url: str) -> None:
    async def scenario(c: Company) -> None:
        await load(c)
        admin = await c.signed_in("admin")
        none = (await admin.get(SEAT)).json()
        assert (none["seat"], none["free_number"]) == (None, "1004")
        answer = await admin.put(SEAT, json=RULES | {"version": none["version"]})
        assert answer.status_code == 200, answer.text
        given = answer.json()
        assert given["seat"] == RULES
        wei = (await (await c.signed_in("wei")).get("/api/v1/session")).json()
        assert wei["agent"]["agent_number"] == "1004" and "agent" in wei["roles"]
        assert (await admin.put(SEAT, json=RULES | {"version": none["version"]})).status_code == 409
        agents = {each["user_id"]: each for each in (await admin.get("/api/v1/agents")).json()["agents"]}
        assert agents[WEI]["queues"][0]["id"] == QUEUE_ID
        gone = (await admin.delete(SEAT)).json()
        assert gone["seat"] is None
        assert (await admin.get(f"/api/v1/people/{WEI}")).json()["roles"] == ["employee"]
        assert WEI not in {each["user_id"] for each in (await admin.get("/api/v1/agents")).json()["agents"]}
        actions = (await admin.get("/api/v1/audit", params={"object_id": WEI, "action": "agent."})).json()["entries"]
        assert [entry["after"].get("agent_number") for entry in actions] == [None, "1004"]

    run_in_company(tmp_path, scenario, make_control=make_control, database_url=database_url)


@pytest.mark.parametrize(
    ("wrong", "cause"),
    [
        ({"agent_number": "1001"}, "taken"),
        ({"agent_number": "<b>"}, "bad-request"),
        ({"agent_number": ""}, "bad-request"),
        ({"queues": [{"queue_id": "que_nowhere"}]}, "bad-request"),
        ({"queues": [{"queue_id": QUEUE_ID}, {"queue_id": QUEUE_ID}]}, "bad-request"),
        ({"queues": [{"queue_id": QUEUE_ID, "weight": 0}]}, "bad-request"),
        ({"skills": {"x" * 4000: 1}}, "bad-request"),
        ({"skills": {"x": 0}}, "bad-request"),
        ({"level": -1}, "bad-request"),
    ],
)
def test_a_seat_that_makes_no_sense_is_refused(tmp_path: Path, wrong: dict[str, Any], cause: str) -> None:
    async def scenario(c: Company) -> None:
        await load(c)
        admin = await c.signed_in("admin")
        answer = await admin.put(SEAT, json=RULES | wrong)
        assert answer.json()["error"]["cause"] == cause, answer.text
        assert (await admin.get(SEAT)).json()["seat"] is None
        for login in ("anna", "wei"):
            assert (await (await c.signed_in(login)).put(SEAT, json=RULES)).status_code == 403

    run_in_company(tmp_path, scenario, make_control=make_control)


def browser(office: Office) -> dict[str, Any]:
    """A browser at the office's own server."""
    app = front(office.parts.socket, office.parts.app(), Pages(office.folder / "no-pages"), office.clock)
    return {"transport": httpx.ASGITransport(app), "base_url": "http://headcall.test", "headers": CHANGING}


def test_a_new_agent_is_offered_the_next_caller_and_a_working_one_stays(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        async with httpx.AsyncClient(**browser(office)) as admin:
            async with office.parts.store.begin() as session:
                (await session.get_one(UserRow, "usr_demo_admin")).password_hash = await CHEAP.hash(PASSWORDS["admin"])
            login = {"login": "admin", "password": PASSWORDS["admin"]}
            assert (await admin.post("/api/v1/session", json=login)).status_code == 200
            wei = await office.page(WEI)
            assert (await admin.put(SEAT, json=RULES)).status_code == 200
            assert wei.seen("me")[-1]["agent"]["agent_number"] == "1004"
            await wei.must("agent.state", state="ready")
            assert office.state(WEI) == "ready"
            await office.bridge.offer(HOTLINE)
            await wei.rung()
            talking = await wei.answer()
            answer = await admin.delete(SEAT)
            assert answer.json()["error"]["cause"] == "in-use"
            renamed = await admin.patch(f"/api/v1/people/{WEI}", json={"name": "王伟（夜班）"})
            assert renamed.status_code == 200
            assert office.state(WEI) == "talking"
            await wei.must("call.hang_up", call_id=talking["call_id"])
            await office.over()
            await admin.patch(f"/api/v1/people/{WEI}", json={"is_active": False})
            assert WEI not in office.phone.agents.all() and MEI in office.phone.agents.all()

    play(tmp_path, story)

# SPDX-License-Identifier: Apache-2.0
"""Somebody becomes an agent, is offered callers, and is none any more; nobody at work loses their seat."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from headcall.backend.calls.assembly import make_control
from headcall.backend.edge.front import front
from headcall.backend.edge.static import Pages
from headcall.backend.sample import QUEUE_ID
from headcall.backend.users.store import UserRow
from headcall.wire.legs import RingLeg
from headcall.wire.media import FromLeg, Playlist, Source, Tone
from tests.backend.calls.office import HOTLINE, MEI, WEI, Office, play
from tests.backend.company import CHANGING, CHEAP, PASSWORDS, Company, run_in_company
from tests.backend.prompts.test_library import wav

SEAT = f"/api/v1/people/{WEI}/seat"
RULES: dict[str, Any] = {
    "agent_number": "1004",
    "level": 2,
    "seat": 7,
    "ringback": "",
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
        ({"ringback": "prm_nowhere"}, "bad-request"),
        ({"ringback": "x" * 41}, "bad-request"),
        ({"ringback": None}, "bad-request"),
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


@contextlib.asynccontextmanager
async def admin_of(office: Office) -> AsyncIterator[httpx.AsyncClient]:
    """The administrator, signed in."""
    async with httpx.AsyncClient(**browser(office)) as admin:
        async with office.parts.store.begin() as session:
            (await session.get_one(UserRow, "usr_demo_admin")).password_hash = await CHEAP.hash(PASSWORDS["admin"])
        login = {"login": "admin", "password": PASSWORDS["admin"]}
        assert (await admin.post("/api/v1/session", json=login)).status_code == 200
        yield admin


async def with_tone(admin: httpx.AsyncClient) -> str:
    """Wei has a seat with a tone of its own; the prompt."""
    prompt = (await admin.post("/api/v1/prompts", json={"name": "彩铃", "kind": "music"})).json()["prompt_id"]
    sound = {"language": "zh", "name": "tone.wav"}
    uploaded = await admin.post(f"/api/v1/prompts/{prompt}/sound", params=sound, content=wav())
    assert uploaded.status_code == 201, uploaded.text
    given = await admin.put(SEAT, json=RULES | {"ringback": prompt})
    assert given.status_code == 200 and given.json()["seat"]["ringback"] == prompt
    return str(prompt)


def plays_of(source: Source) -> str:
    return Path(source.files[0]).name if isinstance(source, Playlist) else ""


def test_who_calls_a_seat_with_a_tone_hears_it_until_the_answer(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        async with admin_of(office) as admin:
            prompt = await with_tone(admin)
            refused = await admin.delete(f"/api/v1/prompts/{prompt}")
            assert refused.json()["error"]["cause"] == "in-use"
            tone = Path(office.parts.library.file(prompt, "zh")).name
            mei, wei = await office.page(MEI), await office.page(WEI)
            dialled = await mei.must("call.dial", number="83012342001")
            await mei.must("leg.connect", leg_id=dialled["leg_id"], sdp="offer")
            call = await wei.rung()
            await office.until(lambda: plays_of(office.media.hears(dialled["leg_id"])) == tone)
            await wei.must("call.answer", call_id=call["call_id"])
            await office.until(lambda: office.media.hears(dialled["leg_id"]) == FromLeg(call["leg_id"]))
            await mei.must("call.hang_up", call_id=call["call_id"])
            await office.over()

            phone = await office.bridge.offer("2001", from_number="83012341001", sip_user="83012341001")
            await office.until(lambda: plays_of(office.media.hears(phone)) == tone)
            assert RingLeg(phone, early_media=True) in office.bridge.commands
            await office.bridge.hangs_up(phone)
            await office.over()

            await wei.must("agent.state", state="ready")
            customer = await office.bridge.offer(HOTLINE)
            call = await wei.rung()
            await office.until(lambda: plays_of(office.media.hears(customer)) == tone)
            log = await office.phone.log_of(call["call_id"])
            assert [e["data"]["ring"]["tone"] for e in log if e["type"] == "ring_started"] == [tone]
            await wei.must("call.answer", call_id=call["call_id"])
            await office.until(lambda: office.media.hears(customer) == FromLeg(call["leg_id"]))

            assert (await admin.put(SEAT, json=RULES)).status_code == 200
            assert (await admin.delete(f"/api/v1/prompts/{prompt}")).status_code == 204

    play(tmp_path, story)


def test_who_asks_a_seat_with_a_tone_first_hears_it_and_the_customer_music(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        async with admin_of(office) as admin:
            tone = Path(office.parts.library.file(await with_tone(admin), "zh")).name
            mei, wei = await office.ready(MEI), await office.page(WEI)
            customer = await office.bridge.offer(HOTLINE)
            call = await mei.answer()
            await mei.must("call.consult", call_id=call["call_id"], to="2001")
            await wei.rung()
            await office.until(lambda: plays_of(office.media.hears(call["leg_id"])) == tone)
            assert plays_of(office.media.hears(customer)) == "music.wav"
            await mei.must("call.complete", call_id=call["call_id"])
            await office.until(lambda: plays_of(office.media.hears(customer)) == tone)

    play(tmp_path, story)


def test_a_tone_whose_file_is_gone_is_the_usual_one(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        async with admin_of(office) as admin:
            Path(office.parts.library.file(await with_tone(admin), "zh")).unlink()
            mei, wei = await office.page(MEI), await office.page(WEI)
            dialled = await mei.must("call.dial", number="83012342001")
            await mei.must("leg.connect", leg_id=dialled["leg_id"], sdp="offer")
            await wei.rung()
            await office.until(lambda: office.media.hears(dialled["leg_id"]) == Tone("ringback"))

    play(tmp_path, story)


def test_a_new_agent_is_offered_the_next_caller_and_a_working_one_stays(tmp_path: Path) -> None:
    async def story(office: Office) -> None:
        async with admin_of(office) as admin:
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

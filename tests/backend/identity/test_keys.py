# SPDX-License-Identifier: Apache-2.0
"""Keys for programs and the list of one's sessions."""

from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from headcall.backend.identity.keys import FORM, MAX_KEYS
from headcall.backend.identity.pace import BURST, Pace
from headcall.backend.identity.store import ApiKeyRow
from headcall.kit.clock import ManualClock
from tests.backend.company import PASSWORDS, Company, run_in_company

KEYS, SESSION, SESSIONS = "/api/v1/keys", "/api/v1/session", "/api/v1/me/sessions"


async def make(client: httpx.AsyncClient, *rights: str, days: int = 30, name: str = "报表 <b>") -> dict[str, Any]:
    answer = await client.post(KEYS, json={"name": name, "rights": rights, "days": days})
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def test_a_key_does_what_it_was_given_and_nothing_else(tmp_path: Path, database_url: str) -> None:
    async def scenario(c: Company) -> None:
        mei = await c.signed_in("mei")
        made = await make(mei, "call.history", "directory.read")
        assert FORM.fullmatch(made["key"]) and made["key"].startswith(made["prefix"])
        program, key = c.client(), bearer(made["key"])
        assert (await program.get("/api/v1/calls", headers=key)).status_code == 200
        assert (await program.get("/api/v1/numbers", headers=key)).status_code == 403
        assert (await program.get(SESSION, headers=key)).json()["rights"] == ["call.history", "directory.read"]
        for method, url in (
            ("GET", KEYS),
            ("POST", KEYS),
            ("GET", SESSIONS),
            ("PATCH", "/api/v1/me"),
            ("DELETE", SESSION),
            ("GET", "/api/v1/me/second-factor"),
            ("POST", "/api/v1/me/password"),
        ):
            assert (await program.request(method, url, headers=key, json={})).status_code in (400, 403), url
        listed = (await mei.get(KEYS)).json()["keys"]
        assert listed[0]["name"] == "报表 <b>" and "key" not in listed[0]
        assert listed[0]["last_used_at"].endswith(":00:00.000Z"), "to the hour"
        assert (await mei.delete(f"{KEYS}/{made['key_id']}")).status_code == 204
        assert (await program.get("/api/v1/calls", headers=key)).status_code == 401

    run_in_company(tmp_path, scenario, database_url=database_url)


def test_a_key_has_an_end_and_loses_what_its_person_loses(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        anna = await c.signed_in("anna")
        key = bearer((await make(anna, "agent.supervise", "call.history", days=2))["key"])
        program = c.client()
        assert (await program.get(SESSION, headers=key)).json()["rights"] == ["agent.supervise", "call.history"]
        async with c.parts.store.begin() as session:
            await session.execute(sa.text("UPDATE users SET roles = '[\"agent\"]' WHERE login = 'anna'"))
        assert (await program.get(SESSION, headers=key)).json()["rights"] == ["call.history"]
        c.clock.advance(2 * 24 * 3600 + 1)
        assert (await program.get(SESSION, headers=key)).status_code == 401

    run_in_company(tmp_path, scenario)


@pytest.mark.parametrize(
    ("wish", "status"),
    [
        ({"rights": ["user.manage"]}, 403),
        ({"rights": ["no.such"]}, 403),
        ({"rights": []}, 400),
        ({"rights": ["x" * 4000]}, 400),
        ({"name": "  "}, 400),
        ({"name": "n" * 4000}, 400),
        ({"days": 0}, 400),
        ({"days": 100_000}, 400),
        ({"days": "for ever"}, 400),
    ],
)
def test_a_key_that_may_not_be_is_not_made(tmp_path: Path, wish: dict[str, Any], status: int) -> None:
    async def scenario(c: Company) -> None:
        mei = await c.signed_in("mei")
        body = {"name": "n", "rights": ["call.history"], "days": 1, **wish}
        assert (await mei.post(KEYS, json=body)).status_code == status
        assert (await mei.get(KEYS)).json() == {"keys": []}

    run_in_company(tmp_path, scenario)


def test_a_key_is_somebodys_own_and_there_are_not_too_many(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        mei, lei, admin = await c.signed_in("mei"), await c.signed_in("lei"), await c.signed_in("admin")
        made = await make(mei, "call.history")
        assert (await lei.get(KEYS)).json() == {"keys": []}
        assert (await lei.delete(f"{KEYS}/{made['key_id']}")).status_code == 404
        assert (await admin.delete(f"{KEYS}/{made['key_id']}")).status_code == 204
        for _ in range(MAX_KEYS):
            await make(mei, "call.history")
        more = await mei.post(KEYS, json={"name": "n", "rights": ["call.history"], "days": 1})
        assert more.status_code == 409

    run_in_company(tmp_path, scenario)


def test_the_database_does_not_know_the_key_and_a_near_one_is_nobody(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        mei = await c.signed_in("mei")
        key = (await make(mei, "call.history"))["key"]
        async with c.parts.store.read() as session:
            row = (await session.scalars(sa.select(ApiKeyRow))).one()
        assert key[12:] not in f"{row.prefix} {row.key_sha256}"
        for wrong in (key[:-1] + ("A" if key[-1] != "A" else "B"), key[:11], "hc_" + "a" * 8 + "_" + "b" * 43, "hc_"):
            assert (await c.client().get(SESSION, headers=bearer(wrong))).status_code == 401

    run_in_company(tmp_path, scenario)


def test_a_program_that_asks_too_fast_is_slowed_down(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        key = bearer((await make(await c.signed_in("mei"), "call.history"))["key"])
        program = c.client()
        got = [(await program.get(SESSION, headers=key)).status_code for _ in range(int(BURST) + 1)]
        assert got == [200] * int(BURST) + [429]
        c.clock.advance(1)
        assert (await program.get(SESSION, headers=key)).status_code == 200

    run_in_company(tmp_path, scenario)


def test_a_pace_is_kept_over_time() -> None:
    clock = ManualClock()
    pace = Pace(clock, per_second=2, burst=3)
    assert [pace.allows("a") for _ in range(4)] == [True, True, True, False]
    clock.advance(1)
    assert [pace.allows("a") for _ in range(3)] == [True, True, False]
    clock.advance(100)
    assert [pace.allows("a") for _ in range(4)] == [True, True, True, False], "no more is saved up than a burst"
    assert pace.allows("b")


def test_one_sees_where_one_is_logged_in_and_ends_the_others(tmp_path: Path, database_url: str) -> None:
    async def scenario(c: Company) -> None:
        phone = c.client(address="10.0.0.7")
        phone.headers["User-Agent"] = "Mozilla/5.0 <script>" + "x" * 4000
        assert (await phone.post(SESSION, json={"login": "mei", "password": PASSWORDS["mei"]})).status_code == 200
        c.clock.advance(60)
        here, there, lei = await c.signed_in("mei"), await c.signed_in("mei"), await c.signed_in("lei")
        listed = (await here.get(SESSIONS)).json()["sessions"]
        assert len(listed) == 3 and [each["current"] for each in listed].count(True) == 1
        assert listed[-1]["address"] == "10.0.0.7" and len(listed[-1]["device"]) == 200
        assert listed[-1]["way"] == "password"
        foreign = (await lei.get(SESSIONS)).json()["sessions"][0]["session_id"]
        assert (await here.delete(f"{SESSIONS}/{foreign}")).status_code == 404
        assert (await here.delete(f"{SESSIONS}/{listed[-1]['session_id']}")).status_code == 204
        assert (await phone.get(SESSION)).status_code == 401
        assert (await here.post(f"{SESSIONS}/end-others")).status_code == 204
        assert (await there.get(SESSION)).status_code == 401
        assert (await here.get(SESSION)).status_code == 200 and (await lei.get(SESSION)).status_code == 200

    run_in_company(tmp_path, scenario, database_url=database_url)

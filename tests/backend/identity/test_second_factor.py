# SPDX-License-Identifier: Apache-2.0
"""Two-factor log-in over HTTP: in two steps, each code once, and every way to lose one's telephone."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pyotp
import pytest
import sqlalchemy as sa

from headcall.backend.identity.second import ENROL_MS, PER_PERSON
from headcall.backend.identity.store import RecoveryCodeRow, SecondFactorRow
from headcall.backend.users.throttle import PER_PAIR, WINDOW
from tests.backend.company import PASSWORDS, Company, run_in_company

SESSION, MINE = "/api/v1/session", "/api/v1/me/second-factor"
POLICY = "/api/v1/identity/policy"
STEP = 30.0


def code_of(c: Company, secret: str) -> str:
    """What the telephone shows now."""
    return pyotp.TOTP(secret).generate_otp(c.clock.wall_ms() // 30_000)


async def enrolled(c: Company, login: str = "mei") -> tuple[httpx.AsyncClient, str, list[str]]:
    """Somebody signed in who has just got a second factor; its secret and recovery codes. A step later."""
    client = await c.signed_in(login)
    secret = (await client.post(f"{MINE}/enrol", json={"password": PASSWORDS[login]})).json()["secret"]
    answer = await client.post(f"{MINE}/confirm", json={"code": code_of(c, secret)})
    assert answer.status_code == 200, answer.text
    c.clock.advance(STEP)
    return client, secret, answer.json()["codes"]


async def first_step(c: Company, client: httpx.AsyncClient, login: str = "mei") -> dict[str, Any]:
    answer = await client.post(SESSION, json={"login": login, "password": PASSWORDS[login]})
    assert answer.status_code == 202 and "set-cookie" not in answer.headers
    found: dict[str, Any] = answer.json()
    return found


async def second_step(client: httpx.AsyncClient, ticket: str, code: str) -> httpx.Response:
    return await client.post(f"{SESSION}/code", json={"ticket": ticket, "code": code})


def cause(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["cause"]


def test_log_in_takes_two_steps_and_each_code_once(tmp_path: Path, database_url: str) -> None:
    async def scenario(c: Company) -> None:
        here, secret, _ = await enrolled(c)
        assert (await here.get(MINE)).json()["codes_left"] == 10
        browser, code = c.client(), code_of(c, secret)
        asked = await first_step(c, browser)
        assert asked["step"] == "code" and (await browser.get(SESSION)).status_code == 401
        assert cause(await second_step(browser, asked["ticket"], "000000")) == (401, "bad-code")
        got = await second_step(browser, asked["ticket"], f" {code[:3]} {code[3:]} ")
        assert got.status_code == 200 and got.json()["login"] == "mei"
        assert (await browser.get(SESSION)).status_code == 200
        other = c.client()
        again = await second_step(other, (await first_step(c, other))["ticket"], code)
        assert cause(again) == (401, "bad-code"), "the same time step again"
        c.clock.advance(STEP)
        assert (await second_step(other, asked["ticket"], code_of(c, secret))).status_code == 200

    run_in_company(tmp_path, scenario, database_url=database_url)


def test_of_two_who_send_one_code_at_once_one_gets_in(tmp_path: Path, database_url: str) -> None:
    async def scenario(c: Company) -> None:
        _, secret, paper = await enrolled(c)
        ticket = (await first_step(c, c.client()))["ticket"]
        for code in (code_of(c, secret), paper[0]):
            answers = await asyncio.gather(*(second_step(c.client(), ticket, code) for _ in range(3)))
            assert sorted(answer.status_code for answer in answers) == [200, 401, 401]

    run_in_company(tmp_path, scenario, database_url=database_url)


def test_a_recovery_code_opens_once_and_the_database_does_not_know_it(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        here, secret, paper = await enrolled(c)
        browser = c.client()
        ticket = (await first_step(c, browser))["ticket"]
        assert (await second_step(browser, ticket, paper[3].upper())).status_code == 200
        assert (await here.get(MINE)).json()["codes_left"] == 9
        assert cause(await second_step(browser, ticket, paper[3])) == (401, "bad-code")
        async with c.parts.store.read() as session:
            kept = " ".join((await session.scalars(sa.select(RecoveryCodeRow.code_mark))).all())
            sealed = await session.scalar(sa.select(SecondFactorRow.secret_sealed))
        assert not any(code in kept or code.replace("-", "") in kept for code in paper)
        assert sealed and secret not in sealed
        proof = {"password": PASSWORDS["mei"], "code": code_of(c, secret)}
        fresh = (await here.post(f"{MINE}/codes", json=proof)).json()["codes"]
        assert len(fresh) == 10
        assert (await second_step(browser, ticket, paper[4])).status_code == 401
        assert (await second_step(browser, ticket, fresh[0])).status_code == 200

    run_in_company(tmp_path, scenario)


def test_a_ticket_is_worth_nothing_when_late_forged_or_after_the_password_changed(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        here, secret, _ = await enrolled(c)
        browser = c.client()
        ticket = (await first_step(c, browser))["ticket"]
        for forged in ("x", ticket[:-2] + "AA", "é" * 9, c.parts.box.seal("[1]"), c.parts.box.seal("{}")):
            assert cause(await second_step(browser, forged, code_of(c, secret))) == (401, "log-in-expired")
        assert (await second_step(browser, "t" * 4000, "123456")).status_code == 400
        enrol = await browser.post(f"{SESSION}/enrol", json={"ticket": ticket})
        assert cause(enrol) == (401, "log-in-expired"), "a ticket for a code gives no new secret"
        change = {"old": PASSWORDS["mei"], "password": "another good password"}
        assert (await here.post("/api/v1/me/password", json=change)).status_code == 204
        assert cause(await second_step(browser, ticket, code_of(c, secret))) == (401, "log-in-expired")
        answer = await browser.post(SESSION, json={"login": "mei", "password": change["password"]})
        c.clock.advance(301)
        assert cause(await second_step(browser, answer.json()["ticket"], code_of(c, secret))) == (401, "log-in-expired")

    run_in_company(tmp_path, scenario)


def test_guessing_codes_is_slowed_down_from_one_address_and_from_many(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        _, secret, _ = await enrolled(c)
        thief = c.client(address="10.0.0.66")
        ticket = (await first_step(c, thief))["ticket"]
        got = [(await second_step(thief, ticket, "000000")).status_code for _ in range(PER_PAIR + 1)]
        assert got == [401] * PER_PAIR + [429]
        for n in range(PER_PERSON - PER_PAIR):
            assert (await second_step(c.client(address=f"10.0.1.{n}"), ticket, "000000")).status_code == 401
        refused = await second_step(c.client(address="10.0.2.1"), ticket, code_of(c, secret))
        assert cause(refused) == (429, "too-many-attempts")
        c.clock.advance(WINDOW + 1)
        browser = c.client()
        ticket = (await first_step(c, browser))["ticket"]
        assert (await second_step(browser, ticket, code_of(c, secret))).status_code == 200

    run_in_company(tmp_path, scenario)


def test_without_the_first_code_nothing_counts_and_the_picture_grows_old(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        client = await c.signed_in("mei")
        assert cause(await client.post(f"{MINE}/enrol", json={"password": "wrong"})) == (401, "bad-credentials")
        assert cause(await client.post(f"{MINE}/confirm", json={"code": "123456"})) == (401, "log-in-expired")
        first = (await client.post(f"{MINE}/enrol", json={"password": PASSWORDS["mei"]})).json()["secret"]
        assert (await c.signed_in("mei")) is not None, "not confirmed: nobody is asked"
        second = await client.post(f"{MINE}/enrol", json={"password": PASSWORDS["mei"]})
        assert second.headers["cache-control"] == "no-store" and second.json()["picture"].startswith("<svg")
        assert cause(await client.post(f"{MINE}/confirm", json={"code": code_of(c, first)})) == (401, "bad-code")
        c.clock.advance(ENROL_MS / 1000 + 1)
        late = await client.post(f"{MINE}/confirm", json={"code": code_of(c, second.json()["secret"])})
        assert cause(late) == (401, "log-in-expired")

    run_in_company(tmp_path, scenario)


def test_it_is_switched_off_with_password_and_code_alone(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        client, secret, _ = await enrolled(c)
        assert cause(await client.post(f"{MINE}/enrol", json={"password": PASSWORDS["mei"]})) == (409, "conflict")
        wrong = {"password": PASSWORDS["mei"], "code": "000000"}
        assert cause(await client.post(f"{MINE}/off", json=wrong)) == (401, "bad-code")
        wrong = {"password": "wrong", "code": code_of(c, secret)}
        assert cause(await client.post(f"{MINE}/off", json=wrong)) == (401, "bad-credentials")
        right = {"password": PASSWORDS["mei"], "code": code_of(c, secret)}
        assert (await client.post(f"{MINE}/off", json=right)).status_code == 204
        assert (await client.get(MINE)).json() == {"since": None, "codes_left": 0, "required": False, "possible": True}
        assert await c.signed_in("mei")

    run_in_company(tmp_path, scenario)


def test_a_role_that_must_have_one_is_led_there_by_the_log_in(tmp_path: Path, database_url: str) -> None:
    async def scenario(c: Company) -> None:
        admin, mei = await c.signed_in("admin"), await c.signed_in("mei")
        assert cause(await mei.put(POLICY, json={"second_factor_roles": []})) == (403, "not-allowed")
        assert (await admin.put(POLICY, json={"second_factor_roles": ["king"]})).status_code == 400
        for _ in range(2):
            assert (await admin.put(POLICY, json={"second_factor_roles": ["agent"]})).status_code == 200
        assert (await mei.get(MINE)).json()["required"]
        browser = c.client()
        asked = await first_step(c, browser)
        assert asked["step"] == "enrol"
        assert cause(await second_step(browser, asked["ticket"], "123456")) == (401, "log-in-expired")
        shown = (await browser.post(f"{SESSION}/enrol", json={"ticket": asked["ticket"]})).json()
        assert (await browser.get(SESSION)).status_code == 401
        body = {"ticket": asked["ticket"], "code": code_of(c, shown["secret"])}
        done = await browser.post(f"{SESSION}/confirm", json=body)
        assert done.json()["me"]["login"] == "mei" and len(done.json()["codes"]) == 10
        assert (await browser.get(SESSION)).status_code == 200
        again = await c.client().post(f"{SESSION}/enrol", json={"ticket": asked["ticket"]})
        assert cause(again) == (409, "conflict"), "the ticket is no way around the factor it has made"
        assert (await first_step(c, c.client()))["step"] == "code"

    run_in_company(tmp_path, scenario, database_url=database_url)


def test_an_administrator_takes_a_lost_one_away_and_the_audit_log_tells(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        mei, _, _ = await enrolled(c)
        admin, anna = await c.signed_in("admin"), await c.signed_in("anna")
        people = (await admin.get("/api/v1/identity/second-factors")).json()["people"]
        assert [person["login"] for person in people] == ["mei"]
        url = f"/api/v1/identity/second-factors/{people[0]['user_id']}"
        assert cause(await anna.delete(url)) == (403, "not-allowed")
        assert (await admin.delete(url)).status_code == 204
        assert (await admin.delete(url)).status_code == 404
        assert (await mei.get(SESSION)).status_code == 401, "whoever found the telephone is out"
        assert await c.signed_in("mei")
        own = (await admin.get(SESSION)).json()["user_id"]
        assert cause(await admin.delete(f"/api/v1/identity/second-factors/{own}")) == (403, "not-allowed")
        async with c.parts.store.read() as session:
            told = await session.execute(sa.text("SELECT action FROM audit_log ORDER BY at_ms, audit_id"))
        assert [row[0] for row in told] == ["user.second_factor", "user.second_factor"]

    run_in_company(tmp_path, scenario)


def test_a_lone_surrogate_is_merely_wrong(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        lei = await c.signed_in("lei")
        await lei.post(f"{MINE}/enrol", json={"password": PASSWORDS["lei"]})
        header = {"content-type": "application/json"}
        for url in (f"{MINE}/confirm", f"{SESSION}/code"):
            answer = await lei.post(url, content=b'{"code": "\\ud800", "ticket": "\\udfff"}', headers=header)
            assert answer.status_code in (400, 401), answer.text

    run_in_company(tmp_path, scenario)


@pytest.mark.parametrize("code", ["", "<script>", "😀" * 40, "x" * 4000, "1\0" * 3, "-" * 40])
def test_nonsense_is_refused_and_never_breaks(tmp_path: Path, code: str) -> None:
    async def scenario(c: Company) -> None:
        await enrolled(c)
        browser = c.client()
        answer = await second_step(browser, (await first_step(c, browser))["ticket"], code)
        assert answer.status_code in (400, 401)
        lei = await c.signed_in("lei")
        await lei.post(f"{MINE}/enrol", json={"password": PASSWORDS["lei"]})
        assert (await lei.post(f"{MINE}/confirm", json={"code": code})).status_code in (400, 401)

    run_in_company(tmp_path, scenario)

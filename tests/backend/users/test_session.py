# SPDX-License-Identifier: Apache-2.0
"""Signing in and out, over HTTP, with whatever people and strangers type."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from headcall.backend.users.store import SessionRow, UserRow
from headcall.backend.users.throttle import PER_ADDRESS, PER_PAIR, WINDOW
from tests.backend.company import PASSWORDS, Company, run_in_company

SESSION = "/api/v1/session"


def test_who_signs_in_sees_themselves(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        browser = c.client()
        answer = await browser.post(SESSION, json={"login": " MEI ", "password": PASSWORDS["mei"]})
        assert answer.status_code == 200
        assert answer.json()["name"] == "李梅"
        assert answer.json()["number"] == "83012341001"
        assert (await browser.get(SESSION)).json() == answer.json()
        cookie = answer.headers["set-cookie"]
        assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Secure" not in cookie

    run_in_company(tmp_path, scenario)


def test_over_https_the_cookie_is_secure(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        answer = await c.client("https").post(SESSION, json={"login": "mei", "password": PASSWORDS["mei"]})
        assert "Secure" in answer.headers["set-cookie"]

    run_in_company(tmp_path, scenario)


@pytest.mark.parametrize(
    ("login", "password"),
    [
        ("mei", "wrong"),
        ("nobody", "wrong"),
        ("'; DROP TABLE users; --", "x"),
        ("<script>alert(1)</script>", "x"),
        ("😀" * 50, "😀"),
        ("mei\0", "x"),
    ],
)
def test_wrong_credentials_are_refused_alike(tmp_path: Path, database_url: str, login: str, password: str) -> None:
    async def scenario(c: Company) -> None:
        answer = await c.client().post(SESSION, json={"login": login, "password": password})
        assert answer.status_code == 401
        assert answer.json()["error"]["cause"] == "bad-credentials"
        assert "set-cookie" not in answer.headers

    run_in_company(tmp_path, scenario, database_url=database_url)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'{"login": 5, "password": "x"}',
        b'{"login": "mei"}',
        b'{"login": "mei", "password": ""}',
        b'{"login": "mei", "password": NaN}',
        b'{"login": "' + b"x" * 4000 + b'", "password": "x"}',
        b'{"login": "mei", "password": "' + b"x" * 4000 + b'"}',
        b"\xff\xfe\x00",
        b"[" * 100_000,
    ],
)
def test_a_broken_body_is_a_bad_request_in_our_shape(tmp_path: Path, body: bytes) -> None:
    async def scenario(c: Company) -> None:
        answer = await c.client().post(SESSION, content=body, headers={"content-type": "application/json"})
        assert answer.status_code == 400
        error = answer.json()["error"]
        assert error["cause"] == "bad-request" and error["text"]["zh"] and error["detail"]
        assert "x" * 100 not in answer.text

    run_in_company(tmp_path, scenario)


def test_a_lone_surrogate_is_merely_wrong(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        for body in (b'{"login": "mei", "password": "\\ud800"}', b'{"login": "\\udfff", "password": "x"}'):
            answer = await c.client().post(SESSION, content=body, headers={"content-type": "application/json"})
            assert answer.status_code in (400, 401)

    run_in_company(tmp_path, scenario)


def test_guessing_is_slowed_down_for_that_address_only(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        thief, wrong = c.client(address="10.0.0.66"), {"login": "mei", "password": "guess"}
        for _ in range(PER_PAIR):
            assert (await thief.post(SESSION, json=wrong)).status_code == 401
        refused = await thief.post(SESSION, json={"login": "mei", "password": PASSWORDS["mei"]})
        assert refused.status_code == 429
        assert refused.json()["error"]["cause"] == "too-many-attempts"
        assert (await c.signed_in("mei")) is not None, "mei herself, from elsewhere, is not locked out"
        c.clock.advance(WINDOW + 1)
        assert (await thief.post(SESSION, json=wrong)).status_code == 401

    run_in_company(tmp_path, scenario)


def test_trying_many_logins_is_slowed_down_too(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        thief = c.client(address="10.0.0.66")
        answers = [
            (await thief.post(SESSION, json={"login": f"user{n}", "password": "guess"})).status_code
            for n in range(PER_ADDRESS + 1)
        ]
        assert answers == [401] * PER_ADDRESS + [429]

    run_in_company(tmp_path, scenario)


def test_signing_out_ends_the_session(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        browser = await c.signed_in("mei")
        token = browser.cookies["headcall_session"]
        assert (await browser.delete(SESSION)).status_code == 204
        again = await c.client().get(SESSION, headers={"Authorization": f"Bearer {token}"})
        assert again.status_code == 401
        assert again.json()["error"]["cause"] == "not-signed-in"

    run_in_company(tmp_path, scenario)


def test_a_session_ends_when_it_is_not_used_for_a_day_and_lives_on_when_it_is(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        used, left = await c.signed_in("mei"), await c.signed_in("lei")
        for _ in range(4):
            c.clock.advance(8 * 3600)
            assert (await used.get(SESSION)).status_code == 200
        assert (await left.get(SESSION)).status_code == 401
        for _ in range(100):
            c.clock.advance(8 * 3600)
            last = await used.get(SESSION)
        assert last.status_code == 401, "thirty days are enough"

    run_in_company(tmp_path, scenario)


def test_a_changing_request_needs_the_header_that_no_form_can_send(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        browser = await c.signed_in("mei")
        del browser.headers["X-HeadCall"]
        refused = await browser.patch("/api/v1/me", json={"language": "en"})
        assert refused.status_code == 403
        assert (await browser.get(SESSION)).json()["language"] == "zh"
        login = await browser.post(SESSION, json={"login": "mei", "password": PASSWORDS["mei"]})
        assert login.status_code == 403
        bearer = {"Authorization": f"Bearer {browser.cookies['headcall_session']}"}
        assert (await browser.patch("/api/v1/me", json={"language": "en"}, headers=bearer)).status_code == 200

    run_in_company(tmp_path, scenario)


def test_people_change_their_own_settings_and_only_to_what_exists(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        browser = await c.signed_in("mei")
        changed = await browser.patch("/api/v1/me", json={"answer_on": "both"})
        assert changed.json()["answer_on"] == "both" and changed.json()["language"] == "zh"
        for nonsense in ({"language": "tlh"}, {"answer_on": 7}, {"language": "x" * 4000}):
            assert (await browser.patch("/api/v1/me", json=nonsense)).status_code == 400

    run_in_company(tmp_path, scenario)


@pytest.mark.parametrize("token", ["", "x", "a" * 10_000, "é", '"', "\x7f"])
def test_a_strange_token_is_nobody(tmp_path: Path, token: str) -> None:
    async def scenario(c: Company) -> None:
        header = [("Authorization", f"Bearer {token}".encode()), ("Cookie", f"headcall_session={token}".encode())]
        for name, value in header:
            answer = await c.client().get(SESSION, headers=[(name.encode(), value)])
            assert answer.status_code == 401

    run_in_company(tmp_path, scenario)


def test_the_database_knows_neither_password_nor_token(tmp_path: Path) -> None:
    async def scenario(c: Company) -> None:
        browser = await c.signed_in("mei")
        token = browser.cookies["headcall_session"]
        async with c.parts.store.read() as session:
            hashes = (await session.scalars(sa.select(UserRow.password_hash))).all()
            tokens = (await session.scalars(sa.select(SessionRow.token_sha256))).all()
        assert all(kept.startswith("$argon2id$") for kept in hashes)
        assert token not in tokens and len(tokens[0]) == 64

    run_in_company(tmp_path, scenario)

# SPDX-License-Identifier: Apache-2.0
"""Log-in with the company account, against a provider with real signatures, and against every bad one."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
import sqlalchemy as sa
from aiohttp import web
from joserfc import jwt

from headcall.backend.identity.oauth import MAX_ANSWER
from headcall.backend.identity.provider import ROTATION_S, is_safe
from headcall.kit.clock import ManualClock
from headcall.kit.role import CannotStart
from tests.backend.company import Company, company
from tests.backend.identity.idp import CLIENT_ID, SECRET, Claims, Idp, hs256, provider, rsa, unsigned

START, BACK = "/api/v1/oidc/start", "/api/v1/oidc/callback"
MEI = {"preferred_username": "Mei", "name": "someone else"}

Scenario = Callable[[Company, Idp], Awaitable[None]]


def run_with_provider(folder: Path, scenario: Scenario, *, database_url: str = "", **settings: Any) -> None:
    """Plays a scenario of a company with a provider."""

    async def play() -> None:
        clock = ManualClock()
        async with provider(lambda: clock.wall_ms() // 1000) as idp:
            oidc = {"issuer": idp.issuer, "client_id": CLIENT_ID, "client_secret": SECRET, "link_by": "login"}
            async with company(folder, values={"oidc": {**oidc, **settings}}, database_url=database_url) as c:
                idp.now_s = lambda: c.clock.wall_ms() // 1000
                idp.claims = dict(MEI)
                await scenario(c, idp)

    asyncio.run(play())


async def set_out(client: httpx.AsyncClient, idp: Idp) -> str:
    """To the provider, and where it sends the browser back to."""
    there = await client.get(START)
    assert there.status_code == 303 and there.headers["location"].startswith(f"{idp.issuer}/authorize?"), there.headers
    return idp.authorize(dict(parse_qsl(urlsplit(there.headers["location"]).query)))


async def come_back(client: httpx.AsyncClient, url: str) -> str:
    """Where the browser ends."""
    answer = await client.get(url)
    assert answer.status_code == 303
    return answer.headers["location"]


async def log_in(c: Company, idp: Idp) -> tuple[str, httpx.AsyncClient]:
    client = c.client()
    return await come_back(client, await set_out(client, idp)), client


async def whoever(client: httpx.AsyncClient) -> str:
    answer = await client.get("/api/v1/session")
    return str(answer.json().get("login", "")) if answer.status_code == 200 else ""


def test_who_comes_from_the_provider_is_signed_in_and_known_again(tmp_path: Path) -> None:
    async def scenario(c: Company, idp: Idp) -> None:
        ways = (await c.client().get("/api/v1/session/ways")).json()
        assert ways == {"company": {"name": "Staff", "host": idp.issuer.removeprefix("http://")}}
        where, client = await log_in(c, idp)
        assert (where, await whoever(client)) == ("/", "mei")
        assert (await client.get("/api/v1/session")).json()["name"] == "李梅", "our name of them stays"
        sessions = (await client.get("/api/v1/me/sessions")).json()["sessions"]
        assert sessions[0]["way"] == "oidc"
        idp.claims["preferred_username"] = "renamed"
        where, client = await log_in(c, idp)
        assert (where, await whoever(client)) == ("/", "mei"), "by the subject, which never changes"
        assert idp.asked.count("/.well-known/openid-configuration") == 1 and idp.asked.count("/jwks") == 1

    run_with_provider(tmp_path, scenario, name="Staff")


BAD: dict[str, Callable[[Idp], object]] = {
    "wrong nonce": lambda idp: idp.claims.update(nonce="x"),
    "no nonce": lambda idp: idp.claims.update(nonce=None),
    "wrong audience": lambda idp: idp.claims.update(aud="another"),
    "no audience": lambda idp: idp.claims.update(aud=None),
    "one of many audiences": lambda idp: idp.claims.update(aud=[CLIENT_ID, "another"]),
    "another party": lambda idp: idp.claims.update(azp="another"),
    "wrong issuer": lambda idp: idp.claims.update(iss="https://evil.example"),
    "expired": lambda idp: idp.claims.update(exp=idp.now_s() - 61),
    "no expiry": lambda idp: idp.claims.update(exp=None),
    "expiry that is no number": lambda idp: idp.claims.update(exp="tomorrow"),
    "from the future": lambda idp: idp.claims.update(iat=idp.now_s() + 3600),
    "no subject": lambda idp: idp.claims.update(sub=None),
    "a subject that is a list": lambda idp: idp.claims.update(sub=["248289761001"]),
    "a subject without end": lambda idp: idp.claims.update(sub="x" * 4000),
    "alg none": lambda idp: setattr(idp, "sign", unsigned),
    "the public key as a secret": lambda idp: setattr(idp, "sign", lambda claims: hs256(idp.keys[0], claims)),
    "another's key": lambda idp: setattr(
        idp, "sign", lambda claims: jwt.encode({"alg": "RS256", "kid": "one"}, claims, rsa("thief"))
    ),
    "an unknown key": lambda idp: setattr(
        idp, "sign", lambda claims: jwt.encode({"alg": "RS256", "kid": "two"}, claims, rsa("thief"))
    ),
    "no token at all": lambda idp: setattr(idp, "sign", lambda claims: "x.y.z"),
    "a token that is too long": lambda idp: setattr(idp, "sign", lambda claims: "a" * 100_000),
}


@pytest.mark.parametrize("spoil", BAD.values(), ids=BAD)
def test_a_bad_token_signs_nobody_in_and_is_the_providers_fault(tmp_path: Path, spoil: Callable[[Idp], object]) -> None:
    async def scenario(c: Company, idp: Idp) -> None:
        spoil(idp)
        where, client = await log_in(c, idp)
        assert (where, await whoever(client)) == ("/?login=broken", "")

    run_with_provider(tmp_path, scenario)


def test_new_keys_are_taken_up_and_old_ones_forgotten(tmp_path: Path) -> None:
    async def scenario(c: Company, idp: Idp) -> None:
        assert (await log_in(c, idp))[0] == "/"
        old, idp.keys = idp.keys[0], [rsa("two")]
        assert (await log_in(c, idp))[0] == "/?login=broken", "asked for the keys a moment ago"
        c.clock.advance(ROTATION_S)
        assert (await log_in(c, idp))[0] == "/"
        idp.sign = lambda claims: jwt.encode({"alg": "RS256", "kid": "one"}, claims, old)
        c.clock.advance(ROTATION_S)
        assert (await log_in(c, idp))[0] == "/?login=broken"
        assert idp.asked.count("/jwks") == 3

    run_with_provider(tmp_path, scenario)


def large() -> web.Response:
    return web.Response(body=b'{"issuer": "' + b"x" * MAX_ANSWER + b'"}', content_type="application/json")


ODD: dict[str, tuple[str, Callable[[], web.StreamResponse], str]] = {
    "down": ("/.well-known/openid-configuration", lambda: web.Response(status=503), "away"),
    "not there": ("/.well-known/openid-configuration", lambda: web.Response(status=404), "broken"),
    "large": ("/.well-known/openid-configuration", large, "broken"),
    "no JSON": ("/.well-known/openid-configuration", lambda: web.Response(text="<html>"), "broken"),
    "deep": ("/.well-known/openid-configuration", lambda: web.Response(text="[" * 100_000), "broken"),
    "a list": ("/.well-known/openid-configuration", lambda: web.json_response([]), "broken"),
    "empty": ("/.well-known/openid-configuration", lambda: web.json_response({}), "misconfigured"),
    "another": ("/.well-known/openid-configuration", lambda: web.json_response({"issuer": "x"}), "misconfigured"),
    "elsewhere": (
        "/.well-known/openid-configuration",
        lambda: web.Response(status=302, headers={"location": "http://127.0.0.1:1/"}),
        "broken",
    ),
    "packed": (
        "/.well-known/openid-configuration",
        lambda: web.Response(body=b"\x1f\x8b", headers={"content-encoding": "gzip"}),
        "broken",
    ),
    "token: down": ("/token", lambda: web.Response(status=500), "away"),
    "token: no JSON": ("/token", lambda: web.Response(text="no"), "broken"),
    "token: a list": ("/token", lambda: web.json_response([1]), "broken"),
    "token: none": ("/token", lambda: web.json_response({"access_token": "a"}), "broken"),
    "token: a number": ("/token", lambda: web.json_response({"access_token": "a", "id_token": 5}), "broken"),
    "token: we are unknown": ("/token", lambda: web.json_response({"error": "invalid_client"}), "misconfigured"),
    "token: late": ("/token", lambda: web.json_response({"error": "invalid_grant"}), "expired"),
    "keys: down": ("/jwks", lambda: web.Response(status=502), "away"),
    "keys: none": ("/jwks", lambda: web.json_response({"keys": {}}), "broken"),
    "keys: no JSON": ("/jwks", lambda: web.Response(body=b"\xff"), "broken"),
}


@pytest.mark.parametrize(("path", "answer", "fault"), ODD.values(), ids=ODD)
def test_whatever_the_provider_answers_the_page_says_whose_fault_it_is(
    tmp_path: Path, path: str, answer: Callable[[], web.StreamResponse], fault: str
) -> None:
    async def scenario(c: Company, idp: Idp) -> None:
        idp.answers[path] = answer
        client = c.client()
        if path.startswith("/.well-known"):
            where = (await client.get(START)).headers["location"]
        else:
            where = await come_back(client, await set_out(client, idp))
        assert (where, await whoever(client)) == (f"/?login={fault}", "")
        idp.answers.clear()
        assert (await log_in(c, idp))[0] == "/", "and when it is well again, so are we"

    run_with_provider(tmp_path, scenario)


def test_a_provider_that_is_not_there_is_away_and_a_wrong_secret_is_ours(tmp_path: Path) -> None:
    async def scenario(c: Company, idp: Idp) -> None:
        idp.client_secret = "another"
        assert (await log_in(c, idp))[0] == "/?login=misconfigured"

    run_with_provider(tmp_path, scenario)

    async def nobody() -> None:
        oidc = {"issuer": "http://127.0.0.1:9", "client_id": CLIENT_ID}
        (tmp_path / "alone").mkdir()
        async with company(tmp_path / "alone", values={"oidc": oidc}) as c:
            assert (await c.client().get(START)).headers["location"] == "/?login=away"

    asyncio.run(nobody())


def test_the_way_back_is_open_once_and_to_the_browser_that_set_out(tmp_path: Path) -> None:
    async def scenario(c: Company, idp: Idp) -> None:
        client, thief = c.client(), c.client()
        url = await set_out(client, idp)
        assert await come_back(thief, url) == "/?login=expired", "no cookie"
        await set_out(thief, idp)
        assert await come_back(thief, url) == "/?login=expired", "another browser's log-in"
        assert await come_back(client, url + "&state=x") == "/?login=expired"
        url = await set_out(client, idp)
        assert await come_back(client, url) == "/"
        assert await come_back(client, url) == "/?login=expired"
        url = await set_out(client, idp)
        c.clock.advance(601)
        assert await come_back(client, url) == "/?login=expired"

    run_with_provider(tmp_path, scenario)


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("error=access_denied", "refused"),
        ("error=%3Cscript%3E", "refused"),
        ("code=", "broken"),
        ("code=" + "x" * 5000, "broken"),
        ("code=x&iss=https%3A%2F%2Fevil.example", "broken"),
        ("code=unknown", "expired"),
    ],
)
def test_what_comes_back_without_a_code_of_ours_signs_nobody_in(tmp_path: Path, query: str, fault: str) -> None:
    async def scenario(c: Company, idp: Idp) -> None:
        client = c.client()
        state = dict(parse_qsl(urlsplit(await set_out(client, idp)).query))["state"]
        assert await come_back(client, f"{BACK}?state={state}&{query}") == f"/?login={fault}"
        assert await whoever(client) == ""

    run_with_provider(tmp_path, scenario)


@pytest.mark.parametrize(
    ("claims", "settings", "login"),
    [
        ({"email": "MEI@corp.cn", "email_verified": True}, {"email_domains": ["corp.cn"]}, "mei"),
        ({"email": "mei@corp.cn", "email_verified": True}, {}, ""),
        ({"email": "mei@evil.example", "email_verified": True}, {"email_domains": ["corp.cn"]}, ""),
        ({"email": "mei@corp.cn@evil.example", "email_verified": True}, {"email_domains": ["corp.cn"]}, ""),
        ({"email": "mei@corp.cn", "email_verified": False}, {"email_domains": ["corp.cn"]}, ""),
        ({"email": "mei@corp.cn", "email_verified": "true"}, {"email_domains": ["corp.cn"]}, ""),
        ({"email": "mei@corp.cn"}, {"email_domains": ["corp.cn"]}, ""),
        ({"email": ["mei"], "email_verified": True}, {"email_domains": ["corp.cn"]}, ""),
        (MEI, {"link_by": "login"}, "mei"),
        ({"upn": "mei"}, {"link_by": "login", "login_claim": "upn"}, "mei"),
        ({"preferred_username": "nobody"}, {"link_by": "login"}, ""),
        (MEI, {"link_by": "none"}, ""),
    ],
)
def test_a_known_person_is_found_by_the_rule_and_no_other_way(
    tmp_path: Path, claims: Claims, settings: dict[str, Any], login: str
) -> None:
    async def scenario(c: Company, idp: Idp) -> None:
        idp.claims = claims
        where, client = await log_in(c, idp)
        assert await whoever(client) == login
        assert where == ("/" if login else "/?login=unknown-person")

    run_with_provider(tmp_path, scenario, **{"link_by": "email", **settings})


def test_claims_that_userinfo_alone_has_are_fetched_and_are_about_the_same_person(tmp_path: Path) -> None:
    async def scenario(c: Company, idp: Idp) -> None:
        idp.claims, idp.userinfo = {}, dict(MEI)
        assert await whoever((await log_in(c, idp))[1]) == "mei"
        idp.userinfo["sub"] = "another"
        assert (await log_in(c, idp))[0] == "/?login=broken"

    run_with_provider(tmp_path, scenario)


def test_a_new_person_is_made_with_the_roles_of_their_groups_and_follows_them(
    tmp_path: Path, database_url: str
) -> None:
    async def scenario(c: Company, idp: Idp) -> None:
        idp.claims = {"preferred_username": "new.one", "name": "<b>新</b> " + "😀" * 4000, "groups": ["leads", "x"]}
        where, client = await log_in(c, idp)
        me = (await client.get("/api/v1/session")).json()
        assert where == "/" and me["login"] == "new.one" and me["roles"] == ["supervisor"]
        assert me["name"].startswith("<b>新</b> 😀") and len(me["name"]) <= 100
        assert not (await client.get("/api/v1/me/second-factor")).json()["possible"]
        for password in ("!", "", "new.one"):
            body = {"login": "new.one", "password": password}
            assert (await c.client().post("/api/v1/session", json=body)).status_code in (400, 401)
        idp.claims["groups"] = "x"
        assert (await (await log_in(c, idp))[1].get("/api/v1/session")).json()["roles"] == ["employee"]
        async with c.parts.store.begin() as session:
            told = [row[0] for row in await session.execute(sa.text("SELECT action FROM audit_log ORDER BY audit_id"))]
            await session.execute(sa.text("UPDATE users SET is_active = :no WHERE login = 'new.one'"), {"no": False})
        assert sorted(told) == ["user.create", "user.link", "user.roles"]
        assert (await log_in(c, idp))[0] == "/?login=unknown-person", "switched off here stays out"

    groups = {"leads": "supervisor"}
    run_with_provider(tmp_path, scenario, database_url=database_url, creates=True, follows_roles=True, roles=groups)


@pytest.mark.parametrize("login", ["mei", "new.one"])
def test_who_comes_twice_at_once_is_one_person(tmp_path: Path, database_url: str, login: str) -> None:
    async def scenario(c: Company, idp: Idp) -> None:
        idp.claims = {"preferred_username": login}
        came = await asyncio.gather(*(log_in(c, idp) for _ in range(3)))
        assert [where for where, _ in came] == ["/"] * 3
        assert {await whoever(client) for _, client in came} == {login}

    run_with_provider(tmp_path, scenario, database_url=database_url, creates=True)


def test_claims_that_no_database_takes_break_nothing(tmp_path: Path, database_url: str) -> None:
    async def scenario(c: Company, idp: Idp) -> None:
        idp.claims = {"sub": "a\0b"}
        idp.userinfo = {"sub": "a\0b", "preferred_username": "new.one", "name": "\ud800\0 name", "groups": [None, {}]}
        for _ in range(2):
            where, client = await log_in(c, idp)
            assert (where, await whoever(client)) == ("/", "new.one")

    run_with_provider(tmp_path, scenario, database_url=database_url, creates=True)


def test_a_wrong_setting_is_told_at_the_start(tmp_path: Path) -> None:
    async def start(**oidc: Any) -> None:
        async with company(tmp_path, values={"oidc": oidc}):
            pass

    for wrong in (
        {"issuer": "http://id.example.com", "client_id": "x"},
        {"issuer": "https://id.example.com"},
        {"issuer": "https://id.example.com", "client_id": "x", "roles": {"all": "owner"}},
        {"issuer": "https://id.example.com", "client_id": "x", "roles": {"all": "king"}},
    ):
        with pytest.raises(CannotStart, match=r"\[oidc\]"):
            asyncio.run(start(**wrong))


def test_without_a_provider_there_is_no_such_log_in(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with company(tmp_path) as c:
            assert (await c.client().get("/api/v1/session/ways")).json() == {"company": None}
            assert (await c.client().get(START)).status_code == 404
            assert (await c.client().get(BACK)).status_code == 404

    asyncio.run(scenario())


def test_only_this_machine_is_trusted_without_tls() -> None:
    assert is_safe("https://id.example.com/x") and is_safe("http://127.0.0.1:1/x") and is_safe("http://localhost/")
    for url in ("http://id.example.com", "ftp://127.0.0.1/", "https://", "", "javascript:alert(1)", "http://[", "//x"):
        assert not is_safe(url)


def test_whoever_keeps_coming_back_without_a_log_in_is_slowed_down(tmp_path: Path) -> None:
    async def scenario(c: Company, idp: Idp) -> None:
        thief = c.client(address="10.0.0.66")
        got = [(await thief.get(f"{BACK}?state={n}")).headers["location"] for n in range(61)]
        assert got == ["/?login=expired"] * 60 + ["/?login=busy"]
        assert (await thief.get(START)).headers["location"] == "/?login=busy"
        assert (await log_in(c, idp))[0] == "/"

    run_with_provider(tmp_path, scenario)

# SPDX-License-Identifier: Apache-2.0
"""A small identity provider on loopback, with real keys and real signatures, and every fault one can have."""

import base64
import hmac
import json
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped]
from joserfc import jwk, jwt

CLIENT_ID, SECRET = "headcall", "s3cret/+:"
Claims = dict[str, Any]


@cache
def rsa(kid: str) -> jwk.RSAKey:
    """A key of this name; making one takes long, so each is made once."""
    return jwk.RSAKey.generate_key(2048, {"kid": kid, "use": "sig"}, private=True)


@dataclass
class Idp:
    """What it says may be changed by a test: `claims`, `sign`, or any answer at all."""

    now_s: Callable[[], int]
    issuer: str = ""
    client_secret: str = SECRET
    keys: list[jwk.RSAKey] = field(default_factory=lambda: [rsa("one")])
    claims: Claims = field(default_factory=dict)
    userinfo: Claims = field(default_factory=dict)
    sign: Callable[[Claims], str] | None = None
    answers: dict[str, Callable[[], web.StreamResponse]] = field(default_factory=dict)
    """Path to what is answered instead."""
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def authorize(self, query: dict[str, str]) -> str:
        """What the person's browser would do here: logs in, and is sent back to this address."""
        assert query["client_id"] == CLIENT_ID and query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256" and "openid" in query["scope"].split()
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        return query["redirect_uri"] + "?" + urlencode({"code": code, "state": query["state"], "iss": self.issuer})

    def id_token(self, query: dict[str, str]) -> str:
        now = self.now_s()
        claims: Claims = {
            "iss": self.issuer,
            "aud": CLIENT_ID,
            "sub": "248289761001",
            "nonce": query["nonce"],
            "iat": now,
            "exp": now + 300,
            **self.claims,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        return self.sign(claims) if self.sign else self.signed(claims)

    def signed(self, claims: Claims) -> str:
        key = self.keys[0]
        return jwt.encode({"alg": "RS256", "kid": str(key.kid), "x5t": "extra"}, claims, key)

    async def _discovery(self, _request: web.Request) -> web.Response:
        ends = {
            "authorization_endpoint": "authorize",
            "token_endpoint": "token",
            "jwks_uri": "jwks",
            "userinfo_endpoint": "userinfo",
        }
        said = {name: f"{self.issuer}/{path}" for name, path in ends.items()}
        return web.json_response({"issuer": self.issuer, **said})

    async def _jwks(self, _request: web.Request) -> web.Response:
        odd: list[object] = [{"kty": "oct", "k": "AAAA"}, {"kty": "RSA", "n": "!", "e": "AQAB"}, "x", None]
        return web.json_response({"keys": [*odd, *(key.as_dict(private=False) for key in self.keys)]})

    async def _token(self, request: web.Request) -> web.Response:
        form = await request.post()
        basic = base64.b64encode(f"{CLIENT_ID}:{self.client_secret}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {basic}":
            return web.json_response({"error": "invalid_client"}, status=401)
        query = self.codes.pop(str(form.get("code")), None)
        verifier = str(form.get("code_verifier"))
        if (
            query is None
            or create_s256_code_challenge(verifier) != query["code_challenge"]
            or form.get("redirect_uri") != query["redirect_uri"]
        ):
            return web.json_response({"error": "invalid_grant"}, status=400)
        body = {"access_token": "at", "token_type": "Bearer", "expires_in": 60, "id_token": self.id_token(query)}
        return web.json_response(body)

    async def _userinfo(self, request: web.Request) -> web.Response:
        assert request.headers["authorization"] == "Bearer at"
        return web.json_response({"sub": "248289761001", **self.userinfo})

    async def answer(self, request: web.Request, handler: Any) -> web.StreamResponse:
        self.asked.append(request.path)
        if request.path in self.answers:
            return self.answers[request.path]()
        answer: web.StreamResponse = await handler(request)
        return answer


@asynccontextmanager
async def provider(now_s: Callable[[], int]) -> AsyncIterator[Idp]:
    """The provider, listening."""
    idp = Idp(now_s)

    @web.middleware
    async def faulty(request: web.Request, handler: Any) -> web.StreamResponse:
        return await idp.answer(request, handler)

    app = web.Application(middlewares=[faulty])
    app.router.add_get("/.well-known/openid-configuration", idp._discovery)
    app.router.add_get("/jwks", idp._jwks)
    app.router.add_post("/token", idp._token)
    app.router.add_get("/userinfo", idp._userinfo)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    assert runner.addresses
    idp.issuer = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield idp
    finally:
        await runner.cleanup()


def hs256(key: jwk.RSAKey, claims: Claims) -> str:
    """Signed with the public key as if it were a secret: the oldest trick. By hand; joserfc refuses to."""
    head = f"{_b64(json.dumps({'alg': 'HS256', 'kid': key.kid}))}.{_b64(json.dumps(claims))}"
    mac = hmac.digest(key.as_pem(private=False), head.encode(), "sha256")
    return f"{head}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


def unsigned(claims: Claims) -> str:
    """What `alg: none` looks like (RFC 7519 6.1)."""
    return f"{_b64(json.dumps({'alg': 'none'}))}.{_b64(json.dumps(claims))}."


def _b64(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

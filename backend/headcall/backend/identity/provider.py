# SPDX-License-Identifier: Apache-2.0
"""Speaks to the identity provider: discovery, its keys, a code for a token. All in bounded time and size.

OidcFault
├── Away            it does not answer, or not in time: the provider's, or the network's
├── Broken          it answered what it should not: the provider's
├── Misconfigured   it does not know us: ours
├── Refused         it let the person go without a log-in: the person's, or the provider's rules
├── Expired         too late, twice, or begun in another browser: begin again
├── Busy            too many from one address at once: wait
└── UnknownPerson   it vouches for somebody who has no account here: the administrator's
"""

import asyncio
import contextlib
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import httpx
from joserfc.errors import InvalidKeyIdError, JoseError

from headcall.backend.identity import id_token
from headcall.backend.identity.id_token import Expected, Key
from headcall.backend.identity.oauth import AsyncOAuth2Client, OAuthError, TooLarge, client
from headcall.backend.settings import Oidc
from headcall.kit.clock import Clock

log = logging.getLogger(__name__)

SECONDS = 12.0
"""For all that happens between one click and the next page."""

DISCOVERY_S = 3600.0
KEYS_S = 3600.0
ROTATION_S = 30.0
"""A token with an unknown key makes us ask for the keys anew, at most so often: a stranger could send such tokens."""

NO_HEADERS: Mapping[str, str] = MappingProxyType({})
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
_OURS = frozenset({"invalid_client", "unauthorized_client", "unsupported_grant_type", "invalid_scope"})


class OidcFault(Exception):
    """A log-in with the company account that did not come off. `id` is for the page."""

    id = ""


class Away(OidcFault):
    id = "away"


class Broken(OidcFault):
    id = "broken"


class Misconfigured(OidcFault):
    id = "misconfigured"


class Refused(OidcFault):
    id = "refused"


class Expired(OidcFault):
    id = "expired"


class Busy(OidcFault):
    id = "busy"


class UnknownPerson(OidcFault):
    id = "unknown-person"


@dataclass(frozen=True, slots=True)
class Metadata:
    """What the provider publishes of itself (OpenID Connect Discovery 3)."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str
    auth_methods: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Pending:
    """What we must know again when the person comes back."""

    state: str
    nonce: str
    verifier: str


class Provider:
    """The one provider of the settings."""

    def __init__(self, settings: Oidc, secret: str, clock: Clock) -> None:
        self._settings, self._secret, self._clock = settings, secret, clock
        self._metadata: tuple[float, Metadata] | None = None
        self._keys: tuple[float, list[tuple[str, Key]]] | None = None

    async def begin(self, pending: Pending, redirect_uri: str) -> str:
        """Where the person's browser goes to. PKCE (RFC 7636) with S256; `nonce` binds the token to this browser."""
        with faults():
            async with asyncio.timeout(SECONDS), self._client() as http:
                metadata = await self._discover(http)
            url, _ = http.create_authorization_url(
                metadata.authorization_endpoint,
                state=pending.state,
                nonce=pending.nonce,
                code_verifier=pending.verifier,
                redirect_uri=redirect_uri,
                scope=self._settings.scope,
            )
        return str(url)

    async def finish(self, pending: Pending, code: str, redirect_uri: str) -> dict[str, Any]:
        """Who it is: the claims of the ID token, and those that only `userinfo` has. Raises `OidcFault`."""
        with faults():
            async with asyncio.timeout(SECONDS):
                async with self._client() as http:
                    metadata = await self._discover(http)
                async with self._client(_auth_method(metadata, self._secret)) as http:
                    token = await http.fetch_token(
                        metadata.token_endpoint,
                        grant_type="authorization_code",
                        code=code,
                        code_verifier=pending.verifier,
                        redirect_uri=redirect_uri,
                    )
                    claims = await self._claims(http, metadata, token["id_token"], pending.nonce)
                    return await self._more_claims(http, metadata, claims, token["access_token"])

    def _client(self, auth_method: str = "none") -> AsyncOAuth2Client:
        return client(self._settings.client_id, self._secret, auth_method=auth_method)

    async def _discover(self, http: AsyncOAuth2Client) -> Metadata:
        now = self._clock.now()
        if self._metadata and now - self._metadata[0] < DISCOVERY_S:
            return self._metadata[1]
        issuer = self._settings.issuer
        said = await _get(http, issuer.rstrip("/") + "/.well-known/openid-configuration")
        if said.get("issuer") != issuer:
            raise Misconfigured("the provider calls itself by another name than [oidc] issuer")
        methods = said.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        metadata = Metadata(
            authorization_endpoint=self._endpoint(said["authorization_endpoint"]),
            token_endpoint=self._endpoint(said["token_endpoint"]),
            jwks_uri=self._endpoint(said["jwks_uri"]),
            userinfo_endpoint=self._endpoint(said["userinfo_endpoint"]) if said.get("userinfo_endpoint") else "",
            auth_methods=tuple(str(each) for each in methods),
        )
        self._metadata = (now, metadata)
        return metadata

    def _endpoint(self, url: str) -> str:
        """An address that the provider names; in clear text only on this machine."""
        if not is_safe(url):
            raise Broken("an endpoint without TLS")
        return url

    async def _claims(self, http: AsyncOAuth2Client, metadata: Metadata, token: str, nonce: str) -> dict[str, Any]:
        now_s = self._clock.wall_ms() // 1000
        expected = Expected(self._settings.issuer, self._settings.client_id, nonce, now_s)
        try:
            return id_token.read(token, await self._signing_keys(http, metadata, KEYS_S), expected)
        except InvalidKeyIdError:  # the provider has changed its keys
            return id_token.read(token, await self._signing_keys(http, metadata, ROTATION_S), expected)

    async def _signing_keys(self, http: AsyncOAuth2Client, metadata: Metadata, fresh_s: float) -> list[tuple[str, Key]]:
        now = self._clock.now()
        if self._keys is None or now - self._keys[0] >= fresh_s:
            found = id_token.read_keys(await _get(http, metadata.jwks_uri))
            if not found:
                raise Broken("no key that may sign")
            self._keys = (now, found)
        return self._keys[1]

    async def _more_claims(
        self, http: AsyncOAuth2Client, metadata: Metadata, claims: dict[str, Any], access: str
    ) -> dict[str, Any]:
        """Some providers put name and address into `userinfo` alone (OpenID Connect Core 5.3)."""
        wanted = "email" if self._settings.link_by == "email" else self._settings.login_claim
        if wanted in claims or not metadata.userinfo_endpoint:
            return claims
        more = await _get(http, metadata.userinfo_endpoint, {"authorization": f"Bearer {access}"})
        if more.get("sub") != claims["sub"]:
            raise Broken("userinfo is about somebody else")
        return {**more, **claims}


@contextlib.contextmanager
def faults() -> Iterator[None]:
    """Turns whatever goes wrong on the way into whose fault it is."""
    try:
        yield
    except OidcFault:
        raise
    except OAuthError as error:
        log.warning("the identity provider refuses: %r", str(error.error)[:60])
        kind = Misconfigured if error.error in _OURS else Expired if error.error == "invalid_grant" else Broken
        raise kind(str(error.error)[:60]) from error
    except httpx.HTTPStatusError as error:
        raise (Away if error.response.status_code >= 500 else Broken)(f"{error.response.status_code}") from error
    except TooLarge as error:
        raise Broken(str(error)) from error
    except (httpx.HTTPError, httpx.InvalidURL, OSError, TimeoutError) as error:
        raise Away(type(error).__name__) from error
    except JoseError as error:
        log.warning("the identity provider's token is not good: %s", type(error).__name__)
        raise Broken(type(error).__name__) from error
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        # Authlib takes the shape of an answer for granted; rubbish from outside raises these there.
        log.warning("the identity provider answered what nobody understands", exc_info=error)
        raise Broken(type(error).__name__) from error


def is_safe(url: str) -> bool:
    """Whether what is sent there is not read by others on the way."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK))


async def _get(http: AsyncOAuth2Client, url: str, headers: Mapping[str, str] = NO_HEADERS) -> dict[str, Any]:
    answer = await http.request("GET", url, withhold_token=True, headers={"accept": "application/json", **headers})
    answer.raise_for_status()
    if answer.status_code != 200:  # a redirect: we follow none
        raise Broken(f"{answer.status_code}")
    said = answer.json()
    if not isinstance(said, dict):
        raise Broken("not an object")
    return said


def _auth_method(metadata: Metadata, secret: str) -> str:
    if not secret:
        return "none"
    is_post_only = "client_secret_basic" not in metadata.auth_methods and "client_secret_post" in metadata.auth_methods
    return "client_secret_post" if is_post_only else "client_secret_basic"

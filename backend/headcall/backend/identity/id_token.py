# SPDX-License-Identifier: Apache-2.0
"""Reads an ID token: whose signature, for whom, how old (OpenID Connect Core 3.1.3.7). Pure.

`alg` is the stranger's word: only signatures with a public key are read, so neither `none` nor a MAC with the public
key as its secret is one.
"""

from dataclasses import dataclass
from typing import Any

from joserfc import jwk, jwt
from joserfc.errors import InvalidClaimError, InvalidKeyIdError, JoseError
from joserfc.jws import JWSRegistry

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512")
LEEWAY_S = 60
"""How wrong the provider's clock or ours may be."""

MAX_KEYS = 50
MIN_RSA_BITS = 2048
MAX_TOKEN = 64 * 1024
_KINDS = frozenset({"RSA", "EC"})
_REGISTRY = JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False)

Key = jwk.RSAKey | jwk.ECKey


@dataclass(frozen=True, slots=True)
class Expected:
    """What the token must say."""

    issuer: str
    client_id: str
    nonce: str
    now_s: int


def read_keys(document: object) -> list[tuple[str, Key]]:
    """(kid, key) of those keys of a JWK set that may sign; what we do not understand is passed over (RFC 7517 5)."""
    given = document.get("keys") if isinstance(document, dict) else None
    found = []
    for each in (given if isinstance(given, list) else [])[:MAX_KEYS]:
        if not isinstance(each, dict) or each.get("kty") not in _KINDS or each.get("use", "sig") != "sig":
            continue
        try:
            key = jwk.import_key(each)
        except (JoseError, ValueError, TypeError):
            continue
        if isinstance(key, jwk.RSAKey) and key.public_key.key_size < MIN_RSA_BITS:
            continue
        if isinstance(key, jwk.RSAKey | jwk.ECKey):
            found.append((str(each.get("kid", "")), key))
    return found


def read(token: str, keys: list[tuple[str, Key]], expected: Expected) -> dict[str, Any]:
    """The claims. Raises `JoseError`, as `InvalidKeyIdError` if the key is not among `keys`."""
    if len(token) > MAX_TOKEN:
        raise InvalidClaimError("token", "too long")
    claims = jwt.decode(token, lambda guest: _choose(keys, guest.headers()), registry=_REGISTRY).claims
    jwt.JWTClaimsRegistry(
        now=expected.now_s,
        leeway=LEEWAY_S,
        iss={"essential": True, "value": expected.issuer},
        aud={"essential": True, "value": expected.client_id},
        nonce={"essential": True, "value": expected.nonce},
        sub={"essential": True},
        exp={"essential": True},
        iat={"essential": True},
    ).validate(claims)
    audience, party = claims["aud"], claims.get("azp")
    if party != expected.client_id and (party is not None or (isinstance(audience, list) and len(audience) > 1)):
        raise InvalidClaimError("azp", "issued for another party")
    if not 0 < len(claims["sub"]) <= 255:
        raise InvalidClaimError("sub", "empty or too long")
    return dict(claims)


def _choose(keys: list[tuple[str, Key]], header: dict[str, Any]) -> Key:
    kid = header.get("kid")
    fitting = [key for name, key in keys if kid is None or name == kid]
    if len(fitting) != 1:
        raise InvalidKeyIdError(f"{len(fitting)} keys for this token")
    return fitting[0]

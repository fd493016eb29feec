# SPDX-License-Identifier: Apache-2.0
"""Digest authentication (RFC 7616, RFC 8760), client and server. Clock and randomness are arguments.

One challenge for one response: telephones that know MD5 only give up when they see SHA-256 beside it, in either order
(baresip, libre, sipsak), so the algorithm is chosen for the device that is challenged.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal, TypeAlias

from headcall.sip_bridge.message import Request, Response

Algorithm: TypeAlias = Literal["MD5", "SHA-256"]


@dataclass(frozen=True, slots=True)
class Credentials:
    """What we answer a challenge with."""

    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Secret:
    """What a server stores of a password: H(username:realm:password) of one algorithm, in hexadecimal."""

    ha1: str = field(repr=False)
    algorithm: Algorithm = "MD5"


@dataclass(frozen=True, slots=True)
class Claim:
    """The Authorization of a request, taken apart. Nothing about it has been verified."""

    username: str
    realm: str
    nonce: str
    uri: str
    response: str = field(repr=False)
    algorithm: str = "MD5"
    qop: str = ""
    cnonce: str = ""
    nc: str = ""
    opaque: str = ""


class Verdict(Enum):
    GOOD = "good"
    STALE = "stale"
    """The secret is right, but the nonce is old or its count was used: challenge again with `stale=true`."""
    WRONG = "wrong"


class DigestServer:
    """Challenges, and checks the answers. Nonces are signed, so that nothing is stored for a stranger.

    `on_wrong(username, source_host)` is called for every wrong secret, for a lock-out.
    """

    def __init__(
        self,
        realm: str,
        key: bytes,
        *,
        max_age: float = 300.0,
        on_wrong: Callable[[str, str], None] | None = None,
    ) -> None:
        """`key` signs the nonces: keep it over a restart, and telephones need not be challenged anew."""

    def challenge(self, now: float, salt: str, *, algorithm: Algorithm = "MD5", stale: bool = False) -> str:
        """The value of a WWW-Authenticate (or Proxy-Authenticate). `salt` is any new random token."""

    def claim(self, request: Request, header: str = "Authorization") -> Claim | None:
        """The credentials for our realm among the fields of that name; None if there are none that can be read."""

    def verify(self, claim: Claim, request: Request, secret: Secret, *, source: str, now: float) -> Verdict:
        """An unknown user is to be checked against some secret too, so that the time taken tells nothing."""


def answer_challenge(
    request: Request, response: Response, find: Callable[[str], Credentials | None], *, cnonce: str
) -> tuple[str, str] | None:
    """The (Proxy-)Authorization field, as (name, value), that answers a 401 or 407 to `request`; None if no challenge
    can be answered. `find(realm)` gives the credentials. SHA-256 is preferred where both are offered."""


def ha1(username: str, realm: str, password: str, algorithm: Algorithm = "MD5") -> str:
    """What a server stores instead of the password."""

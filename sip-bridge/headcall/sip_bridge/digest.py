# SPDX-License-Identifier: Apache-2.0
"""Digest authentication (RFC 7616, RFC 8760), client and server. Clock and randomness are arguments.

One challenge for one response: telephones that know MD5 only give up when they see SHA-256 beside it, in either order
(baresip, libre, sipsak), so the algorithm is chosen for the device that is challenged.
"""

import hashlib
import hmac
import re
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal, TypeAlias

from headcall.sip_bridge.errors import PeerError
from headcall.sip_bridge.grammar import QUOTED, TOKEN_CHARS, quote, unquote
from headcall.sip_bridge.message import Request, Response
from headcall.sip_bridge.uri import Uri

Algorithm: TypeAlias = Literal["MD5", "SHA-256"]

_HASHES = {"MD5": hashlib.md5, "SHA-256": hashlib.sha256}
# auth-param = token EQUAL ( token / quoted-string ); bare URIs and base64 are met, so anything unquoted goes
_PARAM = re.compile(rf'\s*([{TOKEN_CHARS}]+)\s*=\s*({QUOTED}|[^\s,"]*)\s*(?:,|$)', re.DOTALL)

NONCES_WATCHED = 10_000
"""How many nonces have their counts remembered. One that is forgotten is stale, which costs its owner a round trip."""
NC_WINDOW = 64
"""A request may be overtaken by this many others (RFC 7616 3.4 wants every count used once, UDP reorders)."""


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


class Verdict(Enum):
    GOOD = "good"
    STALE = "stale"
    """The secret is right, but the nonce is old or its count was used: challenge again with `stale=True`."""
    WRONG = "wrong"


class DigestServer:
    """Challenges, and checks the answers. Nonces are signed, so that nothing is stored for a stranger.

    `on_wrong(username, source)` is called for every wrong secret, for a lock-out.
    """

    def __init__(
        self,
        realm: str,
        key: bytes,
        *,
        max_age: float = 300.0,
        on_wrong: Callable[[str, str], None] | None = None,
    ) -> None:
        """`key` signs the nonces: keep it over a restart, and telephones need not be challenged anew. For that to
        help, `now` must be a clock that goes on over a restart too."""
        self.realm = realm
        self._key = key
        self._max_age = max_age
        self._on_wrong = on_wrong
        self._counts: OrderedDict[str, _Counts] = OrderedDict()

    def challenge(self, now: float, salt: str, *, algorithm: Algorithm = "MD5", stale: bool = False) -> str:
        """The value of a WWW-Authenticate (or Proxy-Authenticate). `salt` is any new random token."""
        stamp = f"{int(now * 1000):x}.{salt}"
        parts = [
            f"realm={quote(self.realm)}",
            f'nonce="{stamp}.{self._sign(stamp)}"',
            f"algorithm={algorithm}",
            'qop="auth"',
            *(["stale=true"] if stale else []),
        ]
        return f"Digest {', '.join(parts)}"

    def claim(self, request: Request, header: str = "Authorization") -> Claim | None:
        """The credentials for our realm among the fields of that name; None if there are none that can be read."""
        for value in request.headers.all(header):
            claim = read_claim(value)
            if claim is not None and claim.realm == self.realm:
                return claim
        return None

    def verify(self, claim: Claim, request: Request, secret: Secret, *, source: str, now: float) -> Verdict:
        """An unknown user is to be checked against some secret too, so that the time taken tells nothing."""
        expected = _response(secret, claim, request.method)
        is_right = hmac.compare_digest(expected.encode(), claim.response.lower().encode())
        if (
            not is_right
            or claim.algorithm.upper() != secret.algorithm
            or claim.qop != "auth"
            or not _is_about(claim, request)
        ):
            if self._on_wrong is not None:
                self._on_wrong(claim.username, source)
            return Verdict.WRONG
        if not self._is_fresh(claim.nonce, now) or not self._count(claim):
            return Verdict.STALE
        return Verdict.GOOD

    def _sign(self, stamp: str) -> str:
        return hmac.new(self._key, f"{self.realm} {stamp}".encode(), hashlib.sha256).hexdigest()[:32]

    def _is_fresh(self, nonce: str, now: float) -> bool:
        stamp, _, signature = nonce.rpartition(".")
        if not hmac.compare_digest(self._sign(stamp).encode(), signature.encode()):
            return False
        age = now - int(stamp.partition(".")[0], 16) / 1000
        return -1.0 <= age <= self._max_age

    def _count(self, claim: Claim) -> bool:
        """Whether this use of the nonce is its first. Only the counts of nonces that proved a secret are kept."""
        counts = self._counts.get(claim.nonce)
        if counts is None:
            counts = self._counts[claim.nonce] = _Counts()
            while len(self._counts) > NONCES_WATCHED:
                self._counts.popitem(last=False)
        return counts.use(int(claim.nc, 16))


class _Counts:
    """Which nonce counts were used: the highest, and a window below it as bits."""

    __slots__ = ("_highest", "_seen")

    def __init__(self) -> None:
        self._highest = 0
        self._seen = 0

    def use(self, count: int) -> bool:
        if count > self._highest:
            self._seen = (self._seen << min(count - self._highest, NC_WINDOW)) | 1
            self._seen &= (1 << NC_WINDOW) - 1
            self._highest = count
            return True
        bit = self._highest - count
        if count == 0 or bit >= NC_WINDOW or self._seen >> bit & 1:
            return False
        self._seen |= 1 << bit
        return True


def read_claim(value: str) -> Claim | None:
    """An Authorization or Proxy-Authorization field; None if it is not a Digest with all its parts."""
    params = _read_params(value)
    if params is None or any(name not in params for name in ("username", "realm", "nonce", "uri", "response")):
        return None
    nc = params.get("nc", "")
    if params.get("qop") and (not re.fullmatch(r"[0-9A-Fa-f]{8}", nc) or not params.get("cnonce")):
        return None
    return Claim(
        username=params["username"],
        realm=params["realm"],
        nonce=params["nonce"],
        uri=params["uri"],
        response=params["response"],
        algorithm=params.get("algorithm", "MD5"),
        qop=params.get("qop", ""),
        cnonce=params.get("cnonce", ""),
        nc=nc,
    )


def _read_params(value: str) -> dict[str, str] | None:
    scheme, _, rest = value.strip().partition(" ")
    if scheme.lower() != "digest":
        return None
    found: dict[str, str] = {}
    at, rest = 0, rest.strip()
    while at < len(rest):
        match = _PARAM.match(rest, at)
        if match is None or match[1].lower() in found:
            return None
        found[match[1].lower()] = unquote(match[2])
        at = match.end()
    return found


def _is_about(claim: Claim, request: Request) -> bool:
    """RFC 7616 3.4.6: the URI that was signed is the one that is asked for. Intermediaries may rewrite the user part,
    and telephones leave out parameters, so the host decides."""
    try:
        uri = Uri.parse(claim.uri)
    except PeerError:
        return False
    return uri.scheme == request.uri.scheme and uri.address == request.uri.address


def answer_challenge(
    request: Request,
    response: Response,
    find: Callable[[str], Credentials | None],
    *,
    cnonce: str,
    is_again: bool = False,
) -> tuple[str, str] | None:
    """The (Proxy-)Authorization field, as (name, value), that answers a 401 or 407 to `request`; None if no challenge
    can be answered. `find(realm)` gives the credentials. SHA-256 is preferred where both are offered.

    `is_again`: credentials were sent before, so only a stale nonce deserves another try.
    """
    asks, answers = (
        ("WWW-Authenticate", "Authorization")
        if response.status == 401
        else ("Proxy-Authenticate", "Proxy-Authorization")
    )
    challenges = [params for value in response.headers.all(asks) if (params := _read_params(value)) is not None]
    challenges.sort(key=lambda params: params.get("algorithm", "MD5").upper() != "SHA-256")
    for params in challenges:
        algorithm = params.get("algorithm", "MD5").upper()
        if algorithm not in _HASHES or "nonce" not in params or "realm" not in params:
            continue
        if is_again and params.get("stale", "").lower() != "true":
            continue
        if credentials := find(params["realm"]):
            return answers, _authorize(request, params, credentials, cnonce)
    return None


def _authorize(request: Request, params: dict[str, str], credentials: Credentials, cnonce: str) -> str:
    algorithm: Algorithm = "SHA-256" if params.get("algorithm", "").upper() == "SHA-256" else "MD5"
    offered = [part.strip().lower() for part in params.get("qop", "").split(",")]
    qop = "auth" if "auth" in offered else ""
    claim = Claim(
        username=credentials.username,
        realm=params["realm"],
        nonce=params["nonce"],
        uri=str(request.uri),
        response="",
        algorithm=algorithm,
        qop=qop,
        cnonce=cnonce if qop else "",
        nc="00000001" if qop else "",
    )
    secret = Secret(ha1(credentials.username, params["realm"], credentials.password, algorithm), algorithm)
    parts = [
        f"username={quote(claim.username)}",
        f"realm={quote(claim.realm)}",
        f"nonce={quote(claim.nonce)}",
        f"uri={quote(claim.uri)}",
        f'response="{_response(secret, claim, request.method)}"',
        *([f"algorithm={params['algorithm']}"] if "algorithm" in params else []),
        *([f'cnonce="{claim.cnonce}"', f"nc={claim.nc}", f"qop={qop}"] if qop else []),
        *([f"opaque={quote(params['opaque'])}"] if "opaque" in params else []),
    ]
    return f"Digest {', '.join(parts)}"


def ha1(username: str, realm: str, password: str, algorithm: Algorithm = "MD5") -> str:
    """What a server stores instead of the password."""
    return _HASHES[algorithm](f"{username}:{realm}:{password}".encode()).hexdigest()


def _response(secret: Secret, claim: Claim, method: str) -> str:
    """RFC 7616 3.4.1, for qop=auth and for the peers of RFC 2069 that have none."""
    digest = _HASHES[secret.algorithm]
    ha2 = digest(f"{method}:{claim.uri}".encode()).hexdigest()
    middle = f"{claim.nc}:{claim.cnonce}:{claim.qop}:" if claim.qop else ""
    return digest(f"{secret.ha1}:{claim.nonce}:{middle}{ha2}".encode()).hexdigest()

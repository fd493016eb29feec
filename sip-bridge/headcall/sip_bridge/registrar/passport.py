# SPDX-License-Identifier: Apache-2.0
"""Is a telephone who it says it is: digest authentication of REGISTER and INVITE on the phone port."""

import secrets as chance
from collections import Counter
from dataclasses import dataclass
from typing import Final, Literal

from headcall.kit.clock import Clock
from headcall.sip_bridge.digest import Claim, DigestServer, Secret, Verdict
from headcall.sip_bridge.flow import Flow
from headcall.sip_bridge.guard.lockout import Lockout
from headcall.sip_bridge.message import Request
from headcall.sip_bridge.registrar.secrets import Away, Secrets
from headcall.wire.legs import Credential

LONGEST_NAME: Final = 64
REFETCH_S: Final = 5.0

_NOBODY: Final = {"MD5": Secret("0" * 32, "MD5"), "SHA-256": Secret("0" * 64, "SHA-256")}
"""Compared with when there is no such account: it takes as long, and never fits."""


@dataclass(frozen=True, slots=True)
class Verified:
    sip_user: str


@dataclass(frozen=True, slots=True)
class Turned:
    """Not let in: this status, with these fields."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()


class Passport:
    """Answers alike whether the account is unknown or the password wrong."""

    def __init__(self, secrets: Secrets, lockout: Lockout, clock: Clock, key: bytes) -> None:
        """`key` signs nonces; kept over restarts."""
        self._secrets = secrets
        self._lockout = lockout
        self._clock = clock
        self._key = key
        self._server = DigestServer("", key)
        self._refetched: dict[str, float] = {}
        self.counters: Counter[str] = Counter()

    def set_realm(self, realm: str) -> None:
        if realm != self._server.realm:
            self._server = DigestServer(realm, self._key)

    async def check(self, request: Request, flow: Flow, *, status: Literal[401, 407]) -> Verified | Turned:
        """Who has signed the request; else the answer it gets. `status` is that of our challenges."""
        field = "Authorization" if status == 401 else "Proxy-Authorization"
        claim = self._server.claim(request, field)
        try:
            if claim is None or not claim.username or len(claim.username) > LONGEST_NAME:
                return await self._challenge(request.from_.uri.number[:LONGEST_NAME], status)
            return await self._judge(claim, request, flow, status)
        except Away:
            self.counters["credentials_away"] += 1
            return Turned(503, (("Retry-After", "10"),))

    async def _judge(self, claim: Claim, request: Request, flow: Flow, status: Literal[401, 407]) -> Verified | Turned:
        source, now = flow.remote[0], self._clock.now()
        if self._lockout.is_locked(claim.username, source, now):
            self.counters["locked_out"] += 1
            return Turned(403)
        verdict, algorithm = await self._verify(claim, request, source)
        if verdict is Verdict.GOOD:
            if claim.username != request.from_.uri.number:
                self.counters["other_from"] += 1
                return Turned(403)  # RFC 3261 22.1: an account speaks for itself only
            return Verified(claim.username)
        if verdict is Verdict.STALE:
            return self._challenged(algorithm, status, stale=True)
        self._lockout.wrong(claim.username, source, now)
        self.counters["wrong_password"] += 1
        return Turned(403)

    async def _verify(self, claim: Claim, request: Request, source: str) -> tuple[Verdict, str]:
        credential = await self._secrets.find(claim.username, self._server.realm)
        verdict = self._compare(claim, request, source, credential)
        if verdict is Verdict.WRONG and credential is not None and self._may_refetch(claim.username):
            # The password may have been changed a moment ago.
            credential = await self._secrets.find(claim.username, self._server.realm, be_fresh=True)
            verdict = self._compare(claim, request, source, credential)
        return verdict, credential.algorithm if credential else "MD5"

    def _may_refetch(self, user: str) -> bool:
        now = self._clock.now()
        self._refetched = {name: at for name, at in self._refetched.items() if now - at < REFETCH_S}
        if user in self._refetched:
            return False
        self._refetched[user] = now
        return True

    def _compare(self, claim: Claim, request: Request, source: str, credential: Credential | None) -> Verdict:
        now = self._clock.wall_ms() / 1000
        if credential is None:
            self._server.verify(claim, request, _NOBODY["MD5"], source=source, now=now)
            return Verdict.WRONG
        is_md5 = credential.algorithm == "MD5"
        secret = Secret(credential.ha1_md5 if is_md5 else credential.ha1_sha256, credential.algorithm)
        return self._server.verify(claim, request, secret, source=source, now=now)

    async def _challenge(self, user: str, status: Literal[401, 407]) -> Turned:
        """In the algorithm that the device is known to speak; strangers are asked in MD5, as most devices are."""
        credential = await self._secrets.find(user, self._server.realm) if user else None
        return self._challenged(credential.algorithm if credential else "MD5", status)

    def _challenged(self, algorithm: str, status: Literal[401, 407], *, stale: bool = False) -> Turned:
        self.counters["challenged"] += 1
        value = self._server.challenge(
            self._clock.wall_ms() / 1000,
            chance.token_hex(8),
            algorithm="SHA-256" if algorithm == "SHA-256" else "MD5",
            stale=stale,
        )
        return Turned(status, (("WWW-Authenticate" if status == 401 else "Proxy-Authenticate", value),))

# SPDX-License-Identifier: Apache-2.0
"""Log-in with the company account: away to the provider, and back.

What must be remembered meanwhile travels in a sealed cookie of the person's browser: so the way back is open only to
the browser that set out, needs no memory here, and survives a restart.
"""

import hmac
import json
import secrets
from collections.abc import Mapping
from pathlib import Path

from headcall.backend.identity.arrival import Arrivals
from headcall.backend.identity.login import SignedIn
from headcall.backend.identity.policy import ROLES
from headcall.backend.identity.provider import (
    Broken,
    Expired,
    Misconfigured,
    Pending,
    Provider,
    Refused,
    is_safe,
)
from headcall.backend.settings import Oidc as Settings
from headcall.backend.store.secrets import SealBroken, SecretBox
from headcall.backend.users.sessions import Origin, Sessions
from headcall.kit.clock import Clock
from headcall.kit.role import CannotStart

PENDING_MS = 10 * 60 * 1000
MAX_PART = 4096
"""Characters of `code` and of the cookie."""


class CompanyLogIn:
    """The one provider, the people it vouches for, and their sessions."""

    def __init__(
        self, settings: Settings, clock: Clock, box: SecretBox, *, sessions: Sessions, arrivals: Arrivals
    ) -> None:
        self.settings, self._clock, self._box = settings, clock, box
        self._sessions, self._arrivals = sessions, arrivals
        self._provider: Provider | None = None
        _check(settings)

    @property
    def is_on(self) -> bool:
        return bool(self.settings.issuer)

    async def begin(self, redirect_uri: str) -> tuple[str, str]:
        """Where the browser goes, and the cookie it takes along. Raises `OidcFault`."""
        pending = Pending(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48))
        url = await self._theirs().begin(pending, redirect_uri)
        said = {"s": pending.state, "n": pending.nonce, "v": pending.verifier, "at": self._clock.wall_ms()}
        return url, self._box.seal(json.dumps(said))

    async def finish(self, cookie: str, query: Mapping[str, str], redirect_uri: str, origin: Origin) -> SignedIn:
        """The person is back. Raises `OidcFault`."""
        pending = self._open(cookie)
        if not hmac.compare_digest(pending.state.encode(), query.get("state", "").encode()):
            raise Expired("another log-in was begun meanwhile")
        if query.get("iss", self.settings.issuer) != self.settings.issuer:  # RFC 9207
            raise Broken("the answer is another provider's")
        if query.get("error"):
            raise Refused(query["error"][:60])
        code = query.get("code", "")
        if not 0 < len(code) <= MAX_PART:
            raise Broken("no code")
        claims = await self._theirs().finish(pending, code, redirect_uri)
        user = await self._arrivals.person(claims)
        return SignedIn(*await self._sessions.begin(user, origin, "oidc"))

    def _theirs(self) -> Provider:
        if self._provider is None:
            self._provider = Provider(self.settings, _secret(self.settings), self._clock)
        return self._provider

    def _open(self, cookie: str) -> Pending:
        try:
            said = json.loads(self._box.open(cookie[:MAX_PART]))
            pending, at = Pending(said["s"], said["n"], said["v"]), int(said["at"])
        except (SealBroken, ValueError, KeyError, TypeError):
            raise Expired("no log-in was begun in this browser") from None
        if self._clock.wall_ms() - at > PENDING_MS:
            raise Expired("begun too long ago")
        return pending


def _secret(settings: Settings) -> str:
    if not settings.client_secret_file:
        return settings.client_secret
    try:
        return Path(settings.client_secret_file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Misconfigured(f"client_secret_file cannot be read: {type(error).__name__}") from error


def _check(settings: Settings) -> None:
    """What would fail at the first log-in fails at the start instead."""
    if not settings.issuer:
        return
    if not is_safe(settings.issuer):
        raise CannotStart("[oidc] issuer: must begin with https://")
    if not settings.client_id:
        raise CannotStart("[oidc] client_id: is needed where there is an issuer")
    given = set(settings.roles.values()) | {settings.default_role}
    if wrong := given - set(ROLES) | given & {"owner"}:
        raise CannotStart(f"[oidc] roles: {sorted(wrong)[0]!r} is no role that a provider may give")

# SPDX-License-Identifier: Apache-2.0
"""The digest hashes of accounts: asked of the backend, kept on disk for when it is away."""

import asyncio
import logging
from collections import OrderedDict
from typing import Final

from msgspec import Struct

from headcall.kit.bus.port import Bus, BusError
from headcall.kit.clock import Clock
from headcall.sip_bridge.store import Drawer
from headcall.wire import topics
from headcall.wire.codec import UnknownWord, decode, encode
from headcall.wire.legs import AskCredential, Credential, CredentialReply
from headcall.wire.nodes import Refused

log = logging.getLogger(__name__)

FRESH_S: Final = 60.0
"""How long an answer is used before the backend is asked again, so that a changed password soon counts."""
UNKNOWN_S: Final = 10.0
"""How long an account that does not exist is not asked for again."""
MOST_UNKNOWN: Final = 2048
MOST_ASKING: Final = 64
ASK_FOR_S: Final = 2.0


class Away(Exception):
    """The backend does not answer, and the account is not in our own memory."""


class _Kept(Struct, frozen=True):
    credential: Credential
    realm: str
    asked_at_ms: int


class Secrets:
    """Looks hashes up: from memory while fresh, else from the backend, else from memory however old."""

    def __init__(self, bus: Bus, drawer: Drawer, clock: Clock) -> None:
        self._bus = bus
        self._drawer = drawer
        self._clock = clock
        self._asking: dict[tuple[str, str], asyncio.Task[Credential | None]] = {}
        self._unknown: OrderedDict[tuple[str, str], float] = OrderedDict()

    async def find(self, sip_user: str, realm: str, *, be_fresh: bool = False) -> Credential | None:
        """None if there is no such account. Raises Away. `be_fresh`: ask even though we have an answer."""
        kept = self._recall(sip_user, realm)
        if kept and not be_fresh and self._clock.wall_ms() - kept.asked_at_ms < FRESH_S * 1000:
            return kept.credential
        if self._unknown.get((sip_user, realm), float("-inf")) > self._clock.now():
            return None
        try:
            return await self._ask(sip_user, realm)
        except Away:
            if kept is None:
                raise
            return kept.credential

    def _recall(self, sip_user: str, realm: str) -> _Kept | None:
        data = self._drawer.get(sip_user)
        if data is None:
            return None
        try:
            kept = decode(data, _Kept)
        except UnknownWord:
            return None
        return kept if kept.realm == realm else None

    async def _ask(self, sip_user: str, realm: str) -> Credential | None:
        """Several requests of one telephone wait for one answer."""
        key = (sip_user, realm)
        task = self._asking.get(key)
        if task is None:
            if len(self._asking) >= MOST_ASKING:
                raise Away("too many questions are open")
            task = asyncio.get_running_loop().create_task(self._request(sip_user, realm))
            self._asking[key] = task
            task.add_done_callback(lambda done: self._answered(key, done))
        return await asyncio.shield(task)

    def _answered(self, key: tuple[str, str], task: "asyncio.Task[Credential | None]") -> None:
        self._asking.pop(key, None)
        if not task.cancelled():
            task.exception()  # whoever waited has it; if nobody does any more, that is no fault

    async def _request(self, sip_user: str, realm: str) -> Credential | None:
        try:
            data = await self._bus.request(
                topics.CREDENTIALS, encode(AskCredential(realm, sip_user)), timeout=ASK_FOR_S
            )
            reply: object = decode(data, CredentialReply)  # type: ignore[arg-type]
        except (BusError, UnknownWord) as error:
            raise Away(str(error)) from error
        if isinstance(reply, Refused):
            self._forget(sip_user, realm)
            return None
        assert isinstance(reply, Credential)
        self._drawer.put(sip_user, encode(_Kept(reply, realm, self._clock.wall_ms())))
        return reply

    def _forget(self, sip_user: str, realm: str) -> None:
        self._unknown[sip_user, realm] = self._clock.now() + UNKNOWN_S
        if len(self._unknown) > MOST_UNKNOWN:
            self._unknown.popitem(last=False)
        if self._drawer.get(sip_user) is not None:
            self._drawer.remove(sip_user)

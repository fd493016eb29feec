# SPDX-License-Identifier: Apache-2.0
"""Whose browsers are rung by push, and when: as their page rings, and again when it has stopped."""

import asyncio
import hashlib
import json
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, Final, Literal

from msgspec import Struct
from msgspec import json as wire
from py_vapid import Vapid02  # type: ignore[import-untyped]

from headcall.backend.calls.log import Entry
from headcall.backend.calls.model import Call
from headcall.backend.calls.worker import Worker
from headcall.backend.errors import ApiError
from headcall.backend.push import store as rows
from headcall.backend.push.model import Subscription, checked
from headcall.backend.push.sender import Sender, public_key
from headcall.backend.store import facts
from headcall.backend.store.engine import Store
from headcall.backend.store.secrets import SealBroken, SecretBox
from headcall.backend.users.model import Actor, Person
from headcall.backend.users.store import SessionRow
from headcall.kit.clock import Clock

log = logging.getLogger(__name__)

FACT: Final = "push-key"
CLEAR_TTL_S: Final = 30
MOST_WAITING: Final = 500
"""Messages that may wait to be sent; a ring that comes later than that is of no use."""
AT_ONCE: Final = 16

MakeSender = Callable[[Vapid02], Sender]


class Told(Struct, frozen=True):
    """A message to all browsers of a person."""

    user_id: str
    kind: Literal["ring", "clear"]
    call_id: str
    number: str = ""
    name: str = ""
    queue: str = ""
    ttl_s: int = CLEAR_TTL_S


class Push:
    def __init__(
        self,
        store: Store,
        box: SecretBox,
        clock: Clock,
        *,
        person: Callable[[str], Awaitable[Person | None]],
        make_sender: MakeSender,
        own_services: Iterable[str] = (),
    ) -> None:
        self._store, self._box, self._clock, self._person = store, box, clock, person
        self._make_sender, self._own = make_sender, tuple(own_services)
        self._sender: Sender | None = None
        self._users: set[str] = set()
        self._waiting = 0
        self.key = ""
        """The public one, for pages."""
        self.worker: Worker[Told] = Worker("pushing", self._send)

    async def load(self) -> None:
        """Reads our key, or makes it: browsers bind their subscription to it, so it must stay the same."""
        async with self._store.begin() as session:
            kept = await facts.recall(session, FACT)
            vapid = self._opened(kept.get("sealed"))
            if vapid is None:
                vapid = Vapid02()
                vapid.generate_keys()
                await facts.remember(session, FACT, {"sealed": self._box.seal(vapid.private_pem().decode())})
            self._users = await rows.users(session)
        self._sender, self.key = self._make_sender(vapid), public_key(vapid)

    def _opened(self, sealed: str | None) -> Vapid02 | None:
        if sealed is None:
            return None
        try:
            return Vapid02.from_pem(self._box.open(sealed).encode())
        except SealBroken:
            log.warning("the push key was sealed with another key; a new one is made, browsers subscribe again")
            return None

    # ------------------------------------------------------------ subscriptions

    def reaches(self, user_id: str) -> bool:
        """Whether a browser of this person can be woken."""
        return user_id in self._users

    async def subscribe(self, who: Actor, endpoint: str, p256dh: str, auth: str) -> None:
        """Raises `ApiError` for what cannot be sent to, or must not."""
        subscription = checked(endpoint, p256dh, auth, self._own)
        sealed = self._box.seal(wire.encode(subscription).decode())
        row = rows.PushRow(
            mark=self._box.mark(endpoint),
            user_id=who.user_id,
            session_id=who.session_id,
            sealed=sealed,
            seen_at_ms=self._clock.wall_ms(),
        )
        async with self._store.begin() as session:
            if await session.get(SessionRow, who.session_id) is None:
                raise ApiError("not-allowed", "only a browser that is signed in can be rung")
            await rows.put(session, row)
        self._users.add(who.user_id)

    async def unsubscribe(self, user_id: str, endpoint: str) -> None:
        await self._forget(user_id, self._box.mark(endpoint))

    async def _forget(self, user_id: str, mark: str) -> None:
        async with self._store.begin() as session:
            await rows.remove(session, mark, user_id)
            left = await rows.of_user(session, user_id)
        if not left:
            self._users.discard(user_id)

    # ------------------------------------------------------------ ringing

    def changed(self, before: Call, after: Call, _entries: Sequence[Entry]) -> None:
        """Observer of all calls."""
        was, now = rung(before), rung(after)
        for user_id in sorted((now - was) & self._users):
            self._put(ring_of(after, user_id, self._clock.wall_ms()))
        for user_id in sorted((was - now) & self._users):
            self._put(Told(user_id, "clear", after.call_id))

    def _put(self, told: Told) -> None:
        if self._waiting < MOST_WAITING:
            self._waiting += 1
            self.worker.put(told)

    async def _send(self, told: Told) -> None:
        self._waiting -= 1
        async with self._store.read() as session:
            found = [(row.mark, row.sealed) for row in await rows.of_user(session, told.user_id)]
        person = await self._person(told.user_id)
        if not found:
            self._users.discard(told.user_id)  # signed out meanwhile
        if person is None or self._sender is None:
            return
        message = json.dumps(shown(told, person.language), ensure_ascii=False).encode()
        await asyncio.gather(*(self._send_one(told, mark, sealed, message) for mark, sealed in found))

    async def _send_one(self, told: Told, mark: str, sealed: str, message: bytes) -> None:
        assert self._sender is not None
        try:
            to = wire.decode(self._box.open(sealed), type=Subscription)
        except SealBroken:
            await self._forget(told.user_id, mark)
            return
        outcome = await self._sender.send(to, message, ttl_s=told.ttl_s, topic=topic_of(told.call_id))
        if outcome == "gone":
            log.info("a browser of %s is not to be pushed to any more", told.user_id)
            await self._forget(told.user_id, mark)


def rung(call: Call) -> set[str]:
    """Whose browser rings."""
    return {leg.user_id for leg in call.ringing_legs() if leg.kind == "browser" and leg.user_id}


def ring_of(call: Call, user_id: str, now_ms: int) -> Told:
    expires_at_ms = call.ring.expires_at_ms if call.ring else now_ms
    return Told(
        user_id,
        "ring",
        call.call_id,
        number=call.from_number[:32],
        name=call.from_name[:80],
        queue=(call.queue_name if call.wait else "")[:80],
        ttl_s=max(1, (expires_at_ms - now_ms) // 1000),
    )


TITLES: Final = {
    "ring": {"zh": "来电：{who}", "en": "Call from {who}"},
    "clear": {"zh": "来电已处理", "en": "The call has been taken care of"},
}


def shown(told: Told, language: Literal["zh", "en"]) -> dict[str, Any]:
    """What the service worker gets: it knows no languages."""
    who = told.name or told.number or "?"
    return {
        "type": told.kind,
        "call_id": told.call_id,
        "title": TITLES[told.kind][language].format(who=who),
        "body": " · ".join(part for part in (told.queue, told.number if told.name else "") if part),
    }


def topic_of(call_id: str) -> str:
    """RFC 8030 5.4: what is not delivered yet is replaced by what comes after it. At most 32 characters."""
    return hashlib.sha256(call_id.encode()).hexdigest()[:32]

# SPDX-License-Identifier: Apache-2.0
"""Messages from supervisors to agents: who gets one, what is kept of it, and who has read it."""

from collections.abc import Callable, Collection
from typing import Any, Final

from headcall.backend.agents.service import Agents
from headcall.backend.audit.service import Audit
from headcall.backend.errors import ApiError
from headcall.backend.notices import store as rows
from headcall.backend.notices.store import Notice
from headcall.backend.queues.service import Queues
from headcall.backend.queues.tally import midnight
from headcall.backend.store.base import iso, iso_or_none
from headcall.backend.store.engine import Store
from headcall.backend.users.model import Actor
from headcall.kit.clock import Clock

LONGEST: Final = 500

MOST_ADDRESSEES: Final = 1000
"""Named one by one; a queue and `all` have no limit."""

Tell = Callable[[str, str, dict[str, Any]], None]
"""(user_id, type, data): to all tabs of one user."""


class Addressees:
    """Whom a message may be meant for."""

    def __init__(self, agents: Agents, queues: Queues) -> None:
        self._agents, self._queues = agents, queues

    def of(self, to: object) -> tuple[str, Collection[str]]:
        """The audience (`all`, a queue's id, or `people`) and its user ids. Raises `ApiError`."""
        known = self._agents.all()
        if to == "all":
            return "all", set(known)
        if isinstance(to, str):
            if self._queues.get(to) is None:
                raise ApiError("not-found", "no such queue")
            return to, {user for user in self._queues.members(to) if user in known}
        if not isinstance(to, list) or len(to) > MOST_ADDRESSEES or not all(isinstance(user, str) for user in to):
            raise ApiError("bad-request", "`to` is `all`, the id of a queue, or a list of user ids")
        if unknown := [user for user in to if user not in known]:
            raise ApiError("not-found", f"{unknown[0][:40]!r} is no agent")
        return "people", set(to)

    def name(self, audience: str) -> str:
        """A queue's name; else the audience itself."""
        queue = self._queues.get(audience)
        return queue.name if queue else audience


class Notices:
    def __init__(
        self,
        store: Store,
        clock: Clock,
        new_id: Callable[[str], str],
        *,
        addressees: Addressees,
        audit: Audit,
        tell: Tell,
    ) -> None:
        self._store, self._clock, self._new_id = store, clock, new_id
        self._addressees, self._audit, self._tell = addressees, audit, tell

    async def send(self, who: Actor, to: object, text: str) -> dict[str, Any]:
        """To `all` agents, to those of a queue, or to some of them; the message as its writer sees it."""
        audience, users = self._addressees.of(to)
        if not users:
            raise ApiError("not-found", "nobody would get it")
        notice = Notice(
            notice_id=self._new_id("msg"),
            at_ms=self._clock.wall_ms(),
            user_id=who.user_id,
            user_name=who.name,
            audience=audience,
            text=text,
            of=len(users),
        )
        async with self._store.begin() as session:
            await rows.add(session, notice, users)
            after = {"to": audience if audience != "people" else sorted(users), "text": text}
            self._audit.note(session, who, "agent.message", notice.notice_id, {}, after)
        for user_id in sorted(users):
            self._tell(user_id, "message", self.view(notice, "in"))
        written = self.view(notice, "out")
        self._tell(who.user_id, "message", written)
        return written

    async def acknowledge(self, who: Actor, notice_id: str) -> None:
        """Whoever got it has read it; who wrote it is told."""
        now_ms = self._clock.wall_ms()
        async with self._store.begin() as session:
            notice = await rows.acknowledge(session, notice_id, who.user_id, now_ms)
        if notice is None:
            raise ApiError("not-found", "no such message")
        self._tell(who.user_id, "message_seen", {"id": notice_id, "way": "in", "seen_at": iso(now_ms)})
        told = {"id": notice_id, "way": "out", "seen": notice.seen, "of": notice.of}
        self._tell(notice.user_id, "message_seen", told)

    async def today(self, user_id: str) -> list[dict[str, Any]]:
        """What came for a person and what they wrote, since midnight, the oldest first."""
        since_ms = midnight(self._clock.wall_ms())
        async with self._store.read() as session:
            came = await rows.received(session, user_id, since_ms)
            went = await rows.sent(session, user_id, since_ms)
        views = [self.view(notice, "in") for notice in came] + [self.view(notice, "out") for notice in went]
        return sorted(views, key=lambda view: (view["at"], view["id"], view["way"]))

    def view(self, notice: Notice, way: str) -> dict[str, Any]:
        """`Message` of the browser API: `in` for who gets it, `out` for who wrote it."""
        common = {
            "id": notice.notice_id,
            "way": way,
            "from": {"user_id": notice.user_id, "name": notice.user_name},
            "to": self._addressees.name(notice.audience),
            "text": notice.text,
            "at": iso(notice.at_ms),
        }
        if way == "in":
            return {**common, "seen_at": iso_or_none(notice.seen_at_ms)}
        return {**common, "seen": notice.seen, "of": notice.of}

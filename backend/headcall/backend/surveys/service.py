# SPDX-License-Identifier: Apache-2.0
"""Makes links to the question and takes the answers: one for each call, while the link holds."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy.exc import IntegrityError

from headcall.backend.cdr import store as cdr
from headcall.backend.errors import ApiError
from headcall.backend.outcomes import store as outcomes
from headcall.backend.store.base import iso, iso_or_none
from headcall.backend.store.engine import Store
from headcall.backend.surveys import store as rows
from headcall.backend.users.model import Actor
from headcall.kit.clock import Clock

HOLDS_MS: Final = 7 * 86_400_000
MOST_LINKS: Final = 10
"""Of one call: an agent copies it again, not a thousand times."""

LONGEST_COMMENT: Final = 1000
MARKS: Final = range(1, 6)

WINDOW_S: Final = 60.0
PER_ADDRESS: Final = 30
"""Pages asked for and answers given within a minute from one address. A token has 128 bits: guessing is hopeless; this
keeps it cheap as well."""
MOST_ADDRESSES: Final = 10_000


class Pace:
    """How often an address has come within the last minute."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._came: OrderedDict[str, list[float]] = OrderedDict()

    def is_too_fast(self, address: str) -> bool:
        now = self._clock.now()
        recent = [at for at in self._came.get(address, ()) if at > now - WINDOW_S]
        self._came[address] = [*recent[-PER_ADDRESS:], now]
        self._came.move_to_end(address)
        while len(self._came) > MOST_ADDRESSES:
            self._came.popitem(last=False)
        return len(recent) >= PER_ADDRESS


@dataclass
class Surveys:
    store: Store
    clock: Clock
    new_token: Callable[[], str]
    pace: Pace = field(init=False)

    def __post_init__(self) -> None:
        self.pace = Pace(self.clock)

    async def make_link(self, who: Actor, call_id: str) -> dict[str, str]:
        """A new link for a call that its agent, or a supervisor, wants to ask about."""
        token, now_ms = self.new_token(), self.clock.wall_ms()
        async with self.store.begin() as session:
            record = await cdr.read(session, call_id[:40])
            if record is None:
                raise ApiError("not-found", "no such call")
            if who.user_id != record.agent_user_id and not who.may("agent.supervise"):
                raise ApiError("not-allowed", "another agent's call")
            if record.answered_at_ms is None:
                raise ApiError("conflict", "nobody has talked with this customer")
            if await rows.answer(session, record.call_id) is not None:
                raise ApiError("conflict", "this customer has answered")
            await rows.forget_old(session, now_ms)
            if await rows.links_of(session, record.call_id) >= MOST_LINKS:
                raise ApiError("too-many-attempts", f"{MOST_LINKS} links to this call are out already")
            expires_at_ms = now_ms + HOLDS_MS
            session.add(
                rows.SurveyLinkRow(
                    digest=digest_of(token), call_id=record.call_id, user_id=who.user_id, expires_at_ms=expires_at_ms
                )
            )
        return {"path": f"/s/{token}", "expires_at": iso(expires_at_ms)}

    async def state_of(self, token: str) -> str:
        """`open`, `answered`, or `gone`: no such link, or too old. Nothing of the call is told."""
        async with self.store.read() as session:
            found = await rows.link(session, digest_of(token))
            if found is None or found.expires_at_ms < self.clock.wall_ms():
                return "gone"
            return "answered" if await rows.answer(session, found.call_id) else "open"

    async def vote(self, token: str, mark: int, comment: str) -> str:
        """`thanks`, or what `state_of` says when it is not open. Of two at once, one is taken."""
        try:
            async with self.store.begin() as session:
                found = await rows.link(session, digest_of(token))
                if found is None or found.expires_at_ms < self.clock.wall_ms():
                    return "gone"
                if await rows.answer(session, found.call_id) is not None:
                    return "answered"
                at_ms, text = self.clock.wall_ms(), comment.strip()[:LONGEST_COMMENT]
                session.add(rows.SurveyAnswerRow(call_id=found.call_id, mark=mark, comment=text, at_ms=at_ms))
                await session.flush()
                known = (await outcomes.of_calls(session, [found.call_id])).get(found.call_id)
                if known is None or known.mark is None:
                    await outcomes.change(session, found.call_id, mark=mark)
        except IntegrityError:
            return "answered"
        return "thanks"

    async def answer_to(self, call_id: str) -> dict[str, Any]:
        async with self.store.read() as session:
            found = await rows.answer(session, call_id[:40])
        return {
            "mark": found.mark if found else None,
            "comment": found.comment if found else "",
            "at": iso_or_none(found.at_ms) if found else None,
        }


def digest_of(token: str) -> str:
    return hashlib.sha256(token[:200].encode("utf-8", "replace")).hexdigest()

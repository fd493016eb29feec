# SPDX-License-Identifier: Apache-2.0
"""Sends scheduled reports when they are due: each slot once, whatever dies and however many backends there are."""

import asyncio
import logging
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any, Final

from msgspec import to_builtins
from msgspec.structs import replace
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from headcall.backend.audit.service import Audit
from headcall.backend.errors import ApiError
from headcall.backend.stats import schedule_rows as rows
from headcall.backend.stats.mail import message_of
from headcall.backend.stats.post import Post
from headcall.backend.stats.schedule_rows import Sending
from headcall.backend.stats.schedules import Schedule, question_at, slot_after, slot_before
from headcall.backend.stats.service import Stats
from headcall.backend.store.base import iso
from headcall.backend.store.engine import Store
from headcall.backend.store.together import StoreBusy
from headcall.backend.users.model import Actor

log = logging.getLogger(__name__)

EVERY_S: Final = 20.0
LATE_MS: Final = 86_400_000
"""What could not be sent for a day is not news any more."""
TRIES: Final = 5
AGAIN_MS: Final = 300_000
"""Between two tries: mail servers ask for minutes, not seconds."""
LOST_MS: Final = 600_000
"""Whoever has been sending for so long has died over it. Whether it went out nobody knows: it is not sent again."""
MOST_SCHEDULES: Final = 200


class Mailing:
    def __init__(
        self,
        stats: Stats,
        store: Store,
        audit: Audit,
        post: Post,
        *,
        company: str,
        new_id: Callable[[str], str],
    ) -> None:
        self._stats, self._store, self._audit, self.post = stats, store, audit, post
        self._company, self._new_id = company, new_id

    # ------------------------------------------------------------ keeping

    async def list(self) -> dict[str, Any]:
        """`Schedules` of the browser API."""
        async with self._store.read() as session:
            found = await rows.every(session)
            latest = await rows.latest(session, [schedule.schedule_id for schedule in found])
        shown = [self._view(schedule, latest.get(schedule.schedule_id)) for schedule in found]
        return {"schedules": shown, "mail_is_set": self.post.is_set, "zone": str(self._stats.zone)}

    async def put(self, who: Actor, schedule: Schedule) -> dict[str, Any]:
        """Makes a schedule (no id), or changes one. What was due before is not made up for."""
        is_new = not schedule.schedule_id
        kept = replace(
            schedule,
            schedule_id=schedule.schedule_id or self._new_id("rep"),
            changed_by=who.user_id,
            changed_at_ms=self._stats.now_ms,
        )
        async with self._store.begin() as session:
            before = await rows.read(session, kept.schedule_id)
            if before is None and not is_new:
                raise ApiError("not-found", "no such schedule")
            if is_new and len(await rows.every(session)) >= MOST_SCHEDULES:
                raise ApiError("conflict", f"there are {MOST_SCHEDULES} schedules already")
            await rows.put(session, kept)
            action = "report.create" if is_new else "report.change"
            self._audit.note(session, who, action, kept.schedule_id, _noted(before), _noted(kept))
            last = (await rows.latest(session, [kept.schedule_id])).get(kept.schedule_id)
        return self._view(kept, last)

    async def remove(self, who: Actor, schedule_id: str) -> None:
        async with self._store.begin() as session:
            before = await rows.read(session, schedule_id)
            if before is None:
                raise ApiError("not-found", "no such schedule")
            await rows.remove(session, schedule_id)
            self._audit.note(session, who, "report.remove", schedule_id, _noted(before), {})

    async def send_now(self, who: Actor, schedule_id: str) -> None:
        """What would be sent if it were due now; its own slots are not touched."""
        async with self._store.read() as session:
            schedule = await rows.read(session, schedule_id)
        if schedule is None:
            raise ApiError("not-found", "no such schedule")
        if not self.post.is_set:
            raise ApiError("no-mail-server", "set [mail] host and sender in the settings file")
        now_ms = self._stats.now_ms
        await self.post.send(await self._message(schedule, now_ms, f"{self._new_id('eml')}"))
        await self._audit.note_alone(who, "report.send", schedule_id, {}, {"recipients": len(schedule.recipients)})

    def _view(self, schedule: Schedule, last: Sending | None) -> dict[str, Any]:
        hour, minute = divmod(schedule.minute, 60)
        next_ms = slot_after(schedule, self._stats.now_ms, self._stats.zone)
        fields = to_builtins(schedule)
        names = ("name", "by", "interval", "queue_ids", "every", "day", "recipients", "language", "enabled")
        return {name: fields[name] for name in names} | {
            "id": schedule.schedule_id,
            "at": f"{hour:02}:{minute:02}",
            "next_at": iso(next_ms) if schedule.enabled else None,
            "last": self._shown(last) if last else None,
        }

    def _shown(self, last: Sending) -> dict[str, Any]:
        is_lost = last.state == "sending" and self._stats.now_ms - last.at_ms > LOST_MS
        state = "lost" if is_lost else last.state
        return {"slot_at": iso(last.slot_ms), "at": iso(last.at_ms), "state": state, "detail": last.detail}

    # ------------------------------------------------------------ sending

    async def watch(self) -> None:
        """Looks again and again."""
        while True:
            await asyncio.sleep(EVERY_S)
            if self.post.is_set:
                try:
                    await self.look()
                except (SQLAlchemyError, StoreBusy) as error:  # the database may be back at the next look
                    log.warning("scheduled reports: %s", error)

    async def look(self) -> int:
        """Sends what is due. How many were sent."""
        async with self._store.read() as session:
            found = [schedule for schedule in await rows.every(session) if schedule.enabled]
            latest = await rows.latest(session, [schedule.schedule_id for schedule in found])
        return sum([await self._look_at(schedule, latest.get(schedule.schedule_id)) for schedule in found])

    async def _look_at(self, schedule: Schedule, last: Sending | None) -> bool:
        now_ms = self._stats.now_ms
        slot_ms = slot_before(schedule, now_ms, self._stats.zone)
        if slot_ms < schedule.changed_at_ms or now_ms - slot_ms > LATE_MS:
            return False
        if not await self._take(schedule.schedule_id, slot_ms, last, now_ms):
            return False
        state, detail = await self._try(schedule, slot_ms)
        async with self._store.begin() as session:
            await rows.settle(
                session, schedule.schedule_id, slot_ms, state=state, at_ms=self._stats.now_ms, detail=detail
            )
        return state == "sent"

    async def _take(self, schedule_id: str, slot_ms: int, last: Sending | None, now_ms: int) -> bool:
        """Whether it is ours to send: of all backends that look, one gets the row."""
        try:
            async with self._store.begin() as session:
                if last is None or last.slot_ms < slot_ms:
                    await rows.claim(session, schedule_id, slot_ms, now_ms)
                    return True
                may_again = last.state == "failed" and last.attempts < TRIES and now_ms - last.at_ms >= AGAIN_MS
                return may_again and await rows.claim_again(session, schedule_id, last, now_ms)
        except IntegrityError:
            return False

    async def _try(self, schedule: Schedule, slot_ms: int) -> tuple[str, str]:
        try:
            await self.post.send(await self._message(schedule, slot_ms, f"{schedule.schedule_id}.{slot_ms}"))
        except ApiError as error:
            log.warning("the report %s could not be sent: %s", schedule.schedule_id, error)
            return "failed", str(error)[:300]
        return "sent", ""

    async def _message(self, schedule: Schedule, slot_ms: int, word: str) -> EmailMessage:
        report = await self._stats.report(question_at(schedule, slot_ms, self._stats.zone))
        sender = self.post.sender
        return message_of(
            schedule,
            report,
            sender=sender,
            company=self._company,
            at_ms=self._stats.now_ms,
            message_id=f"<{word}@{sender.rpartition('@')[2]}>",
        )


def _noted(schedule: Schedule | None) -> dict[str, Any]:
    """For the audit log: not who changed it when, which the entry says itself."""
    fields = to_builtins(schedule) if schedule else {}
    return {name: value for name, value in fields.items() if not name.startswith("changed_")}

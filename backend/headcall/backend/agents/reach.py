# SPDX-License-Identifier: Apache-2.0
"""Whether anything of a person's can ring: a page that is open, a telephone that is registered, as they wish."""

from collections.abc import Callable

from sqlalchemy import select

from headcall.backend.devices.store import SipAccountRow
from headcall.backend.store.engine import Store
from headcall.backend.users.store import UserRow


class Reach:
    """Read from the rows every few seconds, so that the question itself costs nothing."""

    def __init__(
        self,
        store: Store,
        *,
        has_page: Callable[[str], bool],
        is_registered: Callable[[str], bool],
        page_faults: Callable[[str], tuple[str, ...]] = lambda _: (),
    ) -> None:
        self._store, self._has_page, self._is_registered = store, has_page, is_registered
        self._page_faults = page_faults
        self.is_by_phone: Callable[[str], bool] = lambda _: False
        """Whether an agent has logged in at the telephone, which then rings besides what they wish."""
        self._answer_on: dict[str, str] = {}
        self._sip_users: dict[str, list[str]] = {}

    async def refresh(self) -> None:
        """Reads who answers on what, and which telephones they have."""
        async with self._store.read() as session:
            people = await session.execute(select(UserRow.user_id, UserRow.answer_on))
            accounts = await session.execute(select(SipAccountRow.user_id, SipAccountRow.sip_user))
            self._answer_on = {user_id: answer_on for user_id, answer_on in people.all()}
            sip_users: dict[str, list[str]] = {}
            for user_id, sip_user in accounts.all():
                sip_users.setdefault(user_id, []).append(sip_user)
            self._sip_users = sip_users

    def can_answer(self, user_id: str) -> bool:
        """Whether a queue's offer would ring anywhere."""
        if self._answer_on.get(user_id, "browser") != "phone" and self._has_page(user_id):
            return True
        return self._can_answer_phone(user_id)

    def _can_answer_phone(self, user_id: str) -> bool:
        is_wanted = self._answer_on.get(user_id, "browser") != "browser" or self.is_by_phone(user_id)
        return is_wanted and self.has_phone(user_id)

    def is_fit(self, user_id: str) -> bool:
        """Whether who is offered a call could take it: a page with a fault cannot, but a telephone beside it could."""
        return not self._page_faults(user_id) or self._can_answer_phone(user_id)

    def hindrances(self, user_id: str) -> tuple[str, ...]:
        """Why a queue's offer would ring in vain: the faults of the page, or `no-device`. Empty when it would not."""
        if not self.can_answer(user_id):
            return ("no-device",)
        return () if self.is_fit(user_id) else self._page_faults(user_id)

    def can_ring(self, user_id: str) -> bool:
        """Whether a colleague's call would ring anywhere."""
        return self._has_page(user_id) or self.has_phone(user_id)

    def has_phone(self, user_id: str) -> bool:
        return any(self._is_registered(sip_user) for sip_user in self._sip_users.get(user_id, ()))

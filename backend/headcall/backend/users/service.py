# SPDX-License-Identifier: Apache-2.0
"""The people of the company, and what each sees of themselves."""

from collections.abc import Callable
from typing import Any

from headcall.backend.errors import ApiError
from headcall.backend.store.engine import Store
from headcall.backend.users import store as rows
from headcall.backend.users.model import Actor, AnswerOn, Language, Person

AgentOf = Callable[[str], dict[str, Any] | None]
"""user_id → {agent_id, agent_number, queues: [{id, name}]}, or None for someone who is no agent."""


class Users:
    """Finds people and changes their own settings."""

    def __init__(self, store: Store, agent_of: AgentOf = lambda user_id: None) -> None:
        self._store = store
        self.agent_of = agent_of

    async def person(self, user_id: str) -> Person | None:
        async with self._store.read() as session:
            user = await session.get(rows.UserRow, user_id)
            return user.person() if user and user.is_active else None

    async def person_of_number(self, number: str) -> Person | None:
        """Who has this internal number (digits only)."""
        async with self._store.read() as session:
            user = await rows.user_by_number(session, number)
            return user.person() if user else None

    async def people(self, q: str = "") -> list[Person]:
        """Everyone whose name, login or number contains `q`."""
        async with self._store.read() as session:
            return [user.person() for user in await rows.find_users(session, q)]

    async def change_self(
        self, user_id: str, *, language: Language | None = None, answer_on: AnswerOn | None = None
    ) -> Person:
        """Changes what a person may change of themselves."""
        async with self._store.begin() as session:
            user = await session.get(rows.UserRow, user_id)
            if user is None:
                raise ApiError("not-found", "no such person")
            if language is not None:
                user.language = language
            if answer_on is not None:
                user.answer_on = answer_on
            return user.person()

    def me(self, person: Person) -> dict[str, Any]:
        """A person as they see themselves (`Me` of the browser API)."""
        return {
            "user_id": person.user_id,
            "login": person.login,
            "name": person.name,
            "roles": list(person.roles),
            "rights": sorted(person.rights),
            "number": person.number,
            "agent": self.agent_of(person.user_id),
            "language": person.language,
            "answer_on": person.answer_on,
        }

    async def me_now(self, who: Actor) -> dict[str, Any]:
        """`me`, read afresh: a session may be older than a change."""
        person = await self.person(who.user_id) or who.person
        return {**self.me(person), "rights": sorted(who.renewed(person).rights)}

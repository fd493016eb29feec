# SPDX-License-Identifier: Apache-2.0
"""What an agent does by dialling a code at their own telephone, with no page open. Codes stand beside the numbers: no
number of the inventory and no slot begins with a star, and nothing that does ever goes out over a trunk.
"""

import contextlib
from collections.abc import Awaitable, Callable, Iterator
from typing import Final, Literal

from msgspec import Struct

from headcall.backend.agents.errors import NotPermittedNow
from headcall.backend.agents.model import Agent, State
from headcall.backend.agents.service import Agents
from headcall.backend.numbers.model import normal
from headcall.backend.users.model import Person

PersonOf = Callable[[str], Awaitable[Person | None]]


class Code(Struct, frozen=True):
    """What a code asks for: a state, the end of the wrap-up, or only to be told the present state."""

    wish: State | Literal["wrapped-up"] | None
    reason: str | None = None


TELL: Final = "*49"

CODES: Final[dict[str, Code]] = {
    "*45": Code("ready"),
    "*46": Code("offline"),
    "*47": Code("break", "rest"),
    "*471": Code("break", "rest"),
    "*472": Code("break", "meal"),
    "*473": Code("break", "meeting"),
    "*48": Code("wrapped-up"),
    TELL: Code(None),
}
"""None of them toggles: dialled twice, or told to two backends, it means the same. `docs/queues.md` and the page of
settings show them to people; a test holds all three together."""


class Told(Struct, frozen=True):
    """What is said at the telephone, by its key in the catalogue of prompts."""

    key: str
    refusal: str | None = None
    """The cause, when nothing was done."""


NO_SEAT: Final = Told("code-no-seat", "not-allowed")
NO_TELEPHONE: Final = Told("code-no-telephone", "not-registered")


def code_of(dialled: str) -> str | None:
    """The code that was dialled; None for everything else."""
    number = normal(dialled)
    return number if number in CODES else None


def spoken(agent: Agent) -> str:
    """The key of what says how the agent is now. Pure."""
    if agent.state in ("ringing", "talking"):
        return f"agent-then-{agent.wish_after}" if agent.wish_after else "agent-in-call"
    return f"agent-is-{agent.state.replace('_', '-')}"


class Codes:
    def __init__(self, agents: Agents, person: PersonOf) -> None:
        self._agents, self._person = agents, person
        self._listening: list[str] = []

    @contextlib.contextmanager
    def at_telephone(self, user_id: str) -> Iterator[None]:
        """While somebody hears what their code has done, their telephone is taken: no queue rings it in vain."""
        self._listening.append(user_id)
        try:
            yield
        finally:
            self._listening.remove(user_id)

    def is_at_telephone(self, user_id: str) -> bool:
        return user_id in self._listening

    async def carry_out(self, code: str, user_id: str) -> Told:
        """Does what the code asks for, and knows what to say of it."""
        agent, person = self._agents.get(user_id), await self._person(user_id)
        if agent is None or person is None or "agent.work" not in person.rights:
            return NO_SEAT
        try:
            after = await self._obey(CODES[code], agent)
        except NotPermittedNow:
            if not self._agents.has_phone(user_id):
                return NO_TELEPHONE
            after = self._agents.get(user_id) or agent  # somebody else was faster: so it is
        return Told(spoken(after))

    async def _obey(self, code: Code, agent: Agent) -> Agent:
        if code.wish is None:
            return agent
        if code.wish == "wrapped-up":
            return await self._agents.move(agent.user_id, "wrapped-up") or agent
        return await self._agents.wish(agent.user_id, code.wish, code.reason, by_phone=True)

# SPDX-License-Identifier: Apache-2.0
"""Who someone is and what they may do."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Literal

Role = Literal["owner", "admin", "supervisor", "agent", "employee", "guest"]
Language = Literal["zh", "en"]
AnswerOn = Literal["browser", "phone", "both"]

_EMPLOYEE = frozenset({"call.control", "call.history", "recording.play", "directory.read", "number.read"})
_AGENT = _EMPLOYEE | {"agent.work", "queue.read"}
_SUPERVISOR = _AGENT | {
    "agent.supervise",
    "queue.manage",
    "call.history.all",
    "recording.play.all",
    "stats.read",
    "report.manage",
}
_ADMIN = _SUPERVISOR - {"agent.work"} | {"system.read", "user.manage", "number.manage", "simulator.use"}

RIGHTS: dict[str, frozenset[str]] = {
    "owner": _ADMIN,
    "admin": _ADMIN,
    "supervisor": _SUPERVISOR | {"simulator.use"},
    "agent": _AGENT | {"simulator.use"},
    "employee": _EMPLOYEE,
    "guest": frozenset(),
}
"""What each role may do. A person's rights are those of all their roles. `simulator.use` matters in demo mode only."""


def rights_of(roles: tuple[str, ...]) -> frozenset[str]:
    """All the rights of someone with these roles; an unknown role has none."""
    return frozenset().union(*(RIGHTS.get(role, frozenset()) for role in roles))


WORK = frozenset({"agent.work"})
"""Rights that are work, not power: whoever manages people gives them without having them."""


@dataclass(frozen=True, slots=True)
class Person:
    """Someone of the company."""

    user_id: str
    login: str
    name: str
    roles: tuple[str, ...]
    number: str | None
    """The internal number, digits only, as in `83012341001`."""
    language: Language = "zh"
    answer_on: AnswerOn = "browser"
    branch: str = ""
    tenant_id: str = ""

    @property
    def rights(self) -> frozenset[str]:
        return rights_of(self.roles)


@dataclass(frozen=True, slots=True)
class Actor:
    """Someone who asks for something: a person and the session they ask in, or a program with a person's key."""

    person: Person
    session_id: str
    rights: frozenset[str] = field(default_factory=frozenset)
    """Of a key: those it was given, as far as the person still has them."""
    is_key: bool = False

    @property
    def user_id(self) -> str:
        return self.person.user_id

    @property
    def login(self) -> str:
        return self.person.login

    @property
    def name(self) -> str:
        return self.person.name

    @property
    def roles(self) -> tuple[str, ...]:
        return self.person.roles

    @property
    def number(self) -> str | None:
        return self.person.number

    @property
    def language(self) -> Language:
        return self.person.language

    def may(self, right: str) -> bool:
        return right in self.rights

    def renewed(self, person: Person) -> "Actor":
        """The same, after the person has changed. A key never gains by it."""
        rights = person.rights & self.rights if self.is_key else person.rights
        return replace(self, person=person, rights=rights)


def exceeds(who: Actor, roles: Iterable[str]) -> bool:
    """Whether these roles may do more than `who`. Only an owner is the equal of an owner."""
    held = tuple(roles)
    return ("owner" in held and "owner" not in who.roles) or not rights_of(held) - WORK <= who.rights

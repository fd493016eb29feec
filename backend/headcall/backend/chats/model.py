# SPDX-License-Identifier: Apache-2.0
"""What a chat is, and what may become of it. The table is the whole truth; nothing here does any I/O."""

from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from headcall.backend.errors import ApiError

State = Literal["waiting", "offered", "open", "ended"]
Author = Literal["visitor", "agent", "system", "note"]
"""Who wrote: a `note` is for the agents, and never goes to the visitor."""

LONGEST_TEXT = 4000
"""Characters of one message."""

MOST_MESSAGES = 2000
"""Of one chat. Whoever writes more is a machine."""

JUST_MISSED_MS = 30_000
"""An agent who let this very chat pass is not offered it again for so long, if another could have it."""


class Visitor(Struct, frozen=True):
    """Who writes to us, by their own word."""

    name: str = ""
    contact: str = ""
    """A telephone number or an address they want to be reached at."""
    page: str = ""
    """Where on the web site they were. A text of theirs: shown, never followed."""
    language: Literal["zh", "en"] = "zh"


class Lapse(Struct, frozen=True):
    """An offer that an agent let pass."""

    user_id: str
    at_ms: int


class Chat(Struct, frozen=True):
    """A written conversation, from the first word of a visitor to its end."""

    chat_id: str
    queue_id: str
    visitor: Visitor
    entered_at_ms: int
    state: State = "waiting"
    rank: int = 1
    """0 for who was with an agent already: they go to the front, in the order of their first word."""
    offered_to: str | None = None
    offer_expires_at_ms: int | None = None
    agent_id: str | None = None
    """Whose it is; while it is offered on, whose it was and will be again if nobody takes it."""
    opened_at_ms: int | None = None
    """When the first agent took it."""
    ended_at_ms: int | None = None
    ended_by: Literal["visitor", "agent", "system"] | None = None
    cause: str = ""
    disposition: str = ""
    lapses: tuple[Lapse, ...] = ()
    last_seq: int = 0
    read_seq: int = 0
    """Up to where the agent has read."""

    @property
    def is_live(self) -> bool:
        return self.state != "ended"


class Message(Struct, frozen=True):
    """One thing that was written."""

    seq: int
    at_ms: int
    by: Author
    text: str
    user_id: str | None = None
    file_id: str | None = None


Trigger = Literal["offer", "accept", "lapse", "give-back", "pass-on", "end"]

# fmt: off
TABLE: Final[dict[tuple[State, Trigger], State]] = {
    ("waiting", "offer"):     "offered",
    ("waiting", "end"):       "ended",
    ("offered", "accept"):    "open",
    ("offered", "lapse"):     "waiting",   # or `open` again, if an agent had passed it on
    ("offered", "give-back"): "waiting",
    ("offered", "end"):       "ended",
    ("open",    "pass-on"):   "offered",
    ("open",    "give-back"): "waiting",
    ("open",    "end"):       "ended",
}
# fmt: on


def step(chat: Chat, trigger: Trigger) -> State:
    """The next state. Raises `ApiError` when the trigger means nothing now."""
    to = TABLE.get((chat.state, trigger))
    if to is None:
        raise ApiError("conflict", f"the chat is {chat.state}")
    return to


def offered(chat: Chat, user_id: str, expires_at_ms: int) -> Chat:
    """Rings at an agent: out of the line, or passed on by who has it."""
    to = step(chat, "pass-on" if chat.state == "open" else "offer")
    return replace(chat, state=to, offered_to=user_id, offer_expires_at_ms=expires_at_ms)


def accepted(chat: Chat, user_id: str, now_ms: int) -> Chat:
    """Raises `ApiError` when it is not, or no longer, offered to this agent."""
    to = step(chat, "accept")
    if chat.offered_to != user_id:
        raise ApiError("call-taken", "it is offered to somebody else")
    opened = now_ms if chat.opened_at_ms is None else chat.opened_at_ms
    return replace(_settled(chat), state=to, agent_id=user_id, opened_at_ms=opened)


def lapsed(chat: Chat, now_ms: int, *, is_fault: bool = True) -> Chat:
    """The offer is over without an answer: back to who had it, or into the line at its old place."""
    to = step(chat, "lapse")
    lapses = (*chat.lapses, Lapse(chat.offered_to or "", now_ms)) if is_fault else chat.lapses
    return replace(_settled(chat), state="open" if chat.agent_id else to, lapses=lapses[-50:])


def given_back(chat: Chat, queue_id: str | None = None) -> Chat:
    """To the front of the line: the agent is gone, or sent it to a queue."""
    to = step(chat, "give-back")
    queue = queue_id or chat.queue_id
    return replace(_settled(chat), state=to, agent_id=None, queue_id=queue, rank=0, lapses=())


def ended(chat: Chat, by: Literal["visitor", "agent", "system"], cause: str, now_ms: int) -> Chat:
    """Over. The agent who had it stays in the record."""
    return replace(_settled(chat), state=step(chat, "end"), ended_at_ms=now_ms, ended_by=by, cause=cause)


def _settled(chat: Chat) -> Chat:
    return replace(chat, offered_to=None, offer_expires_at_ms=None)


def place(chat: Chat) -> tuple[int, int, str]:
    """Order in the line: who was with an agent first, then by the moment of the first word."""
    return (chat.rank, chat.entered_at_ms, chat.chat_id)

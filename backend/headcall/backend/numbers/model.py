# SPDX-License-Identifier: Apache-2.0
"""What a number is, how it is written, and where it leads."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

Network = Literal["pstn", "phone", "browser"]
"""Where a call comes from: over a trunk, from a network phone, from an agent's page."""

NETWORKS: tuple[Network, ...] = ("pstn", "phone", "browser")

Kind = Literal["did", "queue", "person", "switchboard", "free"]
TargetKind = Literal["number", "queue", "user", "free"]

MAX_DIALLED = 64
"""Characters of a number as dialled, separators included. E.164 has 15 digits."""

# What people put between digits: spaces, hyphens and dashes of all kinds, dots, slashes, brackets (RFC 3966 calls
# most of them visual separators). Full-width forms have become ASCII by NFKC before.
_SEPARATORS = re.compile(r"[\s\-‐-―−.()/\[\]・·]+")
_NUMBER = re.compile(r"\+?[0-9*#]{1,32}", re.ASCII)


def normal(dialled: str) -> str | None:
    """The number without separators, as in `4008123456` or `+4969123456`; None when it is no number."""
    if len(dialled) > MAX_DIALLED:
        return None
    text = _SEPARATORS.sub("", unicodedata.normalize("NFKC", dialled))
    return text if _NUMBER.fullmatch(text) else None


@dataclass(frozen=True, slots=True)
class Number:
    """One number of the inventory."""

    number: str
    """Digits only."""
    display: str
    """As people write it: `4008-123456`."""
    kind: Kind
    target_kind: TargetKind
    target: str
    """A number (for a DID), a queue id or a user id; of a switchboard number, where 0 leads."""
    networks: tuple[Network, ...]
    """From where it may be reached (N2)."""
    hours_id: str = ""
    """The opening hours of this number. Empty: always."""
    prompt_id: str = ""
    """Of a switchboard number: the house's own announcement. Empty: the usual sentence."""


@dataclass(frozen=True, slots=True)
class ToQueue:
    """The call goes to a queue."""

    queue_id: str
    number: str
    hours_id: str = ""
    """The opening hours of the number, where it has its own."""


@dataclass(frozen=True, slots=True)
class ToUser:
    """The call goes to a person, on whatever device they answer."""

    user_id: str
    number: str
    hours_id: str = ""


@dataclass(frozen=True, slots=True)
class ToOutside:
    """The call goes out over a trunk."""

    trunk: str
    number: str
    """As the trunk wants it dialled."""


@dataclass(frozen=True, slots=True)
class ToAttendant:
    """The auto attendant of a switchboard number answers (N2)."""

    number: str
    prompt_id: str = ""
    hours_id: str = ""


Destination = ToQueue | ToUser | ToOutside | ToAttendant

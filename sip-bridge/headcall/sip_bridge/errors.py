# SPDX-License-Identifier: Apache-2.0
"""What can go wrong in SIP, and whose fault it is.

SipError
├── LocalError           we asked for something RFC 3261 forbids: a bug of ours, never answered
│   ├── UnknownCall      a call of that name is not here (any more)
│   └── WrongState       the call is not in a state that allows it
└── PeerError            the other side broke the rules: answer with `status`
    ├── Malformed        400
    ├── BadSdp           488
    ├── NotVersionTwo    505
    └── TooLarge         513

A parser given any bytes returns a value or raises a `PeerError`, never anything else.
"""

from typing import ClassVar


class SipError(Exception):
    """The root of this tree."""


class LocalError(SipError):
    """We asked for something RFC 3261 forbids: a bug of ours."""


class UnknownCall(LocalError):
    """A call of that name is not here (any more)."""


class WrongState(LocalError):
    """The call is not in a state that allows what was asked."""


class PeerError(SipError):
    """The other side broke the rules. `str(error)` is a reason phrase without anything a stranger wrote."""

    status: ClassVar[int] = 400


class Malformed(PeerError):
    """The message does not follow the grammar."""

    status = 400


class BadSdp(PeerError):
    """The session description cannot be read, or nothing in it can be accepted."""

    status = 488


class NotVersionTwo(PeerError):
    """The message is of a SIP version that is not 2.0."""

    status = 505


class TooLarge(PeerError):
    """The message is longer than we ever read."""

    status = 513

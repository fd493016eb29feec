# SPDX-License-Identifier: Apache-2.0
"""What every node says of itself."""

from typing import Literal

from msgspec import Struct

__all__ = [
    "Done",
    "NodeAlive",
    "NodeKind",
    "Refused",
]

NodeKind = Literal["sfu", "sip", "backend", "simulator"]


class NodeAlive(Struct, frozen=True, tag=True):
    """A heartbeat. A new `epoch` under the same name means the process was started again."""

    node: str
    kind: NodeKind
    epoch: int
    """Start of this process, milliseconds since 1970."""
    legs: int = 0
    draining: bool = False


class Done(Struct, frozen=True, tag=True):
    """The command was carried out, or had been already."""


class Refused(Struct, frozen=True, tag=True):
    """The command cannot be carried out. Nothing was changed."""

    cause: str
    """An id of `headcall.wire.causes`."""
    text: str
    """For the log: what was wrong and whose fault it is."""

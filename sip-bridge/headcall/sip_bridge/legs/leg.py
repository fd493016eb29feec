# SPDX-License-Identifier: Apache-2.0
"""One leg, in memory and on disk."""

from typing import Literal

from msgspec import Struct

from headcall.wire.media import Address, Codec

State = Literal["offered", "dialling", "ringing", "answered"]
Direction = Literal["in", "out"]


class Leg(Struct):
    """One telephone's half of a call."""

    leg_id: str
    direction: Direction
    media_node: str
    state: State
    call_id: str = ""
    """Call control's, of a leg that it has placed."""
    trunk: str | None = None
    sip_user: str | None = None
    dialog: str = ""
    """The core's name of the call that became this leg: the leg's own id, or that of the branch that answered."""
    branches: list[str] = []
    """Calls of the core that ring for this leg and have not failed."""
    contacts: dict[str, str] = {}
    """Of each branch: whom it rings, for the log."""
    nats: dict[str, tuple[str, str]] = {}
    """Of each call of the core's: the address that the telephone believes to have, and the one it is seen from, where
    they differ: a NAT stands in between."""
    worst: int = 0
    """The status that a forked call is refused with if no branch answers."""
    is_known: bool = False
    """Whether call control has heard of it, so that it must be told the end."""
    has_media: bool = False
    offer: bytes = b""
    """What the caller offered; empty if it wants an offer from us."""
    local: Address | None = None
    remote: Address | None = None
    codecs: tuple[Codec, ...] = ()
    is_held: bool = False
    """The telephone has put us on hold."""
    has_early_media: bool = False
    has_rung: bool = False

    @property
    def codec(self) -> str:
        """Name of the codec spoken."""
        return self.codecs[0].name if self.codecs else ""

    @property
    def names(self) -> list[str]:
        """All that the core may call this leg."""
        return [*self.branches, *([self.dialog] if self.dialog and self.dialog not in self.branches else [])]

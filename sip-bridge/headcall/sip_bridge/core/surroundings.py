# SPDX-License-Identifier: Apache-2.0
"""What the core is told from outside: chance, names, addresses, secrets, settings."""

from dataclasses import dataclass
from typing import Protocol

from headcall.sip_bridge.digest import Credentials
from headcall.sip_bridge.flow import Address, Flow


class Surroundings(Protocol):
    """What the core needs to know and cannot know by itself."""

    def token(self) -> str:
        """A new unguessable lower-case hexadecimal token of 16 digits or more."""

    def name_call(self) -> str:
        """A new name for a call that comes in (a leg id)."""

    def address_of(self, flow: Flow) -> Address:
        """The address under which the peer of `flow` reaches our socket `flow.local`: goes into Via and Contact."""

    def credentials(self, name: str, realm: str) -> Credentials | None:
        """What to answer a challenge with; `name` is that of the call or of the request that was challenged."""


@dataclass(frozen=True, slots=True)
class Settings:
    user_agent: str = "HeadCall"
    t1: float = 0.5
    """RFC 3261 17.1.1.1: estimate of the round trip."""
    max_transactions: int = 20_000
    """Beyond that, new requests are dropped."""
    contact_user: str = "headcall"

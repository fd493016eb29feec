# SPDX-License-Identifier: Apache-2.0
"""What the transaction layer tells the transaction user, besides `Send`."""

from dataclasses import dataclass
from typing import Protocol, TypeAlias

from headcall.sip_bridge.flow import Flow, Send
from headcall.sip_bridge.message import Request, Response


@dataclass(frozen=True, slots=True)
class Incoming:
    """A new request. An ACK has no transaction, so its `key` is empty (RFC 3261 17.1.1.3: it belongs to a dialog)."""

    key: str
    request: Request
    flow: Flow


class Listener(Protocol):
    """Who asked. The layer hands it back with whatever comes, and never calls it."""

    def arrived(self, response: Response, source: Flow, now: float) -> None: ...

    def failed(self, status: int, now: float) -> None:
        """408: nobody answered in time. 503: it could not be sent."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A response to a request of ours."""

    listener: Listener
    response: Response
    flow: Flow


@dataclass(frozen=True, slots=True)
class Stray:
    """A response that belongs to no transaction: the repeated 200 of a long accepted INVITE, or nonsense."""

    response: Response
    flow: Flow


@dataclass(frozen=True, slots=True)
class Failed:
    """A request of ours had no final response."""

    listener: Listener
    status: int


Told: TypeAlias = Incoming | Arrived | Stray | Failed | Send

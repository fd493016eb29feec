# SPDX-License-Identifier: Apache-2.0
"""What the user agent wants done, in the order it has to be done.

`Send`, `Persist` and `Forget` are work for the shell; the rest are events for the owner of the calls. The order is a
promise: a `Persist` that stands before a `Send` must be on the disk before the datagram leaves.

A call is known by the name its owner chose (`UserAgent.invite`) or that was made for it (`InviteReceived.call`).
"""

from dataclasses import dataclass
from typing import TypeAlias

from headcall.sip_bridge.flow import Flow
from headcall.sip_bridge.flow import Send as Send  # spoken here too
from headcall.sip_bridge.message import Request, Response
from headcall.sip_bridge.uri import NameAddr

Record: TypeAlias = dict[str, object]
"""Plain data that JSON can carry: strings, numbers, booleans, None, lists and dicts of them."""


# ---------------------------------------------------------------- work for the shell


@dataclass(frozen=True, slots=True)
class Persist:
    """Keep the record of a call, in the place of the one before, before anything that follows is done."""

    call: str
    record: Record


@dataclass(frozen=True, slots=True)
class Forget:
    """The call is over; its record is no longer needed."""

    call: str


# ---------------------------------------------------------------- calls coming in


@dataclass(frozen=True, slots=True)
class InviteReceived:
    """Someone calls. 100 Trying has been sent. Answer with `ring`, `progress`, `accept` or `refuse` (401 and 407 too:
    the request with credentials comes as a new call)."""

    call: str
    request: Request
    flow: Flow
    sdp: bytes
    """The offer; empty if the caller wants one from us (then our SDP in `accept` is the offer and `AckReceived.sdp`
    the answer)."""


@dataclass(frozen=True, slots=True)
class CancelReceived:
    """The caller gave up before we answered. 487 has been sent; the call is over."""

    call: str


@dataclass(frozen=True, slots=True)
class AckReceived:
    """The three-way handshake of an accepted INVITE or re-INVITE is complete."""

    call: str
    sdp: bytes
    """The answer, if our 200 held the offer."""


# ---------------------------------------------------------------- calls going out


@dataclass(frozen=True, slots=True)
class Ringing:
    """A provisional response other than 100. It may come several times, and from several forks."""

    call: str
    response: Response
    sdp: bytes
    """The early answer (early media), if there is one."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The other side has answered; the ACK has been sent. Comes once: later forks are ended by themselves."""

    call: str
    response: Response
    sdp: bytes


@dataclass(frozen=True, slots=True)
class Rejected:
    """The INVITE failed; the call is over."""

    call: str
    status: int
    """Of the response; 408 if nobody answered in time, 503 if it could not be sent."""
    response: Response | None


# ---------------------------------------------------------------- within a call


@dataclass(frozen=True, slots=True)
class ByeReceived:
    """The other side hung up. 200 has been sent; the call is over."""

    call: str
    request: Request


@dataclass(frozen=True, slots=True)
class Lost:
    """The call is over because the other side no longer knows it or no longer answers (481, 408, no ACK for our 200,
    session timer). BYE has been sent where that makes sense."""

    call: str
    status: int


@dataclass(frozen=True, slots=True)
class ReinviteReceived:
    """The other side wants to change the session. Answer with `answer_reinvite` or `refuse_reinvite`."""

    call: str
    request: Request
    sdp: bytes
    """The offer; empty if it wants one from us (then our answer is the offer, and `AckReceived.sdp` its answer)."""


@dataclass(frozen=True, slots=True)
class ReinviteAnswered:
    """Our `reinvite` was accepted; the ACK has been sent."""

    call: str
    sdp: bytes


@dataclass(frozen=True, slots=True)
class ReinviteRefused:
    """Our `reinvite` was refused; the session is as it was. (491 is tried again by itself.)"""

    call: str
    status: int


@dataclass(frozen=True, slots=True)
class ReferReceived:
    """The other side wants its party transferred. Answer with `accept_refer` or `refuse_refer`; after the former,
    report with `notify_refer`."""

    call: str
    request: Request
    refer_to: NameAddr


@dataclass(frozen=True, slots=True)
class InfoReceived:
    """INFO within the call: a DTMF key (`application/dtmf-relay`, `application/dtmf`), say. 200 has been sent."""

    call: str
    request: Request


# ---------------------------------------------------------------- requests outside calls


@dataclass(frozen=True, slots=True)
class RequestReceived:
    """REGISTER, OPTIONS, SUBSCRIBE, MESSAGE …: the caller of the core must answer with `UserAgent.respond(key, …)`."""

    key: str
    request: Request
    flow: Flow


@dataclass(frozen=True, slots=True)
class ResponseReceived:
    """A final response to a request made with `UserAgent.request`. (401 and 407 only if there were no credentials for
    them, or if they were refused.)"""

    name: str
    response: Response


@dataclass(frozen=True, slots=True)
class TransactionFailed:
    """A request made with `UserAgent.request` had no final response: 408 (timeout) or 503 (could not be sent)."""

    name: str
    status: int


Event: TypeAlias = (
    InviteReceived
    | CancelReceived
    | AckReceived
    | Ringing
    | Answered
    | Rejected
    | ByeReceived
    | Lost
    | ReinviteReceived
    | ReinviteAnswered
    | ReinviteRefused
    | ReferReceived
    | InfoReceived
    | RequestReceived
    | ResponseReceived
    | TransactionFailed
)
Effect: TypeAlias = Send | Persist | Forget | Event

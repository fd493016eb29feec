# SPDX-License-Identifier: Apache-2.0
"""The user agent core (RFC 3261 sections 8, 9 and 12 to 15): transactions, dialogs and calls, joined.

A calculator: octets and a time go in, effects come out, in the order in which they are to be done. It opens no socket,
reads no clock and rolls no dice.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from headcall.sip_bridge.core.effects import Effect, Record
from headcall.sip_bridge.digest import Credentials
from headcall.sip_bridge.flow import Address, Flow
from headcall.sip_bridge.message import Response
from headcall.sip_bridge.uri import NameAddr, Uri


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
class Invitation:
    """A call to be placed."""

    uri: Uri
    """Request-URI: the contact of a telephone, or `sip:number@carrier`."""
    from_: NameAddr
    """Without a tag."""
    to: NameAddr
    flow: Flow
    """The way the INVITE goes."""
    sdp: bytes
    """The offer."""
    route: tuple[Uri, ...] = ()
    """A preloaded route (outbound proxy, Path of a registration)."""
    headers: tuple[tuple[str, str], ...] = ()
    """More header fields, P-Asserted-Identity for example."""
    timeout: float = 180.0
    """Seconds after which an unanswered call is cancelled (`Rejected` 408 follows)."""


@dataclass(frozen=True, slots=True)
class Inquiry:
    """A request outside of calls."""

    method: str
    uri: Uri
    from_: NameAddr
    """Without a tag."""
    to: NameAddr
    flow: Flow
    call_id: str = ""
    """Empty: a new one. Registrations keep theirs (RFC 3261 10.2)."""
    cseq: int = 1
    route: tuple[Uri, ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    """A Contact among them is the asker's affair (`UserAgent.contact_of` gives ours)."""
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Settings:
    user_agent: str = "HeadCall"
    t1: float = 0.5
    """RFC 3261 17.1.1.1: estimate of the round trip."""
    max_transactions: int = 20_000
    """Beyond that, new requests are dropped."""
    contact_user: str = "headcall"


class UserAgent:
    """Every method that returns effects must have them performed, in order, before the next is called.

    Asking for a call that is over raises `UnknownCall`; what its state does not allow raises `WrongState`. Anything
    a peer sends gives effects (perhaps none), never an exception.
    """

    def __init__(self, surroundings: Surroundings, settings: Settings | None = None) -> None: ...

    # ------------------------------------------------------------ the shell

    def receive(self, data: bytes, flow: Flow, now: float) -> list[Effect]:
        """One datagram, or one framed message of a stream."""

    def next_deadline(self) -> float | None:
        """When `expire` is to be called at the latest."""

    def expire(self, now: float) -> list[Effect]:
        """Everything that is due: repetitions, timeouts."""

    def send_failed(self, flow: Flow, now: float) -> list[Effect]:
        """The peer of `flow` cannot be reached (connection refused, ICMP)."""

    def restore(self, record: Record, now: float) -> list[Effect]:
        """Takes a call back from its last `Persist`. A 200 not yet acknowledged goes on being repeated."""

    # ------------------------------------------------------------ calls coming in

    def ring(self, call: str, now: float) -> list[Effect]:
        """180 Ringing."""

    def progress(self, call: str, sdp: bytes, now: float) -> list[Effect]:
        """183 with an early answer: media before the answer."""

    def accept(self, call: str, sdp: bytes, now: float) -> list[Effect]:
        """200 with our answer (or our offer), repeated until the ACK; `Persist` precedes it. No ACK: `Lost` 408."""

    def refuse(
        self, call: str, status: int, now: float, *, reason: str = "", headers: Iterable[tuple[str, str]] = ()
    ) -> list[Effect]:
        """A final response from 300 to 699. The call is over; no event follows."""

    # ------------------------------------------------------------ calls going out

    def invite(self, call: str, invitation: Invitation, now: float) -> list[Effect]:
        """Places a call. `Ringing`…, then `Answered` or `Rejected` follow. Asked again for the same call: no effect."""

    def cancel(self, call: str, now: float) -> list[Effect]:
        """Gives up an unanswered call. It is over; no event follows, and an answer that crosses is ended by itself."""

    # ------------------------------------------------------------ within calls

    def bye(self, call: str, now: float) -> list[Effect]:
        """Hangs up. The call is over; no event follows."""

    def end(self, call: str, now: float, status: int = 480) -> list[Effect]:
        """Ends a call in whatever state: refuses with `status`, cancels, or hangs up. No event follows.
        No effect if it is over already."""

    def reinvite(self, call: str, sdp: bytes, now: float) -> list[Effect]:
        """Offers a new session. `ReinviteAnswered` or `ReinviteRefused` follows."""

    def answer_reinvite(self, call: str, sdp: bytes, now: float) -> list[Effect]:
        """Accepts what `ReinviteReceived` told."""

    def refuse_reinvite(self, call: str, status: int, now: float) -> list[Effect]:
        """488 for an offer that nothing can be made of: the session stays as it was."""

    def accept_refer(self, call: str, now: float) -> list[Effect]:
        """202, and the first NOTIFY (100 Trying) of RFC 3515."""

    def refuse_refer(self, call: str, status: int, now: float) -> list[Effect]:
        """603, say."""

    def notify_refer(self, call: str, status: int, now: float) -> list[Effect]:
        """Tells how the transfer goes, as a sipfrag; a final status ends the subscription."""

    def info(self, call: str, content_type: str, body: bytes, now: float) -> list[Effect]:
        """Sends INFO, for a peer that takes DTMF that way."""

    def knows(self, call: str) -> bool:
        """Whether the call is still here."""

    def local_sdp(self, call: str) -> bytes:
        """Our latest session description, to make the next one from (its o= version must go up by one)."""

    # ------------------------------------------------------------ requests outside calls

    def request(self, name: str, inquiry: Inquiry, now: float) -> list[Effect]:
        """REGISTER, OPTIONS …. `ResponseReceived` or `TransactionFailed` follows with `name`. Challenges are answered
        from `Surroundings.credentials`, once, so a REGISTER may use up two of `cseq`."""

    def contact_of(self, flow: Flow) -> Uri:
        """Our Contact URI towards the peer of `flow`."""

    def respond(self, key: str, response: Response, now: float) -> list[Effect]:
        """The final response (see `message.respond`) to what `RequestReceived` told; it gets a To tag if it has none.
        No effect if its transaction is over already."""

    @property
    def counters(self) -> Mapping[str, int]:
        """Malformed messages, stray responses and so on, by kind, for the metrics."""


next_hop: Callable[[Uri, Flow], Flow]

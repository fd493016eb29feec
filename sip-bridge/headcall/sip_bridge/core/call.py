# SPDX-License-Identifier: Apache-2.0
"""A call as the core knows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Any

from headcall.sip_bridge import dialog as dialogs
from headcall.sip_bridge.dialog import Dialog
from headcall.sip_bridge.flow import Flow
from headcall.sip_bridge.message import Request, Response, serialise
from headcall.sip_bridge.parser import parse

if TYPE_CHECKING:
    from headcall.sip_bridge.core.effects import Record
    from headcall.sip_bridge.core.ground import Question


class Phase(Enum):
    OFFERED = "offered"
    """Someone calls; we have not answered."""
    CALLING = "calling"
    """We call; nobody has answered."""
    ANSWERED = "answered"
    """There is a session."""


@dataclass
class Unacked:
    """A 2xx of ours that is repeated until its ACK comes (RFC 3261 13.3.1.4)."""

    cseq: int
    data: bytes
    flow: Flow
    holds_offer: bool
    gap: float = 0.0


@dataclass
class Reliable:
    """A provisional response that is repeated until its PRACK comes (RFC 3262)."""

    rseq: int
    response: Response
    gap: float
    waiting: Response | None = None
    """The next, which may go only then."""


@dataclass
class Offer:
    """A re-INVITE or UPDATE of the peer that waits for our answer."""

    key: str
    request: Request
    source: Flow


@dataclass
class Transfer:
    """The implicit subscription of a REFER (RFC 3515)."""

    key: str
    """Of the REFER's transaction while it waits for our answer; then empty."""
    request: Request
    is_silent: bool
    """RFC 4488: the peer wants no NOTIFYs."""


@dataclass
class Call:
    name: str
    phase: Phase
    invite: Request
    """The INVITE that began it: with our Via if it is ours, as received otherwise."""
    flow: Flow
    """Where that came from, or went."""
    dialog: Dialog | None = None
    """The dialog of an answered call, or the early one of a call that comes in."""
    early: dict[str, Dialog] = field(default_factory=dict)
    """Of a call of ours: early dialogs by the peer's tag (one for each fork)."""
    early_sdp: dict[str, bytes] = field(default_factory=dict)
    invite_key: str = ""
    """Transaction of an INVITE that came in."""
    question: Question | None = None
    """Our INVITE."""
    local_tag: str = ""
    local_sdp: bytes = b""
    remote_sdp: bytes = b""
    is_kept: bool = False
    is_over: bool = False
    """Its owner has done with it; only the protocol goes on."""
    is_pinned: bool = False
    """Of a call of ours: its requests keep to `flow`."""
    has_provisional: bool = False
    is_cancelled: bool = False
    last_words: tuple[tuple[str, str], ...] = ()
    """More fields of our CANCEL or BYE: why (RFC 3326)."""
    wants_bye: bool = False
    """BYE has to wait for the ACK of our 200 (RFC 3261 15)."""
    acks: dict[str, tuple[int, bytes, Flow]] = field(default_factory=dict)
    """By the peer's tag: CSeq and octets of the last ACK we sent, for when its 2xx comes again."""
    provisional: Response | None = None
    """The last we answered; it is repeated every minute."""
    rseq: int = 0
    reliable: Reliable | None = None
    is_answered_early: bool = False
    """Our answer is in a provisional response that was confirmed, so the 200 needs none."""
    accepted_sdp: bytes | None = None
    """The owner has answered, but the 200 has to wait for a PRACK."""
    unacked: Unacked | None = None
    theirs: Offer | None = None
    ours: Question | None = None
    """Our re-INVITE."""
    ours_sdp: bytes = b""
    next_sdp: bytes = b""
    """What is to be offered once the way is free."""
    is_refresh: bool = False
    """Our re-INVITE only keeps the session timer going; nobody is to be told."""
    transfer: Transfer | None = None
    session_expires: int = 0
    """Seconds of RFC 4028; 0: no session timer."""
    we_refresh: bool = False

    @property
    def invite_is_theirs(self) -> bool:
        return self.invite.from_.tag != self.local_tag

    def dialogs(self) -> Iterator[Dialog]:
        if self.dialog is not None:
            yield self.dialog
        yield from self.early.values()

    def next_cseq(self) -> int:
        assert self.dialog is not None
        after, _ = self.dialog.next_request("OPTIONS")
        self.dialog = after
        return after.local_cseq

    # ------------------------------------------------------------ on disk

    def record(self) -> Record:
        """Plain data from which `from_record` makes the call again, in another process."""
        unacked = self.unacked
        return {
            "version": 1,
            "name": self.name,
            "phase": self.phase.value,
            "invite": _text(serialise(self.invite)),
            "flow": dialogs.dump_flow(self.flow),
            "dialog": None if self.dialog is None else dialogs.dump(self.dialog),
            "is_pinned": self.is_pinned,
            "has_provisional": self.has_provisional,
            "local_tag": self.local_tag,
            "local_sdp": _text(self.local_sdp),
            "remote_sdp": _text(self.remote_sdp),
            "ack": [[tag, cseq, _text(data), dialogs.dump_flow(flow)] for tag, (cseq, data, flow) in self.acks.items()],
            "unacked": None
            if unacked is None
            else [unacked.cseq, _text(unacked.data), dialogs.dump_flow(unacked.flow), unacked.holds_offer],
            "wants_bye": self.wants_bye,
            "rseq": self.rseq,
            "is_answered_early": self.is_answered_early,
            "session_expires": self.session_expires,
            "we_refresh": self.we_refresh,
        }

    @staticmethod
    def from_record(record: Mapping[str, Any]) -> Call:
        invite = parse(_octets(record["invite"]))
        assert isinstance(invite, Request)
        call = Call(
            name=record["name"],
            phase=Phase(record["phase"]),
            invite=invite,
            flow=dialogs.load_flow(record["flow"]),
            dialog=None if record["dialog"] is None else dialogs.load(record["dialog"]),
            local_tag=record["local_tag"],
            local_sdp=_octets(record["local_sdp"]),
            remote_sdp=_octets(record["remote_sdp"]),
            is_kept=True,
            is_pinned=record["is_pinned"],
            has_provisional=record["has_provisional"],
            rseq=record["rseq"],
            is_answered_early=record["is_answered_early"],
            is_over=record["wants_bye"],
            wants_bye=record["wants_bye"],
            session_expires=record["session_expires"],
            we_refresh=record["we_refresh"],
        )
        call.acks = {tag: (cseq, _octets(data), dialogs.load_flow(flow)) for tag, cseq, data, flow in record["ack"]}
        if record["unacked"] is not None:
            cseq, data, flow, holds_offer = record["unacked"]
            call.unacked = Unacked(cseq, _octets(data), dialogs.load_flow(flow), holds_offer)
        return call


def _text(data: bytes) -> str:
    """Octets as JSON can carry them."""
    return data.decode("latin-1")


def _octets(text: str) -> bytes:
    return text.encode("latin-1")

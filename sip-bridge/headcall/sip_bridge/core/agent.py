# SPDX-License-Identifier: Apache-2.0
"""The user agent core (RFC 3261 sections 8, 9 and 12 to 15): transactions, dialogs and calls, joined.

A calculator: octets and a time go in, effects come out, in the order in which they are to be done. It opens no socket,
reads no clock and rolls no dice.

    a datagram ─► parser ─► transaction ─┬─► incoming   INVITE, CANCEL of theirs
                                         ├─► inside     BYE, re-INVITE, INFO, REFER … of theirs, by dialog
                                         ├─► outside    everything without a dialog
                                         └─► outgoing · reinvite · transfer   answers to what we asked
"""

from collections import Counter
from collections.abc import Callable, Iterable

from headcall.sip_bridge.core.call import Call, Phase
from headcall.sip_bridge.core.effects import Effect, Record
from headcall.sip_bridge.core.ground import Alarm, Ground
from headcall.sip_bridge.core.incoming import Incoming
from headcall.sip_bridge.core.inside import Inside
from headcall.sip_bridge.core.outgoing import Invitation, Outgoing
from headcall.sip_bridge.core.outside import Inquiry, Outside
from headcall.sip_bridge.core.reinvite import Reinvite
from headcall.sip_bridge.core.reliable import Provisional
from headcall.sip_bridge.core.surroundings import Settings, Surroundings
from headcall.sip_bridge.core.transfer import Transfers
from headcall.sip_bridge.core.within import Within
from headcall.sip_bridge.errors import PeerError, WrongState
from headcall.sip_bridge.flow import Flow, Send
from headcall.sip_bridge.message import Request, Response, respond, serialise
from headcall.sip_bridge.parser import excuse, parse
from headcall.sip_bridge.transaction import Arrived, Failed, Stray, Told
from headcall.sip_bridge.transaction import Incoming as Arriving
from headcall.sip_bridge.uri import Uri

__all__ = ["Inquiry", "Invitation", "Settings", "Surroundings", "UserAgent"]


class UserAgent:
    """Every method that returns effects must have them performed, in order, before the next is called.

    Asking for a call that is over raises `UnknownCall`; what its state does not allow raises `WrongState`. Anything
    a peer sends gives effects (perhaps none), never an exception.
    """

    def __init__(self, surroundings: Surroundings, settings: Settings | None = None) -> None:
        ground = self._ground = Ground(surroundings, settings or Settings())
        self._within = Within(ground)
        self._reinvite = Reinvite(ground, self._within)
        self._provisional = Provisional(ground)
        self._incoming = Incoming(ground, self._within, self._reinvite, self._provisional)
        self._outgoing = Outgoing(ground, self._within)
        self._transfers = Transfers(ground, self._within)
        self._inside = Inside(ground, self._within, self._reinvite, self._transfers, self._provisional)
        self._outside = Outside(ground)
        self._on_alarm: dict[Alarm, Callable[[Call, float], None]] = {
            Alarm.RING_OUT: self._outgoing.ring_out,
            Alarm.GIVE_UP_CANCEL: self._outgoing.give_up,
            Alarm.RING_ON: self._incoming.ring_on,
            Alarm.REPEAT_1XX: self._provisional.repeat,
            Alarm.NO_PRACK: self._provisional.give_up,
            Alarm.REPEAT_2XX: self._within.repeat_2xx,
            Alarm.NO_ACK: self._within.no_ack,
            Alarm.GLARE: self._reinvite.go_on,
            Alarm.REINVITE_OUT: self._reinvite.time_out,
            Alarm.EXPIRED: lambda call, now: self._within.lose(call, 408, now, with_bye=True),
            Alarm.REFRESH: self._reinvite.refresh,
            Alarm.REFER_OVER: self._transfers.time_out,
        }

    # ------------------------------------------------------------ the shell

    def receive(self, data: bytes, flow: Flow, now: float) -> list[Effect]:
        """One datagram, or one framed message of a stream."""
        if not data.strip(b"\r\n\0"):
            return []  # a keep-alive (RFC 5626 3.5.1), or nothing
        try:
            message = parse(data)
        except PeerError as error:
            self._ground.counters["malformed"] += 1
            return self._excuse(data, error, flow)
        self._ground.pass_on(self._ground.layer.receive(message, flow, now))
        return self._listen(now)

    def next_deadline(self) -> float | None:
        """When `expire` is to be called at the latest."""
        deadlines = (self._ground.layer.next_deadline(), self._ground.alarms.next_deadline())
        return min((deadline for deadline in deadlines if deadline is not None), default=None)

    def expire(self, now: float) -> list[Effect]:
        """Everything that is due: repetitions, timeouts."""
        self._ground.pass_on(self._ground.layer.expire(now))
        effects = self._listen(now)
        while (due := self._ground.alarms.pop_due(now)) is not None:
            name, alarm = due
            call = self._ground.calls.get(name)
            if call is not None:
                self._on_alarm[alarm](call, now)
                effects += self._listen(now)
        return effects

    def send_failed(self, flow: Flow, now: float) -> list[Effect]:
        """The peer of `flow` cannot be reached (connection refused, ICMP)."""
        self._ground.pass_on(self._ground.layer.unreachable(flow, now))
        return self._listen(now)

    def restore(self, record: Record, now: float) -> list[Effect]:
        """Takes a call back from its last `Persist`. A 200 not yet acknowledged goes on being repeated, and so does
        an INVITE of ours that had no response at all; whatever else waits, waits on. Nothing new is sent."""
        call = Call.from_record(record)
        if call.invite_is_theirs:
            self._incoming.resume(call, now)
        else:
            self._outgoing.resume(call, now)
        self._reinvite.watch(call, now)
        return self._listen(now)

    def keep(self, call: str) -> list[Effect]:
        """Has a call kept that nothing has been answered to yet, so that even that one can be refused after a
        restart. (Every later step of a call is kept by itself.)"""
        self._ground.persist(self._ground.call(call))
        return self._ground.take()

    def _excuse(self, data: bytes, error: PeerError, flow: Flow) -> list[Effect]:
        """A request that cannot be read gets its answer without a transaction: repeated, it is answered again."""
        response = excuse(data, error)
        if response is None:
            return []
        via = response.via
        remote = flow.remote
        if not flow.is_reliable and via.param("rport") is None:
            remote = (flow.remote[0], via.port or 5060)
        return [Send(serialise(response), Flow(flow.transport, remote, flow.local, flow.connection))]

    # ------------------------------------------------------------ what the transactions say

    def _listen(self, now: float) -> list[Effect]:
        """Hands on what the transactions said, and what they say to that, until they are silent."""
        ground = self._ground
        while ground.told:
            told, ground.told = ground.told, []
            for item in told:
                self._hear(item, now)
        return ground.take()

    def _hear(self, item: Told, now: float) -> None:
        match item:
            case Arriving(key, request, source):
                try:
                    self._receive(key, request, source, now)
                except PeerError as error:
                    self._ground.counters["malformed"] += 1
                    self._ground.reply(key, respond(request, error.status), now)
            case Arrived(listener, response, source):
                listener.arrived(response, source, now)
            case Failed(listener, status):
                listener.failed(status, now)
            case Stray(response, source):
                self._stray(response)
            case Send():
                self._ground.emit(item)

    def _receive(self, key: str, request: Request, source: Flow, now: float) -> None:
        if request.method == "ACK":
            self._inside.receive_ack(request, now)
        elif request.method == "CANCEL":
            self._incoming.receive_cancel(key, request, now)
        elif refusal := self._outside.objection(request):
            self._ground.reply(key, refusal, now)
        elif request.to.tag is not None:
            self._inside.receive(key, request, source, now)
        elif request.method == "INVITE":
            self._incoming.receive(key, request, source, now)
        else:
            self._outside.receive(key, request, source, now)

    def _stray(self, response: Response) -> None:
        """A 2xx whose transaction is long over, or was of another life of ours, still wants its ACK."""
        key = (response.call_id, response.from_.tag or "", response.to.tag or "")
        call = self._ground.by_dialog.get(key)
        if call is not None and 200 <= response.status < 300 and not self._within.acknowledge_again(call, response):
            self._within.acknowledge_late(call, response)

    # ------------------------------------------------------------ calls coming in

    def ring(self, call: str, now: float) -> list[Effect]:
        """180 Ringing."""
        self._incoming.provisional(self._ground.call(call), 180, b"", now)
        return self._listen(now)

    def progress(self, call: str, sdp: bytes, now: float) -> list[Effect]:
        """183 with an early answer: media before the answer."""
        self._incoming.provisional(self._ground.call(call), 183, sdp, now)
        return self._listen(now)

    def accept(self, call: str, sdp: bytes, now: float) -> list[Effect]:
        """200 with our answer (or our offer), repeated until the ACK; `Persist` precedes it. No ACK: `Lost` 408."""
        self._incoming.accept(self._ground.call(call), sdp, now)
        return self._listen(now)

    def refuse(
        self, call: str, status: int, now: float, *, reason: str = "", headers: Iterable[tuple[str, str]] = ()
    ) -> list[Effect]:
        """A final response from 300 to 699. The call is over; no event follows."""
        self._incoming.refuse(self._ground.call(call), status, now, reason, headers)
        return self._listen(now)

    # ------------------------------------------------------------ calls going out

    def invite(self, call: str, invitation: Invitation, now: float) -> list[Effect]:
        """Places a call. `Ringing`…, then `Answered` or `Rejected` follow. Asked again for the same call: no effect."""
        if call not in self._ground.calls:
            self._outgoing.invite(call, invitation, now)
        return self._listen(now)

    def cancel(self, call: str, now: float) -> list[Effect]:
        """Gives up an unanswered call. It is over; no event follows, and an answer that crosses is ended by itself."""
        self._outgoing.cancel(self._ground.call(call), now)
        return self._listen(now)

    # ------------------------------------------------------------ within calls

    def bye(self, call: str, now: float) -> list[Effect]:
        """Hangs up. The call is over; no event follows."""
        known = self._ground.call(call)
        if known.phase is not Phase.ANSWERED:
            raise WrongState("only an answered call can be hung up")
        self._within.hang_up(known, now)
        return self._listen(now)

    def end(self, call: str, now: float, status: int = 480, *, headers: Iterable[tuple[str, str]] = ()) -> list[Effect]:
        """Ends a call in whatever state: refuses with `status`, cancels, or hangs up, with these fields (a Reason,
        RFC 3326). No event follows. No effect if it is over already."""
        known = self._ground.calls.get(call)
        if known is None or known.is_over:
            return []
        known.last_words = tuple(headers)
        if known.phase is Phase.OFFERED:
            return self.refuse(call, status, now, headers=known.last_words)
        return self.cancel(call, now) if known.phase is Phase.CALLING else self.bye(call, now)

    def reinvite(self, call: str, sdp: bytes, now: float) -> list[Effect]:
        """Offers a new session. `ReinviteAnswered` or `ReinviteRefused` follows."""
        self._reinvite.offer(self._ground.call(call), sdp, now)
        return self._listen(now)

    def answer_reinvite(self, call: str, sdp: bytes, now: float) -> list[Effect]:
        """Accepts what `ReinviteReceived` told."""
        self._reinvite.accept(self._ground.call(call), sdp, now)
        return self._listen(now)

    def refuse_reinvite(self, call: str, status: int, now: float) -> list[Effect]:
        """488 for an offer that nothing can be made of: the session stays as it was."""
        self._reinvite.refuse(self._ground.call(call), status, now)
        return self._listen(now)

    def accept_refer(self, call: str, now: float) -> list[Effect]:
        """202, and the first NOTIFY (100 Trying) of RFC 3515."""
        self._transfers.accept(self._ground.call(call), now)
        return self._listen(now)

    def refuse_refer(self, call: str, status: int, now: float) -> list[Effect]:
        """603, say."""
        self._transfers.refuse(self._ground.call(call), status, now)
        return self._listen(now)

    def notify_refer(self, call: str, status: int, now: float) -> list[Effect]:
        """Tells how the transfer goes, as a sipfrag; a final status ends the subscription."""
        self._transfers.notify(self._ground.call(call), status, now)
        return self._listen(now)

    def info(self, call: str, content_type: str, body: bytes, now: float) -> list[Effect]:
        """Sends INFO, for a peer that takes DTMF that way."""
        known = self._ground.call(call)
        if known.phase is not Phase.ANSWERED:
            raise WrongState("only an answered call can carry INFO")
        self._within.ask_plainly(known, "INFO", now, (("Content-Type", content_type),), body)
        return self._listen(now)

    def knows(self, call: str) -> bool:
        """Whether the call is still here."""
        known = self._ground.calls.get(call)
        return known is not None and not known.is_over

    def local_sdp(self, call: str) -> bytes:
        """Our latest session description, to make the next one from (its o= version must go up by one)."""
        return self._ground.call(call).local_sdp

    # ------------------------------------------------------------ requests outside calls

    def request(self, name: str, inquiry: Inquiry, now: float) -> list[Effect]:
        """REGISTER, OPTIONS …. `ResponseReceived` or `TransactionFailed` follows with `name`. Challenges are answered
        from `Surroundings.credentials`, once, so a REGISTER may use up two of `cseq`."""
        self._outside.ask(name, inquiry, now)
        return self._listen(now)

    def contact_of(self, flow: Flow) -> Uri:
        """Our Contact URI towards the peer of `flow`."""
        return self._ground.contact(flow)

    def respond(self, key: str, response: Response, now: float) -> list[Effect]:
        """The final response (see `message.respond`) to what `RequestReceived` told; it gets a To tag if it has none.
        No effect if its transaction is over already."""
        self._outside.respond(key, response, now)
        return self._listen(now)

    @property
    def counters(self) -> Counter[str]:
        """Malformed messages, stray responses and so on, by kind, for the metrics."""
        return self._ground.counters + self._ground.layer.counters

# SPDX-License-Identifier: Apache-2.0
"""Client transactions (RFC 3261 section 17.1)."""

from headcall.sip_bridge.flow import Flow, Send
from headcall.sip_bridge.headers import Headers
from headcall.sip_bridge.message import Request, Response, serialise
from headcall.sip_bridge.transaction.machine import Timing, Transaction
from headcall.sip_bridge.transaction.matching import client_key
from headcall.sip_bridge.transaction.tables import INVITE_CLIENT, REQUEST_CLIENT, On, State
from headcall.sip_bridge.transaction.told import Arrived, Failed, Listener


class ClientTransaction(Transaction):
    """What both kinds do alike. The request goes out by `begin`."""

    request: Request
    listener: Listener
    _response: Response | None = None
    _came_by: Flow

    def receive(self, response: Response, source: Flow, now: float) -> None:
        self._response, self._came_by = response, source
        self.dispatch(_kind(response), now)

    # actions

    def report(self) -> None:
        assert self._response is not None
        self.out.append(Arrived(self.listener, self._response, self._came_by))

    def time_out(self) -> None:
        self.out.append(Failed(self.listener, 408))

    def cannot_send(self) -> None:
        self.out.append(Failed(self.listener, 503))


class InviteClient(ClientTransaction):
    """RFC 3261 17.1.1, RFC 6026 7.2."""

    table = INVITE_CLIENT

    def __init__(
        self, request: Request, flow: Flow, listener: Listener, timing: Timing, start: State = State.CALLING
    ) -> None:
        super().__init__(client_key(request), flow, timing, start)
        self.request = request
        self.listener = listener
        self._gap = timing.t1

    def begin(self, now: float) -> None:
        self.now = now
        self._last = serialise(self.request)
        self.resend()
        if not self.flow.is_reliable:
            self.start(On.TIMER_A, self._gap)
        self.start(On.TIMER_B, self.timing.patience)

    # actions

    def double_a(self) -> None:
        self._gap *= 2
        self.start(On.TIMER_A, self._gap)

    def start_d(self) -> None:
        # "at least 32 seconds for unreliable transports"
        self.start(On.TIMER_D, self.unreliably(max(32.0, self.timing.patience)))

    def start_m(self) -> None:
        self.start(On.TIMER_M, self.timing.patience)

    def ack(self) -> None:
        assert self._response is not None
        self.out.append(Send(serialise(failure_ack(self.request, self._response)), self.flow))


class RequestClient(ClientTransaction):
    """RFC 3261 17.1.2."""

    table = REQUEST_CLIENT

    def __init__(self, request: Request, flow: Flow, listener: Listener, timing: Timing) -> None:
        super().__init__(client_key(request), flow, timing, State.TRYING)
        self.request = request
        self.listener = listener
        self._gap = timing.t1

    def begin(self, now: float) -> None:
        self.now = now
        self._last = serialise(self.request)
        self.resend()
        if not self.flow.is_reliable:
            self.start(On.TIMER_E, self._gap)
        self.start(On.TIMER_F, self.timing.patience)

    # actions

    def double_e(self) -> None:
        self._gap = min(2 * self._gap, self.timing.t2)
        self.start(On.TIMER_E, self._gap)

    def slow_e(self) -> None:
        self.start(On.TIMER_E, self.timing.t2)

    def start_k(self) -> None:
        self.start(On.TIMER_K, self.unreliably(self.timing.t4))


def failure_ack(invite: Request, response: Response) -> Request:
    """The ACK of a response that is not 2xx (RFC 3261 17.1.1.3): of the same hop, so with the same Via."""
    headers = Headers(
        [
            ("Via", str(invite.via)),
            *(("Route", value) for value in invite.headers.all("Route")),
            ("Max-Forwards", "70"),
            ("From", invite.headers.get("From") or ""),
            ("To", response.headers.get("To") or ""),
            ("Call-ID", invite.call_id),
            ("CSeq", f"{invite.cseq.number} ACK"),
        ]
    )
    return Request("ACK", invite.uri, headers)


def _kind(response: Response) -> On:
    if response.status < 200:
        return On.PROVISIONAL
    return On.SUCCESS if response.status < 300 else On.FAILURE

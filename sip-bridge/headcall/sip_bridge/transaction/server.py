# SPDX-License-Identifier: Apache-2.0
"""Server transactions (RFC 3261 section 17.2)."""

from headcall.sip_bridge.flow import Flow, Send
from headcall.sip_bridge.message import Request, Response, serialise
from headcall.sip_bridge.transaction.machine import Timing, Transaction
from headcall.sip_bridge.transaction.tables import INVITE_SERVER, REQUEST_SERVER, On, State
from headcall.sip_bridge.transaction.told import Incoming


class ServerTransaction(Transaction):
    """What both kinds do alike. `source` is where the request came from, `flow` where the responses go."""

    request: Request
    source: Flow

    def respond(self, response: Response, now: float) -> None:
        event = _kind(response)
        if self.permits(event):
            self._last = serialise(response)
            self.dispatch(event, now)

    # actions

    def send(self) -> None:
        self.out.append(Send(self._last, self.flow))


class InviteServer(ServerTransaction):
    """RFC 3261 17.2.1, RFC 6026 7.1."""

    table = INVITE_SERVER

    def __init__(self, key: str, request: Request, flow: Flow, timing: Timing, start: State = State.PROCEEDING) -> None:
        super().__init__(key, flow, timing, start)
        self.request = request
        self._ack: Incoming | None = None
        self._gap = timing.t1

    def acknowledge(self, ack: Request, source: Flow, now: float) -> None:
        self._ack = Incoming("", ack, source)
        self.dispatch(On.ACK, now)

    # actions

    def pass_ack(self) -> None:
        """The ACK of a 2xx has a branch of its own; peers that keep the INVITE's are understood too."""
        assert self._ack is not None
        self.out.append(self._ack)

    def start_g(self) -> None:
        if not self.flow.is_reliable:
            self.start(On.TIMER_G, self._gap)

    def double_g(self) -> None:
        self._gap = min(2 * self._gap, self.timing.t2)
        self.start(On.TIMER_G, self._gap)

    def start_h(self) -> None:
        self.start(On.TIMER_H, self.timing.patience)

    def start_i(self) -> None:
        self.start(On.TIMER_I, self.unreliably(self.timing.t4))

    def start_l(self) -> None:
        self.start(On.TIMER_L, self.timing.patience)


class RequestServer(ServerTransaction):
    """RFC 3261 17.2.2, RFC 4320."""

    table = REQUEST_SERVER

    def __init__(self, key: str, request: Request, flow: Flow, timing: Timing) -> None:
        super().__init__(key, flow, timing, State.TRYING)
        self.request = request

    def begin(self, now: float) -> None:
        self.now = now
        self.start(On.TIMER_J, self.timing.patience)

    # actions

    def start_j(self) -> None:
        self.start(On.TIMER_J, self.unreliably(self.timing.patience))


def _kind(response: Response) -> On:
    if response.status < 200:
        return On.SEND_PROVISIONAL
    return On.SEND_SUCCESS if response.status < 300 else On.SEND_FAILURE

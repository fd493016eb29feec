# SPDX-License-Identifier: Apache-2.0
"""All the transactions of a user agent, and their timers."""

import heapq
from collections import Counter
from typing import TypeAlias

from headcall.sip_bridge.flow import Flow
from headcall.sip_bridge.message import Request, Response, respond
from headcall.sip_bridge.transaction.client import InviteClient, RequestClient
from headcall.sip_bridge.transaction.machine import Timing, Transaction
from headcall.sip_bridge.transaction.matching import client_key, merge_key, reply_flow, server_key, stamp
from headcall.sip_bridge.transaction.server import InviteServer, RequestServer
from headcall.sip_bridge.transaction.tables import On, State
from headcall.sip_bridge.transaction.told import Incoming, Listener, Stray, Told

Client: TypeAlias = InviteClient | RequestClient
Server: TypeAlias = InviteServer | RequestServer
MergeKey: TypeAlias = tuple[str, str, int, str]


class TransactionLayer:
    """Messages and times go in; `Send` and what the transaction user has to know come out, in order."""

    def __init__(self, timing: Timing | None = None, *, limit: int = 20_000) -> None:
        self.timing = timing or Timing()
        self.counters: Counter[str] = Counter()
        self._limit = limit
        self._clients: dict[str, Client] = {}
        self._servers: dict[str, Server] = {}
        self._merge: dict[MergeKey, str] = {}
        self._alarms: list[tuple[float, int, Transaction, On]] = []
        self._alarms_made = 0

    def __len__(self) -> int:
        return len(self._clients) + len(self._servers)

    # ------------------------------------------------------------ from the network

    def receive(self, message: Request | Response, source: Flow, now: float) -> list[Told]:
        if isinstance(message, Response):
            return self._receive_response(message, source, now)
        return self._receive_request(stamp(message, source), source, now)

    def _receive_response(self, response: Response, source: Flow, now: float) -> list[Told]:
        client = self._clients.get(client_key(response))
        if client is None:
            self.counters["stray_responses"] += 1
            return [Stray(response, source)]
        client.receive(response, source, now)
        return self._after(client)

    def _receive_request(self, request: Request, source: Flow, now: float) -> list[Told]:
        key = server_key(request)
        server = self._servers.get(key)
        if request.method == "ACK":
            if not isinstance(server, InviteServer):
                return [Incoming("", request, source)]
            server.acknowledge(request, source, now)
        elif server is None:
            return self._begin_server(key, request, source, now)
        else:
            self.counters["repeated_requests"] += 1
            server.dispatch(On.REQUEST, now)
        return self._after(server)

    def _begin_server(self, key: str, request: Request, source: Flow, now: float) -> list[Told]:
        if len(self) >= self._limit:
            self.counters["dropped_requests"] += 1
            return []
        server = self._make_server(key, request, source, now)
        merge = merge_key(request)
        if merge is not None and self._merge.setdefault(merge, key) != key:
            self.counters["merged_requests"] += 1
            server.respond(respond(request, 482, to_tag="merged"), now)
            return self._after(server)
        return [*self._after(server), Incoming(key, request, source)]

    def _make_server(self, key: str, request: Request, source: Flow, now: float) -> Server:
        flow = reply_flow(request, source)
        server: Server
        if request.method == "INVITE":
            server = InviteServer(key, request, flow, self.timing)
        else:
            server = RequestServer(key, request, flow, self.timing)
            server.begin(now)
        self._servers[key] = server
        return server

    def unreachable(self, flow: Flow, now: float) -> list[Told]:
        """Nothing can be sent over `flow`: its requests fail now instead of timing out."""
        told: list[Told] = []
        for client in [client for client in self._clients.values() if client.flow == flow]:
            client.dispatch(On.UNREACHABLE, now)
            told += self._after(client)
        return told

    # ------------------------------------------------------------ from the transaction user

    def request(self, request: Request, flow: Flow, listener: Listener, now: float) -> tuple[str, list[Told]]:
        """Begins a client transaction for anything but an ACK; the Via with its branch is there already."""
        kind = InviteClient if request.method == "INVITE" else RequestClient
        client = kind(request, flow, listener, self.timing)
        self._clients[client.key] = client
        client.begin(now)
        return client.key, self._after(client)

    def resume_client(self, invite: Request, flow: Flow, listener: Listener) -> str:
        """Takes back an INVITE of ours, sent in another life, that waits for its final response."""
        client = InviteClient(invite, flow, listener, self.timing, State.PROCEEDING)
        self._clients[client.key] = client
        return client.key

    def resume_server(self, invite: Request, source: Flow, now: float, *, is_accepted: bool) -> str:
        """Takes back an INVITE, received in another life, that waits for our final response or has had its 2xx."""
        start = State.ACCEPTED if is_accepted else State.PROCEEDING
        server = InviteServer(server_key(invite), invite, reply_flow(invite, source), self.timing, start)
        self._servers[server.key] = server
        server.now = now
        if is_accepted:
            server.start_l()
        self._after(server)
        return server.key

    def respond(self, key: str, response: Response, now: float) -> list[Told]:
        """No effect if the transaction is over, or has its final response."""
        server = self._servers.get(key)
        if server is None:
            return []
        server.respond(response, now)
        return self._after(server)

    def abandon(self, key: str, now: float) -> list[Told]:
        """Forgets a transaction that nobody waits for any more."""
        transaction: Transaction | None = self._clients.get(key) or self._servers.get(key)
        if transaction is None:
            return []
        transaction.dispatch(On.ABANDON, now)
        return self._after(transaction)

    def server(self, key: str) -> Server | None:
        return self._servers.get(key)

    def is_open(self, key: str) -> bool:
        """Whether a request still waits for its final response from us."""
        server = self._servers.get(key)
        return server is not None and server.state in (State.TRYING, State.PROCEEDING)

    # ------------------------------------------------------------ time

    def next_deadline(self) -> float | None:
        self._drop_dead_alarms()
        return self._alarms[0][0] if self._alarms else None

    def expire(self, now: float) -> list[Told]:
        told: list[Told] = []
        while (deadline := self.next_deadline()) is not None and deadline <= now:
            _, _, transaction, timer = heapq.heappop(self._alarms)
            del transaction.timers[timer]
            transaction.dispatch(timer, now)
            told += self._after(transaction)
        return told

    def _drop_dead_alarms(self) -> None:
        """Alarms whose timer was stopped, or set anew, since."""
        while self._alarms:
            deadline, _, transaction, timer = self._alarms[0]
            if transaction.timers.get(timer) == deadline and not transaction.is_over:
                return
            heapq.heappop(self._alarms)

    def _after(self, transaction: Transaction) -> list[Told]:
        """What the transaction has to pass on, after its timers were noted or its end was."""
        if transaction.is_over:
            self._remove(transaction)
        else:
            for timer, deadline in transaction.fresh_timers():
                self._alarms_made += 1
                heapq.heappush(self._alarms, (deadline, self._alarms_made, transaction, timer))
        return transaction.take()

    def _remove(self, transaction: Transaction) -> None:
        self._clients.pop(transaction.key, None)
        server = self._servers.pop(transaction.key, None)
        if server is not None:
            merge = merge_key(server.request)
            if merge is not None and self._merge.get(merge) == server.key:
                del self._merge[merge]

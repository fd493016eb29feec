# SPDX-License-Identifier: Apache-2.0
"""The bridge, put together: sockets → door → core → registrar, trunks and legs → call control.

Everything here is one process and one thread. What it needs from outside comes in `Given`; the role gives the real
things, a test gives others.
"""

import json
import logging
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from headcall.kit.bus.port import Bus
from headcall.kit.clock import Clock
from headcall.kit.tasks import Tasks
from headcall.sip_bridge.core import effects as told
from headcall.sip_bridge.core.agent import Settings, UserAgent
from headcall.sip_bridge.core.ground import ALLOW, SUPPORTED
from headcall.sip_bridge.digest import Credentials
from headcall.sip_bridge.flow import Address, Flow
from headcall.sip_bridge.guard.door import Door
from headcall.sip_bridge.guard.lockout import Lockout
from headcall.sip_bridge.legs.admission import Admission
from headcall.sip_bridge.legs.board import Board, Setup
from headcall.sip_bridge.legs.events import Events
from headcall.sip_bridge.legs.incoming import Incoming
from headcall.sip_bridge.legs.media import MediaNodes
from headcall.sip_bridge.legs.outgoing import Outgoing
from headcall.sip_bridge.legs.switch import Switch
from headcall.sip_bridge.legs.within import Within
from headcall.sip_bridge.message import Response, respond
from headcall.sip_bridge.registrar.passport import Passport
from headcall.sip_bridge.registrar.secrets import Secrets
from headcall.sip_bridge.registrar.service import Registrar
from headcall.sip_bridge.shell.here import Here
from headcall.sip_bridge.shell.line import Line, Wires
from headcall.sip_bridge.store import Store
from headcall.sip_bridge.trunks.service import BadTrunks, LookUp, Trunks
from headcall.wire.codec import UnknownWord, decode, encode
from headcall.wire.legs import BridgeDescribed, BridgeUp, ConfigureBridge, DescribeBridge, LegCommand, LegReply
from headcall.wire.nodes import Done, Refused

log = logging.getLogger(__name__)

KEEP_ALIVE_S = 25.0
"""RFC 5626 4.4.2 has 24 to 29 s for UDP: home routers forget a way after 30 s of silence."""

# What we answer to requests outside of calls that nobody here serves (RFC 3261 8.2.1; RFC 6665 4.1.3 for 489).
_UNSERVED: Mapping[str, int] = {"SUBSCRIBE": 489, "NOTIFY": 481, "PUBLISH": 405, "MESSAGE": 405, "REFER": 405}


class SomeWires(Wires, Protocol):
    """What carries octets, and knows our ports."""

    @property
    def ports(self) -> Mapping[tuple[str, str], int]: ...


@dataclass
class Given:
    """What a bridge stands on."""

    node: str
    epoch: int
    bus: Bus
    store: Store
    clock: Clock
    new_id: Callable[[str], str]
    look_up: LookUp
    way_out: Callable[[Address], str]
    addresses: Sequence[str] = ()
    settings: Settings = field(default_factory=Settings)
    patience_s: float = 10.0


class Bridge:
    def __init__(self, given: Given, ports: Mapping[tuple[str, str], int]) -> None:
        self.given = given
        self._tasks = Tasks("bridge")
        here = Here(
            ports,
            given.way_out,
            addresses=given.addresses,
            name_call=lambda: given.new_id("leg"),
            credentials=self._credentials,
        )
        self.line = Line(UserAgent(here, given.settings), given.store, given.clock)
        self.events = Events(given.bus, given.store.events)
        self.lockout = Lockout()
        self.passport = Passport(
            Secrets(given.bus, given.store.credentials, given.clock), self.lockout, given.clock, _nonce_key(given.store)
        )
        setup = Setup(given.node, patience_s=given.patience_s)
        self.board = Board(self.line, given.store, MediaNodes(given.bus), self.events, setup)
        self.registrar = Registrar(self.passport, given.store.bindings, given.clock, self.board.tell)
        self.trunks = Trunks(self.line, given.look_up, lambda: self.board.setup.domain or "headcall.local")
        self.outgoing = Outgoing(self.board, self.registrar, self.trunks)
        admission = Admission(self.board, self.trunks, self.passport, given.clock)
        self.switch = Switch(
            self.board, Incoming(self.board, admission, given.clock), self.outgoing, Within(self.board)
        )
        self._keep_alive_at = float("-inf")
        self.door = Door(given.clock, self.lockout, self._is_known)

    # ------------------------------------------------------------ from the wires

    def received(self, data: bytes, flow: Flow) -> None:
        if self.door.admits(data, flow):
            self.line.received(data, flow)

    def _is_known(self, flow: Flow) -> bool:
        if flow.local == "trunk":
            return self.trunks.source(flow) is not None
        return self.registrar.knows_source(flow.remote[0])

    def _credentials(self, name: str, realm: str) -> Credentials | None:
        """`name` is that of a call, or of a request of the trunks."""
        _kind, colon, trunk = name.partition(":")
        return self.trunks.credentials(trunk) if colon else self.outgoing.credentials(name)

    # ------------------------------------------------------------ start and end

    def start(self, wires: SomeWires) -> None:
        """Takes back what was before. After that `command` may be served, then `report` called, then the wires
        opened."""
        self.line.join(wires, self._told)
        kept = self.given.store.facts.get("configuration")
        if kept is not None:
            self._restore_configuration(kept)
        self._restore_calls()
        self.given.store.barrier()

    def report(self) -> None:
        """Brings what the last process could not, and that we are here."""
        self.events.put(BridgeUp(self.given.node, self.given.epoch))
        self._tasks.start(self.events.run(), "events")

    def tick(self) -> None:
        """The work of every second."""
        self.registrar.tick()
        self.trunks.tick()
        if self.line.now() >= self._keep_alive_at:
            self._keep_alive_at = self.line.now() + KEEP_ALIVE_S
            for flow in self.registrar.behind_nats():
                self.line.keep_alive(flow)

    def drain(self) -> None:
        """No new calls. Those that ring or talk outlive us: the next process takes them from the disk."""
        self.board.setup = replace(self.board.setup, is_draining=True)
        for leg in [leg for leg in self.board.legs.values() if leg.direction == "in" and leg.state == "offered"]:
            self.board.end(leg, "restarting")

    async def close(self, *, patience_s: float = 2.0) -> None:
        try:
            await self.board.close()
        except TimeoutError:
            log.warning("some legs' media could not be closed in time")
        if not await self.events.drained(patience_s):
            log.warning("%d events could not be brought yet", len(self.events))
        await self.trunks.close()
        await self._tasks.close()
        self.line.close()
        self.given.store.barrier()

    # ------------------------------------------------------------ from the disk

    def _restore_configuration(self, data: bytes) -> None:
        try:
            self._configure(decode(data, ConfigureBridge))
        except (UnknownWord, BadTrunks) as error:
            log.error("the kept configuration cannot be used: %s", error)

    def _restore_calls(self) -> None:
        store, board, agent = self.given.store, self.board, self.line.agent
        legs = {leg.leg_id: leg for leg in board.restore()}
        for leg in legs.values():
            board.add(leg)
        for name, data in store.dialogs.items():
            self._restore_call(name, data)
        for leg in legs.values():
            for name in [name for name in leg.branches if not agent.knows(name)]:
                board.unname(leg, name)
            if not any(map(agent.knows, leg.names)):
                board.ended_by_peer(leg, "restarting", by_peer=False)
            elif leg.state == "offered":  # call control may never have heard of it
                board.end(leg, "restarting")
        if board.legs:
            log.info("%d legs taken back", len(board.legs))

    def _restore_call(self, name: str, data: bytes) -> None:
        agent = self.line.agent
        try:
            effects = agent.restore(json.loads(data), self.line.now())
        except Exception:
            log.exception("call %s cannot be taken back", name)
            self.given.store.dialogs.remove(name)
            return
        self.line.do(effects)
        if agent.knows(name) and self.board.of(name) is None:
            self.line.do(agent.end(name, self.line.now()))

    # ------------------------------------------------------------ from the core

    def _told(self, event: told.Event) -> None:
        match event:
            case told.RequestReceived():
                self._asked(event)
            case told.ResponseReceived():
                self.trunks.answered(event)
            case told.TransactionFailed():
                self.trunks.failed(event)
            case _:
                self.switch.told(event)

    def _asked(self, event: told.RequestReceived) -> None:
        request = event.request
        if request.method == "REGISTER" and event.flow.local == "phone":
            self._tasks.start(self._register(event), "REGISTER")
        elif request.method == "OPTIONS":
            fields = (("Allow", ALLOW), ("Supported", SUPPORTED), ("Accept", "application/sdp"))
            self._reply(event.key, respond(request, 200, headers=fields))
        else:
            status = _UNSERVED.get(request.method, 405)
            self._reply(event.key, respond(request, status, headers=(("Allow", ALLOW),)))

    async def _register(self, event: told.RequestReceived) -> None:
        if self.board.setup.version:
            response = await self.registrar.register(event.request, event.flow)
        else:
            response = respond(event.request, 503, headers=(("Retry-After", "5"),))
        self._reply(event.key, response)

    def _reply(self, key: str, response: Response) -> None:
        self.board.do(lambda: self.line.agent.respond(key, response, self.line.now()))

    # ------------------------------------------------------------ from call control

    async def command(self, message: bytes) -> bytes:
        """Serves `topics.sip(node)`. What the reply promises is on the disk."""
        try:
            command: object = decode(message, LegCommand)  # type: ignore[arg-type]
        except UnknownWord as error:
            return encode(Refused("bad-request", str(error)))
        reply = self._perform(command)
        self.given.store.barrier()
        return encode(reply)

    def _perform(self, command: object) -> LegReply:
        match command:
            case ConfigureBridge():
                try:
                    self._configure(command)
                except BadTrunks as error:
                    return Refused("bad-request", str(error))
                self.given.store.facts.put("configuration", encode(command), vital=True)
                self.trunks.tick()
                log.info("configuration %d with %d trunks", command.version, len(command.trunks))
                return Done()
            case DescribeBridge():
                return self.describe()
            case _:
                return self.switch.command(command)  # type: ignore[arg-type]

    def _configure(self, command: ConfigureBridge) -> None:
        self.trunks.configure(command.trunks)
        self.passport.set_realm(command.domain)
        self.board.setup = replace(
            self.board.setup, domain=command.domain, media_node=command.media_node, version=max(1, command.version)
        )

    def describe(self) -> BridgeDescribed:
        return BridgeDescribed(
            node=self.given.node,
            config_version=self.board.setup.version,
            legs=self.switch.states(),
            trunks=self.trunks.states(self.board.on_trunk),
            registrations=self.registrar.registrations(),
        )

    def figures(self) -> Iterator[tuple[str, str, int]]:
        """(group, kind, count) of everything that is counted."""
        groups: dict[str, Mapping[str, int]] = {
            "core": self.line.agent.counters,
            "door": self.door.counters,
            "legs": self.board.counters,
            "passport": self.passport.counters,
        }
        for group, counts in groups.items():
            for kind, count in counts.items():
                yield group, kind, count
        yield "shell", "bugs", self.line.failures


def _nonce_key(store: Store) -> bytes:
    key = store.facts.get("nonce-key")
    if key is None:
        key = secrets.token_bytes(32)
        store.facts.put("nonce-key", key)
    return key

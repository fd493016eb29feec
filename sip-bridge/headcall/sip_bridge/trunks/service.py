# SPDX-License-Identifier: Apache-2.0
"""Keeps the trunks registered and watched, and knows whose requests come from where."""

import asyncio
import contextlib
import ipaddress
import logging
import secrets
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from headcall.sip_bridge.core.agent import Inquiry, UserAgent
from headcall.sip_bridge.core.effects import ResponseReceived, TransactionFailed
from headcall.sip_bridge.digest import Credentials
from headcall.sip_bridge.errors import PeerError
from headcall.sip_bridge.flow import Flow
from headcall.sip_bridge.message import Response
from headcall.sip_bridge.shell.line import Line
from headcall.sip_bridge.trunks.health import Registering
from headcall.sip_bridge.trunks.model import Circuit, read_networks
from headcall.sip_bridge.uri import NameAddr, Uri
from headcall.wire.legs import Trunk, TrunkState

log = logging.getLogger(__name__)

REGISTER: Final = "register:"
OPTIONS: Final = "options:"
LOOK_UP_EVERY_S: Final = 60.0
LOOK_UP_AGAIN_S: Final = 10.0

LookUp = Callable[[str], Awaitable[Sequence[str]]]


class BadTrunks(Exception):
    """The configuration cannot be used; the text says why."""


class Trunks:
    def __init__(self, line: Line, look_up: LookUp, domain: Callable[[], str]) -> None:
        self._line = line
        self._look_up = look_up
        self._domain = domain
        self._circuits: dict[str, Circuit] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def _agent(self) -> UserAgent:
        return self._line.agent

    # ------------------------------------------------------------ configuration

    def configure(self, trunks: Sequence[Trunk]) -> None:
        """Takes the whole list; what has not changed goes on undisturbed. The next `tick` asks the new ones. Raises
        BadTrunks."""
        if len({trunk.name for trunk in trunks}) != len(trunks):
            raise BadTrunks("two trunks have the same name")
        made = {trunk.name: self._kept(trunk) or _make(trunk) for trunk in trunks}
        for name in self._circuits.keys() - made.keys():
            log.info("trunk %s is gone", name)
        self._circuits = made

    def _kept(self, trunk: Trunk) -> Circuit | None:
        circuit = self._circuits.get(trunk.name)
        return circuit if circuit and circuit.config == trunk else None

    # ------------------------------------------------------------ questions

    def get(self, name: str) -> Circuit | None:
        return self._circuits.get(name)

    def source(self, flow: Flow) -> Circuit | None:
        """The trunk that a request came over; None for a stranger."""
        if flow.local != "trunk":
            return None
        fits = [(fit, each) for each in self._circuits.values() if (fit := each.matches(flow.remote)) is not None]
        return max(fits, key=lambda pair: pair[0])[1] if fits else None

    def credentials(self, name: str) -> Credentials | None:
        """What a trunk's challenge is answered with."""
        circuit = self._circuits.get(name)
        if circuit is None or not circuit.config.username:
            return None
        return Credentials(circuit.config.username, circuit.config.password)

    def states(self, calls: Callable[[str], int]) -> tuple[TrunkState, ...]:
        return tuple(
            TrunkState(each.name, bool(each.is_up), each.text, calls(each.name)) for each in self._circuits.values()
        )

    # ------------------------------------------------------------ the work of every second

    def tick(self) -> None:
        now = self._line.now()
        for circuit in self._circuits.values():
            if now >= circuit.look_up_at:
                circuit.look_up_at = now + LOOK_UP_EVERY_S
                self._start(self._find(circuit))
            elif circuit.flow is not None:
                self._ask(circuit, circuit.flow, now)

    def _start(self, work: Awaitable[None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _find(self, circuit: Circuit) -> None:
        try:
            addresses = tuple(dict.fromkeys(await self._look_up(circuit.config.host)))
        except OSError as error:
            log.warning("trunk %s: %s cannot be looked up: %s", circuit.name, circuit.config.host, error)
            circuit.look_up_at = self._line.now() + LOOK_UP_AGAIN_S
            if not circuit.addresses:
                circuit.probing.unreachable(self._line.now(), "its name is not known")
            return
        if circuit.addresses[:1] != addresses[:1]:
            log.info("trunk %s is at %s", circuit.name, addresses[0] if addresses else "no address")
        circuit.addresses = addresses
        self.tick()

    def _ask(self, circuit: Circuit, flow: Flow, now: float) -> None:
        if circuit.registering is not None:
            if circuit.registering.wants_request(now):
                self._register(circuit, circuit.registering, flow, now)
        elif circuit.probing.wants_probe(now):
            circuit.probing.asked()
            me = NameAddr(Uri.sip("ping", self._domain()))
            inquiry = Inquiry("OPTIONS", circuit.uri(None), me, NameAddr(circuit.uri(None)), flow)
            self._line.do(self._agent.request(OPTIONS + circuit.name, inquiry, now))

    def _register(self, circuit: Circuit, registering: Registering, flow: Flow, now: float) -> None:
        account = NameAddr(circuit.uri(circuit.config.username))
        contact = _with_user(self._agent.contact_of(flow), circuit.config.username)
        inquiry = Inquiry(
            "REGISTER",
            circuit.uri(None),
            account,
            account,
            flow,
            call_id=circuit.call_id,
            cseq=registering.take_cseq(),
            headers=(("Contact", f"<{contact}>"), ("Expires", str(registering.expires_s))),
        )
        self._line.do(self._agent.request(REGISTER + circuit.name, inquiry, now))

    # ------------------------------------------------------------ what comes back

    def answered(self, event: ResponseReceived) -> None:
        now = self._line.now()
        kind, circuit = self._asked(event.name)
        if circuit is None:
            return
        was = circuit.is_up
        if kind == OPTIONS:
            circuit.probing.heard(now, event.response.status)
        elif circuit.registering is not None:
            self._registered(circuit.registering, event.response, now)
        _say(circuit, was)

    def _registered(self, registering: Registering, response: Response, now: float) -> None:
        if response.status // 100 == 2:
            registering.accepted(_granted(response, registering.expires_s), now)
            return
        least = (response.headers.get("Min-Expires") or "").strip()
        chance = secrets.randbelow(1000) / 1000
        minimum = int(least) if least.isascii() and least.isdigit() and len(least) < 7 else 0
        registering.refused(response.status, now, chance, min_expires=minimum)

    def failed(self, event: TransactionFailed) -> None:
        now = self._line.now()
        kind, circuit = self._asked(event.name)
        if circuit is None:
            return
        was = circuit.is_up
        if kind == OPTIONS:
            circuit.probing.silent(now, event.status)
        elif circuit.registering is not None:
            circuit.registering.refused(event.status, now, secrets.randbelow(1000) / 1000)
        _say(circuit, was)

    def lives(self, circuit: Circuit) -> None:
        """A call came over it: better than any probe."""
        was = circuit.is_up
        if circuit.registering is None and not circuit.probing.is_asking:
            circuit.probing.heard(self._line.now())
        _say(circuit, was)

    def _asked(self, name: str) -> tuple[str, Circuit | None]:
        kind = REGISTER if name.startswith(REGISTER) else OPTIONS
        return kind, self._circuits.get(name.removeprefix(kind))

    async def close(self) -> None:
        """Nothing is unregistered: the other end keeps its binding while we are started again."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _make(trunk: Trunk) -> Circuit:
    try:
        networks = read_networks(trunk.accept_from)
    except ValueError as error:
        raise BadTrunks(f"trunk {trunk.name}: {error}") from error
    if not trunk.name or not 0 < trunk.port < 65536 or not trunk.host:
        raise BadTrunks(f"trunk {trunk.name}: host and port are needed")
    registering = Registering(max(60, trunk.expires_s)) if trunk.registers else None
    circuit = Circuit(trunk, networks, f"{secrets.token_hex(8)}@headcall", registering=registering)
    with contextlib.suppress(ValueError):  # a name: to be looked up
        circuit.addresses = (str(ipaddress.ip_address(trunk.host.strip("[]"))),)
        circuit.look_up_at = float("inf")
    return circuit


def _with_user(uri: Uri, user: str) -> Uri:
    return Uri.sip(user, uri.address, uri.port, **dict(uri.params))


def _granted(response: Response, asked: int) -> int:
    """The lifetime that the other end has given us: of the contact if it is there, else of the response."""
    try:
        texts = [text for contact in response.contacts if (text := contact.param("expires"))]
    except PeerError:
        texts = []
    numbers = [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 7]
    return min(numbers, default=response.expires or asked) or asked


def _say(circuit: Circuit, was: bool | None) -> None:
    if circuit.is_up != was:
        log.info("trunk %s is %s: %s", circuit.name, "up" if circuit.is_up else "down", circuit.text)

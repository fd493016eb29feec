# SPDX-License-Identifier: Apache-2.0
"""Legs that we place: to all contacts of a telephone at once, or to a number beyond a trunk. The first answer wins."""

import logging
from dataclasses import dataclass
from typing import Final

from headcall.kit.private import Private
from headcall.sip_bridge.core.agent import Invitation
from headcall.sip_bridge.core.effects import Answered, Rejected, Ringing
from headcall.sip_bridge.digest import Credentials
from headcall.sip_bridge.errors import BadSdp
from headcall.sip_bridge.flow import Flow
from headcall.sip_bridge.legs.board import Board
from headcall.sip_bridge.legs.leg import Leg
from headcall.sip_bridge.legs.media import NoMedia
from headcall.sip_bridge.legs.numbers import presented
from headcall.sip_bridge.legs.sessions import far_end, our_offer, sound
from headcall.sip_bridge.legs.statuses import better, cause_of_refusal
from headcall.sip_bridge.registrar.service import Registrar
from headcall.sip_bridge.trunks.service import Trunks
from headcall.sip_bridge.uri import NameAddr, Uri
from headcall.wire.legs import LegAnswered, LegReply, LegRinging, PlaceLeg, ToPhone
from headcall.wire.media import OpenPlain, SetPlainRemote
from headcall.wire.nodes import Done, Refused

log = logging.getLogger(__name__)

ELSEWHERE: Final = ("Reason", 'SIP;cause=200;text="Call completed elsewhere"')
"""RFC 3326 3.1: with this, the telephones that were not answered show no missed call."""


@dataclass(frozen=True, slots=True)
class Way:
    """One of the places that a leg rings at."""

    uri: Uri
    flow: Flow
    from_: NameAddr
    to: NameAddr
    label: str
    nat: tuple[str, str] | None = None
    headers: tuple[tuple[str, str], ...] = ()


class Outgoing:
    def __init__(self, board: Board, registrar: Registrar, trunks: Trunks) -> None:
        self._board = board
        self._registrar = registrar
        self._trunks = trunks

    # ------------------------------------------------------------ from call control

    def place(self, command: PlaceLeg) -> LegReply:
        board = self._board
        if command.leg_id in board.legs or command.leg_id in board.ended:
            return Done()
        if board.setup.is_draining:
            return Refused("restarting", "the bridge is ending")
        found = self._ways(command)
        if isinstance(found, Refused):
            return found
        is_phone = isinstance(command.target, ToPhone)
        leg = Leg(
            command.leg_id,
            "out",
            command.media_node,
            "dialling",
            call_id=command.call_id,
            trunk=None if isinstance(command.target, ToPhone) else command.target.trunk,
            sip_user=command.target.sip_user if isinstance(command.target, ToPhone) else None,
            is_known=True,
        )
        board.add(leg)
        board.keep(leg)
        log.info("leg %s rings %d %s", leg.leg_id, len(found), "contacts" if is_phone else "trunk")
        board.work(self._dial(leg, found, command.ring_for_s), f"dial {leg.leg_id}")
        return Done()

    def _ways(self, command: PlaceLeg) -> list[Way] | Refused:
        if isinstance(command.target, ToPhone):
            return self._to_phone(command, command.target.sip_user)
        return self._to_trunk(command, command.target.trunk, command.target.number)

    def _to_phone(self, command: PlaceLeg, sip_user: str) -> list[Way] | Refused:
        domain = self._board.setup.domain
        bindings = self._registrar.contacts(sip_user)
        if not bindings:
            return Refused("not-registered", f"account {Private(sip_user)} has no contact")
        from_ = presented(command.caller_number, command.caller_name, domain)
        to = NameAddr(Uri.sip(sip_user, domain))
        return [Way(each.uri, each.flow, from_, to, each.contact, each.nat) for each in bindings]

    def _to_trunk(self, command: PlaceLeg, trunk: str, number: str) -> list[Way] | Refused:
        circuit = self._trunks.get(trunk)
        if circuit is None:
            return Refused("not-found", f"no trunk {trunk}")
        if circuit.flow is None or circuit.is_up is False:
            return Refused("bad-gateway", f"trunk {trunk} is down: {circuit.text}")
        if self._board.on_trunk(trunk) >= circuit.config.max_calls:
            return Refused("no-circuit", f"trunk {trunk} has {circuit.config.max_calls} calls")
        if not number:
            return Refused("incomplete-number", "no number to call")
        caller = command.caller_number or circuit.config.username
        from_ = presented(caller, command.caller_name, circuit.config.host)
        headers = (("P-Asserted-Identity", str(NameAddr(from_.uri))),) if command.caller_number else ()
        uri = circuit.uri(number)
        return [Way(uri, circuit.flow, from_, NameAddr(uri), trunk, headers=headers)]

    async def _dial(self, leg: Leg, ways: list[Way], ring_for_s: float) -> None:
        board = self._board
        try:
            opened = await board.media.open(leg.media_node, OpenPlain(leg.leg_id))
        except NoMedia as error:
            log.warning("leg %s gets no media: %s", leg.leg_id, error)
            leg.has_media = error.may_be_open
            board.end(leg, error.cause)
            return
        if not board.is_here(leg):
            await board.media.close(leg.media_node, leg.leg_id)
            return
        leg.has_media, leg.local, leg.codecs = True, opened.local, opened.codecs
        offer = our_offer(leg)
        for number, way in enumerate(ways, 1):
            name = f"{leg.leg_id}.{number}"
            leg.contacts[name] = way.label
            if way.nat:
                leg.nats[name] = way.nat
            board.name(leg, name)
        board.keep(leg)
        for name, way in zip(list(leg.branches), ways, strict=True):
            self._invite(name, way, offer, ring_for_s)

    def _invite(self, name: str, way: Way, offer: bytes, ring_for_s: float) -> None:
        board = self._board
        invitation = Invitation(
            way.uri, way.from_, way.to, way.flow, offer, headers=way.headers, timeout=min(max(ring_for_s, 1.0), 600.0)
        )
        board.do(lambda: board.agent.invite(name, invitation, board.now()))

    def credentials(self, name: str) -> Credentials | None:
        """What the core answers a trunk's challenge of a call with."""
        leg = self._board.of(name)
        return self._trunks.credentials(leg.trunk) if leg is not None and leg.trunk else None

    # ------------------------------------------------------------ from the network

    def ringing(self, leg: Leg, event: Ringing) -> None:
        is_early = bool(event.sdp) and len(leg.branches) == 1
        if is_early and not leg.has_early_media:
            leg.has_early_media = True
            self._board.work(self._early(leg, event), f"early media {leg.leg_id}")
        elif not leg.has_rung:
            self._rings(leg, early=False)

    def _rings(self, leg: Leg, *, early: bool) -> None:
        leg.state, leg.has_rung = "ringing", True
        self._board.keep(leg)
        self._board.tell(LegRinging(leg.leg_id, early_media=early))

    async def _early(self, leg: Leg, event: Ringing) -> None:
        try:
            await self._connect(leg, event.call, event.sdp)
        except (BadSdp, NoMedia) as error:  # the answer may hold a better one
            log.info("leg %s: early media cannot be used: %s", leg.leg_id, error)
            leg.has_early_media = False
        if self._board.is_here(leg) and leg.state != "answered":
            self._rings(leg, early=leg.has_early_media)

    async def _connect(self, leg: Leg, name: str, sdp: bytes) -> None:
        """Joins the telephone's RTP to the leg. Raises BadSdp, NoMedia."""
        audio = far_end(sdp, leg.nats.get(name))
        command = SetPlainRemote(leg.leg_id, audio.remote, audio.codecs, sends=not audio.is_hold)
        opened = await self._board.media.open(leg.media_node, command)
        leg.remote, leg.codecs = audio.remote, opened.codecs

    def answered(self, leg: Leg, event: Answered) -> None:
        board = self._board
        leg.state, leg.dialog = "answered", event.call
        for name in [name for name in leg.branches if name != event.call]:
            board.unname(leg, name)
            board.hang_up(name, fields=(ELSEWHERE,))
        board.keep(leg)
        board.work(self._talk(leg, event.sdp), f"answer {leg.leg_id}")

    async def _talk(self, leg: Leg, sdp: bytes) -> None:
        board = self._board
        try:
            await self._connect(leg, leg.dialog, sdp)
        except BadSdp as error:
            log.info("leg %s: the answer cannot be used: %s", leg.leg_id, error)
            board.end(leg, "media-refused")
        except NoMedia as error:
            log.warning("leg %s: no media for the answer: %s", leg.leg_id, error)
            board.end(leg, error.cause)
        else:
            if board.is_here(leg):
                board.keep(leg)
                board.tell(LegAnswered(leg.leg_id, sound(leg.codecs), leg.contacts.get(leg.dialog, "")))

    def rejected(self, leg: Leg, event: Rejected) -> None:
        board = self._board
        board.unname(leg, event.call)
        leg.worst = better(leg.worst, event.status)
        if event.status >= 600:  # RFC 3261 16.7: nobody else is to ring either
            for name in list(leg.branches):
                board.unname(leg, name)
                board.hang_up(name, fields=(ELSEWHERE,))
        if not leg.branches:
            cause = cause_of_refusal(leg.worst, event.response, has_rung=leg.has_rung)
            board.ended_by_peer(leg, cause)

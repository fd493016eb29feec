# SPDX-License-Identifier: Apache-2.0
"""Within an answered leg: the telephone holds, moves, presses keys in INFO, wants a transfer."""

import logging
import re
from typing import Final

from headcall.sip_bridge.core.effects import (
    AckReceived,
    InfoReceived,
    ReferReceived,
    ReinviteAnswered,
    ReinviteReceived,
)
from headcall.sip_bridge.errors import BadSdp
from headcall.sip_bridge.legs.board import Board
from headcall.sip_bridge.legs.leg import Leg
from headcall.sip_bridge.legs.media import NoMedia
from headcall.sip_bridge.legs.numbers import number_of
from headcall.sip_bridge.legs.sessions import far_end, where_to_send
from headcall.sip_bridge.legs.statuses import refusal
from headcall.sip_bridge.sdp import Audio, make_answer, next_origin, parse_sdp, revise
from headcall.wire.causes import by_id
from headcall.wire.legs import LegHeld, LegReply, TransferAsked, TransferResult
from headcall.wire.media import DigitPressed, SetPlainRemote
from headcall.wire.nodes import Done, Refused

log = logging.getLogger(__name__)

_SIGNAL: Final = re.compile(rb"^\s*Signal\s*=\s*([0-9*#A-Da-d]|1[0-5])\s*$", re.MULTILINE | re.IGNORECASE)
_DURATION: Final = re.compile(rb"^\s*Duration\s*=\s*(\d{1,5})\s*$", re.MULTILINE | re.IGNORECASE)
_NUMBERED: Final = {"10": "*", "11": "#", "12": "A", "13": "B", "14": "C", "15": "D"}


class Within:
    def __init__(self, board: Board) -> None:
        self._board = board

    # ------------------------------------------------------------ the session changes

    def reinvited(self, leg: Leg, event: ReinviteReceived) -> None:
        self._board.work(self._change(leg, event), f"re-INVITE {leg.leg_id}")

    async def _change(self, leg: Leg, event: ReinviteReceived) -> None:
        board = self._board
        try:
            answer = await self._answer(leg, event)
        except (BadSdp, NoMedia) as error:
            log.info("leg %s: its new offer cannot be used: %s", leg.leg_id, error)
            status = 488 if isinstance(error, BadSdp) else refusal(error.cause)[0]
            board.do(lambda: board.agent.refuse_reinvite(event.call, status, board.now()))
            return
        if board.is_here(leg):
            board.keep(leg)
            board.do(lambda: board.agent.answer_reinvite(event.call, answer, board.now()))

    async def _answer(self, leg: Leg, event: ReinviteReceived) -> bytes:
        """Raises BadSdp, NoMedia."""
        assert leg.local is not None
        before = self._board.agent.local_sdp(event.call)
        if not event.sdp:  # it wants an offer from us
            return revise(before, leg.local, leg.codecs, direction="sendrecv")
        audio = far_end(event.sdp, leg.nats.get(leg.dialog))
        await self._connect(leg, audio)
        self._held(leg, audio.is_hold)
        return make_answer(parse_sdp(event.sdp), next_origin(before), leg.local, leg.codecs)

    async def _connect(self, leg: Leg, audio: Audio) -> None:
        remote = where_to_send(audio, leg.remote)
        command = SetPlainRemote(leg.leg_id, remote, audio.codecs, sends=not audio.is_hold)
        opened = await self._board.media.open(leg.media_node, command)
        leg.remote, leg.codecs, leg.local = remote, opened.codecs, opened.local

    def _held(self, leg: Leg, is_held: bool) -> None:
        if is_held != leg.is_held and self._board.is_here(leg):
            leg.is_held = is_held
            self._board.tell(LegHeld(leg.leg_id, is_held))

    def acknowledged(self, leg: Leg, event: AckReceived) -> None:
        """The answer to an offer that stood in our 200."""
        if event.sdp:
            self._board.work(self._take_answer(leg, event.sdp), f"late answer {leg.leg_id}")
        elif leg.remote is None:  # it owed us one (RFC 3264 4); without it nobody knows where to send
            self._board.end(leg, "media-refused")

    def reinvite_answered(self, leg: Leg, event: ReinviteAnswered) -> None:
        if event.sdp:
            self._board.work(self._take_answer(leg, event.sdp), f"re-INVITE answer {leg.leg_id}")

    async def _take_answer(self, leg: Leg, sdp: bytes) -> None:
        try:
            audio = far_end(sdp, leg.nats.get(leg.dialog))
            await self._connect(leg, audio)
        except BadSdp as error:
            log.info("leg %s: its answer cannot be used: %s", leg.leg_id, error)
            self._board.end(leg, "media-refused")
        except NoMedia as error:
            log.warning("leg %s: no media for its answer: %s", leg.leg_id, error)
            self._board.end(leg, error.cause)
        else:
            self._held(leg, audio.is_hold)
            if self._board.is_here(leg):
                self._board.keep(leg)

    # ------------------------------------------------------------ keys

    def informed(self, leg: Leg, event: InfoReceived) -> None:
        digit = read_key(event.request.content_type, event.request.body)
        if digit is None:
            self._board.counters["info_not_understood"] += 1
            return
        self._board.tell(DigitPressed(leg.leg_id, *digit))

    # ------------------------------------------------------------ transfer

    def referred(self, leg: Leg, event: ReferReceived) -> None:
        board = self._board
        target = event.refer_to.uri
        number = number_of(target)
        if "replaces=" in target.headers.lower():
            # An attended transfer names another dialog; call control has no word for that yet.
            board.do(lambda: board.agent.refuse_refer(event.call, 501, board.now()))
        elif not number:
            board.do(lambda: board.agent.refuse_refer(event.call, 400, board.now()))
        elif board.do(lambda: board.agent.accept_refer(event.call, board.now())):
            board.tell(TransferAsked(leg.leg_id, number))

    def transferred(self, leg: Leg, command: TransferResult) -> LegReply:
        board = self._board
        cause = by_id(command.cause)
        status = 200 if cause.id == "normal" else max(cause.sip, 300)
        if board.do(lambda: board.agent.notify_refer(leg.dialog, status, board.now())):
            return Done()
        return Refused("conflict", f"{leg.leg_id} has asked for no transfer")


def read_key(content_type: str, body: bytes) -> tuple[str, int] | None:
    """Key and milliseconds of an INFO: `application/dtmf-relay` or `application/dtmf`, as telephones send them (no
    RFC describes either)."""
    if content_type == "application/dtmf":
        text = body.strip().decode("latin-1").upper()
        text = _NUMBERED.get(text, text)
        return (text, 160) if len(text) == 1 and text in "0123456789*#ABCD" else None
    if content_type != "application/dtmf-relay" or len(body) > 256:
        return None
    signal, duration = _SIGNAL.search(body.replace(b"\r", b"")), _DURATION.search(body.replace(b"\r", b""))
    if signal is None:
        return None
    key = signal[1].decode().upper()
    return _NUMBERED.get(key, key), int(duration[1]) if duration else 160

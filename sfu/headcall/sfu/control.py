# SPDX-License-Identifier: Apache-2.0
"""Carries out commands: one small function per word of `MediaCommand`, found in a table.

Each may be asked twice and is then done once. What the engine knows is asked there, not kept here.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from headcall.sfu import codecs
from headcall.sfu.hearing import Hearing
from headcall.sfu.peers import NodeFull, Peers
from headcall.sfu.recordings import Recordings
from headcall.sfu.sdp import SdpError
from headcall.wire.codec import UnknownWord, decode, encode
from headcall.wire.media import (
    Address,
    CloseLeg,
    Codec,
    ConnectPeer,
    DescribeMedia,
    Hear,
    LegMedia,
    MediaCommand,
    MediaDescribed,
    MediaReply,
    OpenPlain,
    PeerConnected,
    PlainOpened,
    SendDigits,
    SetPlainRemote,
    StartRecording,
    StopRecording,
)
from headcall.wire.nodes import Done, Refused

if TYPE_CHECKING:
    from headcall_engine import Engine

log = logging.getLogger(__name__)

MAX_DIGITS = 64


class Unfit(Exception):
    """The command cannot be carried out as it is; the reply is `Refused`."""

    def __init__(self, cause: str, text: str) -> None:
        super().__init__(text)
        self.cause = cause


@dataclass(frozen=True, slots=True)
class Node:
    """What commands act upon."""

    name: str
    engine: "Engine"
    peers: Peers
    hearing: Hearing
    recordings: Recordings

    async def answer(self, data: bytes) -> bytes:
        """Bytes of a command in, bytes of its reply out: the handler of our topic on the bus."""
        try:
            command: MediaCommand = decode(data, MediaCommand)  # type: ignore[arg-type]  # a union is a type to msgspec
        except UnknownWord as error:
            return encode(Refused("bad-request", str(error)))
        return encode(await self.carry_out(command))

    async def carry_out(self, command: MediaCommand) -> MediaReply:
        try:
            return await HANDLERS[type(command)](self, command)
        except Unfit as error:
            reply = Refused(error.cause, str(error))
        except (SdpError, ValueError) as error:  # the engine's ValueError: arguments that could never be right
            reply = Refused("bad-request", str(error))
        except KeyError as error:
            reply = Refused("not-found", f"no leg {error}")
        except NodeFull as error:
            reply = Refused("overload", str(error))
        except OSError as error:  # no port left, a disk that does not want
            reply = Refused("no-circuit", str(error))
        log.info("%s refused: %s (%s)", type(command).__name__, reply.text, reply.cause)
        return reply

    def need(self, leg_id: str) -> None:
        """Raises `Unfit` if there is no such leg."""
        if not self.peers.has_leg(leg_id):
            try:
                self.engine.leg_stats(leg_id)
            except KeyError:
                raise Unfit("not-found", f"no leg {leg_id}") from None


async def open_plain(node: Node, command: OpenPlain) -> MediaReply:
    chosen = _chosen(command.codecs or codecs.OURS)
    if command.remote:
        _check(command.remote)
    host, port = node.engine.open_plain(command.leg_id, codecs.as_tuples(chosen))
    if command.remote:
        _set_remote(node, command.leg_id, command.remote, chosen, command.sends)
    return PlainOpened(command.leg_id, Address(host, port), chosen)


async def set_plain_remote(node: Node, command: SetPlainRemote) -> MediaReply:
    node.need(command.leg_id)
    chosen = _chosen(command.codecs)
    _check(command.remote)
    # Opening what is open answers where it is.
    host, port = node.engine.open_plain(command.leg_id, codecs.as_tuples(chosen))
    _set_remote(node, command.leg_id, command.remote, chosen, command.sends)
    return PlainOpened(command.leg_id, Address(host, port), chosen)


def _chosen(offered: tuple[Codec, ...]) -> tuple[Codec, ...]:
    if not (chosen := codecs.choose(offered)):
        names = ", ".join(codec.name for codec in offered[:20]) or "none"
        raise Unfit("media-refused", f"no codec we speak among {names}")
    return chosen


def _check(remote: Address) -> None:
    """Raises `ValueError` for a name: whoever resolved it knows which address was signalled, we would not."""
    ip_address(remote.host)
    if not 0 < remote.port < 65536:
        raise ValueError(f"port {remote.port}")


def _set_remote(node: Node, leg_id: str, remote: Address, chosen: tuple[Codec, ...], sends: bool) -> None:
    node.engine.set_plain_remote(leg_id, remote.host, remote.port, codecs.as_tuples(chosen), sends)


async def connect_peer(node: Node, command: ConnectPeer) -> MediaReply:
    return PeerConnected(command.leg_id, node.peers.connect(command.leg_id, command.offer, command.prefer))


async def hear(node: Node, command: Hear) -> MediaReply:
    # The other leg of a `FromLeg` need not be there yet: its page may still be loading. It is silence until then.
    node.need(command.leg_id)
    node.hearing.set(command.leg_id, command.source)
    return Done()


async def send_digits(node: Node, command: SendDigits) -> MediaReply:
    node.need(command.leg_id)
    if not 0 < len(command.digits) <= MAX_DIGITS or not set(command.digits.upper()) <= set("0123456789*#ABCD"):
        raise Unfit("bad-request", f"digits must be 1 to {MAX_DIGITS} of 0-9 * # A-D")
    if not 40 <= command.duration_ms <= 6000:  # RFC 4733 allows more; below 40 ms no receiver must notice (Q.24)
        raise Unfit("bad-request", "a key is pressed for 40 to 6000 ms")
    node.engine.send_digits(command.leg_id, command.digits.upper(), command.duration_ms)
    return Done()


async def start_recording(node: Node, command: StartRecording) -> MediaReply:
    node.need(command.leg_id)
    node.recordings.start(command.recording_id, command.leg_id, command.path)
    return Done()


async def stop_recording(node: Node, command: StopRecording) -> MediaReply:
    node.recordings.stop(command.recording_id)
    return Done()


async def close_leg(node: Node, command: CloseLeg) -> MediaReply:
    node.hearing.forget(command.leg_id)
    await node.peers.close_leg(command.leg_id)
    node.engine.close_leg(command.leg_id)
    return Done()


async def describe(node: Node, command: DescribeMedia) -> MediaReply:
    legs = tuple(
        LegMedia(leg_id, "peer" if kind == "peer" else "plain", is_up, codec)
        for leg_id, kind, is_up, codec in node.engine.legs()
    )
    return MediaDescribed(node.name, legs, node.recordings.ids)


HANDLERS: Mapping[type, Callable[[Node, Any], Awaitable[MediaReply]]] = {
    OpenPlain: open_plain,
    SetPlainRemote: set_plain_remote,
    ConnectPeer: connect_peer,
    Hear: hear,
    SendDigits: send_digits,
    StartRecording: start_recording,
    StopRecording: stop_recording,
    CloseLeg: close_leg,
    DescribeMedia: describe,
}

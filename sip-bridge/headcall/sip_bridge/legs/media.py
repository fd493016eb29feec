# SPDX-License-Identifier: Apache-2.0
"""What the bridge asks of media nodes."""

import asyncio
import logging
from typing import Final, TypeVar

from headcall.kit.bus.port import Bus, BusError
from headcall.wire import topics
from headcall.wire.codec import UnknownWord, decode, encode
from headcall.wire.media import CloseLeg, MediaCommand, MediaReply, OpenPlain, PlainOpened, SetPlainRemote
from headcall.wire.nodes import Refused

log = logging.getLogger(__name__)

R = TypeVar("R")

MEDIA_LOST: Final = "media-lost"
OPEN_WITHIN_S: Final = 3.0
CLOSE_AGAIN_S: Final = (0.5, 2.0, 10.0)


class NoMedia(Exception):
    """The node cannot give what the leg needs; `cause` is an id of the catalogue."""

    def __init__(self, cause: str, text: str) -> None:
        super().__init__(text)
        self.cause = cause
        self.may_be_open = cause == MEDIA_LOST
        """The node may have done it all the same, and its answer was lost: it must be told to close."""


class MediaNodes:
    def __init__(self, bus: Bus) -> None:
        self._bus = bus

    async def open(self, node: str, command: OpenPlain | SetPlainRemote) -> PlainOpened:
        """Raises NoMedia."""
        reply = await self._ask(node, command)
        if isinstance(reply, PlainOpened) and reply.codecs:
            return reply
        if isinstance(reply, Refused):
            raise NoMedia(reply.cause, reply.text)
        raise NoMedia("internal", f"{node} answers {type(reply).__name__}")

    async def _ask(self, node: str, command: MediaCommand) -> object:
        try:
            data = await self._bus.request(topics.media(node), encode(command), timeout=OPEN_WITHIN_S)
            return decode(data, MediaReply)  # type: ignore[arg-type]
        except (BusError, UnknownWord) as error:
            raise NoMedia(MEDIA_LOST, f"{node}: {error}") from error

    async def close(self, node: str, leg_id: str) -> None:
        """Tries again while the node is away; a node that was started anew has forgotten the leg by itself."""
        for pause in (*CLOSE_AGAIN_S, None):
            try:
                await self._ask(node, CloseLeg(leg_id))
                return
            except NoMedia as error:
                if pause is None:
                    log.warning("media of %s may still be open: %s", leg_id, error)
                else:
                    await asyncio.sleep(pause)

# SPDX-License-Identifier: Apache-2.0
"""Gives orders to bridges and media nodes, and makes of their refusals what a call can understand."""

import logging

from headcall.backend.bridges.service import Bridges
from headcall.backend.calls.orders import Order
from headcall.backend.media.errors import NodeFailed, NodeRefused
from headcall.backend.media.service import MediaNodes
from headcall.wire import legs as leg_words
from headcall.wire import media as media_words

log = logging.getLogger(__name__)

TO_BRIDGES = (
    leg_words.PlaceLeg,
    leg_words.RingLeg,
    leg_words.AnswerLeg,
    leg_words.EndLeg,
    leg_words.TransferResult,
)


class Crew:
    """All nodes, for `calls.mailbox`."""

    def __init__(self, bridges: Bridges, media: MediaNodes) -> None:
        self._bridges, self._media = bridges, media

    async def perform(self, order: Order) -> object | None:
        command = order.command
        try:
            if isinstance(command, TO_BRIDGES):
                await self._bridges.perform(order.node, command)
            else:
                await self._media.perform(order.node, command)  # type: ignore[arg-type]
        except NodeFailed as error:
            return self._failed(order, error)
        return None

    def _failed(self, order: Order, error: NodeFailed) -> object | None:
        kind = type(order.command).__name__
        level = logging.INFO if isinstance(error, NodeRefused) else logging.WARNING
        log.log(level, "%s was not carried out: %s", kind, error, extra={"leg_id": order.leg_id})
        match order.command:
            case leg_words.PlaceLeg(leg_id=leg_id):
                return leg_words.LegEnded(leg_id, error.cause, by_peer=False)
            case media_words.Hear(leg_id=leg_id, source=media_words.Playlist(play_id=play_id)):
                return media_words.PlayEnded(leg_id, play_id, finished=False)
            case _:
                # An answer that was refused means the leg has ended: its `LegEnded` is on the way. What a node that
                # is away missed, it is told when it is back.
                return None

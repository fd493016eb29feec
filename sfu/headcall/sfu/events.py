# SPDX-License-Identifier: Apache-2.0
"""Takes the engine's events in batches and passes each on: DTLS to its peer, the rest to call control as our words."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from headcall.sfu.peers import Peers
from headcall.sfu.recordings import Recordings
from headcall.wire.media import DigitPressed, MediaDown, MediaEvent, MediaUp, PlayEnded

if TYPE_CHECKING:
    from headcall_engine import Engine

log = logging.getLogger(__name__)

# So many at a time, then the loop looks after others. The eventfd stays readable while more wait.
BATCH = 256


@dataclass(frozen=True, slots=True)
class Events:
    engine: "Engine"
    peers: Peers
    recordings: Recordings
    tell: Callable[[MediaEvent], None]

    def start(self) -> None:
        asyncio.get_running_loop().add_reader(self.engine.fileno(), self.take)

    def stop(self) -> None:
        asyncio.get_running_loop().remove_reader(self.engine.fileno())

    def take(self) -> None:
        """One batch. Never raises: what one event does must not keep the next from arriving."""
        for name, *values in self.engine.take_events(BATCH):
            try:
                PASS_ON[name](self, *values)
            except Exception:
                log.exception("engine event %s", name)


# What the engine says (`headcall_engine.pyi`), and who is told.
PASS_ON: Mapping[str, Callable[..., Any]] = {
    "proven": lambda to, ufrag: to.peers.proven(ufrag),
    "dtls": lambda to, ufrag, data: to.peers.datagram(ufrag, data),
    "gone": lambda to, ufrag: to.peers.gone(ufrag),
    "up": lambda to, leg: to.tell(MediaUp(leg)),
    "down": lambda to, leg: to.tell(MediaDown(leg)),
    "digit": lambda to, leg, digit, ms: to.tell(DigitPressed(leg, digit, ms)),
    "played": lambda to, leg, play, finished: to.tell(PlayEnded(leg, play, finished)),
    "recorded": lambda to, recording, leg, ms, octets: to.recordings.ended(recording, leg, ms, octets),
    "panic": lambda to, text: log.error("the engine lost a packet or a leg to a bug of its own: %s", text),
    "record_failed": lambda to, recording, leg, error: to.recordings.failed(recording, leg, error),
}

# SPDX-License-Identifier: Apache-2.0
"""What call control is built upon: the parts of the backend that were there before it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from headcall.backend.devices.service import Devices
from headcall.backend.edge.live import Live
from headcall.backend.hours.service import OpeningHours
from headcall.backend.numbers.service import Numbers
from headcall.backend.prompts.library import PromptLibrary
from headcall.backend.prompts.service import Prompts
from headcall.backend.push.service import Push
from headcall.backend.recordings.service import Recordings
from headcall.backend.store.engine import Store
from headcall.backend.trunks.service import Trunks
from headcall.backend.users.service import Users
from headcall.kit.bus.port import Bus
from headcall.kit.clock import Clock
from headcall.kit.ids import IdMaker
from headcall.kit.metrics import Metrics
from headcall.kit.settings import Settings


@dataclass(frozen=True)
class Given:
    """What call control is built upon."""

    store: Store
    bus: Bus
    live: Live
    clock: Clock
    ids: IdMaker
    settings: Settings
    metrics: Metrics
    people: Users
    numbers: Numbers
    devices: Devices
    trunks: Trunks
    prompts: Prompts
    library: PromptLibrary
    hours: OpeningHours
    recordings: Recordings
    push: Push
    folder: Path
    """The data folder."""
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    """How the loops of this module pass the time between two rounds."""
    rest: Callable[[float], Awaitable[None]] = asyncio.sleep
    """How the clock does, by the calendar."""

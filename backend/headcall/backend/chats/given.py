# SPDX-License-Identifier: Apache-2.0
"""What chats are built upon."""

from dataclasses import dataclass
from pathlib import Path

from headcall.backend.agents.service import Agents
from headcall.backend.audit.service import Audit
from headcall.backend.edge.live import Live
from headcall.backend.hours.service import OpeningHours
from headcall.backend.queues.service import Queues
from headcall.backend.store.engine import Store
from headcall.kit.clock import Clock
from headcall.kit.ids import IdMaker


@dataclass(frozen=True)
class Given:
    store: Store
    clock: Clock
    ids: IdMaker
    live: Live
    agents: Agents
    queues: Queues
    hours: OpeningHours
    audit: Audit
    folder: Path
    """Where the files that are sent lie."""

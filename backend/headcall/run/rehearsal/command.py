# SPDX-License-Identifier: Apache-2.0
"""`./headcall rehearse`: the settings of a rehearsal, what is shown while it runs, and what is said at the end."""

import asyncio
import json
import secrets
import sys
import time
from dataclasses import dataclass, field
from typing import Any

from headcall.kit.settings import Settings
from headcall.run.rehearsal.check import MUST_BE_ZERO
from headcall.run.rehearsal.day import PROGRESS, RESULT
from headcall.run.rehearsal.report import progress_line, report
from headcall.run.supervisor import Supervisor
from headcall.wire.settings import Rehearsal

SHOWN_EVERY_S = 1800
"""Virtual: a line for each half hour of the day."""


def rehearsal_settings(settings: Settings, **wanted: float | int) -> Settings:
    """On top of the demo's: the clock, and how big the day is."""
    began_at_ms = time.time_ns() // 1_000_000
    return settings.with_values("rehearsal", began_at_ms=began_at_ms, password=secrets.token_urlsafe(12), **wanted)


@dataclass
class Watching:
    """Waits for the day's end; then has everything stopped."""

    as_json: bool
    found: dict[str, Any] = field(default_factory=dict)
    _shown: int = 0

    async def __call__(self, supervisor: Supervisor) -> None:
        wanted = supervisor.settings.section(Rehearsal)
        while not (supervisor.data / RESULT).exists():
            await asyncio.sleep(0.5)
            progress = supervisor.data / PROGRESS
            if progress.exists():
                self._show(json.loads(progress.read_text()), wanted.hours)
        self.found = json.loads((supervisor.data / RESULT).read_text())
        print(json.dumps(self.found) if self.as_json else report(self.found, wanted), flush=True)
        supervisor.stop.set()

    def _show(self, progress: dict[str, Any], hours: float) -> None:
        """To standard error, where it is in nobody's way."""
        shown = int(progress["at_s"] // SHOWN_EVERY_S)
        if shown > self._shown:
            self._shown = shown
            print(progress_line(progress, hours), file=sys.stderr, flush=True)

    @property
    def is_good(self) -> bool:
        """Whether the day was lived to its end, and nothing that must not happen happened."""
        return bool(self.found) and not any(self.found.get(name, 1) for name in MUST_BE_ZERO)

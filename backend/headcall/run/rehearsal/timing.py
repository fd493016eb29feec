# SPDX-License-Identifier: Apache-2.0
"""What each process of a rehearsal needs to live by its calendar."""

from pathlib import Path
from typing import Final

from headcall.kit.settings import Settings
from headcall.run.rehearsal.calendar import Calendar, RehearsalClock, WatchedLoop, join
from headcall.wire.settings import Rehearsal

MEMBERS: Final = ("supervisor", "backend", "sfu-1", "sip-1", "rehearsal-1")
"""All between whom messages go to and fro."""


def socket_of(data: Path) -> Path:
    """Where the conductor is met."""
    return data / "run" / "conductor.sock"


def calendar_of(settings: Settings, data: Path) -> tuple[Calendar, float]:
    """The calendar and its highest speed."""
    return Calendar(data / "rehearsal.calendar", MEMBERS), settings.section(Rehearsal).speed


class Timing:
    """For the process of one name."""

    def __init__(self, name: str, settings: Settings, data: Path) -> None:
        wanted = settings.section(Rehearsal)
        self._name, self._data = name, data
        self.calendar, _ = calendar_of(settings, data)
        self._member = self.calendar.member(name)
        self.at_work = self._member.at_work
        self.clock = RehearsalClock(
            self._member, wanted.speed, wanted.began_at_ms, real_timers=name not in ("backend", "rehearsal-1")
        )

    def loop(self) -> WatchedLoop:
        """The only event loop of this process."""
        return WatchedLoop(self._member)

    async def join(self) -> None:
        await join(socket_of(self._data), self._name, self.clock)

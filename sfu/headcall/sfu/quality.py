# SPDX-License-Identifier: Apache-2.0
"""How legs fare: the engine counts since a leg's start, we tell what came since the last time."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from headcall.wire.media import LegQuality

if TYPE_CHECKING:
    from headcall_engine import Engine

COUNTED = ("packets_received", "packets_lost", "packets_sent")


class Quality:
    def __init__(self, engine: "Engine") -> None:
        self._engine = engine
        self._before: dict[str, tuple[int, ...]] = {}

    def take(self) -> list[LegQuality]:
        """A report on every leg."""
        now: dict[str, tuple[int, ...]] = {}
        reports = []
        for leg_id, *_ in self._engine.legs():
            try:
                stats = self._engine.leg_stats(leg_id)
            except KeyError:  # closed a moment ago
                continue
            now[leg_id] = tuple(max(0, int(stats[name])) for name in COUNTED)
            reports.append(_report(leg_id, stats, now[leg_id], self._before.get(leg_id, (0, 0, 0))))
        self._before = now
        return reports


def _report(leg_id: str, stats: Mapping[str, float], now: tuple[int, ...], before: tuple[int, ...]) -> LegQuality:
    # A count below the last one belongs to a new transport (or late packets took back losses): it starts again.
    received, lost, sent = (new - old if new >= old else new for new, old in zip(now, before, strict=True))
    return LegQuality(
        leg_id,
        packets_received=received,
        packets_lost=lost,
        jitter_ms=max(0.0, stats["jitter_ms"]),
        packets_sent=sent,
        remote_loss=_known(stats["remote_loss"]),
        rtt_ms=_known(stats["rtt_ms"]),
        level_dbov=stats["level_dbov"] if stats["level_dbov"] != -1 else None,
    )


def _known(value: float) -> float | None:
    return None if value < 0 else value

# SPDX-License-Identifier: Apache-2.0
"""The engine's counters for Prometheus. They are read when somebody asks, not copied along the way."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from headcall_engine import Engine


class EngineFigures(Collector):
    def __init__(self, engine: "Engine") -> None:
        self._engine = engine

    def collect(self) -> Iterator[Metric]:
        counters = CounterMetricFamily("headcall_engine", "Totals of the packet engine", labels=["what"])
        for name, value in sorted(self._engine.counters().items()):
            counters.add_metric([name], value)
        yield counters
        legs = GaugeMetricFamily("headcall_media_legs", "Legs of this media node", labels=["kind", "up"])
        for (kind, is_up), number in sorted(self._count().items()):
            legs.add_metric([kind, str(is_up).lower()], number)
        yield legs

    def _count(self) -> dict[tuple[str, bool], int]:
        found: dict[tuple[str, bool], int] = {}
        for _, kind, is_up, _codec in self._engine.legs():
            found[kind, is_up] = found.get((kind, is_up), 0) + 1
        return found

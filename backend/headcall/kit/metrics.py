# SPDX-License-Identifier: Apache-2.0
"""Figures of one process, in the text format of Prometheus."""

from collections.abc import Sequence
from typing import TypeVar

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

__all__ = [
    "SECONDS",
    "Metrics",
]

T = TypeVar("T", Counter, Gauge)

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Buckets for waiting times a person notices."""


class Metrics:
    """The registry of a process. Every figure is named `headcall_…` and exists once, however often it is asked for."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._made: dict[str, Counter | Gauge | Histogram] = {}

    def counter(self, name: str, text: str, labels: Sequence[str] = ()) -> Counter:
        """Something that only grows; `name` without `headcall_` and `_total`."""
        return self._once(Counter, name, text, labels)

    def gauge(self, name: str, text: str, labels: Sequence[str] = ()) -> Gauge:
        """Something that goes up and down."""
        return self._once(Gauge, name, text, labels)

    def histogram(
        self, name: str, text: str, labels: Sequence[str] = (), buckets: Sequence[float] = SECONDS
    ) -> Histogram:
        """How long something takes."""
        if name not in self._made:
            self._made[name] = Histogram(f"headcall_{name}", text, labels, buckets=buckets, registry=self.registry)
        made = self._made[name]
        if not isinstance(made, Histogram):
            raise TypeError(f"metric {name} is a {type(made).__name__}")
        return made

    def _once(self, kind: type[T], name: str, text: str, labels: Sequence[str]) -> T:
        if name not in self._made:
            self._made[name] = kind(f"headcall_{name}", text, labels, registry=self.registry)
        made = self._made[name]
        if not isinstance(made, kind):
            raise TypeError(f"metric {name} is a {type(made).__name__}")
        return made

    def render(self) -> bytes:
        """Everything, as `/metrics` shows it."""
        return generate_latest(self.registry)

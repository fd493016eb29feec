# SPDX-License-Identifier: Apache-2.0
"""What the edge counts: for Prometheus, and so that bad input is dropped but not unseen."""

from headcall.kit.metrics import Metrics


class EdgeFigures:
    """The edge's metrics."""

    def __init__(self, metrics: Metrics) -> None:
        self.requests = metrics.counter("http_requests", "HTTP requests answered, by class of status", ("status",))
        self.seconds = metrics.histogram("http_request_seconds", "Time from the head of a request to its answer's end")
        self.cut = metrics.counter("edge_cut", "Connections cut off, by reason", ("reason",))
        self.live = metrics.gauge("live_connections", "Pages on the live line")
        self.events = metrics.counter("live_events", "Events and snapshots put on the live line")
        self.does = metrics.counter("live_does", "What pages asked for, by outcome", ("outcome",))
        self.rubbish = metrics.counter("live_rubbish", "Packets of the live line that no honest page sends")

    def answered(self, status: int, seconds: float) -> None:
        """A request has been answered."""
        self.requests.labels(f"{status // 100}xx").inc()
        self.seconds.observe(seconds)

# SPDX-License-Identifier: Apache-2.0
"""Figures of one process."""

import pytest

from headcall.kit.metrics import Metrics


def test_a_figure_exists_once_however_often_it_is_asked_for() -> None:
    metrics = Metrics()
    metrics.counter("calls", "Calls", ["cause"]).labels("busy").inc()
    metrics.counter("calls", "Calls", ["cause"]).labels("busy").inc()
    metrics.gauge("legs", "Legs").set(3)
    metrics.histogram("wait_seconds", "Waiting").observe(0.2)
    text = metrics.render().decode()
    assert 'headcall_calls_total{cause="busy"} 2.0' in text
    assert "headcall_legs 3.0" in text and 'headcall_wait_seconds_bucket{le="0.25"} 1.0' in text


def test_two_processes_do_not_share_figures() -> None:
    Metrics().counter("calls", "Calls").inc()
    assert b"headcall_calls_total 0.0" in b"\n".join([_with_calls().render()])


def _with_calls() -> Metrics:
    metrics = Metrics()
    metrics.counter("calls", "Calls")
    return metrics


def test_one_name_cannot_be_two_kinds() -> None:
    metrics = Metrics()
    metrics.gauge("legs", "Legs")
    with pytest.raises(TypeError):
        metrics.counter("legs", "Legs")
    with pytest.raises(TypeError):
        metrics.histogram("legs", "Legs")

# SPDX-License-Identifier: Apache-2.0
"""Reports tell what came since the last one."""

from headcall.sfu.quality import Quality
from headcall.wire.media import LegQuality
from tests.sfu.fake_engine import FakeEngine


def test_counts_are_of_the_time_since_the_last_report() -> None:
    engine = FakeEngine()
    quality = Quality(engine)
    engine.open_plain("leg_a", [])
    engine.stats["leg_a"].update(packets_received=250, packets_lost=2, packets_sent=240, jitter_ms=3.5, rtt_ms=20)
    assert quality.take() == [LegQuality("leg_a", 250, 2, 3.5, 240, None, 20, None)]
    engine.stats["leg_a"].update(packets_received=500, packets_sent=490, level_dbov=-31.0, remote_loss=0.01)
    assert quality.take() == [LegQuality("leg_a", 250, 0, 3.5, 250, 0.01, 20, -31.0)]


def test_a_new_transport_starts_its_counts_again() -> None:
    engine = FakeEngine()
    quality = Quality(engine)
    engine.open_plain("leg_a", [])
    engine.stats["leg_a"].update(packets_received=1000)
    quality.take()
    engine.stats["leg_a"].update(packets_received=30)
    assert quality.take()[0].packets_received == 30


def test_a_leg_that_closes_meanwhile_is_left_out() -> None:
    engine = FakeEngine()
    engine.open_plain("leg_a", [])
    del engine.stats["leg_a"]
    assert Quality(engine).take() == []

# SPDX-License-Identifier: Apache-2.0
"""When a trunk is asked, and what its answers mean: calculators under a clock of the test."""

import pytest

from headcall.sip_bridge.trunks.health import (
    PROBE_DOWN_EVERY_S,
    PROBE_EVERY_S,
    RETRY_MOST_S,
    Probing,
    Registering,
)
from headcall.sip_bridge.trunks.model import Circuit, read_networks
from headcall.wire.legs import Trunk


def test_a_trunk_is_probed_again_after_a_while_and_sooner_when_it_is_down() -> None:
    probing = Probing()
    assert probing.wants_probe(0.0)
    probing.asked()
    assert not probing.wants_probe(100.0)
    probing.heard(1.0, 404)  # any answer is a sign of life
    assert probing.is_up
    assert not probing.wants_probe(1.0 + PROBE_EVERY_S - 0.1)
    assert probing.wants_probe(1.0 + PROBE_EVERY_S)
    probing.silent(40.0, 408)
    assert probing.is_up  # once is a lost packet
    assert probing.wants_probe(40.0 + PROBE_DOWN_EVERY_S)
    probing.silent(50.0, 408)
    assert (probing.is_up, probing.text) == (False, "does not answer")
    probing.heard(60.0)
    assert (probing.is_up, probing.text) == (True, "answers")


def test_a_trunk_that_says_503_does_not_work() -> None:
    probing = Probing()
    probing.heard(0.0, 503)
    assert probing.is_up is False


@pytest.mark.parametrize(("granted", "next_at"), [(3600, 2880.0), (300, 240.0), (60, 45.0), (10, 5.0)])
def test_a_registration_is_refreshed_in_time(granted: int, next_at: float) -> None:
    registering = Registering(300)
    registering.take_cseq()
    registering.accepted(granted, 0.0)
    assert registering.is_up
    assert registering.next_at == next_at


def test_refusals_are_repeated_with_growing_gaps() -> None:
    registering = Registering(300)
    gaps = []
    for _ in range(9):
        registering.take_cseq()
        registering.refused(503, 0.0, 0.5)
        gaps.append(registering.next_at)
    assert gaps[:4] == [2.0, 4.0, 8.0, 16.0]
    assert gaps[-1] == RETRY_MOST_S
    assert registering.text == "not registered: 503"


def test_too_brief_an_interval_is_corrected_at_once() -> None:
    registering = Registering(60)
    registering.take_cseq()
    registering.refused(423, 7.0, 0.5, min_expires=600)
    assert (registering.expires_s, registering.next_at, registering.failures) == (600, 7.0, 0)
    registering.refused(423, 7.0, 0.5, min_expires=600)  # again: a registrar that contradicts itself
    assert registering.next_at > 7.0


def test_a_challenged_registration_leaves_room_for_its_second_cseq() -> None:
    registering = Registering(60)
    assert [registering.take_cseq() for _ in range(3)] == [1, 3, 5]


def circuit(**config: object) -> Circuit:
    trunk = Trunk("t", "192.0.2.1", **config)  # type: ignore[arg-type]
    return Circuit(trunk, read_networks(trunk.accept_from), "id", ("192.0.2.1",))


def test_whose_call_it_is() -> None:
    by_host = circuit()
    assert by_host.matches(("192.0.2.1", 5060))
    assert by_host.matches(("192.0.2.1", 9)) == (0, 128)
    assert by_host.matches(("192.0.2.2", 5060)) is None
    by_network = circuit(accept_from=("198.51.100.0/24", "2001:db8::/32"))
    assert by_network.matches(("198.51.100.9", 9)) == (0, 24)
    assert by_network.matches(("2001:db8::1", 9)) == (0, 32)
    assert by_network.matches(("192.0.2.1", 5060)) is None  # networks replace the host's address
    assert by_network.matches(("no address", 1)) is None


def test_the_address_of_a_carrier() -> None:
    assert str(circuit().uri("123")) == "sip:123@192.0.2.1"
    assert str(circuit(port=5070, transport="tcp").uri("123")) == "sip:123@192.0.2.1:5070;transport=tcp"

# SPDX-License-Identifier: Apache-2.0
"""Trunks whose host is a name: looked up, looked up again, and how a failure shows. No sockets."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import pytest

from headcall.kit.clock import ManualClock
from headcall.sip_bridge.core.agent import UserAgent
from headcall.sip_bridge.flow import Flow
from headcall.sip_bridge.shell.here import Here
from headcall.sip_bridge.shell.line import Line
from headcall.sip_bridge.store import Store
from headcall.sip_bridge.trunks.service import LOOK_UP_AGAIN_S, LOOK_UP_EVERY_S, BadTrunks, Trunks
from headcall.wire.legs import Trunk


class Names:
    """A name server that the test writes."""

    def __init__(self) -> None:
        self.known: dict[str, list[str]] = {}
        self.asked = 0

    async def __call__(self, host: str) -> Sequence[str]:
        self.asked += 1
        if host not in self.known:
            raise OSError("no such name")
        return self.known[host]


class Wires:
    """Remembers what was sent."""

    def __init__(self) -> None:
        self.sent: list[tuple[bytes, Flow]] = []

    def send(self, data: bytes, flow: Flow) -> None:
        self.sent.append((data, flow))


def with_trunks(story: Callable[[Trunks, Names, Wires, ManualClock], Coroutine[Any, Any, None]]) -> None:
    async def told() -> None:
        clock, names, wires = ManualClock(), Names(), Wires()
        here = Here(
            {("trunk", "udp"): 5060},
            lambda remote: "192.0.2.10",
            name_call=lambda: "leg",
            credentials=lambda name, realm: None,
        )
        line = Line(UserAgent(here), Store(None), clock)
        line.join(wires, lambda event: None)
        trunks = Trunks(line, names, lambda: "headcall.test")
        await story(trunks, names, wires, clock)
        await trunks.close()
        line.close()

    asyncio.run(told())


async def second(trunks: Trunks) -> None:
    trunks.tick()
    for _ in range(5):
        await asyncio.sleep(0)


def test_a_name_is_looked_up_and_its_address_probed() -> None:
    async def story(trunks: Trunks, names: Names, wires: Wires, clock: ManualClock) -> None:
        names.known["sip.carrier.test"] = ["198.51.100.1", "198.51.100.2"]
        trunks.configure([Trunk("t", "sip.carrier.test")])
        await second(trunks)
        ((data, flow),) = wires.sent
        assert data.startswith(b"OPTIONS sip:sip.carrier.test SIP/2.0\r\n")
        assert flow.remote == ("198.51.100.1", 5060)
        assert trunks.source(Flow("udp", ("198.51.100.2", 9), "trunk")) is trunks.get("t")
        assert trunks.source(Flow("udp", ("198.51.100.2", 9), "phone")) is None
        names.known["sip.carrier.test"] = ["198.51.100.9"]
        clock.advance(LOOK_UP_EVERY_S)
        await second(trunks)
        circuit = trunks.get("t")
        assert circuit is not None
        assert circuit.addresses == ("198.51.100.9",)

    with_trunks(story)


def test_a_name_that_is_unknown_is_told_and_tried_again() -> None:
    async def story(trunks: Trunks, names: Names, wires: Wires, clock: ManualClock) -> None:
        trunks.configure([Trunk("t", "sip.carrier.test")])
        await second(trunks)
        (state,) = trunks.states(lambda name: 0)
        assert (state.up, state.text) == (False, "its name is not known")
        assert wires.sent == []
        names.known["sip.carrier.test"] = ["198.51.100.1"]
        clock.advance(LOOK_UP_AGAIN_S)
        await second(trunks)
        clock.advance(10)
        await second(trunks)
        assert len(wires.sent) == 1

    with_trunks(story)


def test_a_name_that_was_known_once_keeps_its_address_while_names_fail() -> None:
    async def story(trunks: Trunks, names: Names, wires: Wires, clock: ManualClock) -> None:
        names.known["sip.carrier.test"] = ["198.51.100.1"]
        trunks.configure([Trunk("t", "sip.carrier.test")])
        await second(trunks)
        names.known.clear()
        clock.advance(LOOK_UP_EVERY_S)
        await second(trunks)
        circuit = trunks.get("t")
        assert circuit is not None
        assert circuit.addresses == ("198.51.100.1",)

    with_trunks(story)


def test_what_has_not_changed_goes_on_undisturbed() -> None:
    async def story(trunks: Trunks, names: Names, wires: Wires, clock: ManualClock) -> None:
        one, two = Trunk("one", "192.0.2.1"), Trunk("two", "192.0.2.2")
        trunks.configure([one])
        before = trunks.get("one")
        trunks.configure([one, two])
        assert trunks.get("one") is before
        trunks.configure([two])
        assert trunks.get("one") is None
        assert names.asked == 0  # addresses are not looked up

    with_trunks(story)


@pytest.mark.parametrize(
    "trunks",
    [
        [Trunk("a", "192.0.2.1"), Trunk("a", "192.0.2.2")],
        [Trunk("a", "192.0.2.1", accept_from=("nonsense",))],
        [Trunk("a", "192.0.2.1", port=0)],
        [Trunk("a", "192.0.2.1", port=70000)],
        [Trunk("", "192.0.2.1")],
        [Trunk("a", "")],
    ],
)
def test_a_configuration_that_makes_no_sense_changes_nothing(trunks: list[Trunk]) -> None:
    async def story(service: Trunks, names: Names, wires: Wires, clock: ManualClock) -> None:
        good = Trunk("good", "192.0.2.1")
        service.configure([good])
        with pytest.raises(BadTrunks):
            service.configure(trunks)
        assert service.get("good") is not None

    with_trunks(story)

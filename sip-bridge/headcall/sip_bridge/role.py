# SPDX-License-Identifier: Apache-2.0
"""The bridge's process: gives the bridge its sockets, its file and its bus, and ends it in good order."""

import asyncio
import logging
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from headcall.kit.role import CannotStart, RoleContext
from headcall.sip_bridge.bridge import Bridge, Given
from headcall.sip_bridge.shell.wires import Wires, way_out
from headcall.sip_bridge.store import Store
from headcall.wire import topics
from headcall.wire.codec import encode
from headcall.wire.nodes import NodeAlive
from headcall.wire.settings import Site

log = logging.getLogger(__name__)

TICK_S = 1.0
ALIVE_EVERY_S = 2.0  # promised in wire.topics.NODES


async def run(ctx: RoleContext) -> None:
    """Serves until `ctx.stop`. Calls in progress outlive the process."""
    loop = asyncio.get_running_loop()

    def barrier() -> None:
        store.barrier()
        ctx.health.pop("store", None)
        if store.trouble:
            ctx.health["store"] = store.trouble

    # Whatever has been noted is durable at the end of this turn of the loop at the latest.
    store = open_store(ctx, lambda: loop.call_soon(barrier))

    ports: dict[tuple[str, str], int] = {}
    bridge = Bridge(
        Given(
            node=ctx.name,
            epoch=ctx.epoch,
            bus=ctx.bus,
            store=store,
            clock=ctx.clock,
            new_id=ctx.ids,
            look_up=look_up,
            way_out=way_out,
            addresses=ctx.settings.section(Site).addresses,
        ),
        ports,
    )
    wires = Wires(bridge.received, bridge.line.failed, ctx.clock, ports)
    ctx.metrics.registry.register(Figures(bridge, wires))
    bridge.start(wires)
    served = await ctx.bus.serve(topics.sip(ctx.name), bridge.command)
    bridge.report()
    await wires.open(ctx.fds)
    if not ports:
        raise CannotStart("no SIP sockets were handed over")
    ctx.announce(topics.NODES, lambda: alive(ctx, bridge), every_s=ALIVE_EVERY_S)
    ctx.ready()
    await work_until(ctx.stop, bridge, wires)
    wires.pause()
    bridge.drain()
    await served.close()
    await bridge.close()
    await wires.close()
    store.close()


def open_store(ctx: RoleContext, on_first_note: Callable[[], object]) -> Store:
    seconds = ctx.metrics.histogram("sip_store_seconds", "Time to make calls durable")
    path = ctx.data_dir / f"{ctx.name}.sqlite"
    try:
        return Store(path, observe=seconds.observe, on_first_note=on_first_note)
    except (OSError, sqlite3.Error) as error:
        raise CannotStart(
            f"{path} cannot be opened: {error}. Is the folder writable, and the disk not full?"
        ) from error


async def work_until(stop: asyncio.Event, bridge: Bridge, wires: Wires) -> None:
    while not stop.is_set():
        bridge.tick()
        wires.streams.sweep()
        try:
            async with asyncio.timeout(TICK_S):
                await stop.wait()
        except TimeoutError:
            continue


def alive(ctx: RoleContext, bridge: Bridge) -> bytes:
    return encode(NodeAlive(ctx.name, "sip", ctx.epoch, legs=len(bridge.board.legs), draining=ctx.stop.is_set()))


async def look_up(host: str) -> Sequence[str]:
    """The addresses of a name, IPv4 first. Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, None, type=2)
    addresses = [str(entry[4][0]) for entry in found]
    return sorted(dict.fromkeys(addresses), key=lambda address: ":" in address)


class Figures(Collector):
    """What the bridge counts, for Prometheus."""

    def __init__(self, bridge: Bridge, wires: Wires) -> None:
        self._bridge = bridge
        self._wires = wires

    def collect(self) -> Iterable[Metric]:
        events = CounterMetricFamily(
            "headcall_sip_events", "What has happened, by part and kind", labels=["part", "kind"]
        )
        for part, kind, count in self._bridge.figures():
            events.add_metric([part, kind], count)
        for kind, count in self._wires.counters.items():
            events.add_metric(["wires", kind], count)
        yield events
        legs = GaugeMetricFamily("headcall_sip_legs", "Legs, by state", labels=["state"])
        for state, number in Counter(leg.state for leg in self._bridge.board.legs.values()).items():
            legs.add_metric([state], number)
        yield legs
        yield GaugeMetricFamily("headcall_sip_connections", "TCP connections", value=len(self._wires.streams))
        yield GaugeMetricFamily(
            "headcall_sip_waiting_events", "Not yet taken by call control", value=len(self._bridge.events)
        )

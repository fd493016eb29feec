# SPDX-License-Identifier: Apache-2.0
"""The media node's process: puts the parts together, serves commands, brings events, and ends in good order."""

import asyncio
import contextlib
import logging
import os
import resource
import socket
from collections.abc import Mapping
from typing import TYPE_CHECKING

from headcall.kit.addresses import own_addresses
from headcall.kit.bus.outbox import Outbox
from headcall.kit.bus.port import Bus, BusError
from headcall.kit.log import Sparse
from headcall.kit.role import CannotStart, RoleContext
from headcall.sfu.addresses import plain_address, reachable_at
from headcall.sfu.clips import Clips
from headcall.sfu.control import Node
from headcall.sfu.dtls import Certificate
from headcall.sfu.events import Events
from headcall.sfu.figures import EngineFigures
from headcall.sfu.hearing import Hearing
from headcall.sfu.peers import Peers, Reachable
from headcall.sfu.quality import Quality
from headcall.sfu.recordings import Recordings
from headcall.wire import topics
from headcall.wire.codec import encode
from headcall.wire.media import MediaEvent
from headcall.wire.nodes import NodeAlive
from headcall.wire.settings import Media, Site

if TYPE_CHECKING:
    from headcall_engine import Engine

log = logging.getLogger(__name__)

ALIVE_EVERY = 2.0  # seconds, promised in wire.topics.NODES
QUALITY_EVERY = 5.0  # seconds, promised in wire.topics.QUALITY

# The supervisor gives us ten seconds to end (kit.role.DRAIN_S).
RECORDINGS_LIMIT = 4.0  # seconds for the recordings' last pages
OUTBOX_LIMIT = 2.0  # seconds for the last events to be acknowledged


def allow_all_descriptors() -> None:
    """A telephone's leg holds two sockets; the usual soft limit of 1,024 would end at 500 of them."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


async def run(ctx: RoleContext) -> None:
    """Serves until `ctx.stop`, then ends recordings, says goodbye and brings the last events."""
    allow_all_descriptors()
    site, media = ctx.settings.section(Site), ctx.settings.section(Media)
    own = own_addresses()
    outbox = Outbox(ctx.bus, topics.EVENTS)

    def tell(event: MediaEvent) -> None:
        outbox.put(encode(event))

    engine = start_engine(ctx.fds, media, plain_address(media.plain_host, site.addresses, own))
    try:
        handshakes = ctx.metrics.counter("media_dtls", "Ends of DTLS with browsers, by kind", ["result"])
        peers = Peers(
            engine,
            Certificate.generateCertificate(),
            Reachable(reachable_at(site.addresses, own), local_port(ctx.fds["media"])),
            sparse=Sparse(log, ctx.clock),
            count=lambda result: handshakes.labels(result).inc(),
        )
        clips = Clips(engine)
        node = Node(ctx.name, engine, peers, Hearing(engine, clips, tell), Recordings(engine, tell))
        ctx.metrics.registry.register(EngineFigures(engine))
        events = Events(engine, peers, node.recordings, tell)
        events.start()
        ctx.tasks.start(outbox.run(), "outbox")
        await serve(ctx, node)
        await drain(node, outbox)
        events.stop()
        clips.close()
    finally:
        await asyncio.to_thread(engine.close)


async def serve(ctx: RoleContext, node: Node) -> None:
    """Commands, heartbeats and reports until the role is to end."""

    def alive() -> bytes:
        legs = len(node.engine.legs())
        return encode(NodeAlive(ctx.name, "sfu", ctx.epoch, legs=legs, draining=ctx.stop.is_set()))

    served = await ctx.bus.serve(topics.media(ctx.name), node.answer)
    ctx.announce(topics.NODES, alive, every_s=ALIVE_EVERY)
    reports = ctx.tasks.start(report_quality(ctx.bus, Quality(node.engine)), "quality")
    ctx.ready()
    await ctx.stop.wait()
    reports.cancel()
    with contextlib.suppress(BusError):
        await ctx.bus.publish(topics.NODES, alive())
        await served.close()


async def drain(node: Node, outbox: Outbox) -> None:
    """Recordings first, while the legs still live; their events are the last that call control hears of us."""
    node.recordings.stop_all()
    try:
        async with asyncio.timeout(RECORDINGS_LIMIT):
            while node.recordings.ids:
                await asyncio.sleep(0.02)
    except TimeoutError:
        log.error("recordings did not end in time: %s", ", ".join(node.recordings.ids))
    await node.hearing.close()
    await node.peers.close()
    if not await outbox.drained(OUTBOX_LIMIT):
        log.warning("%d events could not be brought", len(outbox))


async def report_quality(bus: Bus, quality: Quality) -> None:
    while True:
        await asyncio.sleep(QUALITY_EVERY)
        for report in quality.take():
            with contextlib.suppress(BusError):
                await bus.publish(topics.QUALITY, encode(report))


def start_engine(fds: Mapping[str, int], media: Media, plain_host: str) -> "Engine":
    """Raises `CannotStart` with what to do about it."""
    try:
        from headcall_engine import Engine
    except ImportError as error:
        raise CannotStart(f"the packet engine is not built ({error}); `./headcall doctor` says how") from error
    if "media" not in fds:
        raise CannotStart("no socket named `media` was handed over")
    if media.plain_low >= media.plain_high:
        raise CannotStart(f"[media] plain_low {media.plain_low} must be below plain_high {media.plain_high}")
    try:
        return Engine(udp_fd=fds["media"], plain_host=plain_host, plain_ports=(media.plain_low, media.plain_high))
    except (OSError, ValueError) as error:
        raise CannotStart(f"the packet engine does not start on {plain_host}: {error}. Check [media]") from error


def local_port(fd: int) -> int:
    """The port that the supervisor bound."""
    with socket.socket(fileno=os.dup(fd)) as sock:
        return int(sock.getsockname()[1])

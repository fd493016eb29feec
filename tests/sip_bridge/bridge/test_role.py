# SPDX-License-Identifier: Apache-2.0
"""The process: it starts on inherited sockets, counts, and ends in good order; the next one goes on."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from headcall.kit.bus.memory import MemoryBus
from headcall.kit.clock import SystemClock
from headcall.kit.role import CannotStart, RoleContext
from headcall.kit.settings import Settings
from headcall.sip_bridge import role
from headcall.sip_bridge.simulator.telephone import PhoneCall, Telephone
from headcall.sip_bridge.uri import NameAddr, Uri
from headcall.wire import legs as words
from headcall.wire import topics
from headcall.wire.codec import decode
from headcall.wire.nodes import NodeAlive
from tests.sip_bridge.bridge.site import Site, run

CALLER = NameAddr(Uri.sip("13800138000", "pstn.test"))


@asynccontextmanager
async def process(here: Site, folder: Path) -> AsyncIterator[RoleContext]:
    """The role on the site's sockets, until the block ends."""
    fds = {name: sock.dup().detach() for name, sock in here.socks.items()}
    ctx = RoleContext("sip-1", MemoryBus(here.hub), Settings(), folder, fds, SystemClock())
    task = asyncio.create_task(role.run(ctx))
    await ctx.is_ready.wait()
    try:
        yield ctx
    finally:
        ctx.stop.set()
        async with asyncio.timeout(10):
            await task
        await ctx.tasks.close()
        await ctx.bus.close()


@asynccontextmanager
async def surroundings(folder: Path) -> AsyncIterator[Site]:
    """Call control, media node and sockets, without a bridge."""
    here = Site(folder)
    await here.control.start()
    await here.media.start()
    try:
        yield here
    finally:
        for phone in here.telephones:
            await phone.stop()
        for bus in (here.control.bus, here.media.bus):
            await bus.close()
        here.media.close()
        await asyncio.sleep(0)
        here.rtp.close()
        for sock in here.socks.values():
            sock.close()


async def dials(here: Site) -> tuple[Telephone, PhoneCall]:
    phone = await here.telephone(name="caller")
    uri = Uri.sip("4008123456", "127.0.0.1", here.trunk_port)
    return phone, phone.dial(uri, phone.flow_to("127.0.0.1", here.trunk_port), CALLER)


def test_a_talk_goes_on_from_one_process_to_the_next(tmp_path: Path) -> None:
    async def story() -> None:
        async with surroundings(tmp_path) as here:
            inbox = await here.control.bus.subscribe(topics.NODES)
            async with process(here, tmp_path) as ctx:
                await here.control.hears(words.BridgeUp)
                await here.configure()
                _, message = await anext(aiter(inbox))
                alive = decode(message, NodeAlive)
                assert (alive.node, alive.kind, alive.epoch) == ("sip-1", "sip", ctx.epoch)
                phone, call = await dials(here)
                offered = await here.control.hears(words.LegOffered)
                await here.control.does(words.AnswerLeg(offered.leg_id))
                await call.until("talking")
                figures = ctx.metrics.render().decode()
                assert 'headcall_sip_legs{state="answered"} 1.0' in figures
                assert "headcall_sip_store_seconds_count" in figures
                assert ctx.health == {}
            assert call.state == "talking"
            phone.hang_up(call)  # nobody is there to hear it
            async with process(here, tmp_path):
                ended = await here.control.hears(words.LegEnded)
                assert (ended.leg_id, ended.by_peer) == (offered.leg_id, True)

    run(story)


def test_a_call_that_comes_between_two_processes_is_taken_by_the_second(tmp_path: Path) -> None:
    async def story() -> None:
        async with surroundings(tmp_path) as here:
            async with process(here, tmp_path):
                await here.configure()
            _, call = await dials(here)
            await asyncio.sleep(0.1)
            async with process(here, tmp_path):
                offered = await here.control.hears(words.LegOffered)
                await here.control.does(words.AnswerLeg(offered.leg_id))
                await call.until("talking")

    run(story)


def test_without_sockets_or_a_folder_it_says_what_is_wrong(tmp_path: Path) -> None:
    async def story() -> None:
        bus = MemoryBus()
        with pytest.raises(CannotStart, match="sockets"):
            await role.run(RoleContext("sip-1", bus, Settings(), tmp_path))
        with pytest.raises(CannotStart, match="cannot be opened"):
            await role.run(RoleContext("sip-1", bus, Settings(), tmp_path / "nowhere"))
        await bus.close()

    run(story)


def test_names_are_looked_up_and_a_wrong_one_is_an_error() -> None:
    async def story() -> None:
        assert next(iter(await role.look_up("localhost"))) == "127.0.0.1"
        with pytest.raises(OSError):
            await role.look_up("no.such.name.invalid")

    run(story)

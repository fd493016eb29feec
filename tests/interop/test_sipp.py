# SPDX-License-Identifier: Apache-2.0
"""sipp against the bridge: many calls, lost packets, TCP, and sipp as the far end."""

import asyncio
from pathlib import Path

from headcall.wire import legs as words
from headcall.wire.media import SetPlainRemote
from tests.sip_bridge.bridge.site import eventually, run, site
from tests.sip_bridge.bridge.test_trunk_calls import placing
from tests.world.baresip import free_ports, program

SCENARIO = Path(__file__).resolve().parents[1] / "data" / "interop" / "uac.xml"


async def sipp(folder: Path, *words_: str, within: float = 60.0) -> None:
    """Runs sipp to its end; fails with what it says unless every call succeeded."""
    port = free_ports(20)
    process = await asyncio.create_subprocess_exec(
        *(program("sipp", "sip-tester"), *words_, "-i", "127.0.0.1", "-p", str(port), "-mp", str(port + 10)),
        *("-nostdin", "-trace_err", "-error_file", str(folder / "sipp.err")),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        cwd=folder,
    )
    try:
        output, _ = await asyncio.wait_for(process.communicate(), within)
    except TimeoutError:
        process.kill()
        await process.wait()
        raise
    errors = (folder / "sipp.err").read_text()[-2000:] if (folder / "sipp.err").exists() else ""
    assert process.returncode == 0, output.decode(errors="replace")[-2500:] + errors


def calls(count: int, rate: int, *more: str) -> tuple[str, ...]:
    return ("-sf", str(SCENARIO), "-s", "4008123456", "-m", str(count), "-r", str(rate), *more)


def test_two_hundred_calls_over_udp(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            here.trunks = (words.Trunk("carrier", "127.0.0.1", accept_from=("127.0.0.0/8",), max_calls=200),)
            await here.configure(2)
            here.control.answers = True
            await sipp(tmp_path, f"127.0.0.1:{here.trunk_port}", *calls(200, 40))
            ended = [event for event in here.control.events if isinstance(event, words.LegEnded)]
            assert len(ended) == 200
            assert {event.cause for event in ended} == {"normal"}
            await eventually(lambda: not here.store.dialogs.items(), "nothing is left on the disk")
            assert here.bridge.line.failures == 0

    run(story, 90)


def test_calls_over_tcp(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            here.control.answers = True
            await sipp(tmp_path, f"127.0.0.1:{here.trunk_port}", *calls(20, 10, "-t", "t1"))

    run(story, 90)


def test_every_tenth_packet_is_lost_and_no_call(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            here.trunks = (words.Trunk("carrier", "127.0.0.1", accept_from=("127.0.0.0/8",), max_calls=200),)
            await here.configure(2)
            here.control.answers = True
            await sipp(tmp_path, f"127.0.0.1:{here.trunk_port}", *calls(60, 20, "-lost", "10"))
            await eventually(lambda: not here.bridge.board.legs, "every leg has ended", 40)

    run(story, 120)


def test_a_caller_that_wants_the_offer_from_us(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            here.control.answers = True
            late = str(SCENARIO.with_name("uac_late_offer.xml"))
            await sipp(tmp_path, f"127.0.0.1:{here.trunk_port}", "-sf", late, "-s", "4008123456", "-m", "3", "-r", "5")
            joined = [command for command in here.media.commands if isinstance(command, SetPlainRemote)]
            assert len(joined) == 3
            assert {codec.name for command in joined for codec in command.codecs} == {"PCMU"}
            ended = [event.cause for event in here.control.events if isinstance(event, words.LegEnded)]
            assert ended == ["normal"] * 3

    run(story, 60)


def test_sipp_as_the_far_end(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            port = free_ports(20)
            far = await _uas(tmp_path, port)
            here.trunks = (words.Trunk("carrier", "127.0.0.1", port, accept_from=("127.0.0.0/8",)),)
            await here.configure(2)
            try:
                for number in range(5):
                    leg_id = f"leg_{number:026d}"
                    await here.control.does(placing(leg_id))
                    answered = await here.control.hears(words.LegAnswered)
                    assert answered.leg_id == leg_id
                    await here.control.does(words.EndLeg(leg_id))
            finally:
                far.kill()
                await far.wait()

    run(story, 60)


async def _uas(folder: Path, port: int) -> asyncio.subprocess.Process:
    """Answers calls, and our OPTIONS (which it would count as calls, so it is not told how many there will be)."""
    return await asyncio.create_subprocess_exec(
        *(program("sipp", "sip-tester"), "-sn", "uas", "-i", "127.0.0.1", "-p", str(port), "-mp", str(port + 10)),
        *("-nostdin", "-aa"),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=folder,
    )

# SPDX-License-Identifier: Apache-2.0
"""While a customer and an agent talk, everything hostile comes in at every open port: they do not notice."""

import asyncio
import json
import re
import sys
from random import Random
from typing import Any
from urllib.parse import urlsplit

import psutil  # type: ignore[import-untyped]

from tests.scenarios.conftest import Run
from tests.world.desk import Desk
from tests.world.system import ROOT, Demo, Person
from tests.world.workday import (
    CALLER_TONE,
    at_work,
    eventually,
    hears,
    no_gap,
    record_of,
    signed_in,
    simulated,
    talk,
)

ROLES = ("backend", "sfu-1", "sip-1", "simulator-1")
LINES_PER_SECOND = 8
"""Log lines while it lasts: each kind of nonsense may be named once a second, and we send that many kinds."""
TOTAL = re.compile(r"^(\w+)(?:\{([^}]*)\})? ([0-9.e+]+)$", re.MULTILINE)


def test_nothing_that_strangers_send_is_noticed_by_two_who_talk(system: Run) -> None:
    system(talk_under_attack)


async def talk_under_attack(running: Demo) -> None:
    async with at_work(running, "mei") as desk, signed_in(running, "wei") as mad:
        caller, call = await talk(desk)
        pids = [await running.pid_now(role) for role in ROLES]
        before, log_before = await totals(desk.person), running.log.read_text().count("\n")
        loop = asyncio.get_running_loop()
        began = loop.time()
        own = asyncio.create_task(mad_packets(desk, call["leg_id"]))
        sent = await attack(await targets(running, desk, mad, call["leg_id"]))
        own.cancel()
        took = loop.time() - began
        assert hears(desk, call["leg_id"], CALLER_TONE)(), "the agent still hears the caller"
        assert (await simulated(desk.person, caller))["heard_dbov"] > -40, "the caller still hears the agent"
        await no_gap(desk, call["leg_id"], caller)
        assert [await running.pid_now(role) for role in ROLES] == pids, "somebody was started again"
        lines = running.log.read_text().splitlines()[log_before:]
        print("\nsent:", ", ".join(f"{count} {kind}" for kind, count in sorted(sent.items())))
        print(f"log lines: {len(lines)} in {took:.0f} s")
        assert len(lines) <= LINES_PER_SECOND * took, "\n".join(lines[:200])
        check_counters(before, await totals(desk.person))
        await desk.do("call.hang_up", call_id=call["call_id"])
        assert (await record_of(desk.person, call["call_id"]))["ended_by"] == "agent"
        await eventually(lambda: no_legs(desk.person), "what strangers began is over", 40)


async def targets(running: Demo, desk: Desk, mad: Person, leg_id: str) -> dict[str, Any]:
    """Every open port, and what can be known of the call."""
    sip = running.line["sip"]
    base = int(sip["trunk"].rpartition(":")[2]) - 3
    bound = psutil.Process(await running.pid_now("sfu-1")).net_connections("udp")
    ports = {connection.laddr.port for connection in bound}
    ours, theirs = (
        ice_of(peer.sdp) for peer in (desk.peers[leg_id].localDescription, desk.peers[leg_id].remoteDescription)
    )
    media = next(port for port in ports if port in range(base, base + 10))
    return {
        "http": urlsplit(running.web).port,
        "trunk": base + 3,
        "phone": int(sip["registrar"].rpartition(":")[2]),
        "media": media,
        "simulator": base + 5,
        "plain": sorted(port for port in ports - {media} if port % 2 == 0),
        "ufrags": f"{theirs[0]}:{ours[0]}",
        "password": theirs[1],
        "srtp": [packet.hex() for packet in desk.pulses[leg_id].sent],
        "cookie": mad.cookie,
    }


def ice_of(sdp: str) -> tuple[str, str]:
    found = dict(re.findall(r"a=ice-(ufrag|pwd):(\S+)", sdp))
    return found["ufrag"], found["pwd"]


async def attack(targets: dict[str, Any]) -> dict[str, int]:
    process = await asyncio.create_subprocess_exec(
        *("nice", "-n", "29", sys.executable, "-m", "tests.world.strangers"),  # never before those who measure
        cwd=ROOT,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(30):
        output, _ = await process.communicate(json.dumps(targets).encode())
    assert process.returncode == 0
    return dict(json.loads(output))


async def mad_packets(desk: Desk, leg_id: str) -> None:
    """Damaged packets from the page's own, proven address."""
    chance, pulse = Random(5), desk.pulses[leg_id]
    while True:
        for packet in list(pulse.sent)[:3]:
            changed = bytearray(packet)
            changed[chance.randrange(len(changed))] ^= chance.randrange(1, 256)
            await pulse.send_raw(bytes(changed[: chance.randint(1, len(changed))]))
            await pulse.send_raw(bytes([chance.randrange(256)]) + chance.randbytes(chance.randrange(200)))
        await pulse.send_raw(b"\x00")
        await asyncio.sleep(0.02)


async def totals(person: Person) -> dict[str, float]:
    """All counters of all nodes, by name and labels."""
    found: dict[str, float] = {}
    for node in ("", "/sfu-1", "/sip-1"):
        reply = await person.client.get(f"{str(person.client.base_url).partition('/api')[0]}/metrics{node}")
        reply.raise_for_status()
        for name, labels, value in TOTAL.findall(reply.text):
            found[f"{name} {labels}"] = float(value)
    return found


def check_counters(before: dict[str, float], after: dict[str, float]) -> None:
    rise = {name: value - before.get(name, 0.0) for name, value in after.items()}
    for part in (
        "headcall_engine_total .*dropped",
        "headcall_sip_events_total .*(too_|malformed|no_sip|turned)",
        "live_rubbish",
        'http_requests_total status="4',
    ):
        count = sum(value for name, value in rise.items() if re.search(part, name))
        print(f"counted: {count:8.0f} {part}")
        assert count > 0, f"{part}: {[name for name, value in rise.items() if value]}"


async def no_legs(person: Person) -> bool:
    found = await totals(person)
    return not sum(
        value for name, value in found.items() if name.startswith(("headcall_media_legs", "headcall_sip_legs"))
    )

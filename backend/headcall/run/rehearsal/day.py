# SPDX-License-Identifier: Apache-2.0
"""The rehearsal's own process: callers and agents live their day, then the checker says how it was."""

import asyncio
import contextlib
import http.client
import json
import logging
import random
import socket
import time
from datetime import datetime
from typing import Any, Final

from headcall.backend.rehearsal.company import DIDS, QUEUES, members_of
from headcall.kit.clock import ScaledClock, SystemClock
from headcall.kit.role import RoleContext
from headcall.run.call import Api, CallFailed
from headcall.run.rehearsal.check import verdict
from headcall.run.rehearsal.history import History, LogLine, QueueRules, Record
from headcall.run.rehearsal.page import Page
from headcall.run.rehearsal.people import Agent, Callers, NoSound, World, scripts
from headcall.sip_bridge.simulator.telephone import Telephone
from headcall.wire.settings import Rehearsal, Sip, Web

log = logging.getLogger(__name__)

SETTLE_S: Final = 3.0
"""Real: the bridge hears of its trunk a moment after the start."""
SLACK_S: Final = 0.5
"""Real: in it the machine may still be at work. At speed 60 it is half a minute of virtual time (docs/rehearsal.md)."""
AFTER_S: Final = 900.0
"""Virtual: how long after the last call talks may take to end."""
RESULT: Final = "rehearsal.json"
PROGRESS: Final = "rehearsal-progress.json"


async def run(ctx: RoleContext) -> None:
    """Lives one day, writes `RESULT` beside the database, and waits for the end."""
    ctx.ready()
    day = ctx.tasks.start(_day(ctx), "day")
    stop = asyncio.ensure_future(ctx.stop.wait())
    await asyncio.wait({day, stop}, return_when=asyncio.FIRST_COMPLETED)
    if day.done():
        if error := day.exception():
            log.error("the day could not be lived to its end", exc_info=error)
            _write(ctx, {"failed": f"{type(error).__name__}: {error}"})
        await stop
    day.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await day


async def _day(ctx: RoleContext) -> None:
    wanted, port = ctx.settings.section(Rehearsal), ctx.settings.section(Web).http_port
    clock = ScaledClock(wanted.speed, wanted.began_at_ms)
    users = [f"usr_reh_{n:03d}" for n in range(1, wanted.agents + 1)]
    rules = {q.queue_id: QueueRules(frozenset(members_of(q.queue_id, users))) for q in QUEUES}
    world = World(clock, wanted.speed, History(rules), tuple(q.queue_id for q in QUEUES), DIDS)
    phone = Telephone(socket.socket(fileno=ctx.fds["simulator-udp"]), NoSound(), SystemClock(), name="pstn")
    await phone.start()
    callers = Callers(world, phone, ("127.0.0.1", ctx.settings.section(Sip).trunk_port))
    agents = await _open_desks(ctx, world, callers)
    await asyncio.sleep(SETTLE_S)
    working = [ctx.tasks.start(agent.work(wanted.hours + 1), agent.user_id) for agent in agents]
    began = time.monotonic()
    began_virtual = clock.now()
    lives = []
    for script in scripts(wanted.calls, wanted.hours, random.Random(wanted.seed)):
        await world.sleep(began_virtual + script.at_s - clock.now())
        lives.append(asyncio.ensure_future(callers.call(script)))
        _progress(ctx, world, script.at_s)
    await asyncio.wait(lives, timeout=AFTER_S / wanted.speed + 5)
    await asyncio.sleep(1.0)
    took = time.monotonic() - began
    virtual = clock.now() - began_virtual
    for work in working:
        work.cancel()
    # Only now: a line that was quiet all day has been closed by the server.
    boss = await asyncio.to_thread(_sign_in, port, "admin", wanted.password)
    await asyncio.to_thread(_read_records, boss, world.history)
    for agent in agents:
        world.history.states.setdefault(agent.user_id, []).append((clock.wall_ms(), "end"))
    found = verdict(world.history, round(SLACK_S * wanted.speed * 1000))
    found["speed_effective"], found["wall_s"] = round(virtual / took, 1), round(took, 1)
    found["slack_virtual_s"] = SLACK_S * wanted.speed
    await phone.stop()
    _write(ctx, found)


def _write(ctx: RoleContext, found: dict[str, Any]) -> None:
    """Whole or not at all: whoever waits for the file reads it at once."""
    (ctx.data_dir / "rehearsal.new").write_text(json.dumps(found))
    (ctx.data_dir / "rehearsal.new").replace(ctx.data_dir / RESULT)


def _sign_in(port: int, login: str, password: str) -> Api:
    for _ in range(60):
        api = Api(http.client.HTTPConnection("127.0.0.1", port, timeout=20))
        with contextlib.suppress(CallFailed):
            api.ask("POST", "/session", {"login": login, "password": password})
            return api
        time.sleep(0.5)
    raise CallFailed(f"{login} cannot sign in")


async def _open_desks(ctx: RoleContext, world: World, callers: Callers) -> list[Agent]:
    wanted, port = ctx.settings.section(Rehearsal), ctx.settings.section(Web).http_port
    agents = []
    for n in range(1, wanted.agents + 1):
        api = await asyncio.to_thread(_sign_in, port, f"agent{n}", wanted.password)
        agent = Agent(world, f"usr_reh_{n:03d}", callers, random.Random(wanted.seed * 1000 + n), ctx.tasks.start)
        agent.page = await Page.open(port, api.cookie, agent.user_id, agent.heard)
        ctx.tasks.start(agent.page.read(), f"page {n}")
        agents.append(agent)
    return agents


def _progress(ctx: RoleContext, world: World, at_s: float) -> None:
    text = json.dumps({"at_s": round(at_s), "calls": len(world.history.callers), "talks": len(world.history.talks)})
    (ctx.data_dir / PROGRESS).write_text(text)


def _ms(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def _read_records(boss: Api, history: History) -> None:
    """All records with their logs, as a supervisor would read them."""
    before = ""
    while True:
        page = boss.ask("GET", f"/calls?scope=all&limit=200{before}")
        for record in page["calls"]:
            log = boss.ask("GET", f"/calls/{record['call_id']}")["log"]
            history.records.append(_record(record, log))
        if not page["next"]:
            return
        before = f"&before={page['next']}"


def _record(record: dict[str, Any], log: list[dict[str, Any]]) -> Record:
    agent = record["agent"]
    lines = [LogLine(_ms(each["at"]), each["type"], each["data"]) for each in log]
    user_id = agent["user_id"] if agent else None
    return Record(record["call_id"], record["from_number"], user_id, record["talk_s"], lines)

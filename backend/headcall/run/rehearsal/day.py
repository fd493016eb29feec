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
from collections import Counter
from dataclasses import asdict
from datetime import datetime
from typing import Any, Final

from headcall.backend.rehearsal.company import DIDS, agent_id, members_of, queues_of
from headcall.kit.clock import SystemClock
from headcall.kit.role import RoleContext
from headcall.run.call import Api, CallFailed
from headcall.run.rehearsal.calendar import Calendar
from headcall.run.rehearsal.check import verdict
from headcall.run.rehearsal.history import History, LogLine, QueueRules, Record
from headcall.run.rehearsal.page import Page
from headcall.run.rehearsal.people import Agent, Callers, NoSound, World, scripts
from headcall.run.rehearsal.timing import calendar_of
from headcall.sip_bridge.simulator.telephone import Telephone
from headcall.wire.settings import Rehearsal, Sip, Web

log = logging.getLogger(__name__)

SETTLE_S: Final = 3.0
"""Real at the start, as the bridge hears of its trunk a moment later; virtual at the end, for the last record."""
AFTER_S: Final = 900.0
"""Virtual: how long after the last call talks may take to end."""
MOST_FORCED: Final = 3
PLEADED: Final = (7, -2)
"""A caller whom an agent refused is moved forward, or back."""
RESULT: Final = "rehearsal.json"
PROGRESS: Final = "rehearsal-progress.json"


async def run(ctx: RoleContext) -> None:
    """Lives one day, writes `RESULT` beside the database, and waits for the end."""
    ctx.ready()
    day = ctx.tasks.start(Day(ctx).live(), "day")
    stop = asyncio.ensure_future(ctx.stop.wait())
    stuck = ctx.tasks.start(_until_stuck(calendar_of(ctx.settings, ctx.data_dir)[0]), "stuck")
    await asyncio.wait({day, stop, stuck}, return_when=asyncio.FIRST_COMPLETED)
    if stuck.done() and not day.done():
        _write(ctx, {"failed": "the calendar stands: a process works for ever or does not come back; see the log"})
        await stop
    elif day.done():
        if error := day.exception():
            log.error("the day could not be lived to its end", exc_info=error)
            _write(ctx, {"failed": f"{type(error).__name__}: {error}"})
        await stop
    day.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await day


async def _until_stuck(calendar: Calendar) -> None:
    """Until the calendar was forced so often that nobody should wait for the day's end."""
    while calendar.forced < MOST_FORCED:
        await asyncio.sleep(1.0)


class Day:
    def __init__(self, ctx: RoleContext) -> None:
        self._ctx, self._wanted = ctx, ctx.settings.section(Rehearsal)
        self._port = ctx.settings.section(Web).http_port
        self._clock = ctx.clock
        queues = rules_of(self._wanted)
        self._world = World(self._clock, ctx.sleep, History(queues), tuple(queues), DIDS)
        self._chance = random.Random(self._wanted.seed)
        self._cookies: dict[str, str] = {}
        """By log-in name: who has signed in stays so all day."""

    async def live(self) -> None:
        """From opening to the verdict."""
        ctx = self._ctx
        phone = Telephone(socket.socket(fileno=ctx.fds["simulator-udp"]), NoSound(), SystemClock(), name="pstn")
        await phone.start()
        callers = Callers(self._world, phone, ("127.0.0.1", ctx.settings.section(Sip).trunk_port))
        agents = await self._open_desks(callers)
        await asyncio.sleep(SETTLE_S)
        working = [ctx.tasks.start(agent.work(self._wanted.hours + 1), agent.user_id) for agent in agents]
        began, began_virtual = time.monotonic(), self._clock.now()
        await self._callers_call(callers, agents, began_virtual)
        took, virtual = time.monotonic() - began, self._clock.now() - began_virtual
        for work in working:
            work.cancel()
        _write(ctx, self._progress(callers, agents, self._wanted.hours * 3600), PROGRESS)
        history = self._world.history
        history.forced = calendar_of(ctx.settings, ctx.data_dir)[0].forced
        history.mended = await asyncio.to_thread(_mended, self._port)
        await asyncio.to_thread(_read_records, await self._api("admin"), history)
        for agent in agents:
            history.states.setdefault(agent.user_id, []).append((self._clock.wall_ms(), "end"))
        (ctx.data_dir / "history.json").write_text(json.dumps(asdict(history)))
        found = await asyncio.to_thread(verdict, history)
        found["speed_effective"], found["wall_s"] = round(virtual / took, 1), round(took, 1)
        await phone.stop()
        _write(ctx, found)

    async def _callers_call(self, callers: Callers, agents: list[Agent], began_virtual: float) -> None:
        lives = []
        for script in scripts(self._wanted.calls, self._wanted.hours, self._chance):
            await self._world.sleep(began_virtual + script.at_s - self._clock.now())
            lives.append(asyncio.ensure_future(callers.call(script)))
            _write(self._ctx, self._progress(callers, agents, script.at_s), PROGRESS)
        await self._world.first_of(AFTER_S, asyncio.gather(*lives))
        await self._world.sleep(SETTLE_S)

    def _progress(self, callers: Callers, agents: list[Agent], at_s: float) -> dict[str, Any]:
        """How it stands, for whoever watches."""
        history = self._world.history
        states = Counter(agent.state for agent in agents)
        return {
            "at_s": round(at_s),
            "calls": len(history.callers),
            "answered": len(history.talks),
            "waiting": len(callers.waiting),
            "states": {state: states[state] for state in ("ready", "ringing", "talking", "wrap_up", "break")},
        }

    # ------------------------------------------------------------ agents

    async def _open_desks(self, callers: Callers) -> list[Agent]:
        agents = []
        for n in range(1, self._wanted.agents + 1):
            chance = random.Random(self._wanted.seed * 1000 + n)
            agent = Agent(
                *(self._world, agent_id(n), callers),
                chance=chance,
                spawn=self._ctx.tasks.start,
                pleads=self._plead,
            )
            agent.page = await self._open_page(agent)
            self._ctx.tasks.start(agent.stay(self._open_page), f"page {n}")
            agents.append(agent)
        return agents

    async def _open_page(self, agent: Agent) -> Page:
        api = await self._api(f"agent{int(agent.user_id[-3:])}")
        return await Page.open(self._port, api.cookie, agent.user_id, agent.heard)

    async def _api(self, login: str) -> Api:
        """On a connection of its own: the server closes one that was quiet for long."""
        if login not in self._cookies:
            api = await asyncio.to_thread(_sign_in, self._port, login, self._wanted.password)
            self._cookies[login] = api.cookie
        return Api(http.client.HTTPConnection("127.0.0.1", self._port, timeout=20), self._cookies[login])

    async def _plead(self, call_id: str) -> None:
        """The supervisor gives a caller whom an agent refused another priority. They may be gone, or talk, by then."""
        boss, wish = await self._api("admin"), {"priority": self._chance.choice(PLEADED)}
        with contextlib.suppress(CallFailed):
            await asyncio.to_thread(boss.ask, "PUT", f"/calls/{call_id}/priority", wish)
            self._world.history.moved += 1
        boss.connection.close()


def rules_of(wanted: Rehearsal) -> dict[str, QueueRules]:
    """What the model is told of the company."""
    users = [agent_id(n) for n in range(1, wanted.agents + 1)]
    return {
        queue.queue_id: QueueRules(
            members=tuple(members_of(queue.queue_id, users)),
            strategy=queue.strategy,
            priority=queue.priority,
            vip=queue.vip,
            is_sticky=queue.sticky_days > 0,
            sticky_wait_ms=queue.sticky_wait_s * 1000,
        )
        for queue in queues_of(wanted.calls)
    }


def _write(ctx: RoleContext, found: dict[str, Any], name: str = RESULT) -> None:
    """Whole or not at all: whoever waits for the file reads it at once."""
    (ctx.data_dir / "rehearsal.new").write_text(json.dumps(found))
    (ctx.data_dir / "rehearsal.new").replace(ctx.data_dir / name)


def _sign_in(port: int, login: str, password: str) -> Api:
    for _ in range(60):
        api = Api(http.client.HTTPConnection("127.0.0.1", port, timeout=20))
        with contextlib.suppress(CallFailed):
            api.ask("POST", "/session", {"login": login, "password": password})
            return api
        time.sleep(0.5)
    raise CallFailed(f"{login} cannot sign in")


def _mended(port: int) -> int:
    """`headcall_invariants_mended_total`, of all kinds."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    line.request("GET", "/metrics")
    texts = line.getresponse().read().decode().splitlines()
    line.close()
    return round(sum(float(text.split()[-1]) for text in texts if text.startswith("headcall_invariants_mended_total{")))


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
    agent, queue = record["agent"], record["queue"]
    return Record(
        record["call_id"],
        record["from_number"],
        agent["user_id"] if agent else None,
        record["talk_s"],
        [LogLine(_ms(each["at"]), each["type"], each["data"]) for each in log],
        queue_id=queue["id"] if queue else None,
        started_ms=_ms(record["started_at"]),
        ended_by=record["ended_by"],
    )

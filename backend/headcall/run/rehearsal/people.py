# SPDX-License-Identifier: Apache-2.0
"""Synthetic callers and agents. What they live through goes into the history; they never look into the database."""

import asyncio
import contextlib
import math
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from websockets.exceptions import WebSocketException

from headcall.backend.rehearsal.company import number_of
from headcall.kit.clock import Clock
from headcall.run.rehearsal.history import AgentTalked, CallerSaw, History
from headcall.run.rehearsal.page import Page
from headcall.sip_bridge.simulator.rtp import RtpThread, Stream
from headcall.sip_bridge.simulator.telephone import Telephone
from headcall.sip_bridge.uri import NameAddr, Uri

Spawn = Callable[[Any, str], Any]
OpenPage = Callable[["Agent"], Awaitable[Page]]
Pleads = Callable[[str], Awaitable[None]]
"""What a supervisor does for a caller whom an agent let pass, by the call's id."""

CALLS_AGAIN: Final = 0.15
"""Of the callers, so many have called before."""
AGAIN_AFTER_S: Final = 3600.0
"""A first call is over by then; if it is not, the second waits for its end."""
SAME_NUMBER_S: Final = 0.5
"""Between the end of a call and the next one of the same number: everybody has heard of the end."""
COMES_BACK_S: Final = 0.3
"""So soon does a page whose line was cut come back."""


class NoSound(RtpThread):
    """In the place of the thread that would send a packet every 20 ms of real time."""

    def __init__(self) -> None:  # the thread is not started
        self.count = 0

    def add(self, stream: Stream) -> None:
        stream.sock.close()

    def remove(self, stream: Stream) -> None:
        stream.sock.close()


@dataclass(frozen=True)
class Script:
    """What one caller is going to do."""

    at_s: float
    number: str
    queue: int
    patience_s: float
    talk_s: float
    caller_ends: bool


def curve(part: float) -> float:
    """How busy it is at this part of the day: a peak before noon, a lower one after."""
    return 0.35 + math.exp(-(((part - 0.3) / 0.13) ** 2)) + 0.7 * math.exp(-(((part - 0.7) / 0.12) ** 2))


def scripts(count: int, hours: float, chance: random.Random) -> Iterator[Script]:
    """A non-homogeneous Poisson process, given its count: the moments are independent draws from the curve."""
    moments: list[float] = []
    while len(moments) < count:
        part = chance.random()
        if chance.random() * 1.4 < curve(part):
            moments.append(part * hours * 3600)
    earlier: list[tuple[float, str, int]] = []
    for n, at_s in enumerate(sorted(moments)):
        number, queue = number_of(n), chance.choices((0, 1, 2, 3), (10, 8, 2, 1))[0]
        again = chance.random() < CALLS_AGAIN
        if again and earlier and earlier[0][0] < at_s - AGAIN_AFTER_S:
            _, number, queue = earlier.pop(0)
        else:
            earlier.append((at_s, number, queue))
        yield Script(
            at_s=at_s,
            number=number,
            queue=queue,
            patience_s=chance.expovariate(1 / 240) + 5,
            talk_s=min(chance.lognormvariate(math.log(100), 0.6), 900),
            caller_ends=chance.random() < 0.4,
        )


@dataclass
class World:
    """What people share."""

    clock: Clock
    sleep: Callable[[float], Awaitable[None]]
    history: History
    queue_ids: tuple[str, ...]
    dids: tuple[str, ...]

    async def first_of(self, within_s: float, *what: "asyncio.Future[Any]") -> None:
        """Until one of these is done or this time is over; they go on."""
        limit = asyncio.ensure_future(self.sleep(within_s))
        try:
            await asyncio.wait({limit, *what}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            limit.cancel()


class Callers:
    """The public network: everybody who calls, on one socket."""

    def __init__(self, world: World, telephone: Telephone, trunk: tuple[str, int]) -> None:
        self._world, self._telephone, self._trunk = world, telephone, trunk
        self._counts: Counter[str] = Counter()
        self._lines: dict[str, asyncio.Lock] = {}
        """A number calls once at a time."""
        self.scripts: dict[str, Script] = {}
        """By number: what its present call is going to do."""
        self.keys: dict[str, str] = {}
        self.helped: dict[str, asyncio.Event] = {}
        """By number: somebody talks with them (they hear it)."""
        self.waiting: set[str] = set()
        """Keys of those who are not helped yet."""

    async def call(self, script: Script) -> None:
        """One call, from the first digit to the end."""
        async with self._lines.setdefault(script.number, asyncio.Lock()):
            self._counts[script.number] += 1
            key = self.keys[script.number] = f"{script.number}#{self._counts[script.number]}"
            self.scripts[script.number] = script
            self.helped[script.number] = asyncio.Event()
            self.waiting.add(key)
            try:
                await self._live(key, script, self.helped[script.number])
            finally:
                self.waiting.discard(key)
            await self._world.sleep(SAME_NUMBER_S)

    async def _live(self, key: str, script: Script, helped: asyncio.Event) -> None:
        world, (host, port) = self._world, self._trunk
        flow = self._telephone.flow_to(host, port)
        saw = CallerSaw(key, script.number, world.queue_ids[script.queue], world.clock.wall_ms())
        world.history.callers.append(saw)
        caller = NameAddr(Uri.sip(script.number, "pstn.invalid"))
        call = self._telephone.dial(Uri.sip(world.dids[script.queue], host, port), flow, caller)
        ended = asyncio.ensure_future(call.until("ended", within=1e6))
        waiting = asyncio.ensure_future(helped.wait())
        try:
            await world.first_of(script.patience_s, ended, waiting)
            if helped.is_set():
                self.waiting.discard(key)
                await world.first_of(script.talk_s if script.caller_ends else 3600, ended)
        finally:
            waiting.cancel()
            ended.cancel()
        saw.ended_by = "company" if call.state == "ended" else "caller"
        self._telephone.hang_up(call)
        saw.status, saw.ended_ms = call.status, world.clock.wall_ms()
        self._telephone.forget(call)


class Agent:
    """Somebody at a desk."""

    def __init__(
        self,
        world: World,
        user_id: str,
        callers: Callers,
        *,
        chance: random.Random,
        spawn: Spawn,
        pleads: Pleads,
    ) -> None:
        self._world, self.user_id, self._callers, self._chance, self._spawn = world, user_id, callers, chance, spawn
        self._pleads = pleads
        self.page: Page | None = None
        self._calls: dict[str, str] = {}
        """Call id → state, as shown."""
        self._talks: dict[str, AgentTalked] = {}

    @property
    def state(self) -> str:
        states = self._world.history.states.get(self.user_id)
        return states[-1][1] if states else "offline"

    async def stay(self, open_page: OpenPage) -> None:
        """Reads the page's line all day; opens it again when it was cut, as a real page does."""
        while True:
            assert self.page is not None
            with contextlib.suppress(WebSocketException, OSError):
                await self.page.read()
            self._world.history.reconnects += 1
            await self._world.sleep(COMES_BACK_S)
            self.page = await open_page(self)

    def heard(self, kind: str, data: dict[str, Any]) -> None:
        """An event of the page."""
        match kind:
            case "snapshot":
                self.heard("agent", data["agent"])
                now = [call["call_id"] for call in data["calls"]]
                for call_id in [each for each in self._calls if each not in now]:
                    self.heard("call_gone", {"call_id": call_id})
                for call in data["calls"]:
                    self.heard("call", call)
            case "agent":
                states = self._world.history.states.setdefault(self.user_id, [])
                since = round(datetime.fromisoformat(data["since"]).timestamp() * 1000)
                if not states or states[-1] != (since, data["state"]):
                    states.append((since, data["state"]))
            case "call":
                self._call(data)
            case "call_gone":
                self._calls.pop(data["call_id"], None)
                if talk := self._talks.pop(data["call_id"], None):
                    talk.to_ms = self._world.clock.wall_ms()
            case _:
                pass

    def _call(self, data: dict[str, Any]) -> None:
        call_id, state, number = data["call_id"], data["state"], data["peer"]["number"]
        was = self._calls.get(call_id)
        self._calls[call_id] = state
        if was is None and state == "ringing":
            self._world.history.page_doubles += len(self._calls) > 1
            self._spawn(self._react(call_id, data["leg_id"]), "react")
        elif state == "talking" and was != "talking" and call_id not in self._talks:
            key = self._callers.keys.get(number, number)
            talk = self._talks[call_id] = AgentTalked(key, self.user_id, self._world.clock.wall_ms())
            self._world.history.talks.append(talk)
            if number in self._callers.helped:
                self._callers.helped[number].set()
            script = self._callers.scripts.get(number)
            if script and not script.caller_ends:
                self._spawn(self._finish(call_id, script.talk_s), "finish")

    async def _react(self, call_id: str, leg_id: str) -> None:
        """Most answer after some seconds; few look away, fewer refuse."""
        luck = self._chance.random()
        if luck < 0.02:
            return
        await self._world.sleep(self._chance.uniform(1, 6))
        if luck < 0.04:
            await self._do("call.refuse", call_id=call_id)
            await self._pleads(call_id)
            return
        await self._do("leg.connect", leg_id=leg_id, sdp="v=0")
        await self._do("call.answer", call_id=call_id)

    async def _do(self, kind: str, **words: object) -> None:
        """What a person does who looks whether it worked: if not, they live on."""
        if self.page:
            with contextlib.suppress(TimeoutError, WebSocketException):
                await self.page.do(kind, **words)

    async def _finish(self, call_id: str, talk_s: float) -> None:
        await self._world.sleep(talk_s)
        if call_id in self._calls:
            await self._do("call.hang_up", call_id=call_id)

    async def work(self, hours: float) -> None:
        """The whole day: at work, with a break now and then; whoever was paused for missing comes back."""
        await self._do("softphone.take", instance=self.user_id)
        await self._do("agent.state", state="ready")
        until = self._world.clock.now() + hours * 3600
        while self._world.clock.now() < until:
            await self._world.sleep(self._chance.uniform(300, 3000))
            await self._do("agent.state", state="break", reason="coffee")
            await self._world.sleep(self._chance.uniform(60, 400))
            await self._do("agent.state", state="ready")

# SPDX-License-Identifier: Apache-2.0
"""The simulated public network's process: calls the company over its trunk when told to, and answers its calls."""

import asyncio
import contextlib
import logging
import re
import socket
from typing import Final

from headcall.kit.clock import Clock
from headcall.kit.private import Private
from headcall.kit.role import CannotStart, RoleContext
from headcall.kit.tasks import Tasks
from headcall.sip_bridge.simulator import speech
from headcall.sip_bridge.simulator.hearing import SILENCE_DBOV
from headcall.sip_bridge.simulator.rtp import RtpThread
from headcall.sip_bridge.simulator.telephone import MakePayloads, PhoneCall, Telephone
from headcall.sip_bridge.uri import NameAddr, Uri
from headcall.wire import topics
from headcall.wire.codec import UnknownWord, decode, encode
from headcall.wire.nodes import Done, NodeAlive, Refused
from headcall.wire.settings import Sip
from headcall.wire.simulator import (
    CallSimulated,
    DescribeSimulated,
    HangUpSimulated,
    SimulateCall,
    SimulatedCall,
    SimulatedDescribed,
    SimulatorCommand,
    SimulatorReply,
)

log = logging.getLogger(__name__)

MOST_CALLS: Final = 200
REMEMBERED_MS: Final = 600_000
RING_S: Final = 2.0
"""How long a simulated person lets it ring."""
TALK_S: Final = 300.0
"""How long one who was called talks, at most."""
_REFUSING: Final = re.compile(r"(404|480|486|503|603)$")
"""A number that ends so refuses with that status, for trying things out."""


class Simulator:
    """Commands to telephone calls."""

    def __init__(self, telephone: Telephone, trunk: tuple[str, int], clock: Clock) -> None:
        self._telephone = telephone
        self._trunk = trunk
        self._clock = clock
        self._tasks = Tasks("simulator")
        telephone.on_ring = self._rings

    @property
    def live(self) -> int:
        """Calls now."""
        return sum(call.state != "ended" for call in self._telephone.calls.values())

    async def answer(self, message: bytes) -> bytes:
        """Serves `topics.simulator(node)`."""
        try:
            command: object = decode(message, SimulatorCommand)  # type: ignore[arg-type]
            return encode(await self._perform(command))
        except UnknownWord as error:
            return encode(Refused("bad-request", str(error)))
        except speech.NoSpeech as error:
            return encode(Refused("unavailable", str(error)))

    async def _perform(self, command: object) -> SimulatorReply:
        match command:
            case SimulateCall():
                return await self._call(command)
            case HangUpSimulated(simulated_id):
                call = self._telephone.calls.get(simulated_id)
                if call is None:
                    return Refused("not-found", "no such simulated call")
                self._telephone.hang_up(call)
                return Done()
            case _:
                assert isinstance(command, DescribeSimulated)
                self._forget_old()
                return SimulatedDescribed(tuple(map(self._view, self._telephone.calls.values())))

    # ------------------------------------------------------------ calling

    async def _call(self, command: SimulateCall) -> SimulatorReply:
        number = re.sub(r"[^0-9+*#]", "", command.number)
        if not number:
            return Refused("incomplete-number", "no digits to dial")
        if self.live >= MOST_CALLS:
            return Refused("overload", f"{MOST_CALLS} simulated calls already")
        payloads = await self._sound(command)
        self._forget_old()
        host, port = self._trunk
        caller_number = re.sub(r"[^0-9+*#]", "", command.caller_number) or "anonymous"
        caller = NameAddr(Uri.sip(caller_number, "pstn.invalid"), command.caller_name)
        flow = self._telephone.flow_to(host, port)
        call = self._telephone.dial(Uri.sip(number, host, port), flow, caller, payloads=payloads)
        log.info("%s: %s dials %s", call.name, Private(caller_number), Private(number))
        self._tasks.start(self._live(call, command), call.name)
        return CallSimulated(call.name)

    @staticmethod
    async def _sound(command: SimulateCall) -> MakePayloads:
        if command.tone_hz:
            return lambda codec: speech.tone_packets(codec, command.tone_hz)
        if command.wav:
            samples = await asyncio.to_thread(speech.from_file, command.wav)
        else:
            samples = await speech.spoken(command.say, command.language)
        return lambda codec: speech.packets(codec, samples)

    async def _live(self, call: PhoneCall, command: SimulateCall) -> None:
        """A caller has patience for so long, from the beginning; keys are pressed once somebody answers."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(1.0, command.hang_up_after_s)):
                await call.until("talking", "ended", within=command.hang_up_after_s)
                call.stream.press(command.keys.upper())
                await call.until("ended", within=command.hang_up_after_s)
        self._telephone.hang_up(call)
        log.info("%s ended: %d", call.name, call.status)

    # ------------------------------------------------------------ being called

    def _rings(self, call: PhoneCall) -> None:
        if self.live > MOST_CALLS:
            self._telephone.refuse(call, 503)
        elif found := _REFUSING.search(call.number):
            self._telephone.refuse(call, int(found[1]))
        else:
            self._tasks.start(self._pick_up(call), call.name)

    async def _pick_up(self, call: PhoneCall) -> None:
        samples = await speech.spoken("", "zh")
        with contextlib.suppress(TimeoutError):
            await call.until("ended", within=RING_S)
        if call.state == "ended":
            return
        self._telephone.answer(call, lambda codec: speech.packets(codec, samples))
        with contextlib.suppress(TimeoutError):
            await call.until("ended", within=TALK_S)
        self._telephone.hang_up(call)

    # ------------------------------------------------------------ looking

    def _view(self, call: PhoneCall) -> SimulatedCall:
        heard = call.heard
        now_s = self._clock.wall_ms() / 1000
        return SimulatedCall(
            simulated_id=call.name,
            number=call.number,
            state=call.state,
            sip_status=call.status,
            started_at_ms=call.started_at_ms,
            answered_at_ms=call.answered_at_ms,
            ended_at_ms=call.ended_at_ms,
            heard_dbov=round(heard.dbov(now_s), 1) if call.state != "ended" else SILENCE_DBOV,
            packets_received=heard.packets,
            longest_gap_ms=round(heard.longest_gap_s * 1000, 1),
        )

    def _forget_old(self) -> None:
        before = self._clock.wall_ms() - REMEMBERED_MS
        for call in list(self._telephone.calls.values()):
            if call.ended_at_ms is not None and call.ended_at_ms < before:
                self._telephone.forget(call)

    async def close(self) -> None:
        await self._tasks.close()
        await self._telephone.stop()


async def run(ctx: RoleContext) -> None:
    """Serves until `ctx.stop`; then every simulated telephone hangs up."""
    if "simulator-udp" not in ctx.fds:
        raise CannotStart("no socket named `simulator-udp` was handed over")
    sip = ctx.settings.section(Sip)
    host = "127.0.0.1" if sip.host in ("0.0.0.0", "::", "") else sip.host
    rtp = RtpThread()
    telephone = Telephone(socket.socket(fileno=ctx.fds["simulator-udp"]), rtp, ctx.clock, name="pstn")
    simulator = Simulator(telephone, (host, sip.trunk_port), ctx.clock)
    await telephone.start()
    served = await ctx.bus.serve(topics.simulator(ctx.name), simulator.answer)

    def alive() -> bytes:
        return encode(NodeAlive(ctx.name, "simulator", ctx.epoch, simulator.live, ctx.stop.is_set()))

    ctx.announce(topics.NODES, alive)
    ctx.ready()
    try:
        await ctx.stop.wait()
        await served.close()
        await simulator.close()
    finally:
        rtp.close()

# SPDX-License-Identifier: Apache-2.0
"""A telephone made of our own core: it registers, calls, is called, and can be asked what it hears.

The caller simulator is one with many calls at once; in tests it is the measured peer of the bridge.
"""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal

from headcall.kit.clock import Clock
from headcall.kit.ids import IdMaker
from headcall.sip_bridge.core import effects as told
from headcall.sip_bridge.core.agent import Inquiry, Invitation, Settings, UserAgent
from headcall.sip_bridge.digest import Credentials
from headcall.sip_bridge.errors import BadSdp, LocalError
from headcall.sip_bridge.flow import Flow
from headcall.sip_bridge.message import Response, respond
from headcall.sip_bridge.sdp import Direction, Origin, find_audio, is_event, make_answer, make_offer, parse_sdp, revise
from headcall.sip_bridge.shell.here import Here
from headcall.sip_bridge.shell.line import Line
from headcall.sip_bridge.shell.wires import Wires, way_out
from headcall.sip_bridge.simulator.hearing import Heard
from headcall.sip_bridge.simulator.rtp import RtpThread, Stream
from headcall.sip_bridge.store import Store
from headcall.sip_bridge.uri import NameAddr, Uri
from headcall.wire.media import Address, Codec

log = logging.getLogger(__name__)

LOCAL: Final = "line"
PCMA: Final = Codec("PCMA", 8, 8000)
PCMU: Final = Codec("PCMU", 0, 8000)
EVENTS: Final = Codec("telephone-event", 101, 8000, 1, "0-15")

MakePayloads = Callable[[str], tuple[bytes, ...]]
"""What is said, as payloads of the codec with this name."""
State = Literal["dialling", "ringing", "talking", "ended"]


@dataclass
class PhoneCall:
    """One call of a telephone."""

    name: str
    number: str
    stream: Stream
    is_incoming: bool
    started_at_ms: int
    state: State = "dialling"
    status: int = 0
    """Of the last response that matters: 180, 183, 200, 486 …"""
    answered_at_ms: int | None = None
    ended_at_ms: int | None = None
    ended_by_peer: bool = False
    caller: str = ""
    offer: bytes = b""
    is_held_by_peer: bool = False
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def heard(self) -> Heard:
        return self.stream.heard

    async def until(self, *states: State, within: float = 10.0) -> None:
        """Waits for one of these states."""
        async with asyncio.timeout(within):
            while self.state not in states:
                self.changed.clear()
                await self.changed.wait()


class Telephone:
    """See the module. One UDP socket; outgoing TCP if a flow says so."""

    def __init__(
        self, sock: socket.socket, rtp: RtpThread, clock: Clock, *, account: Credentials | None = None, name: str = ""
    ) -> None:
        self._sock = sock
        self._rtp = rtp
        self._clock = clock
        self._account = account
        self._ids = IdMaker(clock)
        self.port: int = sock.getsockname()[1]
        ports = {(LOCAL, "udp"): self.port, (LOCAL, "tcp"): self.port}
        here = Here(
            ports,
            way_out,
            name_call=lambda: self._ids("line"),
            credentials=lambda name, realm: self._account,
        )
        user = account.username if account else name or "line"
        self.line = Line(
            UserAgent(here, Settings(user_agent="HeadCall simulator", contact_user=user)), Store(None), clock
        )
        self.wires = Wires(self.line.received, self.line.failed, clock, dict(ports))
        self.calls: dict[str, PhoneCall] = {}
        self.on_ring: Callable[[PhoneCall], None] = lambda call: None
        """Told of each call that comes in; 180 has been sent."""
        self.codecs: tuple[Codec, ...] = (PCMA, PCMU, EVENTS)
        self._sounds: dict[str, MakePayloads] = {}
        self._replies: dict[str, asyncio.Future[Response]] = {}
        self._cseq = 0
        self._registration = self._ids("reg")

    async def start(self) -> None:
        self.line.join(self.wires, self._told)
        await self.wires.open({f"sip-{LOCAL}-udp": self._sock.detach()})

    async def stop(self) -> None:
        for call in list(self.calls.values()):
            self.hang_up(call)
        await asyncio.sleep(0)
        self.line.close()
        await self.wires.close()

    # ------------------------------------------------------------ what a person does

    def flow_to(self, host: str, port: int, transport: Literal["udp", "tcp"] = "udp") -> Flow:
        return Flow(transport, (host, port), LOCAL)

    def dial(
        self,
        to: Uri,
        flow: Flow,
        caller: NameAddr,
        *,
        payloads: MakePayloads = lambda codec: (),
        keeps: bool = False,
        with_offer: bool = True,
    ) -> PhoneCall:
        """Calls. `payloads` makes what is said for the codec that is agreed on."""
        call = self._new_call(self._ids("line"), to.number, flow, is_incoming=False, keeps=keeps)
        self._sounds[call.name] = payloads
        offer = make_offer(self._origin(call), self._address(call), self.codecs) if with_offer else b""
        invitation = Invitation(to, caller, NameAddr(to), flow, offer)
        self._do(lambda: self.line.agent.invite(call.name, invitation, self._clock.now()))
        return call

    def answer(self, call: PhoneCall, payloads: MakePayloads = lambda codec: ()) -> None:
        """Picks up."""
        self._sounds[call.name] = payloads
        sdp = self._make_answer(call, call.offer)
        if sdp is None:
            self.refuse(call, 488)
            return
        self._do(lambda: self.line.agent.accept(call.name, sdp, self._clock.now()))
        self._talk(call)

    def refuse(self, call: PhoneCall, status: int) -> None:
        self._do(lambda: self.line.agent.refuse(call.name, status, self._clock.now()))
        self._end(call, status)

    def hang_up(self, call: PhoneCall) -> None:
        """Ends it, in whatever state."""
        if call.state != "ended":
            self._do(lambda: self.line.agent.end(call.name, self._clock.now(), 603))
            self._end(call, call.status)

    def hold(self, call: PhoneCall, on: bool) -> None:
        """The telephone's own hold key."""
        direction: Direction = "sendonly" if on else "sendrecv"
        before = self.line.agent.local_sdp(call.name)
        sdp = revise(before, self._address(call), self._spoken(call), direction=direction)
        self._do(lambda: self.line.agent.reinvite(call.name, sdp, self._clock.now()))

    def _spoken(self, call: PhoneCall) -> tuple[Codec, ...]:
        sound = Codec(call.stream.codec, call.stream.payload_type, 8000)
        event = call.stream.event_type
        return (sound,) if event is None else (sound, Codec("telephone-event", event, 8000, 1, "0-15"))

    async def register(self, registrar: Uri, flow: Flow, *, expires: int = 300, within: float = 5.0) -> Response:
        """Registers (or, with `expires` 0, leaves); the final response."""
        assert self._account is not None
        me = NameAddr(Uri.sip(self._account.username, registrar.host))
        contact = self.line.agent.contact_of(flow)
        self._cseq += 2
        inquiry = Inquiry(
            "REGISTER",
            registrar,
            me,
            me,
            flow,
            call_id=self._registration,
            cseq=self._cseq,
            headers=(("Contact", f"<{contact}>"), ("Expires", str(expires))),
        )
        return await self.ask(inquiry, within=within)

    async def ask(self, inquiry: Inquiry, *, within: float = 5.0) -> Response:
        """A request outside of calls, and its final response."""
        name = self._ids("ask")
        future = self._replies[name] = asyncio.get_running_loop().create_future()
        self._do(lambda: self.line.agent.request(name, inquiry, self._clock.now()))
        try:
            async with asyncio.timeout(within):
                response: Response = await future
                return response
        finally:
            del self._replies[name]

    # ------------------------------------------------------------ what happens

    def _told(self, event: told.Event) -> None:
        match event:
            case told.InviteReceived():
                self._invited(event)
            case told.ResponseReceived(name, response):
                if (future := self._replies.get(name)) and not future.done():
                    future.set_result(response)
            case told.TransactionFailed(name, status):
                if (future := self._replies.get(name)) and not future.done():
                    future.set_exception(TimeoutError(f"no answer: {status}"))
            case told.RequestReceived(key, request, _):
                status = 200 if request.method == "OPTIONS" else 405
                self._do(lambda: self.line.agent.respond(key, respond(request, status), self._clock.now()))
            case _:
                call = self.calls.get(event.call)
                if call is not None:
                    self._in_call(call, event)

    def _in_call(self, call: PhoneCall, event: told.Event) -> None:
        match event:
            case told.Ringing(_, response, sdp):
                call.status, call.state = response.status, "ringing"
                if sdp:
                    self._connect(call, sdp)
            case told.Answered(_, response, sdp):
                call.status = response.status
                self._connect(call, sdp)
                self._talk(call)
            case told.Rejected(_, status, _):
                self._end(call, status)
            case told.CancelReceived() | told.ByeReceived() | told.Lost():
                call.ended_by_peer = True
                self._end(call, 487 if isinstance(event, told.CancelReceived) else call.status)
            case told.ReinviteReceived(_, _, sdp):
                self._reinvited(call, sdp)
            case told.ReinviteAnswered(_, sdp) | told.AckReceived(_, sdp):
                if sdp:
                    self._connect(call, sdp)
            case told.ReferReceived():
                self._do(lambda: self.line.agent.refuse_refer(call.name, 603, self._clock.now()))
            case _:
                pass
        call.changed.set()

    def _invited(self, event: told.InviteReceived) -> None:
        request = event.request
        call = self._new_call(event.call, request.uri.number, event.flow, is_incoming=True, keeps=False)
        call.offer, call.state, call.status = event.sdp, "ringing", 180
        call.caller = request.from_.uri.number
        self._do(lambda: self.line.agent.ring(call.name, self._clock.now()))
        self.on_ring(call)

    def _reinvited(self, call: PhoneCall, sdp: bytes) -> None:
        answer = self._make_answer(call, sdp, is_first=False)
        if answer is None:
            self._do(lambda: self.line.agent.refuse_reinvite(call.name, 488, self._clock.now()))
        else:
            self._do(lambda: self.line.agent.answer_reinvite(call.name, answer, self._clock.now()))

    # ------------------------------------------------------------ the session

    def _new_call(self, name: str, number: str, flow: Flow, *, is_incoming: bool, keeps: bool) -> PhoneCall:
        stream = Stream(way_out(flow.remote), heard=Heard(keeps=keeps))
        call = PhoneCall(name, number, stream, is_incoming, self._clock.wall_ms())
        self.calls[name] = call
        self._rtp.add(stream)
        return call

    def _origin(self, call: PhoneCall) -> Origin:
        return Origin(call.stream.port, 1, call.stream.host)

    def _address(self, call: PhoneCall) -> Address:
        return Address(call.stream.host, call.stream.port)

    def _make_answer(self, call: PhoneCall, offer: bytes, *, is_first: bool = True) -> bytes | None:
        """None if the offer holds nothing that we speak."""
        if not offer:
            return make_offer(self._origin(call), self._address(call), self.codecs)
        if not self._connect(call, offer):
            return None
        origin = self._origin(call)
        if not is_first:
            origin = parse_sdp(self.line.agent.local_sdp(call.name)).origin.next()
        return make_answer(parse_sdp(offer), origin, self._address(call), self._spoken(call))

    def _connect(self, call: PhoneCall, sdp: bytes) -> bool:
        try:
            audio = find_audio(parse_sdp(sdp))
        except BadSdp as error:
            log.info("call %s: %s", call.name, error)
            return False
        sound = next((codec for codec in audio.codecs if codec.name.upper() in ("PCMA", "PCMU")), None)
        if sound is None:
            return False
        stream, event = call.stream, next((codec for codec in audio.codecs if is_event(codec)), None)
        stream.codec = stream.heard.codec = sound.name.upper()
        stream.payload_type, stream.event_type = sound.payload_type, event.payload_type if event else None
        stream.remote = (audio.remote.host, audio.remote.port)
        call.is_held_by_peer = audio.is_hold
        return True

    def _talk(self, call: PhoneCall) -> None:
        call.state, call.status, call.answered_at_ms = "talking", 200, self._clock.wall_ms()
        make = self._sounds.get(call.name)
        if make is not None:
            call.stream.payloads = make(call.stream.codec)
        call.stream.heard.begin_measuring()
        call.changed.set()

    def _end(self, call: PhoneCall, status: int) -> None:
        if call.state == "ended":
            return
        call.state, call.status, call.ended_at_ms = "ended", status, self._clock.wall_ms()
        self._rtp.remove(call.stream)
        self._sounds.pop(call.name, None)
        call.changed.set()

    def forget(self, call: PhoneCall) -> None:
        """Of an ended call."""
        self.calls.pop(call.name, None)

    def _do(self, ask: Callable[[], list[told.Effect]]) -> None:
        with contextlib.suppress(LocalError):  # it has ended a moment ago
            self.line.do(ask())

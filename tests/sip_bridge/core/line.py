# SPDX-License-Identifier: Apache-2.0
"""Two user agents, a network that loses, doubles and delays, and a clock only the test can move."""

import hashlib
import heapq
import json
import random
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

from headcall.sip_bridge.core.agent import Invitation, Settings, UserAgent
from headcall.sip_bridge.core.effects import Effect, Event, Forget, Persist, Record, Send
from headcall.sip_bridge.digest import Credentials
from headcall.sip_bridge.flow import Address, Flow
from headcall.sip_bridge.message import Request, Response
from headcall.sip_bridge.parser import parse
from headcall.sip_bridge.uri import NameAddr, Uri

E = TypeVar("E")

OFFER = b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n"
ANSWER = b"v=0\r\no=- 2 1 IN IP4 192.0.2.2\r\ns=-\r\nc=IN IP4 192.0.2.2\r\nt=0 0\r\nm=audio 5000 RTP/AVP 8\r\n"


class Phone:
    """A user agent with an address, a disk, and a memory of what it was told."""

    def __init__(self, name: str, address: Address) -> None:
        self.name = name
        self.address = address
        self.disk: dict[str, str] = {}
        self.told: list[Event] = []
        self.done: list[Effect] = []
        self.passwords: dict[str, Credentials] = {}
        self.on_event: Callable[[Event, float], list[Effect]] = lambda event, now: []
        self._tokens = 0
        self.agent = UserAgent(self, Settings())

    # what the core asks for

    def token(self) -> str:
        self._tokens += 1
        return hashlib.sha256(f"{self.name} {self._tokens}".encode()).hexdigest()[:16]

    def name_call(self) -> str:
        return f"{self.name}-{self.token()[:6]}"

    def address_of(self, flow: Flow) -> Address:
        return self.address

    def credentials(self, name: str, realm: str) -> Credentials | None:
        return self.passwords.get(realm)

    # what tests ask for

    def heard(self, kind: type[E]) -> list[E]:
        return [event for event in self.told if isinstance(event, kind)]

    def last(self, kind: type[E]) -> E:
        return self.heard(kind)[-1]

    def sent(self) -> list[Request | Response]:
        return [parse(effect.data) for effect in self.done if isinstance(effect, Send)]

    def lines(self) -> list[str]:
        """The start lines of what was sent, without URIs: `INVITE`, `180`."""
        return [message.method if isinstance(message, Request) else str(message.status) for message in self.sent()]

    def record(self, call: str) -> Record:
        loaded: Record = json.loads(self.disk[call])
        return loaded

    def restart(self, now: float) -> list[Effect]:
        """Dies, and comes back with what its disk holds."""
        self.agent = UserAgent(self, Settings())
        effects: list[Effect] = []
        for record in list(self.disk.values()):
            effects += self.agent.restore(json.loads(record), now)
        return effects


class Line:
    def __init__(self, *, loss: float = 0.0, doubling: float = 0.0, jitter: float = 0.0, seed: int = 1) -> None:
        self.now = 0.0
        self.alice = Phone("alice", ("192.0.2.1", 5060))
        self.bob = Phone("bob", ("192.0.2.2", 5060))
        self._phones = {phone.address: phone for phone in (self.alice, self.bob)}
        self.loss, self.doubling, self.jitter = loss, doubling, jitter
        self.cut = False
        """Nothing arrives any more."""
        self.lose_next: Callable[[Request | Response], bool] = lambda message: False
        """Messages a test wants lost."""
        self._chance = random.Random(seed)
        self._air: list[tuple[float, int, bytes, Address, Address]] = []
        self._carried = 0

    def invite(
        self, call: str = "a1", *, sdp: bytes = OFFER, timeout: float = 180.0, headers: Sequence[tuple[str, str]] = ()
    ) -> None:
        invitation = Invitation(
            uri=Uri.parse("sip:bob@192.0.2.2"),
            from_=NameAddr.parse("<sip:alice@192.0.2.1>"),
            to=NameAddr.parse("<sip:bob@192.0.2.2>"),
            flow=Flow("udp", self.bob.address, "trunk"),
            sdp=sdp,
            timeout=timeout,
            headers=tuple(headers),
        )
        self.do(self.alice, self.alice.agent.invite(call, invitation, self.now))

    def talk(self) -> tuple[str, str]:
        """An answered call; its names at both ends."""
        self.invite()
        self.run(0.1)
        bobs = self.bob.told[-1].call  # type: ignore[union-attr]
        self.do(self.bob, self.bob.agent.accept(bobs, ANSWER, self.now))
        self.run(0.2)
        return "a1", bobs

    def do(self, phone: Phone, effects: Iterable[Effect]) -> None:
        for effect in effects:
            phone.done.append(effect)
            match effect:
                case Send(data, flow):
                    self._carry(data, phone.address, flow.remote)
                case Persist(call, record):
                    phone.disk[call] = json.dumps(record)
                case Forget(call):
                    phone.disk.pop(call, None)
                case event:
                    phone.told.append(event)
                    self.do(phone, phone.on_event(event, self.now))

    def _carry(self, data: bytes, source: Address, to: Address) -> None:
        if self.cut or self.lose_next(parse(data)):
            return
        copies = 2 if self._chance.random() < self.doubling else 1
        for _ in range(copies):
            if self._chance.random() >= self.loss:
                self._carried += 1
                delay = 0.01 + self._chance.random() * self.jitter
                heapq.heappush(self._air, (self.now + delay, self._carried, data, source, to))

    def run(self, seconds: float) -> None:
        """Lets time pass."""
        until = self.now + seconds
        while (at := self._next()) is not None and at <= until:
            self.now = max(self.now, at)
            while self._air and self._air[0][0] <= self.now:
                _, _, data, source, to = heapq.heappop(self._air)
                phone = self._phones[to]
                self.do(phone, phone.agent.receive(data, Flow("udp", source, "trunk"), self.now))
            for phone in self._phones.values():
                self.do(phone, phone.agent.expire(self.now))
        self.now = until

    def _next(self) -> float | None:
        times = [phone.agent.next_deadline() for phone in self._phones.values()]
        times.append(self._air[0][0] if self._air else None)
        return min((at for at in times if at is not None), default=None)

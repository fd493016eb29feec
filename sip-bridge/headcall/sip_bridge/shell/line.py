# SPDX-License-Identifier: Apache-2.0
"""Joins the core to sockets, disk and clock. Nothing that happens here raises into the event loop."""

import asyncio
import json
import logging
from collections import deque
from collections.abc import Callable, Iterable
from typing import Protocol

from headcall.kit.clock import Clock
from headcall.sip_bridge.core.agent import UserAgent
from headcall.sip_bridge.core.effects import Effect, Event, Forget, Persist, Record
from headcall.sip_bridge.flow import Flow, Send
from headcall.sip_bridge.store import Store

log = logging.getLogger(__name__)


class Wires(Protocol):
    """What carries octets: `shell.wires.Wires`, or a test's network."""

    def send(self, data: bytes, flow: Flow) -> None: ...


class Line:
    """Performs what the core wants, in its order; its events are told to one listener, in their places among the rest.

    The listener may ask the core for more at once: what comes of that waits until what was wanted before is done.
    """

    def __init__(self, agent: UserAgent, store: Store, clock: Clock) -> None:
        self.agent = agent
        self._store = store
        self._clock = clock
        self._complained_at = float("-inf")
        self._wires: Wires | None = None
        self._listener: Callable[[Event], None] = lambda event: None
        self._effects: deque[Effect] = deque()
        self._is_busy = False
        self._timer: asyncio.TimerHandle | None = None
        self._timer_at = float("inf")
        self.failures = 0
        """Times that something of ours raised; each is a bug, and in the log."""

    def join(self, wires: Wires, listener: Callable[[Event], None]) -> None:
        self._wires = wires
        self._listener = listener

    def now(self) -> float:
        return self._clock.now()

    def wall_ms(self) -> int:
        return self._clock.wall_ms()

    # ------------------------------------------------------------ from the wires and the clock

    def received(self, data: bytes, flow: Flow) -> None:
        self._guarded(lambda: self.do(self.agent.receive(data, flow, self.now())))

    def failed(self, flow: Flow) -> None:
        """Something could not be sent that way."""
        self._guarded(lambda: self.do(self.agent.send_failed(flow, self.now())))

    def expire(self) -> None:
        """Whatever is due."""
        self._timer, self._timer_at = None, float("inf")
        self._guarded(lambda: self.do(self.agent.expire(self.now())))
        self._sleep()

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception:
            self.failures += 1
            if self.now() - self._complained_at >= 1.0:
                self._complained_at = self.now()
                log.exception("a message or timer could not be handled (%d so far)", self.failures)

    # ------------------------------------------------------------ to them

    def keep_alive(self, flow: Flow) -> None:
        """Holds a way through a NAT open. Two line ends are no message (RFC 3261 7.5)."""
        if self._wires is not None:
            self._wires.send(b"\r\n\r\n", flow)

    def do(self, effects: Iterable[Effect]) -> None:
        """Performs effects. Whoever asks the core for something gives its answer here at once."""
        self._effects += effects
        if self._is_busy:
            return
        self._is_busy = True
        try:
            while self._effects:
                self._perform(self._effects.popleft())
        finally:
            self._is_busy = False
        self._sleep()

    def _perform(self, effect: Effect) -> None:
        match effect:
            case Send(data, flow):
                self._store.barrier()
                if self._wires is not None:
                    self._wires.send(data, flow)
            case Persist(call, record):
                self._store.dialogs.put(call, json.dumps(record).encode(), vital=_is_promise(record))
            case Forget(call):
                self._store.dialogs.remove(call)
            case event:
                self._guarded(lambda: self._listener(event))

    def _sleep(self) -> None:
        """Sets the timer to the core's next deadline. A deadline that moved away costs one early waking."""
        deadline = self.agent.next_deadline()
        if deadline is None or deadline >= self._timer_at:
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer_at = deadline
        delay = max(0.0, deadline - self.now())
        self._timer = asyncio.get_running_loop().call_later(delay, self.expire)

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()


def _is_promise(record: Record) -> bool:
    """Whether a peer is about to be told that its call is answered: by our 200 that waits for its ACK, or our ACK."""
    return record.get("phase") == "answered" and bool(record.get("unacked") or record.get("ack"))
